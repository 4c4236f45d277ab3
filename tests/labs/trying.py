"""Verbs in units of work of their own, and refusals that leave no trace."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from policylab.kit.db import Database
from policylab.kit.errors import Refused
from policylab.kit.viewer import SYSTEM, Viewer

Verb = Callable[..., Awaitable[Any]]


async def do(database: Database, viewer: Viewer, verb: Verb, /, **named: Any) -> Any:
    """What a verb answers, committed."""
    async with database.write(viewer) as uow:
        return await verb(uow, viewer, **named)


async def refusal(database: Database, viewer: Viewer, verb: Verb, /, **named: Any) -> Refused:
    """How a verb refuses; the whole database is afterwards what it was before."""
    before = await everything(database)
    with pytest.raises(Refused) as refused:
        await do(database, viewer, verb, **named)
    assert await everything(database) == before
    return refused.value


async def everything(database: Database) -> dict[str, tuple[int, int]]:
    """A fingerprint of every table: how many rows, and a sum over what is in them."""
    async with database.rows(SYSTEM) as connection:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
        shape = "count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)"
        parts = " UNION ALL ".join(
            f"SELECT '{name}', {shape} FROM {name} t"  # noqa: S608
            for (name,) in tables
        )
        return {row[0]: (row[1], row[2]) for row in await connection.fetch(parts)}


async def count(database: Database, table: str, where: str = "true") -> int:
    """How many rows of a table are so."""
    async with database.rows(SYSTEM) as connection:
        return await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608
