"""The pieces of work, the figures read from each, and what those must reach.

A bound is on ours divided by theirs, as in the issue: time and CPU at most, rates at least.
"""

from dataclasses import replace

from bench.kit.work import BEST, Bound, Figure, Work

HOCUSPOCUS = "hocuspocus"
YWS = "y-websocket-server"
PYCRDT = "pycrdt-websocket"

LARGE = {"bytes": 1_700_000, "people": 24, "turn": 600, "seed": 1}
SMALL = {"bytes": 20_000, "people": 4, "turn": 40, "seed": 2}
MIDDLE = {"bytes": 60_000, "people": 4, "turn": 40, "seed": 3}
"""Texts by their bytes, by how many people in turns of so many edits."""
GROWN = {"bytes": 200_000, "people": 8, "turn": 200, "seed": 4}
"""What a strategy of some sixty pages is after its drafting."""
TEXTS = {"large": LARGE, "small": SMALL, "middle": MIDDLE, "grown": GROWN}


def _rates(part: str, what: str, *bounds: Bound, cpu: tuple[Bound, ...] = ()) -> list[Figure]:
    """How much a second, at what cost, and how late."""
    return [
        Figure(f"{part}.rate", what, "delivered", "1/s", more_is_better=True, bounds=bounds),
        *_cost(part, what, *cpu),
    ]


def _cost(part: str, what: str, *bounds: Bound) -> list[Figure]:
    return [
        Figure(f"{part}.cpuEach", what, "CPU with database, a delivery", "µs", bounds=bounds),
        Figure(f"{part}.p99", what, "latency, 99 of 100", "ms"),
    ]


_TIMES = {"warm": 1.0, "seconds": 4.0}
_SHORT = {"warm": 0.4, "seconds": 1.2}

ONE_WRITER = Work(
    name="one-writer",
    call="oneWriter",
    about="One person writes and 200 read.",
    options=_TIMES | {"readers": 200},
    quick=_SHORT,
    figures=(
        *_rates(
            "one",
            "one writer, 200 readers, one in flight",
            Bound(BEST, 0.9, 1.15),
            cpu=(Bound(BEST, 1.0, 0.85),),
        ),
        *_rates("many", "one writer, 200 readers, 64 in flight"),
        *_cost("pacedTen", "one writer, 200 readers, 10 a second"),
    ),
)

FIFTY_WRITERS = Work(
    name="fifty-writers",
    call="manyWriters",
    about="Fifty people write in one document and read each other.",
    options=_TIMES | {"writers": 50},
    quick=_SHORT,
    figures=(
        *_cost("paced", "50 writers, 5 a second each"),
        *_cost(
            "presence",
            "50 writers, 5 a second each, with presence",
            Bound((HOCUSPOCUS,), 0.75, 0.4),
        ),
        *_cost("fourTimes", "50 writers, 20 a second each"),
        *_rates("saturated", "50 writers, saturated", Bound((HOCUSPOCUS,), 1.5, 3)),
    ),
)

ROOMS = Work(
    name="rooms",
    call="manyRooms",
    about="200 documents with three people each, all writing.",
    documents=200,
    options=_TIMES,
    quick=_SHORT,
    figures=(
        *_cost("paced", "200 rooms × 3, 1 a second each"),
        *_rates("saturated", "200 rooms × 3, saturated", Bound(BEST, 2.5, 5)),
    ),
)

COLD = Work(
    name="cold",
    call="firstClient",
    about="The first client after a restart opens a text of 1.7 MB.",
    text="large",
    figures=(
        Figure(
            "milliseconds",
            "first client of a 1.7 MB document after a restart",
            "time",
            "ms",
            bounds=(
                Bound((HOCUSPOCUS,), 1 / 8, 1 / 20),
                Bound((YWS,), 1 / 8, 1 / 15),
                Bound((PYCRDT,), 1 / 1.5, 1 / 3),
            ),
        ),
        Figure("cpu", "first client of a 1.7 MB document after a restart", "CPU", "s"),
    ),
)

RECONNECT = Work(
    name="reconnect",
    call="reconnect",
    about="500 clients come back at once to a text of 200 kB, with authorisation.",
    text="grown",
    options={"clients": 500, "times": 5},
    quick={"times": 2},
    figures=(
        Figure(
            "milliseconds",
            "500 clients reconnect, until all have the text",
            "time",
            "ms",
            bounds=(
                Bound((HOCUSPOCUS,), 1 / 6, 1 / 15),
                Bound((YWS,), 1 / 4, 1 / 10),
                Bound((PYCRDT,), 1 / 2, 1 / 4),
            ),
        ),
    ),
)

RECONNECT_SHORT = replace(
    RECONNECT,
    name="reconnect-short",
    about="The same with a text of 20 kB, where most of the time is the handshakes.",
    text="small",
    figures=(
        replace(
            RECONNECT.figures[0],
            what="500 clients reconnect to a short text, until all have it",
            bounds=(),
        ),
    ),
)

MEMORY = Work(
    name="memory",
    call="manyOpen",
    about="300 texts of 60 kB are opened and written, then quiet, then left.",
    documents=301,
    text="middle",
    once=True,
    options={"settle": 4.0, "quiet": 30.0},
    quick={"settle": 1.0, "quiet": 2.0},
    figures=(
        Figure(
            "live",
            "300 open documents of 60 kB, just written",
            "memory of each",
            "kB",
            bounds=(Bound((HOCUSPOCUS,), 0.75, 0.5),),
        ),
        Figure(
            "resting",
            "the same 300, still open, quiet for 30 s",
            "memory of each",
            "kB",
            bounds=(Bound((HOCUSPOCUS,), 1 / 8, 1 / 100),),
        ),
        Figure("left", "the same 300, 30 s after all have left", "memory of each", "kB"),
    ),
)

NEVER_READ = Work(
    name="never-read",
    call="neverRead",
    about="20 clients never read; 30 others do, of whom 10 write 4 kB ten times a second.",
    options={"seconds": 12.0, "deaf": 20},
    quick={"seconds": 3.0},
    figures=(
        Figure(
            "megabytesMore", "20 clients that never read", "growth of the server", "MB", most=20
        ),
        Figure(
            "p99",
            "20 clients that never read",
            "the others' latency, 99 of 100",
            "ms",
            bounds=(Bound((HOCUSPOCUS,), 1 / 3, 1 / 3),),
        ),
    ),
)

NEVER_READ_500 = Work(
    name="never-read-500",
    call="neverRead",
    about="The same with 500 who never read.",
    options={"seconds": 12.0, "deaf": 500},
    quick={"seconds": 3.0},
    on_request=True,
    figures=(
        Figure(
            "megabytesMore", "500 clients that never read", "growth of the server", "MB", most=20
        ),
        Figure("p99", "500 clients that never read", "the others' latency, 99 of 100", "ms"),
    ),
)

KILL = Work(
    name="kill",
    call="untilKilled",
    about="kill -9 while six people write; then the text is opened again.",
    once=True,
    figures=(
        Figure("lost", "kill -9 of the server", "letters lost that somebody had seen", "", most=0),
        Figure(
            "lostWhole",
            "kill -9 of server and database at once",
            "letters lost that somebody had seen",
            "",
            most=0,
        ),
    ),
)

WORKS = (
    ONE_WRITER,
    FIFTY_WRITERS,
    ROOMS,
    COLD,
    RECONNECT,
    RECONNECT_SHORT,
    MEMORY,
    NEVER_READ,
    NEVER_READ_500,
    KILL,
)
