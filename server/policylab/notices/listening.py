"""Hearing of what happens, so that notices are there at once and not at the next look."""

import asyncio
from time import monotonic, process_time
from typing import ClassVar
from uuid import UUID

from policylab.kit.db import Database
from policylab.kit.events import Announcement, Event
from policylab.kit.log import log
from policylab.kit.viewer import SYSTEM
from policylab.notices.service import refresh

QUIET_SECONDS = 0.15
"""What comes in quick succession is looked at together."""
REST = 100
"""After each look, at most so many times as long as it took, while this process has much else to
do: nobody waits for a notice, and people who ask the same server for something do wait."""
MUCH = 0.2
"""Of the time on a core; the database may need the rest of it."""

KINDS = (
    "access.changed",
    "adoption.recorded",
    "amendment.changed",
    "amendment.tabled",
    "delegation.changed",
    "dialogue.created",
    "fact.recorded",
    "grant.changed",
    "mandate.changed",
    "meeting.changed",
    "meeting.planned",
    "minutes.approved",
    "minutes.written",
    "notice.sent",
    "phase.moved",
    "position.confirmed",
    "position.prepared",
    "position.released",
    "procedure.closed",
    "procedure.opened",
    "procedure.referred",
    "recommendation.answered",
    "recommendation.referred",
    "record.sealed",
    "report.filed",
    "version.frozen",
)
"""Announcements after which something may need somebody, or no longer does."""


def listen(database: Database) -> None:
    """Keep notices up to date with what is announced, on every replica."""
    desk = _Desk(database)
    for kind in KINDS:
        database.bus.on(_heard_as(kind), desk.hear)


def _heard_as(name: str) -> type[Event]:
    """An announcement known by its kind alone: this room needs nothing else of it."""

    class Heard(Event):
        kind: ClassVar[str] = name

    return Heard


class _Desk:
    """The dialogues that wait to be looked at, and the one task that does it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: set[UUID] = set()
        self._task: asyncio.Task[None] | None = None

    async def hear(self, announcement: Announcement) -> None:
        dialogue_id = announcement.dialogue_id or await self._dialogue_of(announcement)
        if dialogue_id is None:
            return
        self._waiting.add(dialogue_id)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="notices.desk")

    async def _dialogue_of(self, announcement: Announcement) -> UUID | None:
        """What stays inside a delegation names the delegation alone."""
        delegation_id = announcement.payload.get("delegation_id")
        if delegation_id is None:
            return None
        async with self._database.rows(SYSTEM) as connection:
            return await connection.fetchval(
                "SELECT dialogue_id FROM delegation WHERE id = $1", UUID(delegation_id)
            )

    async def _work(self) -> None:
        rest = 0.0
        while self._waiting:
            await _pause(rest)
            begun = monotonic()
            dialogue_id = self._waiting.pop()
            try:
                await refresh(self._database, dialogue_id)
            except Exception as error:  # noqa: BLE001 the clock looks again at what failed here
                log.warning("notices.failed", dialogue=str(dialogue_id), error=repr(error))
            rest = REST * (monotonic() - begun)


async def _pause(rest: float) -> None:
    """A quiet moment; and so many seconds in all, as long as there is much to do meanwhile."""
    begun, busy = monotonic(), True
    while busy:
        at, worked = monotonic(), process_time()
        await asyncio.sleep(QUIET_SECONDS)
        now = monotonic()
        busy = now - begun < rest and process_time() - worked > MUCH * (now - at)
