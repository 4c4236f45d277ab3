"""How long a text waits before its next turn: not at all for one writer, a little for many."""

import asyncio
from typing import Any, Final

LONGEST: Final = 0.008
SHORTEST: Final = 0.001
"""Timers are no finer."""
PER_PAIR: Final = 4e-6
"""Seconds for each pair of a writer and somebody who hears of it."""
REMEMBERED_SECONDS: Final = 0.25


class Pace:
    """What comes within one wait is stored in one commit and sent in one write.

    The time grows with writers and connections, because so does what each turn costs.
    """

    def __init__(self) -> None:
        self._writers: set[Any] = set()
        self._earlier = 0
        self._turned = 0.0
        self._begun = 0.0

    def note(self, writer: Any) -> None:
        """Somebody has written."""
        self._writers.add(writer)

    async def wait(self, hearers: int, waiting: int) -> None:
        """Wait for more, unless the last turn was long ago or enough has come in already."""
        now = asyncio.get_running_loop().time()
        writers = max(len(self._writers), self._earlier)
        window = min(LONGEST, writers * hearers * PER_PAIR) if writers > 1 else 0.0
        rest = self._turned + window - now
        if rest >= SHORTEST and waiting < 2 * writers:
            await asyncio.sleep(rest)
            now += rest
        self._turned = now
        if now - self._begun > REMEMBERED_SECONDS:
            self._earlier, self._begun = len(self._writers), now
            self._writers.clear()
