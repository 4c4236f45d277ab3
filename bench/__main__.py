"""`./lab bench`: runs the benchmarks asked for, prints their ratios, writes a dated JSON."""

import argparse
import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.rows import Row, machine, report

HERE = Path(__file__).parent
NOT_BENCHES = {"__init__", "__main__", "peers", "rows"}
NAMES = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_BENCHES)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./lab bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; else all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows here")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(NAMES)}.")
        return 2
    rows: list[Row] = []
    for name in asked.names or NAMES:
        rows += importlib.import_module(f"bench.{name}").run()
    _show(rows)
    if asked.json:
        asked.json.write_text(json.dumps(report(rows), indent=2) + "\n", "utf-8")
    return 0


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
