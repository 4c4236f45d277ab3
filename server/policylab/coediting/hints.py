"""What processes tell each other: how far the log of a text goes, a moment after it has grown.

Hints may be lost: each process also asks the database every second. So nothing is said while there
is nobody to hear it; each process says every now and then that it is there.
"""

import asyncio
import os
from collections.abc import Callable, Iterable
from math import inf
from typing import Final
from uuid import UUID

from policylab.kit.bus import Bus

CHANNEL: Final = "policylab_coediting"
HINT_SECONDS: Final = 0.03
"""What grows within this time is told together."""
MOST_AT_ONCE: Final = 100
PRESENT_SECONDS: Final = 10.0
"""How often a process says that it is there."""
BELIEVED_SECONDS: Final = 3 * PRESENT_SECONDS


class Hints:
    """One process's: `open_now` tells how far its texts are, `hear` is told of others'."""

    def __init__(
        self,
        bus: Bus,
        open_now: Callable[[], Iterable[tuple[UUID, int]]],
        hear: Callable[[UUID, int], None],
    ) -> None:
        self._bus = bus
        self._open_now = open_now
        self._hear = hear
        self._name = os.urandom(4).hex()
        self._grown: dict[UUID, int] = {}
        self._others_until = -inf
        """So long others are taken to be there."""
        self._present_at = -inf
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self._bus.hear(CHANNEL, self._heard)
        self.be_present()

    async def stop(self) -> None:
        """Finish saying what is being said."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def be_present(self) -> None:
        """Say that this process is there, unless it has just been said."""
        now = asyncio.get_running_loop().time()
        if now - self._present_at >= PRESENT_SECONDS:
            self._present_at = now
            self._say("")

    def note(self, draft_id: UUID, seq: int) -> None:
        """The log of a text has grown: the others hear it soon, if there are any."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._others_until:
            return
        if not self._grown:
            loop.call_later(HINT_SECONDS, self._tell)
        self._grown[draft_id] = seq

    def _tell(self) -> None:
        grown, self._grown = list(self._grown.items()), {}
        for start in range(0, len(grown), MOST_AT_ONCE):
            these = grown[start:][:MOST_AT_ONCE]
            self._say(",".join(f"{key.hex}:{seq}" for key, seq in these))

    def _say(self, listed: str) -> None:
        task = asyncio.create_task(self._bus.hint(CHANNEL, f"{self._name}|{listed}"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _heard(self, payload: str) -> None:
        name, _, listed = payload.partition("|")
        if name == self._name:
            return
        now = asyncio.get_running_loop().time()
        met = now >= self._others_until
        self._others_until = now + BELIEVED_SECONDS
        if met:  # they do not know of us, nor of what we wrote while we did not know of them
            self._say("")
            for draft_id, seq in self._open_now():
                self.note(draft_id, seq)
        for hint in filter(None, listed.split(",")):
            key, _, seq = hint.partition(":")
            self._hear(UUID(key), int(seq))
