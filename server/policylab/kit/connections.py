"""The connections over which something is changed, kept for whoever comes next.

An engine's own pool asks much of each that comes and goes, which most changes do not need. Whoever
waits for one has her turn. Those that nobody has used for a while are ended: each keeps a process
of the database, with some ten megabytes of its own.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from sqlalchemy import PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import greenlet_spawn

IDLE_SECONDS: Final = 15.0
PATIENCE_SECONDS: Final = 30.0
"""Until whoever waits for a connection to change something is told that there is none."""


class Connections:
    """At most so many of an engine; which one is taken next is the last that came back."""

    def __init__(self, engine: AsyncEngine, *, size: int, idle: float = IDLE_SECONDS) -> None:
        self.engine = engine
        self._free = asyncio.Semaphore(size)
        self._kept: list[tuple[PoolProxiedConnection, float]] = []
        """Those that came back, and when; the latest last."""
        self._idle = idle
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(idle / 3, self._look)

    async def take(self) -> PoolProxiedConnection:
        """One that is open; TimeoutError when none comes free."""
        if self._free.locked():
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._free.acquire()
        else:
            await self._free.acquire()
        try:
            while self._kept:
                connection, _ = self._kept.pop()
                if not _driver(connection).is_closed():
                    return connection
                connection.invalidate()
            return await greenlet_spawn(self.engine.sync_engine.pool.connect)
        except BaseException:
            self._free.release()
            raise

    def give_back(self, connection: PoolProxiedConnection) -> None:
        """For whoever comes next; no transaction is under way on it."""
        self._kept.append((connection, self._loop.time()))
        self._free.release()

    def _look(self) -> None:
        """End those that have waited too long; the newest stays for whoever comes next."""
        before = self._loop.time() - self._idle
        while len(self._kept) > 1 and self._kept[0][1] < before:
            connection, _ = self._kept.pop(0)
            connection.invalidate()
        self._timer = self._loop.call_later(self._idle / 3, self._look)

    async def close(self) -> None:
        """End them all."""
        self._timer.cancel()
        while self._kept:
            connection, _ = self._kept.pop()
            await greenlet_spawn(connection.close)
        await self.engine.dispose()


def _driver(connection: PoolProxiedConnection) -> Any:
    return connection.driver_connection
