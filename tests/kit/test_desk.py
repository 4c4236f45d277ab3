"""The desk: what each request asks before there is a viewer."""

import asyncio
from typing import Any

import asyncpg
import pytest

from policylab.kit.db import Database

DOUBLE = "SELECT key, key * 2 AS twice FROM unnest($1::int[]) AS key WHERE key <> 0"


@pytest.fixture
def asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The keys of each statement that goes to the database."""
    found: list[list[int]] = []
    ask = database.desk.ask

    async def noting(statement: str, *values: Any) -> list[Any]:
        found.append(values[0])
        return await ask(statement, *values)

    monkeypatch.setattr(database.desk, "ask", noting)
    return found


async def test_all_who_come_while_another_is_answered_are_asked_about_together(
    database: Database, asked: list[list[int]]
) -> None:
    first = asyncio.create_task(database.desk.row(DOUBLE, 1))
    while not asked:
        await asyncio.sleep(0)
    rest = await asyncio.gather(*(database.desk.row(DOUBLE, key) for key in (2, 3, 3, 0)))
    assert (await first)["twice"] == 2
    assert [row and row["twice"] for row in rest] == [4, 6, 6, None]
    assert asked == [[1], [2, 3, 3, 0]]


async def test_whoever_no_longer_waits_keeps_nobody_from_an_answer(
    database: Database, asked: list[list[int]]
) -> None:
    gone, stays = (asyncio.create_task(database.desk.row(DOUBLE, key)) for key in (1, 2))
    while not asked:
        await asyncio.sleep(0)
    gone.cancel()
    assert (await stays)["twice"] == 4
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_a_statement_that_fails_fails_all_who_asked_and_nobody_after_them(
    database: Database,
) -> None:
    wrong = "SELECT key, key / 0 FROM unnest($1::int[]) AS key"
    told = await asyncio.gather(
        *(database.desk.row(wrong, key) for key in (1, 2)), return_exceptions=True
    )
    assert [type(each) for each in told] == [asyncpg.DivisionByZeroError] * 2
    assert (await database.desk.row(DOUBLE, 4))["twice"] == 8


async def test_a_connection_that_was_lost_is_opened_again(database: Database) -> None:
    ((lost,),) = await database.desk.ask("SELECT pg_backend_pid()")
    async with database.pool.acquire() as connection:
        await connection.execute("SELECT pg_terminate_backend($1)", lost)
    async with asyncio.timeout(10):
        while not database.desk._open.is_closed():  # pyright: ignore[reportPrivateUsage]
            await asyncio.sleep(0.01)
    ((other,),) = await database.desk.ask("SELECT pg_backend_pid()")
    assert other != lost
