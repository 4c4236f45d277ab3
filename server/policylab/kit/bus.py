"""Announcements between replicas: a NOTIFY carries sequence numbers, the outbox says the rest.

What a process announces itself it passes on at once, as it knows it. For the others it listens on a
connection of its own; after a reconnect, and every few seconds, it reads what it may have missed.
What it has passed on before it does not pass on again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import asyncpg

from policylab.kit.events import Announcement, Event
from policylab.kit.log import log

CHANNEL = "policylab"
SWEEP_SECONDS = 5.0
HINT_SECONDS = 0.02
"""Between two hints at least. Who announces often tells the others of many things at once."""
REMEMBERED = 20_000
QUEUE_LIMIT = 1_000

_NOTIFY = "SELECT pg_notify($1, $2)"
_NAMED = """
SELECT sequence, kind, lab_id, dialogue_id, payload FROM outbox WHERE sequence = ANY($1::bigint[])
 ORDER BY sequence
"""
_RECENT = """
SELECT sequence FROM outbox WHERE sequence > $1 AND created_at > now() - interval '30 seconds'
"""

Handler = Callable[[Announcement], Awaitable[None]]


class Lagging(Exception):
    """A listener did not keep up; it must read the whole state again."""


class Bus:
    """Hears what any replica announced and passes it to the listeners of this process."""

    def __init__(self, pool: asyncpg.Pool, connect: dict[str, Any]) -> None:
        self._pool = pool
        self.connect = connect
        """What asyncpg needs to reach this database."""
        self._handlers: dict[str, list[Handler]] = {}
        self._queues: set[asyncio.Queue[Announcement | None]] = set()
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._known: list[Announcement] = []
        """Our own, still to be passed on here."""
        self._wanted: set[int] = set()
        """Others' that a hint has named."""
        self._sweep = False
        self._untold: list[int] = []
        """Our own that no hint has named yet."""
        self._telling: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._floor = 0
        self._hinted: dict[str, Callable[[str], None]] = {}
        self._listening: Any = None
        self._turn = asyncio.Lock()
        """Whoever asks the listening connection for something."""
        self.alive = False

    def on(self, event: type[Event], handler: Handler) -> None:
        """Call `handler` for each announcement of this kind; it may run on every replica."""
        self._handlers.setdefault(event.kind, []).append(handler)

    @asynccontextmanager
    async def listen(self) -> AsyncGenerator[AsyncGenerator[Announcement]]:
        """All announcements from now on. Raises Lagging when the listener falls behind."""
        queue: asyncio.Queue[Announcement | None] = asyncio.Queue(QUEUE_LIMIT)
        self._queues.add(queue)
        try:
            async with aclosing(_drain(queue)) as stream:
                yield stream
        finally:
            self._queues.discard(queue)

    async def hear(self, channel: str, handler: Callable[[str], None]) -> None:
        """Call `handler` with each hint on a channel of a room's own. Hints may be lost."""
        self._hinted[channel] = handler
        async with self._turn:
            if self._listening is not None:
                await self._listening.add_listener(channel, _payload_to(handler))

    async def hint(self, channel: str, payload: str) -> None:
        """Send a hint to every process, this one included."""
        try:
            await self._notify(channel, payload)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("bus.hint_lost", error=repr(error))

    def send(self, announcements: Sequence[Announcement]) -> None:
        """Pass on what has just been committed: here, and by a hint to every other replica.

        Nobody waits for that; a hint may be lost, but the outbox has what it names.
        """
        if self._tasks:
            self._known += announcements
            self._wake.set()
        self._untold += [announcement.sequence for announcement in announcements]
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(), name="bus.tell")

    async def _tell(self) -> None:
        """One hint at a time, and a moment between two: what comes meanwhile goes together."""
        try:
            while self._untold:
                named, self._untold = self._untold[:500], self._untold[500:]
                await self._notify(CHANNEL, ",".join(map(str, named)))
                await _within(HINT_SECONDS, self._closing)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("bus.hint_lost", error=repr(error))

    async def _notify(self, channel: str, payload: str) -> None:
        """Over the listening connection, while there is one: then PostgreSQL need not wake it."""
        async with self._turn:
            if self._listening is not None:
                await self._listening.fetch(_NOTIFY, channel, payload)
                return
        async with self._pool.acquire() as connection:
            await connection.fetch(_NOTIFY, channel, payload)

    async def start(self) -> None:
        self._floor = await self._newest()
        ready = asyncio.Event()
        self._tasks = [
            asyncio.create_task(self._hear(ready), name="bus.hear"),
            asyncio.create_task(self._pass_on(), name="bus.pass_on"),
        ]
        await ready.wait()

    async def stop(self) -> None:
        self._closing.set()
        for task in self._tasks:
            task.cancel()
        telling = [self._telling] if self._telling else []
        await asyncio.gather(*self._tasks, *telling, return_exceptions=True)
        self._tasks = []
        for queue in self._queues:
            _put(queue, None)

    async def _newest(self) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('policylab.viewer', 'system', true)")
            return await connection.fetchval("SELECT coalesce(max(sequence), 0) FROM outbox")

    async def _hear(self, ready: asyncio.Event) -> None:
        """Keep one listening connection; come back when it is lost."""
        while True:
            try:
                connection = await asyncpg.connect(**self.connect)
                lost = asyncio.Event()
                connection.add_termination_listener(lambda _, lost=lost: lost.set())
                try:
                    await connection.add_listener(CHANNEL, self._hint)
                    for channel, handler in self._hinted.items():
                        await connection.add_listener(channel, _payload_to(handler))
                    self._listening = connection
                    self.alive = True
                    ready.set()
                    self._look_again()
                    while not await _within(SWEEP_SECONDS, lost):
                        async with self._turn:
                            await connection.execute("SELECT 1")
                        self._look_again()
                finally:
                    self.alive = False
                    self._listening = None
                    await connection.close(timeout=2)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("bus.lost", error=repr(error))
                await asyncio.sleep(0.5)

    def _hint(self, *notification: Any) -> None:
        self._wanted.update(map(int, notification[3].split(",")))
        self._wake.set()

    def _look_again(self) -> None:
        """Hints may have been lost."""
        self._sweep = True
        self._wake.set()

    async def _pass_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            known, self._known = self._known, []
            for announcement in known:
                await self._dispatch(announcement)
            wanted, self._wanted = self._wanted, set()
            sweep, self._sweep = self._sweep, False
            try:
                for announcement in await self._others(wanted, sweep=sweep):
                    await self._dispatch(announcement)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                self._wanted |= wanted
                self._sweep |= sweep
                log.warning("bus.read_failed", error=repr(error))
                await asyncio.sleep(0.5)
                self._wake.set()

    async def _others(self, wanted: set[int], *, sweep: bool) -> list[Announcement]:
        """Those that were named, with a sweep all of the last half minute, but for those that
        have been passed on."""
        if not sweep and wanted <= self._seen.keys():
            return []
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('policylab.viewer', 'system', true)")
            if sweep:
                recent = await connection.fetch(_RECENT, self._floor)
                wanted = wanted.union(row["sequence"] for row in recent)
            unseen = sorted(wanted - self._seen.keys())
            rows = await connection.fetch(_NAMED, unseen) if unseen else []
        return [Announcement(*row) for row in rows]

    async def _dispatch(self, announcement: Announcement) -> None:
        if announcement.sequence in self._seen:  # a sweep found our own before we were told
            return
        self._seen[announcement.sequence] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        for queue in list(self._queues):
            _put(queue, announcement)
        for handler in self._handlers.get(announcement.kind, []):
            try:
                await handler(announcement)
            except Exception as error:  # noqa: BLE001 one listener's bug must not stop the others
                log.exception("bus.handler_failed", kind=announcement.kind, error=repr(error))


def _payload_to(handler: Callable[[str], None]) -> Callable[..., None]:
    return lambda *notification: handler(notification[3])


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether it happened in this time; answers as soon as it does."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


def _put(queue: asyncio.Queue[Announcement | None], item: Announcement | None) -> None:
    try:
        queue.put_nowait(item)
    except asyncio.QueueFull:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)


async def _drain(queue: asyncio.Queue[Announcement | None]) -> AsyncGenerator[Announcement]:
    while True:
        item = await queue.get()
        if item is None:
            raise Lagging
        yield item
