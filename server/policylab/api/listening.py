"""Who listens to what, and who of them may hear of it when it is sent.

One listener hears the announcements of the house for all subscriptions of a process. For each, one
statement tells who of all that are waiting may hear it at that moment; what they are told is made
once and shared by all of them.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from policylab.api.context import Context
from policylab.kit.bus import Lagging
from policylab.kit.db import Database
from policylab.kit.errors import Refused, not_found
from policylab.kit.events import Announcement
from policylab.kit.log import log

WHO_CHANGED = {"sessions.ended", "person.suspended", "access.changed"}
"""Announcements after which somebody may no longer be who she was."""
MISSED = "missed"
"""The kind of a hint that says: something happened, read it all again."""
MOST_WAITING = 200
"""Hints that may wait for somebody; beyond it she is told that she has missed some."""
T = TypeVar("T")


@dataclass(frozen=True)
class Topic:
    """What a subscription is about: a dialogue, a draft, or the notices of one person."""

    kind: str
    key: UUID
    dialogue_id: UUID | None
    """Whoever is in it may hear; None for what concerns one person alone."""


@dataclass(eq=False)
class Hint:
    """What everybody who listens to a topic is told of one announcement."""

    kind: str
    revision: int
    payload: dict[str, Any]
    _made: dict[Any, Any] = field(default_factory=dict[Any, Any])

    def once(self, make: Callable[["Hint"], T]) -> T:
        """What `make` makes of it, made when first asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]


class Ear:
    """One subscription of one viewer: what waits to be told her."""

    def __init__(self, context: Context, make: Callable[[Hint], Any] | None = None) -> None:
        assert context.viewer.person_id is not None
        self._make = make
        self.context = context
        self.person_id: UUID = context.viewer.person_id
        self._waiting: asyncio.Queue[Hint | Refused | None] = asyncio.Queue()
        left = context.viewer.ends_in
        self._ends_at = None if left is None else asyncio.get_running_loop().time() + left

    def tell(self, hint: Hint) -> None:
        """Let her hear of it; whoever does not listen hears only that she missed something."""
        if self.is_over:
            self.end()
            return
        if self._make is not None and self.context.told is not None:
            self.context.told(hint.once(self._make))  # at once: no task is woken, nothing waits
            return
        if self._waiting.qsize() >= MOST_WAITING:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            hint = Hint(MISSED, hint.revision, {})
        self._waiting.put_nowait(hint)

    def end(self, refused: Refused | None = None) -> None:
        """Nothing more is told her: she may not, or is no longer who she was."""
        self._waiting.put_nowait(refused)

    @property
    def is_over(self) -> bool:
        """Whether the session or token she came with has come to its end by itself."""
        return self._ends_at is not None and asyncio.get_running_loop().time() >= self._ends_at

    async def check(self) -> None:
        """Ask again who is on this connection; the end when nobody is, or somebody else."""
        if self.context.renew is None:
            return
        viewer = await self.context.renew()
        if viewer.person_id != self.person_id:
            self.end()

    async def __aiter__(self) -> AsyncGenerator[Hint]:
        while (found := await self._waiting.get()) is not None:
            if isinstance(found, Refused):
                raise found
            if self.is_over:
                return
            yield found


_WHO = """
SELECT a.person_id, max(r.revision) AS revision,
       coalesce(bool_or(a.delegation_id = $3), false) AS inside
  FROM policylab_access a LEFT JOIN policylab_revision r ON r.key = a.lab_id
 WHERE a.dialogue_id = $1 AND a.person_id = ANY($2)
 GROUP BY a.person_id
"""
"""Of these people those who are in the dialogue now (as the scopes of dialogues and drafts say),
and in the delegation inside which something stays."""


