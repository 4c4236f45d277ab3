"""What is written into the log meanwhile, as a list instead."""

from collections.abc import Generator
from contextlib import contextmanager

from policylab.kit.log import Line, log

TOLD = {"event", "level", "timestamp", "request"}
"""What each line of a request tells."""


@contextmanager
def captured() -> Generator[list[Line]]:
    """The lines that are written from here on, in their order."""
    lines: list[Line] = []
    earlier, log.write = log.write, lines.append
    try:
        yield lines
    finally:
        log.write = earlier
