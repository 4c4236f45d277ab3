"""The connections over which something is changed: kept, ended when idle, opened anew."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from policylab.kit.connections import Connections, OfDriver, OfEngine
from policylab.kit.db import SERVER_SETTINGS, Database, connect_arguments

NAME = "policylab connections test"
SIZE = 4
SERVER_SIDE = "SELECT pid FROM pg_stat_activity WHERE application_name = $1"


SETTINGS = {"server_settings": SERVER_SETTINGS | {"application_name": NAME}}


async def none(_: Any) -> None:
    """Nothing is set up."""


@pytest.fixture(params=["engine", "driver"])
async def connections(
    database: Database, request: pytest.FixtureRequest
) -> AsyncGenerator[Connections[Any]]:
    url = database.engine.url.render_as_string(hide_password=False)
    engine = create_async_engine(url, poolclass=NullPool, connect_args=SETTINGS)
    kind: Any = OfEngine(engine)
    if request.param == "driver":
        kind = OfDriver(none, **connect_arguments(url), **SETTINGS)
    opened = Connections(kind, size=SIZE, idle=0.3)
    yield opened
    await opened.close()
    await engine.dispose()


async def pid(connection: Any) -> int:
    driver = getattr(connection, "driver_connection", connection)
    return await driver.fetchval("SELECT pg_backend_pid()")


async def pids(connections: Connections[Any], count: int) -> list[int]:
    """The processes behind so many that are used at the same moment."""
    taken = [await connections.take() for _ in range(count)]
    found = [await pid(each) for each in taken]
    for each in taken:
        connections.give_back(each)
    return found


async def left(database: Database) -> set[int]:
    async with database.pool.acquire() as watching:
        return {row["pid"] for row in await watching.fetch(SERVER_SIDE, NAME)}


async def test_the_last_that_came_back_is_taken_next(connections: Connections[Any]) -> None:
    *_, last = await pids(connections, SIZE)
    assert await pids(connections, 1) == [last]


async def test_all_but_the_last_idle_connection_are_ended_and_come_back_when_needed(
    database: Database, connections: Connections[Any]
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
    database: Database, connections: Connections[Any]
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


async def test_one_that_the_engine_has_let_go_is_passed_over(
    database: Database, connections: Connections[Any]
) -> None:
    """As SQLAlchemy does where a statement of its own finds the connection lost."""
    for _ in range(SIZE + 1):
        connection = await connections.take()
        lost = await pid(connection)
        if hasattr(connection, "invalidate"):
            connection.invalidate()
        else:
            await connection.close()
        connections.give_back(connection)
        assert await pids(connections, 1) != [lost]
    assert len(set(await pids(connections, SIZE))) == SIZE


async def test_who_waits_and_is_given_up_leaves_her_turn_to_the_next(
    connections: Connections[Any],
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
    database: Database, connections: Connections[Any]
) -> None:
    assert len(set(await pids(connections, SIZE))) == SIZE
    in_use = await connections.take()
    await connections.close()
    assert await left(database) == {await pid(in_use)}
    connections.give_back(in_use)
    async with asyncio.timeout(10):
        while await left(database):
            await asyncio.sleep(0.05)
