"""`./lab bench`: runs the benchmarks asked for, prints their ratios, writes a dated JSON."""

import argparse
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.kit.options import Options
from bench.kit.rows import Row, machine, report

HERE = Path(__file__).parent
NOT_BENCHES = {"__init__", "__main__", "kit"}
MODULES = [*HERE.glob("*.py"), *(path.parent for path in HERE.glob("*/__init__.py"))]
NAMES = sorted(path.stem for path in MODULES if path.stem not in NOT_BENCHES)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./lab bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; else all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows here")
    _add_options(parser)
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(NAMES)}.")
        return 2
    rows: list[Row] = []
    to_show: list[Row] = []
    for name in asked.names or NAMES:
        module = importlib.import_module(f"bench.{name}")
        found = _run(module.run, asked)
        rows += found
        to_show += [] if getattr(module, "SHOWS_ITSELF", False) else found
    if to_show:
        _show(to_show)
    if asked.json:
        asked.json.write_text(json.dumps(report(rows), indent=2) + "\n", "utf-8")
    return 0


def _add_options(parser: argparse.ArgumentParser) -> None:
    """What only some benchmarks use."""
    listed: Any = {"type": lambda said: tuple(filter(None, said.split(","))), "metavar": "NAME,…"}
    parser.add_argument("--runs", type=int, default=3, help="medians of so many runs")
    parser.add_argument("--quick", action="store_true", help="shorter, and one run")
    parser.add_argument("--whole", action="store_true", help="as many kill rounds as promised")
    parser.add_argument("--only", default=(), help="these pieces of work", **listed)
    parser.add_argument("--peers", help="these peers; none: ours alone", **listed)
    parser.add_argument("--write-docs", action="store_true", help="put the figures into docs/")
    parser.add_argument("--details", type=Path, metavar="FILE", help="all that was counted")


def _run(run: Any, asked: argparse.Namespace) -> list[Row]:
    if not inspect.signature(run).parameters:
        return run()
    peers = () if asked.peers == ("none",) else asked.peers
    options = Options(
        runs=asked.runs,
        quick=asked.quick,
        whole=asked.whole,
        only=asked.only,
        peers=peers,
        write_docs=asked.write_docs,
        details=asked.details,
    )
    return run(options)


def _show(rows: list[Row]) -> None:
    table = Table(title=machine(), box=None, pad_edge=False, title_justify="left")
    for name in ("work", "figure", "ours", "theirs", "peer", "ours / theirs", "runs"):
        table.add_column(name, justify="right" if name in {"ours", "theirs", "runs"} else "left")
    for row in rows:
        table.add_row(
            row.work,
            f"{row.figure} ({row.unit})",
            f"{row.ours:,.3f}",
            f"{row.theirs:,.3f}",
            f"{row.peer} {row.peer_version}",
            f"{row.ratio:.2f}",
            str(row.runs),
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
