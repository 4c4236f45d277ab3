"""A piece of work, the figures read from it, and what those must reach: ours divided by theirs."""

from dataclasses import dataclass, field
from typing import Any

from bench.kit.options import Options

BEST: tuple[str, ...] = ("best",)


@dataclass(frozen=True)
class Bound:
    """What ours divided by theirs must reach, and what we aim at; `BEST`: the best peer's."""

    peers: tuple[str, ...]
    must: float
    aim: float


@dataclass(frozen=True)
class Figure:
    """One number of a piece of work: where the generator's answer has it."""

    path: str
    what: str
    name: str
    unit: str
    more_is_better: bool = False
    bounds: tuple[Bound, ...] = ()
    most: float | None = None
    """A bound on our own number."""


@dataclass(frozen=True)
class Work:
    """One piece of work: how it is called, and what it needs."""

    name: str
    call: str
    about: str
    figures: tuple[Figure, ...]
    documents: int = 1
    text: str | None = None
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    quick: dict[str, Any] = field(default_factory=dict[str, Any])
    once: bool = False
    """Long, and much the same every time: one run is enough."""
    on_request: bool = False
    """Only where it is named, or with --whole."""

    def settings(self, options: Options) -> dict[str, Any]:
        return self.options | (self.quick if options.quick else {})
