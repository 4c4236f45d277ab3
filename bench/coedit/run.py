"""Installs, measures, judges and tells."""

import shutil
import tempfile
from pathlib import Path

from bench.coedit import peers
from bench.coedit.generating import generate
from bench.coedit.method import Method, Server
from bench.coedit.ours import Ours
from bench.coedit.works import WORKS
from bench.kit.bench import Bench, commit, console, say
from bench.kit.judging import Results
from bench.kit.options import Options
from bench.kit.rows import Row
from bench.kit.telling import Report, Telling


def run(options: Options) -> list[Row]:
    """Measure what was asked for; the rows of every figure that both sides have."""
    (works, names), measured = BENCH.asked(options), commit()
    with console.status("Fetching the peers …"):
        texts = any(work.text is not None for work in works)
        peers.install(node=texts or bool(names), python=peers.PycrdtWebsocket.name in names)
    folder = Path(tempfile.mkdtemp(prefix="policylab-bench-"))
    ours = Ours(folder)
    servers: list[Server] = [ours, *(peers.PEERS[name](folder) for name in names)]
    try:
        with console.status("Furnishing a house …"):
            ours.furnish()
        method = Method(servers, options, folder, say)
        ceiling = _ceiling(folder)
        for work in works:
            method.do(work)
    finally:
        for server in servers:
            server.stop()
        ours.remove()
        shutil.rmtree(folder, ignore_errors=True)
    results = Results(works, servers, method.found)
    BENCH.tell(results, options, method.problems, measured, ceiling=ceiling)
    return results.rows(BENCH.name)


def _ceiling(folder: Path) -> float:
    """What the generator takes in a second, with all of its core, when a server only passes on."""
    say("the generator's own ceiling")
    server = peers.PassingOn(folder)
    server.start()
    try:
        options = {"warm": 0.5, "seconds": 1.5, "writers": 50}
        found = generate("ceiling", server.spec(server.fresh(1)), options)
    finally:
        server.stop()
    return found["rate"] / found["generatorShare"]


def _note(report: Report) -> str:
    return (
        f"With all of its core the generator would take in {report['ceiling'] / 1e6:.1f} million"
        " deliveries a second; the column «generator» says how much of it was used, at most."
    )


BENCH = Bench(
    name="coedit",
    works=WORKS,
    peers=peers.PEERS,
    packages=peers.versions,
    telling=Telling(WORKS, "coediting-bench.md", _note, generator=True),
)
