"""What each request asks before there is a viewer: who she is, and how things stand for her."""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias

import asyncpg

_Question: TypeAlias = "tuple[Any, asyncio.Future[Any]]"


class Desk:
    """A connection outside the pools that answers a few statements, one at a time, in one round
    trip each: they are prepared, planned once, and read what needs no viewer.

    A pool's connection would cost more than the statement, and hold one that others wait for. Who
    asks while another is answered is asked about together with all who do.
    """

    def __init__(self, connect: dict[str, Any]) -> None:
        settings = connect["server_settings"] | {"plan_cache_mode": "force_generic_plan"}
        self._connect = connect | {"server_settings": settings}
        self._open: Any = None
        self._prepared: dict[str, Any] = {}
        self._turn = asyncio.Lock()
        self._waiting: dict[tuple[str, tuple[Any, ...]], list[_Question]] = {}
        self._working: asyncio.Task[None] | None = None

    async def row(self, statement: str, key: Any, *values: Any) -> Any:
        """The row of one key, or None, by a statement that takes many keys as `$1` and answers
        each row's own key first."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.setdefault((statement, values), []).append((key, answer))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="desk")
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            (statement, values), asked = self._waiting.popitem()
            try:
                rows = await self.ask(statement, [key for key, _ in asked], *values)
            except Exception as error:  # noqa: BLE001 whoever asked shall know
                for _, answer in asked:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            found = {row[0]: row for row in rows}
            for key, answer in asked:
                if not answer.done():  # nobody waits for it any more
                    answer.set_result(found.get(key))

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
        if self._working is not None:
            await self._working
        async with self._turn:
            if self._open is not None:
                await self._open.close()
                self._open = None
