"""Connections to the database that nobody needs any more."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from policylab.kit.db import SERVER_SETTINGS, Database
from policylab.kit.idle import Idle

NAME = "policylab idle test"
SERVER_SIDE = text("SELECT pid FROM pg_stat_activity WHERE application_name = :name")


def engine_of(database: Database) -> AsyncEngine:
    settings = SERVER_SETTINGS | {"application_name": NAME}
    return create_async_engine(
        database.engine.url,
        pool_size=4,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args={"server_settings": settings},
    )


async def pids(engine: AsyncEngine, count: int) -> set[int]:
    """The processes behind so many connections that are used at the same moment."""
    async with AsyncExitStack() as stack:
        open_ = [await stack.enter_async_context(engine.connect()) for _ in range(count)]
        asked = [await each.execute(text("SELECT pg_backend_pid()")) for each in open_]
        return {each.scalar_one() for each in asked}


async def test_all_but_the_last_idle_connection_are_ended_and_come_back_when_needed(
    database: Database,
) -> None:
    engine = engine_of(database)
    idle = Idle(engine, seconds=0.3)
    try:
        before = await pids(engine, 4)
        async with asyncio.timeout(10), engine.connect() as watching:
            while True:
                found = await watching.execute(SERVER_SIDE, {"name": NAME})
                left = {row.pid for row in found}
                await watching.rollback()
                if len(left) <= 2:  # the one that watches, and the newest of the idle
                    break
                await asyncio.sleep(0.05)
        assert left < before
        after = await pids(engine, 4)
        assert len(after) == 4
        assert len(after - before) >= 2
    finally:
        idle.stop()
        await engine.dispose()
