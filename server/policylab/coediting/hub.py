"""All drafts that people have open in this process, and what they need of the world around them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

import asyncpg

from policylab.coediting.events import DraftClosed, DraftReopened, TextChanged
from policylab.coediting.hints import Hints
from policylab.coediting.room import RIGHTS_CHANGED, Room
from policylab.coediting.rules import Asked, Gate, Standing
from policylab.coediting.store import Store
from policylab.coediting.turn import Peer
from policylab.kit.db import Database
from policylab.kit.events import Announcement
from policylab.kit.log import log
from policylab.kit.memory import give_back
from policylab.kit.viewer import SYSTEM

QUIET_SECONDS: Final = 0.6
TOGETHER_SECONDS: Final = 0.05
AT_LEAST_SECONDS: Final = 5.0
"""A text that is never quiet is announced so often, a large one less often."""
LARGE: Final = 256 * 1024
SELDOM_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 1.0
REST_SECONDS: Final = 10.0
"""After so long without a change a text is only its bytes."""
FORGET_SECONDS: Final = 60.0
"""After so long it is only in the database."""
MOST_MEMORY: Final = 512 * 1024 * 1024


@dataclass(slots=True)
class _Changed:
    """When a text was first and last changed since the last announcement."""

    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Census:
    """What a process has open: texts, connections to them, and about how many bytes they take."""

    texts: int
    peers: int
    bytes: int


class Hub:
    """Opens a draft once however many people come, and lets it go when the last has left."""

    def __init__(self, database: Database, gate: Gate, *, most: int = MOST_MEMORY) -> None:
        self._most = most
        """Bytes that the texts of this process may take together."""
        self.store = Store(database)
        self.epoch = 0
        """Counts how often rights may have changed: an answer from before is asked for again."""
        self._database = database
        self._gate = gate
        self._rooms: dict[UUID, Room] = {}
        self._hints = Hints(database.bus, self._open_now, self._hear)
        self._changed: dict[UUID, _Changed] = {}
        self._news: list[TextChanged] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._looker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen to the other processes."""
        bus = self._database.bus
        bus.on(DraftClosed, self._closed_or_reopened)
        bus.on(DraftReopened, self._closed_or_reopened)
        bus.on(TextChanged, self._changed_by_the_house)
        await self._hints.start()
        self._looker = asyncio.create_task(self._look(), name="coediting.look")

    async def stop(self) -> None:
        """Finish what has come in; say what has changed."""
        if self._looker is not None:
            self._looker.cancel()
        for room in list(self._rooms.values()):
            room.dismiss(room.peers, 1012, "The server restarts.")
            await room.settle()
            room.rest()
        for draft_id in list(self._changed):
            self._announce(draft_id)
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._hints.stop()
        for room in self._rooms.values():
            await room.settle()
        await self.store.close()

    # ── for the transport ──

    async def standings(self, asked: Collection[Asked]) -> dict[Asked, Standing]:
        """What each may do at this very moment; join before anything else is awaited."""
        while True:
            epoch = self.epoch
            found = await self._gate.may_all(asked)
            if epoch == self.epoch:
                return found

    def join(self, draft_id: UUID, peer: Peer) -> Room:
        """Bring a connection, whose standing has just been asked for, into its draft."""
        room = self._rooms.get(draft_id)
        if room is None:
            room = self._rooms[draft_id] = Room(draft_id, self)
        room.join(peer)
        return room

    def close(
        self,
        *,
        draft_id: UUID | None = None,
        dialogue_id: UUID | None = None,
        person_ids: Iterable[UUID] | None = None,
    ) -> None:
        """Rights may have changed: those concerned are asked to come back, and judged anew."""
        self.epoch += 1
        persons = None if person_ids is None else set(person_ids)
        for room in self._rooms.values():
            if draft_id not in (None, room.draft_id):
                continue
            if dialogue_id is not None and room.dialogue_id not in (None, dialogue_id):
                continue  # a room that has not been loaded yet may be of any dialogue
            concerned = [
                peer
                for peer in room.peers
                if persons is None or peer.session.standing.person_id in persons
            ]
            room.dismiss(concerned, RIGHTS_CHANGED, "What you may do here has changed.")

    async def access_changed(
        self, person_ids: Iterable[UUID | str], dialogue_id: UUID | None
    ) -> None:
        """These people may do something else now; without people, everybody in the dialogue.

        Their connections are closed with 4501; clients come back, and the gate is asked anew.
        """
        persons = {UUID(str(person)) for person in person_ids}
        if persons or dialogue_id is not None:
            self.close(dialogue_id=dialogue_id, person_ids=persons or None)

    def present(self, draft_id: UUID) -> list[Standing]:
        """Who has the draft open in this process, each person in a capacity once."""
        room = self._rooms.get(draft_id)
        peers = room.peers if room is not None else ()
        here = {peer.session.owner: peer.session.standing for peer in peers}
        return sorted(here.values(), key=lambda standing: (standing.label, standing.function))

    def census(self) -> Census:
        """How much is open here; may be asked from another thread."""
        rooms = list(self._rooms.values())
        held = sum(room.bytes > 0 for room in rooms)
        return Census(held, sum(len(r.peers) for r in rooms), sum(r.size for r in rooms))

    # ── for rooms ──

    def stored(self, room: Room) -> None:
        """Tell the other processes soon, and everybody after a quiet moment."""
        self._hints.note(room.draft_id, room.seq)
        now = asyncio.get_running_loop().time()
        waiting = self._changed.get(room.draft_id)
        if waiting is not None:
            waiting.last = now
            return
        self._changed[room.draft_id] = _Changed(now, now)
        self._soon(QUIET_SECONDS, partial(self._quiet, room.draft_id))

    def _quiet(self, draft_id: UUID) -> None:
        """Announce a change, unless more came meanwhile: then look again."""
        waiting = self._changed.get(draft_id)
        if waiting is None:
            return
        now = asyncio.get_running_loop().time()
        room = self._rooms.get(draft_id)
        at_least = min(
            AT_LEAST_SECONDS * max(1, (room.bytes if room else 0) / LARGE), SELDOM_SECONDS
        )
        due = min(waiting.last + QUIET_SECONDS, waiting.first + at_least)
        if due > now + 0.001:
            self._soon(due - now, partial(self._quiet, draft_id))
        else:
            self._announce(draft_id)

    def _announce(self, draft_id: UUID) -> None:
        del self._changed[draft_id]
        room = self._rooms.get(draft_id)
        if room is not None:
            event = TextChanged(dialogue_id=room.dialogue_id, draft_id=draft_id, seq=room.seq)
            if not self._news:
                self._run(self._say())
            self._news.append(event)

    async def _say(self) -> None:
        """Announce what has changed, the texts of a moment together."""
        await asyncio.sleep(TOGETHER_SECONDS)
        news, self._news = self._news, []
        try:
            async with self._database.write(SYSTEM) as uow:
                for event in news:
                    uow.announce(event)
        except Exception as error:  # noqa: BLE001 the texts are stored; only the news is late
            log.warning("coediting.news_late", drafts=len(news), error=repr(error))

    # ── other processes ──

    def _soon(self, seconds: float, work: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, work)

    def _open_now(self) -> list[tuple[UUID, int]]:
        return [(draft_id, room.seq) for draft_id, room in self._rooms.items()]

    def _hear(self, draft_id: UUID, seq: int) -> None:
        room = self._rooms.get(draft_id)
        if room is not None:
            room.hear(seq)

    async def _closed_or_reopened(self, announcement: Announcement) -> None:
        """Whose edit meets the closing is told so by the room, before she is asked to come back."""
        draft_id = UUID(announcement.payload["draft_id"])
        self.epoch += 1
        closed = False
        room = self._rooms.get(draft_id)
        if room is not None:
            heads = await self.store.heads([draft_id])
            for seq, closed in heads.values():
                room.hear(seq, closed)
        if not closed:
            self.close(draft_id=draft_id)

    async def _changed_by_the_house(self, announcement: Announcement) -> None:
        """A verb has written into the log; here, or in another process."""
        room = self._rooms.get(UUID(announcement.payload["draft_id"]))
        if room is not None:
            room.hear(int(announcement.payload["seq"]))

    async def _look(self) -> None:
        """Hints may be lost: ask the database how far the open drafts are."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._hints.be_present()
            self._end_what_ends()
            self._let_go()
            if not self._rooms:
                continue
            try:
                heads = await self.store.heads(list(self._rooms))
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("coediting.look_failed", error=repr(error))
                continue
            for draft_id, (seq, closed) in heads.items():
                room = self._rooms.get(draft_id)
                if room is not None:
                    room.hear(seq, closed)

    def _end_what_ends(self) -> None:
        """Ask whoever came with a session or token that has ended by now to come with another."""
        now = asyncio.get_running_loop().time()
        for room in self._rooms.values():
            ended = [peer for peer in room.peers if peer.session.ends_at <= now]
            room.dismiss(ended, RIGHTS_CHANGED, "You have been signed out here.")

    def _let_go(self) -> None:
        """Put to rest what nobody changes, and forget what nobody has open."""
        now = asyncio.get_running_loop().time()
        before = self.size
        for draft_id, room in list(self._rooms.items()):
            if draft_id in self._changed:
                continue
            still = now - room.changed_at
            if still > REST_SECONDS:
                room.rest(altogether=still > FORGET_SECONDS)
            if room.resting and now - room.idle_since > REST_SECONDS:
                room.rest(altogether=True)
                if room.resting:
                    del self._rooms[draft_id]
        self._keep_within(self._most)
        if self.size < before:
            give_back()

    def _keep_within(self, most: int) -> None:
        """Put the texts that were changed longest ago to rest until the others fit."""
        size = self.size
        if size <= most:
            return
        for room in sorted(self._rooms.values(), key=lambda room: room.changed_at):
            held = room.size
            if held and room.rest(altogether=True):
                size -= held
            if size <= most:
                return

    @property
    def size(self) -> int:
        """About how many bytes all texts take in this process."""
        return sum(room.size for room in self._rooms.values())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
