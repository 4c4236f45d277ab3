"""Installs, compares, measures, judges and tells."""

import shutil
import tempfile
from pathlib import Path

from bench.graphql import peers
from bench.graphql.data import template
from bench.graphql.method import Method, Server
from bench.graphql.ours import Ours
from bench.graphql.works import MEMORY, MIXED, MIXTURE, SHOWN, WORKS
from bench.kit.bench import Bench, commit, console, say
from bench.kit.judging import Results
from bench.kit.options import Options
from bench.kit.processes import SERVER, on_core
from bench.kit.rows import Row
from bench.kit.telling import Report, Telling
from bench.kit.work import Work
from policylab.kit.embedded import EmbeddedPostgres


def run(options: Options) -> list[Row]:
    """Measure what was asked for; the rows of every figure that both sides have."""
    (works, names), measured = BENCH.asked(options), commit()
    with console.status("Fetching the peers …"):
        peers.install()
    folder = Path(tempfile.mkdtemp(prefix="policylab-bench-"))
    postgres = template.postgres()
    postgres.stop()  # what an earlier run that was killed has left, perhaps on another core
    servers: list[Server] = [
        Ours(postgres, folder),
        *(peers.PEERS[name](postgres, folder) for name in names),
    ]
    method = Method(servers, options, say)
    try:
        with on_core(SERVER):
            postgres.start()
        for number in range(1 if options.quick else options.runs):
            _round(method, works, number, postgres)
    finally:
        method.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    results = Results(works, servers, method.found)
    problems = dict.fromkeys(method.problems)
    BENCH.tell(results, options, problems, measured, fields=method.fields)
    return results.rows(BENCH.name)


def _round(method: Method, works: list[Work], number: int, postgres: EmbeddedPostgres) -> None:
    """Everybody freshly started on a fresh copy of the data; then one work after another."""
    method.stop()
    cases = template.fresh_database(postgres, say)
    method.new_run()
    method.start()
    if number == 0:
        say("comparing answers")
        method.compare(_screens(works), cases)
    for work in works:
        method.do(work, number, cases, _postmaster(postgres))


def _screens(works: list[Work]) -> list[str]:
    """The screens whose answers must be the same, for what is measured."""
    names: set[str] = set()
    for work in works:
        if work is MIXED:
            names |= set(MIXTURE)
        elif work is not MEMORY:
            names.add(SHOWN.get(work.name, work.name))
    return sorted(names)


def _postmaster(postgres: EmbeddedPostgres) -> int:
    return int((postgres.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def _note(report: Report) -> str:
    told = ", ".join(f"{name} {count:,}" for name, count in report["fields"].items())
    return f"Fields of an answer: {told}."


BENCH = Bench(
    name="graphql",
    works=WORKS,
    peers=peers.PEERS,
    packages=peers.versions,
    telling=Telling(WORKS, "graphql-bench.md", _note, gathered=("fields",)),
)
