"""From what was found in each run to figures, ratios and whether they are what they must be."""

import statistics
from collections.abc import Sequence
from typing import Any, Protocol

from bench.kit.generating import Found
from bench.kit.rows import Row
from bench.kit.work import BEST, Bound, Figure, Work

LEAST = {"lost": 1.0, "lostWhole": 1.0}
"""Counts that may be nought: the ratio is then to one."""


class Server(Protocol):
    """Policy Lab or a peer, as far as judging looks at it."""

    name: str
    version: str


class Results:
    """Medians by figure and server, ours first."""

    def __init__(
        self,
        works: Sequence[Work],
        servers: Sequence[Server],
        found: dict[tuple[str, str], list[Found]],
    ) -> None:
        self.works = works
        self.servers = servers
        self._found = found
        self._figures = [(work, figure) for work in works for figure in work.figures]

    def value(self, work: Work, figure: Figure, server: str) -> float | None:
        """The median of the runs; None where it was not measured."""
        numbers = self._numbers(work, figure.path, server)
        return statistics.median(numbers) if numbers else None

    def _numbers(self, work: Work, path: str, server: str) -> list[float]:
        numbers: list[float] = []
        for found in self._found.get((work.name, server), ()):
            number: Any = found
            for step in path.split("."):
                number = number.get(step) if isinstance(number, dict) else None
            if number is not None:
                numbers.append(float(number))
        return numbers

    def found_by_name(self) -> dict[str, list[Found]]:
        """All that the generator has told."""
        return {f"{work} {server}": found for (work, server), found in self._found.items()}

    def rows(self, bench: str) -> list[Row]:
        """One for each figure and peer."""
        return [
            self._row(bench, work, figure, peer)
            for work, figure in self._figures
            for peer in self.servers[1:]
            if None not in (self._ours(work, figure), self.value(work, figure, peer.name))
        ]

    def _ours(self, work: Work, figure: Figure) -> float | None:
        return self.value(work, figure, self.servers[0].name)

    def _row(self, bench: str, work: Work, figure: Figure, peer: Server) -> Row:
        ours, theirs = self._ours(work, figure), self.value(work, figure, peer.name)
        assert ours is not None
        assert theirs is not None
        return Row(
            bench=bench,
            work=figure.what,
            figure=figure.name,
            unit=figure.unit,
            ours=round(ours, 3),
            peer=peer.name,
            peer_version=peer.version,
            theirs=round(theirs, 3),
            ratio=round(ratio(figure, ours, theirs), 3),
            runs=len(self._found[work.name, peer.name]),
        )

    def lines(self) -> list[dict[str, Any]]:
        """For each figure: everybody's numbers, and our verdicts."""
        return [self._line(work, figure) for work, figure in self._figures]

    def _line(self, work: Work, figure: Figure) -> dict[str, Any]:
        values = {server.name: self.value(work, figure, server.name) for server in self.servers}
        ours = values[self.servers[0].name]
        peers = {name: value for name, value in values.items() if name != self.servers[0].name}
        return {
            "bench_work": work.name,
            "what": figure.what,
            "figure": figure.name,
            "unit": figure.unit,
            "values": values,
            "generator": self._busiest(work, figure),
            "bounds": [] if ours is None else _verdicts(figure, ours, peers),
        }

    def _busiest(self, work: Work, figure: Figure) -> float | None:
        """The largest share of its core that the generator used, over all servers and runs."""
        path = ".".join([*figure.path.split(".")[:-1], "generatorShare"])
        shares = [n for server in self.servers for n in self._numbers(work, path, server.name)]
        return max(shares, default=None)


def ratio(figure: Figure, ours: float, theirs: float) -> float:
    """Ours divided by theirs."""
    least = LEAST.get(figure.path, 0.001)
    return ours / max(theirs, least)


def _verdicts(figure: Figure, ours: float, peers: dict[str, float | None]) -> list[dict[str, Any]]:
    measured = {name: value for name, value in peers.items() if value is not None}
    found: list[dict[str, Any]] = []
    if figure.most is not None:
        verdict = {"against": None, "ratio": None, "must": figure.most, "aim": figure.most}
        found.append(verdict | {"met": ours <= figure.most})
    for bound in figure.bounds:
        found.extend(_verdict(figure, ours, bound, measured))
    return found


def _verdict(
    figure: Figure, ours: float, bound: Bound, peers: dict[str, float]
) -> list[dict[str, Any]]:
    if bound.peers == BEST and peers:
        choose = max if figure.more_is_better else min
        against = [choose(peers, key=lambda name: peers[name])]
    else:
        against = [name for name in bound.peers if name in peers]
    found: list[dict[str, Any]] = []
    for name in against:
        number = ratio(figure, ours, peers[name])
        met = number >= bound.must if figure.more_is_better else number <= bound.must
        verdict = {"against": name, "ratio": number, "must": bound.must, "aim": bound.aim}
        found.append(verdict | {"met": met, "more": figure.more_is_better})
    return found
