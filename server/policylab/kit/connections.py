"""Connections to the database, kept for whoever comes next.

A pool of asyncpg or SQLAlchemy asks much of each that comes and goes, which ours do not need: they
leave nothing behind. Whoever waits for one has her turn. Those that nobody has used for a while are
ended: each keeps a process of the database, with some ten megabytes of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, Generic, Protocol, TypeVar

import asyncpg
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import greenlet_spawn

T = TypeVar("T")
IDLE_SECONDS: Final = 15.0
PATIENCE_SECONDS: Final = 30.0
"""Until whoever waits for a connection is told that there is none."""


class Kind(Protocol[T]):
    """What is kept."""

    async def open(self) -> T:
        """A new one."""
        ...

    def is_open(self, connection: T) -> bool:
        """Whether it can still be used."""
        ...

    def end(self, connection: T) -> None:
        """Let it go at once."""

    async def close(self, connection: T) -> None:
        """Let it go, and tell the database."""


class OfEngine(Kind[PoolProxiedConnection]):
    """Connections of an engine that keeps none, over which objects can be read and written."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def open(self) -> PoolProxiedConnection:
        return await greenlet_spawn(self.engine.sync_engine.pool.connect)

    def is_open(self, connection: PoolProxiedConnection) -> bool:
        driver: Any = connection.driver_connection
        return driver is not None and not driver.is_closed()

    def end(self, connection: PoolProxiedConnection) -> None:
        if connection.driver_connection is not None:  # else the engine has let it go already
            connection.invalidate()

    async def close(self, connection: PoolProxiedConnection) -> None:
        await greenlet_spawn(connection.close)


class OfDriver(Kind[Any]):
    """asyncpg's own connections, each set up once."""

    def __init__(self, set_up: Callable[[Any], Awaitable[None]], **arguments: Any) -> None:
        self._set_up = set_up
        self._arguments = arguments

    async def open(self) -> Any:
        connection = await asyncpg.connect(**self._arguments)
        try:
            await self._set_up(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    def is_open(self, connection: Any) -> bool:
        return not connection.is_closed()

    def end(self, connection: Any) -> None:
        connection.terminate()

    async def close(self, connection: Any) -> None:
        await connection.close()


class Connections(Generic[T]):
    """At most so many of a kind; which one is taken next is the last that came back."""

    def __init__(self, kind: Kind[T], *, size: int, idle: float = IDLE_SECONDS) -> None:
        self._kind = kind
        self._free = asyncio.Semaphore(size)
        self._kept: list[tuple[T, float]] = []
        """Those that came back, and when; the latest last."""
        self._idle = idle
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(idle / 3, self._look)

    async def take(self) -> T:
        """One that is open; TimeoutError when none comes free."""
        if self._free.locked():
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._free.acquire()
        else:
            await self._free.acquire()
        try:
            while self._kept:
                connection, _ = self._kept.pop()
                if self._kind.is_open(connection):
                    return connection
                self._kind.end(connection)
            return await self._kind.open()
        except BaseException:
            self._free.release()
            raise

    def give_back(self, connection: T) -> None:
        """For whoever comes next; no transaction is under way on it."""
        if self._closed:
            self._kind.end(connection)
        else:
            self._kept.append((connection, self._loop.time()))
        self._free.release()

    def _look(self) -> None:
        """End those that have waited too long; the newest stays for whoever comes next."""
        before = self._loop.time() - self._idle
        while len(self._kept) > 1 and self._kept[0][1] < before:
            connection, _ = self._kept.pop(0)
            self._kind.end(connection)
        self._timer = self._loop.call_later(self._idle / 3, self._look)

    async def close(self) -> None:
        """End them all; those that are in use when they come back."""
        self._closed = True
        self._timer.cancel()
        while self._kept:
            connection, _ = self._kept.pop()
            await self._kind.close(connection)
