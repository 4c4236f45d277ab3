"""Announcements between replicas: a NOTIFY carries sequence numbers, the outbox says the rest.

Each process listens on a connection of its own. After a reconnect, and every few seconds, it reads
what it may have missed; what it has passed on before it does not pass on again.
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
REMEMBERED = 20_000
QUEUE_LIMIT = 1_000

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
        self._wanted: set[int] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._floor = 0
        self._hinted: dict[str, Callable[[str], None]] = {}
        self._listening: Any = None
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
        if self._listening is not None:
            await self._listening.add_listener(channel, _payload_to(handler))

    async def hint(self, channel: str, payload: str) -> None:
        """Send a hint to every process, this one included."""
        try:
            async with self._pool.acquire() as connection:
                await connection.execute("SELECT pg_notify($1, $2)", channel, payload)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("bus.hint_lost", error=repr(error))

    async def send(self, sequences: Sequence[int]) -> None:
        """Tell every replica which announcements are new. A hint: the outbox has them."""
        try:
            async with self._pool.acquire() as connection:
                for start in range(0, len(sequences), 500):
                    hint = ",".join(map(str, sequences[start : start + 500]))
                    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, hint)
        except (OSError, asyncpg.PostgresError) as error:
            log.warning("bus.hint_lost", error=repr(error))

    async def start(self) -> None:
        self._floor = await self._newest()
        ready = asyncio.Event()
        self._tasks = [
            asyncio.create_task(self._hear(ready), name="bus.hear"),
            asyncio.create_task(self._pass_on(), name="bus.pass_on"),
        ]
        await ready.wait()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
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
                    self._wake.set()
                    while not await _within(SWEEP_SECONDS, lost):
                        await connection.execute("SELECT 1")
                        self._wake.set()
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

    async def _pass_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            wanted, self._wanted = self._wanted, set()
            try:
                for announcement in await self._fetch(sorted(wanted)):
                    await self._dispatch(announcement)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                self._wanted |= wanted
                log.warning("bus.read_failed", error=repr(error))
                await asyncio.sleep(0.5)

    async def _fetch(self, wanted: list[int]) -> list[Announcement]:
        """Those that were named; without names, all of the last half minute."""
        condition = (
            "sequence = ANY($1::bigint[])"
            if wanted
            else "sequence > $2 AND created_at > now() - interval '30 seconds'"
        )
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('policylab.viewer', 'system', true)")
            rows = await connection.fetch(
                "SELECT sequence, kind, lab_id, dialogue_id, payload FROM outbox "  # noqa: S608
                f"WHERE {condition} AND ($1::bigint[] IS NOT NULL OR $2::bigint IS NOT NULL) "
                "ORDER BY sequence",
                wanted,
                self._floor,
            )
        return [Announcement(*row) for row in rows if row["sequence"] not in self._seen]

    async def _dispatch(self, announcement: Announcement) -> None:
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
