"""Installs, compares, measures, judges and tells."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.coedit.judging import Results
from bench.coedit.processes import SERVER, on_core
from bench.coedit.works import Work
from bench.graphql import peers, telling
from bench.graphql.data import template
from bench.graphql.method import Method, Server
from bench.graphql.ours import Ours
from bench.graphql.works import CAST, DRAFT, LIVE, MEMORY, MIXED, MIXTURE, UNCHANGED, WORKS
from bench.options import Options
from bench.peers import FOLDER
from bench.rows import Row, machine
from policylab.kit.embedded import EmbeddedPostgres

LAST = FOLDER / "graphql.json"
"""The last figures of everything that was measured in full, with every peer."""
ROOT = Path(__file__).resolve().parents[2]
console = Console(stderr=True)


def run(options: Options) -> list[Row]:
    """Measure what was asked for; the rows of every figure that both sides have."""
    if sys.platform != "linux":
        raise SystemExit("This benchmark reads /proc and ties programs to cores: Linux only.")
    works, names, commit = _works(options), _peers(options), _commit()
    if options.write_docs and (options.quick or len(names) < len(peers.PEERS)):
        raise SystemExit("The page of the docs shows every peer, measured in full.")
    with console.status("Fetching the peers …"):
        peers.install()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(tempfile.mkdtemp(prefix="policylab-bench-"))
    postgres = template.postgres()
    postgres.stop()  # what an earlier run that was killed has left, perhaps on another core
    servers: list[Server] = [
        Ours(postgres, folder),
        *(peers.PEERS[name](postgres, folder) for name in names),
    ]
    method = Method(servers, options, _say)
    try:
        with on_core(SERVER):
            postgres.start()
        for number in range(1 if options.quick else options.runs):
            _round(method, works, number, postgres)
    finally:
        method.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    results = Results(works, servers, method.found)  # pyright: ignore[reportArgumentType]
    report = _report(results, method, options, commit)
    _tell(results, report, options)
    return [replace(row, bench="graphql") for row in results.rows()]


def _round(method: Method, works: list[Work], number: int, postgres: EmbeddedPostgres) -> None:
    """Everybody freshly started on a fresh copy of the data; then one work after another."""
    method.stop()
    cases = template.fresh_database(postgres, _say)
    method.new_run()
    method.start()
    if number == 0:
        _say("comparing answers")
        method.compare(_screens(works), cases)
    for work in works:
        method.do(work, number, cases, _postmaster(postgres))


def _screens(works: list[Work]) -> list[str]:
    """The screens whose answers must be the same, for what is measured."""
    names: set[str] = set()
    for work in works:
        if work is MIXED:
            names |= set(MIXTURE)
        elif work is UNCHANGED:
            names.add(DRAFT.name)
        elif work is LIVE:
            names.add(CAST.name)
        elif work is not MEMORY:
            names.add(work.name)
    return sorted(names)


def _postmaster(postgres: EmbeddedPostgres) -> int:
    return int((postgres.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def _works(options: Options) -> list[Work]:
    unknown = sorted(set(options.only) - {work.name for work in WORKS})
    if unknown:
        known = ", ".join(work.name for work in WORKS)
        raise SystemExit(f"There is no work {', '.join(unknown)} in graphql. There is: {known}.")
    return [work for work in WORKS if not options.only or work.name in options.only]


def _peers(options: Options) -> list[str]:
    names = list(peers.PEERS) if options.peers is None else list(options.peers)
    unknown = sorted(set(names) - set(peers.PEERS))
    if unknown:
        raise SystemExit(
            f"There is no peer {', '.join(unknown)}. There are: {', '.join(peers.PEERS)};"
            " `--peers none` measures ours alone."
        )
    return names


def _say(words: str) -> None:
    console.print(f"{datetime.now():%H:%M:%S} {words}", style="dim", highlight=False)


def _report(results: Results, method: Method, options: Options, commit: str) -> dict[str, Any]:
    date = datetime.now(UTC)
    runs = {
        "measured": f"{date:%Y-%m-%d %H:%M}",
        "runs": 1 if options.quick else options.runs,
        "commit": commit,
    }
    return {
        "date": date.isoformat(timespec="minutes"),
        "machine": machine(),
        "versions": {server.name: server.version for server in results.servers},
        "packages": peers.versions(),
        "fields": method.fields,
        "lines": [line | runs for line in results.lines()],
        "problems": list(dict.fromkeys(method.problems)),
    }


def _commit() -> str:
    """What of ours was measured."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def _tell(results: Results, report: dict[str, Any], options: Options) -> None:
    telling.show(report)
    if options.details is not None:
        options.details.write_text(json.dumps(results.found_by_name(), indent=1), "utf-8")
    if options.quick or len(results.servers) <= len(peers.PEERS):
        return
    merged = telling.merged(LAST, report)
    LAST.write_text(json.dumps(merged, indent=1), "utf-8")
    if options.write_docs:
        telling.write_page(merged)
