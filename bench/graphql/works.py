"""The pieces of work, the figures read from each, and what those must reach.

A bound is on ours divided by theirs, as in the issue: a ratio of CPU or memory, at most.
"""

from bench.kit.work import Bound, Figure, Work

POSTGRAPHILE, MERCURIUS, STRAWBERRY = "postgraphile", "mercurius", "strawberry"
GRAPHQL_WS = "graphql-ws"

CPU = "CPU with database, a request"
_TIMES = {"warm": 2.0, "ready": 10, "closed": 4.0, "least": 5, "open": 4.0}
_SHORT = {"warm": 0.4, "ready": 1, "closed": 0.8, "least": 1, "open": 0.7}
"""Seconds of each part, and how often each of the four asks at least. PostgreSQL keeps a plan from
the sixth time on, and compilers need some rounds too: they are `ready` by then."""


def _against(postgraphile: tuple[float, float], mercurius: tuple[float, float]) -> list[Bound]:
    return [Bound((POSTGRAPHILE,), *postgraphile), Bound((MERCURIUS,), *mercurius)]


def _screen(name: str, about: str, bounds: list[Bound], *, rate: float) -> Work:
    """A screen, asked for by four at a time as quickly as it is answered, then `rate` a second."""
    return Work(
        name=name,
        call="page",
        about=about,
        options=_TIMES | {"rate": rate},
        quick=_SHORT,
        figures=(
            Figure("closed.cpuEach", about, CPU, "ms", bounds=tuple(bounds)),
            Figure("closed.serverEach", about, "of it the server's", "ms"),
            Figure("closed.rate", about, "at most", "1/s", more_is_better=True),
            Figure("open.p50", about, f"latency at {rate:g} a second, median", "ms"),
            Figure("open.p99", about, f"latency at {rate:g} a second, 99 of 100", "ms"),
        ),
    )


_SIMPLE = _against((0.90, 0.35), (1.10, 0.50))

BOARD = _screen("board", "board of 60 labs", _SIMPLE, rate=20)
DRAFT = _screen("draft", "draft page", _against((0.55, 0.25), (0.75, 0.35)), rate=8)
UNCHANGED = _screen(
    "unchanged", "draft page, unchanged", [Bound((POSTGRAPHILE,), 0.03, 0.01)], rate=8
)
COVERAGE = _screen("coverage", "coverage of 40 recommendations", _SIMPLE, rate=15)
SEARCH = _screen("search", "search in a lab", _SIMPLE, rate=3)
CAST = _screen("cast", "cast a position", _against((0.80, 0.45), (1.00, 0.60)), rate=15)
VOTE = Work(
    name="vote",
    call="page",
    about="24 at once in one lab",
    options=_TIMES | {"rate": 15, "atOnce": 24},
    quick=_SHORT,
    figures=(
        Figure("closed.rate", "24 cast at once in one lab", "at most", "1/s", more_is_better=True),
        Figure("closed.p50", "24 cast at once in one lab", "until answered, median", "ms"),
        Figure("closed.p99", "24 cast at once in one lab", "99 of 100", "ms"),
        Figure("closed.cpuEach", "24 cast at once in one lab", CPU, "ms"),
    ),
)
DECISIONS = _screen("decisions", "100 decisions", _against((0.65, 0.30), (0.80, 0.40)), rate=12)
MIXED = _screen("mixed", "mixed load", _against((0.65, 0.35), (0.80, 0.45)), rate=8)

MEMORY = Work(
    name="memory",
    call="memory",
    about="memory",
    figures=(
        Figure(
            "resident",
            "memory of the server after all of it",
            "private resident",
            "MB",
            bounds=(Bound((POSTGRAPHILE, MERCURIUS), 0.4, 0.2),),
        ),
    ),
)
LIVE = Work(
    name="live",
    call="live",
    about="500 subscribers of one dialogue",
    options={"subscribers": 500, "changes": 10},
    quick={"subscribers": 500, "changes": 2},
    figures=(
        Figure(
            "cpuEach",
            "500 subscribers of one dialogue",
            "CPU with database, a delivery",
            "µs",
            bounds=(Bound((GRAPHQL_WS,), 0.45, 0.15),),
        ),
        Figure("last", "500 subscribers of one dialogue", "until the last has it, median", "ms"),
    ),
)

SCREENS = [BOARD, DRAFT, UNCHANGED, COVERAGE, SEARCH, CAST, VOTE, DECISIONS, MIXED]
SHOWN = {UNCHANGED.name: DRAFT.name, VOTE.name: CAST.name, LIVE.name: CAST.name}
"""The screens that pieces of work with a name of their own ask for."""
WORKS = [*SCREENS, MEMORY, LIVE]
"""In their order: memory is looked at when every screen has been shown."""

MIXTURE = {"board": 2, "draft": 5, "coverage": 2, "search": 1, "cast": 2, "decisions": 2}
"""How often each screen comes in the mixed load. Every page is asked for anew."""
