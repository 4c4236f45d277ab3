"""What a benchmark answers: rows of ratios, ours against a named peer in the same run."""

import gc
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure of one piece of work. `ratio` is ours divided by theirs, medians of the runs."""

    bench: str
    work: str
    figure: str
    unit: str
    ours: float
    peer: str
    peer_version: str
    theirs: float
    ratio: float
    runs: int


def side_by_side(
    ours: Callable[[], object], theirs: Callable[[], object], *, runs: int, repeat: int = 1
) -> tuple[float, float]:
    """Median seconds of each, taken in turns, so that a slow moment of the machine hits both."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(2 * runs):
        which = (turn + turn // 2) % 2  # ours, theirs, theirs, ours, ours, …
        work = (ours, theirs)[which]
        gc.collect()
        begun = time.perf_counter()
        for _ in range(repeat):
            work()
        taken[which].append((time.perf_counter() - begun) / repeat)
    return statistics.median(taken[0]), statistics.median(taken[1])


def machine() -> str:
    """What the figures were measured on, without its name."""
    import os

    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}"
    )


def report(rows: list[Row]) -> dict[str, Any]:
    """The JSON that `--json` writes."""
    return {
        "machine": machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": [asdict(row) for row in rows],
    }
