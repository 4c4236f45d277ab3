"""The connections over which something is changed: kept, ended when idle, opened anew."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from policylab.kit.connections import Connections
from policylab.kit.db import SERVER_SETTINGS, Database

NAME = "policylab connections test"
SIZE = 4
SERVER_SIDE = "SELECT pid FROM pg_stat_activity WHERE application_name = $1"


@pytest.fixture
async def connections(database: Database) -> AsyncGenerator[Connections]:
    engine = create_async_engine(
        database.engine.url,
        pool_size=SIZE,
        max_overflow=0,
        connect_args={"server_settings": SERVER_SETTINGS | {"application_name": NAME}},
    )
    opened = Connections(engine, size=SIZE, idle=0.3)
    yield opened
    await opened.close()


async def pid(connection: Any) -> int:
    return await connection.driver_connection.fetchval("SELECT pg_backend_pid()")


async def pids(connections: Connections, count: int) -> list[int]:
    """The processes behind so many that are used at the same moment."""
    taken = [await connections.take() for _ in range(count)]
    found = [await pid(each) for each in taken]
    for each in taken:
        connections.give_back(each)
    return found


async def left(database: Database) -> set[int]:
    async with database.pool.acquire() as watching:
        return {row["pid"] for row in await watching.fetch(SERVER_SIDE, NAME)}


async def test_the_last_that_came_back_is_taken_next(connections: Connections) -> None:
    *_, last = await pids(connections, SIZE)
    assert await pids(connections, 1) == [last]


async def test_all_but_the_last_idle_connection_are_ended_and_come_back_when_needed(
    database: Database, connections: Connections
) -> None:
    *others, last = await pids(connections, SIZE)
    async with asyncio.timeout(10):
        while await left(database) != {last}:
            await asyncio.sleep(0.05)
    after = await pids(connections, SIZE)
    assert after[0] == last
    assert len(set(after)) == SIZE
    assert not set(after) & set(others)


async def test_one_that_the_database_has_ended_is_passed_over(
    database: Database, connections: Connections
) -> None:
    for _ in range(SIZE + 1):  # as often as there is room, and once more
        (lost,) = await pids(connections, 1)
        async with database.pool.acquire() as other:
            await other.execute("SELECT pg_terminate_backend($1)", lost)
        async with asyncio.timeout(10):
            while lost in await left(database):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # for the news to come
        assert await pids(connections, 1) != [lost]


async def test_who_waits_and_is_given_up_leaves_her_turn_to_the_next(
    connections: Connections,
) -> None:
    taken = [await connections.take() for _ in range(SIZE)]
    gone, stays = (asyncio.create_task(connections.take()) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    connections.give_back(taken.pop())
    async with asyncio.timeout(5):
        taken.append(await stays)
    for each in taken:
        connections.give_back(each)
    assert gone.cancelled()


async def test_none_is_left_when_they_are_closed(
    database: Database, connections: Connections
) -> None:
    assert len(set(await pids(connections, SIZE))) == SIZE
    await connections.close()
    async with asyncio.timeout(10):
        while await left(database):
            await asyncio.sleep(0.05)
