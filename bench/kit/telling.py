"""The table on the screen, and the same on the page of the docs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console
from rich.table import Table

from bench.kit.work import Work

Report: TypeAlias = dict[str, Any]

DOCS = Path(__file__).resolve().parents[2] / "docs"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
WIDTH = 200
"""Of the table where it goes to a file."""


@dataclass(frozen=True)
class Telling:
    """How one benchmark tells its figures."""

    works: Sequence[Work]
    page: str
    """Of the docs."""
    note: Callable[[Report], str]
    """What is said beside the table."""
    generator: bool = False
    """Whether the table says how busy the generator was."""
    gathered: tuple[str, ...] = ()
    """What else of a report stays true of what is not measured again, beside its lines."""

    def show(self, report: Report) -> None:
        """Print it."""
        console = Console()
        if not console.is_terminal:
            console = Console(width=WIDTH)
        names = list(report["versions"])
        table = Table(title=report["machine"], box=None, pad_edge=False, title_justify="left")
        for column in self._columns(names):
            right = column in (*names, "generator")
            table.add_column(column, justify="right" if right else "left")
        for line in report["lines"]:
            table.add_row(*self._cells(line, names))
        console.print(table)
        console.print(self.note(report), highlight=False)
        for problem in report["problems"]:
            console.print(f"Went wrong: {problem}", style="red", markup=False)

    def _columns(self, names: Sequence[str]) -> list[str]:
        generator = ["generator"] if self.generator else []
        return ["work", "figure", *names, *generator, "ours must be", "so it is"]

    def _cells(self, line: dict[str, Any], names: Sequence[str]) -> list[str]:
        """One figure: everybody's numbers, what ours must be, and whether it is."""
        ours = line["values"].get(names[0])
        values = [_beside(line["values"].get(name), ours, own=name == names[0]) for name in names]
        unit = f" ({line['unit']})" if line["unit"] else ""
        busy = "–" if line["generator"] is None else f"{line['generator']:.0%}"
        return [
            line["what"],
            f"{line['figure']}{unit}",
            *values,
            *([busy] if self.generator else []),
            "; ".join(map(_must, line["bounds"])),
            "; ".join(map(_verdict, line["bounds"])),
        ]

    def merged(self, last: Path, report: Report) -> Report:
        """The report, with what earlier runs on this machine found of what was not measured now."""
        if not last.exists():
            return report
        before = json.loads(last.read_text("utf-8"))
        if before["machine"] != report["machine"] or before["versions"] != report["versions"]:
            return report
        fresh = {line["bench_work"] for line in report["lines"]}
        kept = [line for line in before["lines"] if line["bench_work"] not in fresh]
        order = [work.name for work in self.works]
        lines = sorted([*kept, *report["lines"]], key=lambda line: order.index(line["bench_work"]))
        gathered = {name: before[name] | report[name] for name in self.gathered}
        return report | gathered | {"lines": lines}

    def write_page(self, report: Report) -> None:
        """Put the figures between the marks on the page."""
        file = DOCS / self.page
        before, _, rest = file.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        file.write_text(f"{before}{BEGIN}\n{self._markdown(report)}{END}{after}", "utf-8")

    def _markdown(self, report: Report) -> str:
        """The same as a table for the page."""
        names = list(report["versions"])
        columns = self._columns([f"{name} {report['versions'][name]}" for name in names])
        packages = ", ".join(f"{name} {version}" for name, version in report["packages"].items())
        rules = [*["---"] * 2, *["---:"] * (len(columns) - 4), *["---"] * 3]
        rows = [[*self._cells(line, names), _measured(line)] for line in report["lines"]]
        medians = f"{report['machine']}; medians. In brackets: ours divided by theirs."
        lines = [
            f"{medians} {self.note(report)}",
            f"Packages of the peers: {packages}.",
            "",
            *(f"| {' | '.join(row)} |" for row in ([*columns, "measured"], rules, *rows)),
            "",
        ]
        return "\n".join(lines)


def _beside(value: float | None, ours: float | None, *, own: bool) -> str:
    """A number and, for a peer, ours divided by it."""
    if value is None:
        return "–"
    if own or ours is None or not value:
        return number(value)
    return f"{number(value)} ({number(ours / value)})"


def number(value: float) -> str:
    """Three digits that matter, and no decimals where they do not."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"


def _must(bound: dict[str, Any]) -> str:
    if bound["against"] is None:
        return f"≤ {bound['must']:.3g}"
    sign = "≥" if bound["more"] else "≤"
    return f"{sign} {bound['must']:.3g} × {bound['against']} (aim {bound['aim']:.3g})"


def _verdict(bound: dict[str, Any]) -> str:
    if bound["against"] is None:
        return "yes" if bound["met"] else "NO"
    ratio, aim = bound["ratio"], bound["aim"]
    reached = ratio >= aim if bound["more"] else ratio <= aim
    met = "yes, and the aim" if reached else "yes" if bound["met"] else "NO"
    return f"{number(ratio)}: {met}"


def _measured(line: dict[str, Any]) -> str:
    runs = f"{line['runs']} run{'' if line['runs'] == 1 else 's'}"
    return ", ".join([f"{line['measured']} UTC", runs, *filter(None, [line.get("commit")])])
