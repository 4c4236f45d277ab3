"""The table on the screen, and the same on the page of the docs."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.coedit.works import WORKS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coediting-bench.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


_ORDER = [work.name for work in WORKS]
WIDTH = 180
"""Of the table where it goes to a file."""


def show(report: dict[str, Any]) -> None:
    """Print it."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    names = list(report["versions"])
    table = Table(title=report["machine"], box=None, pad_edge=False, title_justify="left")
    right = {*names, "generator"}
    for column in ("work", "figure", *names, "generator", "ours must be", "so it is"):
        table.add_column(column, justify="right" if column in right else "left")
    for line in report["lines"]:
        table.add_row(*_cells(line, names))
    console.print(table)
    console.print(_ceiling(report), highlight=False)
    for problem in report["problems"]:
        console.print(f"Went wrong: {problem}", style="red", markup=False)


def _ceiling(report: dict[str, Any]) -> str:
    return (
        f"With all of its core the generator would take in {report['ceiling'] / 1e6:.1f} million"
        " deliveries a second; the column «generator» says how much of it was used, at most."
    )


def _cells(line: dict[str, Any], names: list[str]) -> list[str]:
    ours = line["values"].get(names[0])
    values = [_beside(line["values"].get(name), ours, own=name == names[0]) for name in names]
    musts = "; ".join(_must(bound) for bound in line["bounds"])
    verdicts = "; ".join(_verdict(bound) for bound in line["bounds"])
    figure = f"{line['figure']} {_in(line['unit'])}".strip()
    busy = "–" if line["generator"] is None else f"{line['generator']:.0%}"
    return [line["what"], figure, *values, busy, musts, verdicts]


def _measured(line: dict[str, Any]) -> str:
    return f"{line['measured']} UTC, {line['runs']} run{'' if line['runs'] == 1 else 's'}"


def _in(unit: str) -> str:
    return f"({unit})" if unit else ""


def _beside(value: float | None, ours: float | None, *, own: bool) -> str:
    """A number and, for a peer, ours divided by it."""
    if value is None:
        return "–"
    said = number(value)
    if own or ours is None or not value:
        return said
    return f"{said} ({number(ours / value)})"


def number(value: float) -> str:
    """Three digits that matter, and no decimals where they do not."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"


def _must(bound: dict[str, Any]) -> str:
    if bound["against"] is None:
        return f"≤ {number(bound['must'])}"
    sign = "≥" if bound["more"] else "≤"
    wanted = f"{sign} {number(bound['must'])} × {bound['against']}"
    return f"{wanted} (aim {number(bound['aim'])})"


def _verdict(bound: dict[str, Any]) -> str:
    if not bound["met"]:
        return "NO"
    if bound["against"] is None:
        return "yes"
    reached = bound["ratio"] >= bound["aim"] if bound["more"] else bound["ratio"] <= bound["aim"]
    return "yes, and the aim" if reached else "yes"


def merged(path: Path, report: dict[str, Any]) -> dict[str, Any]:
    """The report, with lines of earlier runs on this machine for what was not measured now."""
    if not path.exists():
        return report
    before = json.loads(path.read_text("utf-8"))
    if before["machine"] != report["machine"] or before["versions"] != report["versions"]:
        return report
    fresh = {line["bench_work"] for line in report["lines"]}
    kept = [line for line in before["lines"] if line["bench_work"] not in fresh]
    lines = sorted([*kept, *report["lines"]], key=lambda line: _ORDER.index(line["bench_work"]))
    return report | {"lines": lines}


def write_page(report: dict[str, Any]) -> None:
    """Put the figures between the marks on the page."""
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{markdown(report)}{END}{after}", "utf-8")


def markdown(report: dict[str, Any]) -> str:
    """The same as a table for the page."""
    names = list(report["versions"])
    heads = [f"{name} {report['versions'][name]}".strip() for name in names]
    columns = ["work", "figure", *heads, "generator", "ours must be", "so it is", "measured"]
    lines = [
        f"{report['machine']}; medians. In brackets: ours divided by theirs. {_ceiling(report)}",
        "",
        f"| {' | '.join(columns)} |",
        f"|{' --- |' * 2}{' ---: |' * (len(names) + 1)}{' --- |' * 3}",
        *(f"| {' | '.join([*_cells(line, names), _measured(line)])} |" for line in report["lines"]),
        "",
    ]
    return "\n".join(lines)
