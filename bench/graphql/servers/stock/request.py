"""What a resolver is given: who asks, and loaders that live as long as the request."""

import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

engine = create_async_engine(
    os.environ["DATABASE_URL"],
    pool_size=int(os.environ["POOL"]),
    max_overflow=0,
    connect_args={"server_settings": {"jit": "off"}},
)


class Request:
    """What a resolver is given: who asks, and loaders that live as long as the request."""

    def __init__(self, viewer: str) -> None:
        self.viewer = viewer
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncSession]:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            wanted = text("SELECT set_config('policylab.viewer', :viewer, true)")
            await (await session.connection()).execute(wanted, {"viewer": self.viewer})
            yield session

    async def rows(self, statement: Any) -> Sequence[Any]:
        async with self.session() as session:
            return (await session.exec(statement)).all()

    def one(self, table: type[SQLModel]) -> DataLoader[UUID, Any]:
        """A row by its id."""
        identifier = col(table.id)  # type: ignore[attr-defined]

        async def batch(keys: list[UUID]) -> list[Any]:
            found = {
                row.id: row for row in await self.rows(within(select(table), identifier, keys))
            }
            return [found.get(key) for key in keys]

        return self.loader((table, "one"), batch)

    def many(self, table: type[SQLModel], by: str, *order: Any) -> DataLoader[UUID, list[Any]]:
        """The rows whose column `by` is the key."""

        async def batch(keys: list[UUID]) -> list[list[Any]]:
            statement = within(select(table), col(getattr(table, by)), keys).order_by(*order)
            found = grouped(await self.rows(statement), lambda row: getattr(row, by))
            return [found[key] for key in keys]

        return self.loader((table, by), batch)

    def loader(self, name: Any, batch: Any) -> DataLoader[Any, Any]:
        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=batch)
        return self._loaders[name]


Info = strawberry.Info[Request, None]


def within(statement: Any, column: Any, keys: Iterable[UUID]) -> Any:
    return statement.where(column.in_(list(keys)))


def grouped(rows: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def to_id(key: Any) -> strawberry.ID:
    return strawberry.ID(str(key))


def key_of(identifier: str) -> UUID:
    """The key of an identifier: the peers know things by their UUIDs."""
    return UUID(identifier)
