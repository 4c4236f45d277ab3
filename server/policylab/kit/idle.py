"""Pooled connections that nobody has used for a while are ended: each keeps a process of the
database, with some ten megabytes of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy.event import listens_for
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

IDLE_SECONDS = 15.0


class Idle:
    """Watches an engine's pool, which hands out the last that came back first; one is kept."""

    def __init__(self, engine: AsyncEngine, *, seconds: float = IDLE_SECONDS) -> None:
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._since: dict[ConnectionPoolEntry, float] = {}
        listens_for(engine.sync_engine, "checkin")(self._came_back)
        listens_for(engine.sync_engine, "checkout")(self._went_out)
        self._timer = self._loop.call_later(self._seconds / 3, self._look)

    def stop(self) -> None:
        self._timer.cancel()

    def _came_back(self, _: Any, entry: ConnectionPoolEntry) -> None:
        self._since.pop(entry, None)
        if entry.dbapi_connection is not None:
            self._since[entry] = self._loop.time()

    def _went_out(self, _: Any, entry: ConnectionPoolEntry, *__: Any) -> None:
        self._since.pop(entry, None)

    def _look(self) -> None:
        """End those that have waited too long; the newest stays for whoever comes next."""
        before = self._loop.time() - self._seconds
        for entry, since in list(self._since.items())[:-1]:
            if since < before:
                del self._since[entry]
                entry.invalidate()
        self._timer = self._loop.call_later(self._seconds / 3, self._look)
