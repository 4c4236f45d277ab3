"""What begins a transaction goes along with its first statement, what ends it with its last, and
nothing of it is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

from policylab.identity.tables import Person
from policylab.kit.ahead import begin, end, fetch_last
from policylab.kit.db import Database, inserting
from policylab.kit.embedded import SUPERUSER, EmbeddedPostgres
from policylab.kit.viewer import SYSTEM

BEGIN = "BEGIN; SET LOCAL policylab.viewer = 'system'; SET LOCAL work_mem = '1MB'"
SETTINGS = "SELECT current_setting('policylab.viewer', true) AS viewer, current_setting('work_mem')"


async def test_commands_are_carried_out_before_the_next_statement(database: Database) -> None:
    async with database.pool.acquire() as connection:
        for _ in range(2):  # with a statement that is new to the connection, and one that is not
            before = await connection.fetchval("SHOW work_mem")
            begin(connection, BEGIN)
            assert tuple(await connection.fetchrow(SETTINGS)) == ("system", "1MB")
            assert connection.is_in_transaction()
            await end(connection)
            assert await connection.fetchval("SHOW work_mem") == before


async def test_a_command_that_fails_is_told_by_the_next_statement(database: Database) -> None:
    async with database.pool.acquire() as connection:
        for statement in (SETTINGS, "SELECT 'never seen before'"):
            begin(connection, "BEGIN; SET LOCAL work_mem = 'much'")
            with pytest.raises(asyncpg.InvalidParameterValueError, match="much"):
                await connection.fetchrow(statement)
            await end(connection, "ROLLBACK")
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


async def test_of_a_transaction_without_a_statement_nothing_is_sent(database: Database) -> None:
    async with database.pool.acquire() as connection:
        with _sent(connection) as sent:
            begin(connection, BEGIN)
            await end(connection)
        assert sent == []
        assert (await connection.fetchrow(SETTINGS))["viewer"] in (None, "")


async def test_the_last_statement_takes_the_commit_along_once_it_is_prepared(
    database: Database,
) -> None:
    for name, trips in (("One", 3), ("Two", 1)):  # at first: prepare, carry out, commit
        async with database.pool.acquire() as connection:
            with _sent(connection) as sent:
                begin(connection, BEGIN)
                said = inserting(Person(display_name=name), returning="display_name")
                (row,) = await fetch_last(connection, said.sql, *said.values)
                assert row[0] == name
            assert not connection.is_in_transaction()
            assert len(sent) == trips
    assert await _names(database) == ["One", "Two"]


@pytest.mark.parametrize("before", [0, 2])
async def test_a_last_statement_that_fails_commits_nothing(database: Database, before: int) -> None:
    """Whether or not the connection had it prepared."""
    dividing = "SELECT 1 / $1::int"
    async with database.pool.acquire() as connection:
        for _ in range(before):
            begin(connection, BEGIN)
            await fetch_last(connection, dividing, 1)
        begin(connection, BEGIN)
        said = inserting(Person(display_name="Nobody"))
        await connection.execute(said.sql, *said.values)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await fetch_last(connection, dividing, 0)
        assert connection.is_in_transaction()
        await end(connection, "ROLLBACK")
    assert await _names(database) == []


async def test_a_commit_that_fails_is_told_by_the_statement_that_took_it_along(
    as_superuser: Any,
) -> None:
    await as_superuser.execute(
        "CREATE TEMP TABLE one (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
    )
    making = "INSERT INTO one SELECT generate_series(1, $1)"
    for many in (0, 1):
        begin(as_superuser, BEGIN)
        await fetch_last(as_superuser, making, many)
    begin(as_superuser, BEGIN)
    with pytest.raises(asyncpg.UniqueViolationError):
        await fetch_last(as_superuser, making, 2)
    await end(as_superuser, "ROLLBACK")
    assert await as_superuser.fetchval("SELECT count(*) FROM one") == 1


async def test_what_asyncpg_asks_for_itself_ends_no_transaction(as_superuser: Any) -> None:
    """It looks up types that it does not know, by statements of its own, between the two steps."""
    await as_superuser.execute("CREATE TYPE pg_temp.mood AS ENUM ('good')")
    asking = "SELECT current_setting('policylab.viewer', true), $1::pg_temp.mood"
    for _ in range(3):
        begin(as_superuser, BEGIN)
        (row,) = await fetch_last(as_superuser, asking, "good")
        assert tuple(row) == ("system", "good")
        assert not as_superuser.is_in_transaction()
        await as_superuser.reload_schema_state()  # it forgets types


@pytest.fixture
async def as_superuser(postgres_server: EmbeddedPostgres) -> AsyncIterator[Any]:
    """A connection that may make tables and types, for itself alone."""
    connection = await asyncpg.connect(**postgres_server.connection("postgres", SUPERUSER))
    yield connection
    await connection.close()


async def test_a_last_statement_may_be_given_up(database: Database) -> None:
    for _ in range(12):  # more than there are connections
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_wait_in_vain(database), 0.05)
    async with database.rows(SYSTEM) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def _wait_in_vain(database: Database) -> None:
    async with database.rows(SYSTEM) as connection:
        await fetch_last(connection, "SELECT pg_sleep(30)")


async def test_of_a_connection_that_is_closed_the_statement_says_so(database: Database) -> None:
    connection = await asyncpg.connect(**database.bus.connect)
    await connection.close()
    begin(connection, BEGIN)
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


@contextmanager
def _sent(connection: Any) -> Iterator[list[bytes]]:
    """What goes to PostgreSQL meanwhile, one item a round trip."""
    wire, sent = connection._protocol.wire, list[bytes]()
    kept, wire._transport = wire._transport, _Spy(wire._transport, sent)
    yield sent
    wire._transport = kept


class _Spy:
    def __init__(self, transport: Any, sent: list[bytes]) -> None:
        self._transport, self._sent = transport, sent

    def write(self, data: bytes) -> None:
        self._sent.append(bytes(data))
        self._transport.write(data)


async def _names(database: Database) -> list[str]:
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch("SELECT display_name FROM person ORDER BY id")
    return [row[0] for row in rows]
