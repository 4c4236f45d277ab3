"""Installs, measures, judges and tells."""

import json
import shutil
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.coedit import peers, telling
from bench.coedit.generating import generate
from bench.coedit.judging import Results
from bench.coedit.method import Method, Server
from bench.coedit.ours import Ours
from bench.coedit.works import WORKS, Work
from bench.options import Options
from bench.peers import FOLDER
from bench.rows import Row, machine

LAST = FOLDER / "coedit.json"
"""The last figures of everything that was measured in full, with every peer."""
console = Console(stderr=True)


def run(options: Options) -> list[Row]:
    """Measure what was asked for; the rows of every figure that both sides have."""
    if sys.platform != "linux":
        raise SystemExit("This benchmark reads /proc and ties programs to cores: Linux only.")
    works, names = _works(options), _peers(options)
    if options.write_docs and (options.quick or len(names) < len(peers.PEERS)):
        raise SystemExit("The page of the docs shows every peer, measured in full.")
    with console.status("Fetching the peers …"):
        texts = any(work.text is not None for work in works)
        peers.install(node=texts or bool(names), python=peers.PycrdtWebsocket.name in names)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder = Path(tempfile.mkdtemp(prefix="policylab-bench-"))
    ours = Ours(folder)
    servers: list[Server] = [ours, *(peers.PEERS[name](folder) for name in names)]
    try:
        with console.status("Furnishing a house …"):
            ours.furnish()
        method = Method(servers, options, folder, _say)
        ceiling = _ceiling(folder)
        for work in works:
            method.do(work)
    finally:
        for server in servers:
            server.stop()
        ours.remove()
        shutil.rmtree(folder, ignore_errors=True)
    results = Results(works, servers, method.found)
    report = _report(results, method.problems, ceiling, options)
    _tell(results, report, options)
    return results.rows()


def _works(options: Options) -> list[Work]:
    unknown = sorted(set(options.only) - {work.name for work in WORKS})
    if unknown:
        known = ", ".join(work.name for work in WORKS)
        raise SystemExit(f"There is no work {', '.join(unknown)} in coedit. There is: {known}.")
    if options.only:
        return [work for work in WORKS if work.name in options.only]
    return [work for work in WORKS if options.whole or not work.on_request]


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


def _ceiling(folder: Path) -> dict[str, Any]:
    """What the generator takes in, and with how much of its core, when a server only passes on."""
    _say("the generator's own ceiling")
    server = peers.PassingOn(folder)
    server.start()
    try:
        options = {"warm": 0.5, "seconds": 1.5, "writers": 50}
        return generate("ceiling", server.spec(server.fresh(1)), options)
    finally:
        server.stop()


def _report(
    results: Results, problems: list[str], ceiling: dict[str, Any], options: Options
) -> dict[str, Any]:
    date = datetime.now(UTC)
    runs = {"measured": f"{date:%Y-%m-%d %H:%M}", "runs": 1 if options.quick else options.runs}
    return {
        "date": date.isoformat(timespec="minutes"),
        "machine": machine(),
        "versions": {server.name: server.version for server in results.servers},
        "packages": peers.versions(),
        "ceiling": ceiling["rate"] / ceiling["generatorShare"],
        "lines": [line | runs for line in results.lines()],
        "problems": problems,
    }


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