class Listening:
    """All subscriptions of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ears: dict[Topic, set[Ear]] = {}
        self._about: dict[tuple[str, UUID], Topic] = {}
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    @asynccontextmanager
    async def hear(
        self, topic: Topic, context: Context, make: Callable[[Hint], Any] | None = None
    ) -> AsyncGenerator[Ear]:
        """An ear for a topic, open from this moment on; `make` says what a hint is told as."""
        ear = Ear(context, make)
        self._ears.setdefault(topic, set()).add(ear)
        self._about[topic.kind, topic.key] = topic
        if self._task is None:
            self._ready.clear()
            self._task = asyncio.create_task(self._listen(), name="live")
        try:
            await self._ready.wait()
            yield ear
        finally:
            self._forget(topic, ear)

    def _forget(self, topic: Topic, ear: Ear) -> None:
        self._ears[topic].discard(ear)
        if not self._ears[topic]:
            del self._ears[topic]
            del self._about[topic.kind, topic.key]
        if not self._ears and self._task is not None:
            self._task.cancel()
            self._task = None

    async def catch_up(self, topic: Topic, ear: Ear, since: int) -> None:
        """Tell an ear that it has missed something, if its lab has moved on from `since`."""
        found = await self._who(topic, {ear.person_id}, None)
        revision = found[ear.person_id][0] if ear.person_id in found else 0
        if revision > since:
            ear.tell(Hint(MISSED, revision, {}))

    async def _listen(self) -> None:
        while True:
            try:
                async with self._database.bus.listen() as announcements:
                    self._ready.set()
                    async for announcement in announcements:
                        await self._pass_on(announcement)
            except Lagging:
                log.warning("live.lagging", topics=len(self._ears))
                for topic in list(self._ears):
                    await self._tell(topic, MISSED, {}, None)

    async def _pass_on(self, announcement: Announcement) -> None:
        try:
            if announcement.kind in WHO_CHANGED:
                await self._check(announcement.payload.get("person_ids", ()))
            closed_to = announcement.payload.get("closed_to")
            for topic in self._topics(announcement):
                inside = UUID(closed_to) if closed_to else None
                await self._tell(topic, announcement.kind, announcement.payload, inside)
        except Exception as error:  # noqa: BLE001 what failed for one must not silence all others
            log.exception("live.failed", kind=announcement.kind, error=repr(error))
            for topic in self._topics(announcement):
                for ear in self._ears.get(topic, set()).copy():
                    ear.end()

    def _topics(self, announcement: Announcement) -> list[Topic]:
        payload = announcement.payload
        wanted: list[tuple[str, UUID]] = []
        if announcement.dialogue_id:
            wanted.append(("Dialogue", announcement.dialogue_id))
        if "draft_id" in payload:
            wanted.append(("Draft", UUID(payload["draft_id"])))
        if announcement.kind.startswith("notice."):
            wanted += [("Notices", UUID(person)) for person in payload.get("person_ids", ())]
        return [self._about[each] for each in wanted if each in self._about]

    async def _check(self, people: Iterable[str]) -> None:
        named = {UUID(person) for person in people}
        ears = {ear for listening in self._ears.values() for ear in listening}
        await asyncio.gather(*(ear.check() for ear in ears if ear.person_id in named))

    async def _tell(
        self, topic: Topic, kind: str, payload: dict[str, Any], inside: UUID | None
    ) -> None:
        """Tell all who listen and may hear of it, judged at this moment."""
        hint: Hint | None = None
        asked = set[Ear]()
        while ears := self._ears.get(topic, set()) - asked:  # some come while we ask
            asked |= ears
            found = await self._who(topic, {ear.person_id for ear in ears}, inside)
            for ear in ears:
                revision, hears = found.get(ear.person_id, (None, False))
                if revision is None:
                    ear.end(not_found())
                elif hears:
                    hint = hint or Hint(kind, revision, payload)
                    ear.tell(hint)

    async def _who(
        self, topic: Topic, people: set[UUID], inside: UUID | None
    ) -> dict[UUID, tuple[int, bool]]:
        """Of these people those who may see the topic: the revision, and whether this is theirs."""
        if topic.dialogue_id is None:
            return {topic.key: (0, True)}
        rows = await self._database.pool.fetch(_WHO, topic.dialogue_id, list(people), inside)
        return {
            row["person_id"]: (row["revision"] or 0, inside is None or row["inside"])
            for row in rows
        }


_HOUSES: WeakKeyDictionary[Database, Listening] = WeakKeyDictionary()


def listening(database: Database) -> Listening:
    """The subscriptions of this process to what happens in this house."""
    if database not in _HOUSES:
        _HOUSES[database] = Listening(database)
    return _HOUSES[database]
