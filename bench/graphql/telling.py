"""The table on the screen, and the same on the page of the docs."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.coedit.telling import number
from bench.graphql.works import WORKS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "graphql-bench.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
WIDTH = 200
"""Of the table where it goes to a file."""
_ORDER = [work.name for work in WORKS]


def show(report: dict[str, Any]) -> None:
    """Print it."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    names = list(report["versions"])
    table = Table(title=report["machine"], box=None, pad_edge=False, title_justify="left")
    for column in ("work", "figure", *names, "ours must be", "so it is"):
        table.add_column(column, justify="right" if column in names else "left")
    for line in report["lines"]:
        table.add_row(*cells(line, names))
    console.print(table)
    console.print(_fields(report), highlight=False)
    for problem in report["problems"]:
        console.print(f"Went wrong: {problem}", style="red", markup=False)


def _fields(report: dict[str, Any]) -> str:
    told = ", ".join(f"{name} {count:,}" for name, count in report["fields"].items())
    return f"Fields of an answer: {told}."


def cells(line: dict[str, Any], names: list[str]) -> list[str]:
    """One figure: everybody's numbers, what ours must be, and whether it is."""
    ours = line["values"].get(names[0])
    values = [_beside(line["values"].get(name), ours, own=name == names[0]) for name in names]
    musts = "; ".join(_must(bound) for bound in line["bounds"])
    verdicts = "; ".join(_verdict(bound) for bound in line["bounds"])
    return [line["what"], f"{line['figure']} ({line['unit']})", *values, musts, verdicts]


def _beside(value: float | None, ours: float | None, *, own: bool) -> str:
    """A number and, for a peer, ours divided by it."""
    if value is None:
        return "–"
    if own or ours is None or not value:
        return number(value)
    return f"{number(value)} ({number(ours / value)})"


def _must(bound: dict[str, Any]) -> str:
    return f"≤ {bound['must']:g} × {bound['against']} (aim {bound['aim']:g})"


def _verdict(bound: dict[str, Any]) -> str:
    reached = f"{number(bound['ratio'])}: "
    if not bound["met"]:
        return f"{reached}NO"
    return f"{reached}yes, and the aim" if bound["ratio"] <= bound["aim"] else f"{reached}yes"


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
    return report | {"lines": lines, "fields": before["fields"] | report["fields"]}


def write_page(report: dict[str, Any]) -> None:
    """Put the figures between the marks on the page."""
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{markdown(report)}{END}{after}", "utf-8")


def markdown(report: dict[str, Any]) -> str:
    """The same as a table for the page."""
    names = list(report["versions"])
    heads = [f"{name} {report['versions'][name]}" for name in names]
    columns = ["work", "figure", *heads, "ours must be", "so it is", "measured"]
    packages = ", ".join(f"{name} {version}" for name, version in report["packages"].items())
    lines = [
        f"{report['machine']}; medians. In brackets: ours divided by theirs. {_fields(report)}",
        f"Packages of the peers: {packages}.",
        "",
        f"| {' | '.join(columns)} |",
        f"|{' --- |' * 2}{' ---: |' * len(names)}{' --- |' * 3}",
        *(f"| {' | '.join([*cells(line, names), _measured(line)])} |" for line in report["lines"]),
        "",
    ]
    return "\n".join(lines)


def _measured(line: dict[str, Any]) -> str:
    runs = f"{line['runs']} run{'' if line['runs'] == 1 else 's'}"
    return f"{line['measured']} UTC, {runs}, {line['commit']}"
