"""What each request asks before there is a viewer: who she is, and how things stand for her."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg


class Desk:
    """A connection outside the pools that answers a few statements, one at a time, in one round
    trip each: they are prepared, planned once, and read what needs no viewer.

    A pool's connection would cost more than the statement, and hold one that others wait for.
    """

    def __init__(self, connect: dict[str, Any]) -> None:
        settings = connect["server_settings"] | {"plan_cache_mode": "force_generic_plan"}
        self._connect = connect | {"server_settings": settings}
        self._open: Any = None
        self._prepared: dict[str, Any] = {}
        self._turn = asyncio.Lock()

    async def ask(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a statement; the connection is opened anew after it was lost."""
        async with self._turn:
            if self._open is None or self._open.is_closed():
                self._prepared.clear()
                self._open = await asyncpg.connect(**self._connect)
            prepared = self._prepared.get(statement)
            if prepared is None:
                prepared = self._prepared[statement] = await self._open.prepare(statement)
            return await prepared.fetch(*values)

    async def close(self) -> None:
        """Let the connection go; the next question opens another."""
        async with self._turn:
            if self._open is not None:
                await self._open.close()
                self._open = None
