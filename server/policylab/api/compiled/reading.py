"""One transaction for everything that a plan reads as its viewer."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Self

from policylab.kit.ahead import begin, fetch_last, not_yet
from policylab.kit.db import Claim, Database, UnitOfWork, reading_as
from policylab.kit.viewer import Viewer


class Reads:
    """Stands in for the database while a plan runs: the viewer's rows come over one connection,
    taken when first needed. Several tasks may use it; their statements go one after another."""

    def __init__(self, database: Database, viewer: Viewer) -> None:
        self._database = database
        self._viewer = viewer
        self._rows: AbstractAsyncContextManager[Any] | None = None
        self._connection: Any = None
        self._turn = asyncio.Lock()
        self._elsewhere = 0
        self._over = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: Any) -> None:
        self._over = True  # for tasks that were left behind when another one failed
        async with self._turn:
            await self._give_back(*raised)

    @asynccontextmanager
    async def rows(self, viewer: Viewer) -> AsyncGenerator[Any]:
        """As `Database.rows`; for somebody else, a connection of her own."""
        if viewer.database_name == self._viewer.database_name:
            yield self
        else:
            async with self._instead(), self._database.rows(viewer) as connection:
                yield connection

    @asynccontextmanager
    async def write(
        self, viewer: Viewer, *, settled: bool = False, claim: Claim | None = None
    ) -> AsyncGenerator[UnitOfWork]:
        """As `Database.write`. What the viewer herself does, settled, and what is read after that
        go over the same connection."""
        if settled and viewer is self._viewer:
            async with self._turn, self._written_first(claim) as uow:
                yield uow
        else:
            elsewhere = self._database.write(viewer, settled=settled, claim=claim)
            async with self._instead(), elsewhere as uow:
                yield uow

    @asynccontextmanager
    async def _written_first(self, claim: Claim | None) -> AsyncGenerator[UnitOfWork]:
        await self._give_back()
        async with AsyncExitStack() as stack:
            both = self._database.write_and_read(self._viewer, claim)
            unit, connection = await stack.enter_async_context(both)
            async with unit as uow:
                yield uow
            stack.pop_all()
            self._rows, self._connection = both, connection

    async def in_one(self, statement: str, *values: Any) -> list[Any]:
        """As `Database.in_one`; what is read after it goes over the same connection. A column
        `reach` tells what the viewer reaches, as for a unit of work."""
        async with self._turn:
            await self._give_back()
            connection = await self._take()
            not_yet(connection)
            try:
                rows = await connection.fetch(statement, *values)
            except BaseException as error:
                await self._give_back(type(error), error, error.__traceback__)
                raise
            begin(connection, reading_as(self._viewer, rows[0].get("reach") if rows else None))
            return rows

    @asynccontextmanager
    async def raw(self) -> AsyncGenerator[Any]:
        """As `Database.raw`."""
        async with self._instead(), self._database.raw() as connection:
            yield connection

    @asynccontextmanager
    async def _instead(self) -> AsyncGenerator[None]:
        """Hold no connection while waiting for another: requests that do so, each with one in its
        hand, would wait for each other for ever."""
        self._elsewhere += 1
        try:
            async with self._turn:
                await self._give_back()
            yield
        finally:
            self._elsewhere -= 1

    async def fetch(self, sql: str, *values: Any, last: bool = False) -> list[Any]:
        """Rows, as the viewer may see them. After the `last` ones the connection goes back; for
        what is asked all the same there is another."""
        async with self._turn:
            connection = self._connection or await self._take()
            fetch = partial(fetch_last, connection) if last else connection.fetch
            rows = await fetch(sql, *values)
            if last or self._elsewhere:
                await self._give_back()
            return rows

    async def fetchrow(self, sql: str, *values: Any) -> Any:
        rows = await self.fetch(sql, *values)
        return rows[0] if rows else None

    async def fetchval(self, sql: str, *values: Any) -> Any:
        rows = await self.fetch(sql, *values)
        return rows[0][0] if rows else None

    async def _take(self) -> Any:
        if self._over:
            raise RuntimeError("This request has been answered already.")
        rows = self._database.rows(self._viewer, settled=True)
        self._connection = await rows.__aenter__()
        self._rows = rows
        return self._connection

    async def _give_back(self, *raised: Any) -> None:
        rows, self._rows, self._connection = self._rows, None, None
        if rows is not None:
            await rows.__aexit__(*(raised or (None, None, None)))
