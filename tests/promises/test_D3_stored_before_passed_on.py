"""D3: with commits held back by 500 ms, nothing leaves before its commit.

At the moment a frame with somebody's words arrives anywhere, another connection to the database
must see them; likewise at the moment the server says that they are stored.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from policylab.kit.db import Database, connect_arguments
from tests.coediting.harness import Cursor, Person, Writer, tokens_in
from tests.coediting.process import Process
from tests.promises.conftest import full

HELD = """
CREATE FUNCTION hold_back() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER hold_back AFTER INSERT ON draft_update
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_back()
"""

pytestmark = pytest.mark.promise


@pytest.fixture
async def witness(
    house: Database, owner_url: Callable[[str], str]
) -> AsyncGenerator[asyncpg.Connection]:
    """The owner's connection, which sees what is committed and nothing else."""
    url = house.engine.url.render_as_string(hide_password=False)
    connection = await asyncpg.connect(**connect_arguments(owner_url(url)))
    await connection.execute("SELECT set_config('policylab.viewer', 'system', false)")
    yield connection
    await connection.close()


@pytest.fixture
async def process(
    house: Database, witness: asyncpg.Connection, tmp_path: Path
) -> AsyncGenerator[Process]:
    await witness.execute(HELD)
    process = Process(house, tmp_path)
    await process.start()
    yield process
    await process.kill()


class Watched(Writer):
    """Asks the witness about each frame before it does anything with it."""

    def __init__(self, url: str, person: Person, see: Callable[[], Any], **arguments: Any) -> None:
        super().__init__(url, person, **arguments)
        self._see = see
        self.early: list[str] = []
        self.seen = 0

    async def _take(self, cursor: Cursor) -> None:
        data = cursor.data
        told = tokens_in(data)
        if data[0] == 101:  # what of mine is durable, if this is true?
            stored = Cursor(data[1:])
            stored.uint()
            count = stored.uint()
            told = [token for token, number in self.numbers.items() if number <= count]
        if told:
            committed = await self._see()
            self.seen += len(told)
            self.early += [token for token in told if token not in committed]
        await super()._take(cursor)


async def test_nothing_leaves_before_it_is_stored(
    process: Process, witness: asyncpg.Connection
) -> None:
    draft_id = await process.draft()
    people = [await process.person(draft_id) for _ in range(4)]
    asking = asyncio.Lock()

    async def see() -> set[str]:
        async with asking:
            return await _committed(witness, draft_id)

    everybody = [Watched(process.url(draft_id), person, see) for person in people]
    author, *others = everybody
    for client in others[:2]:
        await client.connect()
    await author.connect()
    for _ in range(full(50, 3)):
        began = time.perf_counter()
        author.write_token()
        others[0].write_token()
        await asyncio.sleep(0.05)
        late = Watched(process.url(draft_id), people[3], see)  # joins while the commit is held
        everybody.append(late)
        await late.connect()
        await author.settled()
        await others[0].settled()
        assert time.perf_counter() - began > 0.4
        await late.close()
    for client in everybody:
        await client.close()
    assert sum(client.seen for client in everybody) > full(300, 15)
    assert [client.early for client in everybody if client.early] == []


async def _committed(witness: asyncpg.Connection, draft_id: UUID) -> set[str]:
    rows = await witness.fetch("SELECT update FROM draft_update WHERE draft_id = $1", draft_id)
    return {token for row in rows for token in tokens_in(row["update"])}
