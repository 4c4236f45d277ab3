"""What begins a transaction goes along with its first statement, and nothing of it is lost."""

import asyncpg
import pytest

from policylab.kit.ahead import send_ahead
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM

BEGIN = "BEGIN; SET LOCAL policylab.viewer = 'system'; SET LOCAL work_mem = '1MB'"
SETTINGS = "SELECT current_setting('policylab.viewer', true) AS viewer, current_setting('work_mem')"


async def test_commands_are_carried_out_before_the_next_statement(database: Database) -> None:
    async with database.pool.acquire() as connection:
        for _ in range(2):  # with a statement that is new to the connection, and one that is not
            before = await connection.fetchval("SHOW work_mem")
            send_ahead(connection, BEGIN)
            assert tuple(await connection.fetchrow(SETTINGS)) == ("system", "1MB")
            assert connection.is_in_transaction()
            await connection.execute("COMMIT")
            assert await connection.fetchval("SHOW work_mem") == before


async def test_a_command_that_fails_is_told_by_the_next_statement(database: Database) -> None:
    async with database.pool.acquire() as connection:
        for statement in (SETTINGS, "SELECT 'never seen before'"):
            send_ahead(connection, "BEGIN; SET LOCAL work_mem = 'much'")
            with pytest.raises(asyncpg.InvalidParameterValueError, match="much"):
                await connection.fetchrow(statement)
            await connection.execute("ROLLBACK")
            assert await connection.fetchval("SELECT 1") == 1


async def test_a_statement_that_is_never_sent_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(asyncpg.DataError):
        async with database.rows(SYSTEM) as connection:
            await connection.fetchval("SELECT $1::int", "not a number")
    async with database.rows(SYSTEM):
        pass  # nothing was asked at all
    async with database.pool.acquire() as connection:
        assert not connection.is_in_transaction()
        assert (await connection.fetchrow(SETTINGS))["viewer"] in (None, "")


async def test_of_a_connection_that_is_closed_the_statement_says_so(database: Database) -> None:
    connection = await asyncpg.connect(**database.bus.connect)
    await connection.close()
    send_ahead(connection, BEGIN)
    with pytest.raises(asyncpg.InterfaceError, match="closed"):
        await connection.fetchrow(SETTINGS)


async def test_what_is_settled_is_planned_once_and_all_else_for_its_values(
    database: Database,
) -> None:
    for settled, mode in (
        (True, "force_generic_plan"),
        (False, "auto"),
        (True, "force_generic_plan"),
    ):
        async with database.rows(SYSTEM, settled=settled) as connection:
            assert await connection.fetchval("SHOW plan_cache_mode") == mode
        async with database.write(SYSTEM, settled=settled) as uow:
            assert (await uow.fetchrow("SHOW plan_cache_mode"))[0] == mode
