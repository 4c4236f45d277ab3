"""The log: many drafts in one commit, whole or not at all, each under the lock of its head."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

import pytest

from policylab import coediting
from policylab.coediting.session import Owner
from policylab.coediting.store import Closed, NotStored, Row, Store, Taken, Unknown
from policylab.kit.db import Database
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests.coediting import crafted

ANNA: Owner = (UUID(int=1), UUID(int=2))
BEN: Owner = (UUID(int=3), UUID(int=4))


@pytest.fixture
async def store(database: Database) -> AsyncGenerator[Store]:
    opened = Store(database)
    yield opened
    await opened.close()


async def drafts(database: Database, count: int) -> list[UUID]:
    keys = [uuid7() for _ in range(count)]
    async with database.write(SYSTEM) as uow:
        for key in keys:
            await coediting.open_draft(uow, draft_id=key, dialogue_id=uuid7(), content=None)
    return keys


async def test_rows_are_numbered_within_each_draft(database: Database, store: Store) -> None:
    one, two = await drafts(database, 2)
    rows = [Row(ANNA, crafted.paragraph(7, "x")), Row(BEN, crafted.paragraph(9, "y"))]
    answers = await asyncio.gather(
        *(store.append(draft, rows) for draft in (one, two, one, one, two))
    )
    assert answers == [0, 0, 2, 4, 2]
    heads = await store.heads([one, two])
    assert heads == {one: (6, False), two: (4, False)}
    stored, _ = await store.after(one, 4)
    assert [seq for seq, _ in stored] == [5, 6]
    assert (await store.load(two)).seq == 4


async def test_a_closed_draft_refuses_and_the_others_of_the_batch_go_on(
    database: Database, store: Store
) -> None:
    one, two = await drafts(database, 2)
    async with database.write(SYSTEM) as uow:
        await coediting.close_draft(uow, one)
    rows = [Row(ANNA, crafted.paragraph(7, "x"))]
    closed, open_ = await asyncio.gather(
        store.append(one, rows), store.append(two, rows), return_exceptions=True
    )
    assert isinstance(closed, Closed)
    assert open_ == 0
    assert (await store.load(one)).seq == 0


async def test_a_held_head_holds_up_nobody_else(database: Database, store: Store) -> None:
    one, two = await drafts(database, 2)
    rows = [Row(ANNA, crafted.paragraph(7, "x"))]
    async with database.write(SYSTEM) as uow:
        await coediting.close_draft(uow, one)
        await uow.session.flush()
        waiting = asyncio.create_task(store.append(one, rows))
        assert await asyncio.wait_for(store.append(two, rows), 5) == 0
        await asyncio.sleep(0.05)
        assert not waiting.done()
    with pytest.raises(Closed):
        await waiting


async def test_a_client_id_is_claimed_once(database: Database, store: Store) -> None:
    (draft,) = await drafts(database, 1)
    rows = [Row(ANNA, crafted.paragraph(7, "x"))]
    other = Store(database)
    await store.append(draft, rows, {7: ANNA})
    with pytest.raises(Taken):
        await other.append(draft, [Row(BEN, b"\x00\x00")], {7: BEN})
    await other.close()
    loaded = await store.load(draft)
    assert loaded.owners == {7: ANNA}
    assert loaded.seq == 1
    assert await store.append(draft, [Row(ANNA, b"\x00\x00")], {7: ANNA}) == 1


async def test_what_is_not_there_is_unknown(store: Store) -> None:
    with pytest.raises(Unknown):
        await store.load(uuid7())
    with pytest.raises(Unknown):
        await store.append(uuid7(), [Row(ANNA, b"\x00\x00")])


async def test_without_a_database_nothing_is_said_to_be_stored(
    database: Database, store: Store
) -> None:
    (draft,) = await drafts(database, 1)
    async with database.raw() as blocker:
        await blocker.execute("LOCK TABLE draft_update IN ACCESS EXCLUSIVE MODE")
        appending = asyncio.create_task(store.append(draft, [Row(ANNA, b"\x00\x00")]))
        await asyncio.sleep(0.1)
        assert not appending.done()
        await blocker.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND usename = current_user"
        )
        with pytest.raises(NotStored):
            await appending
    assert (await store.load(draft)).seq == 0


async def test_a_snapshot_stands_in_for_the_rows_before_it(
    database: Database, store: Store
) -> None:
    (draft,) = await drafts(database, 1)
    update = crafted.paragraph(7, "x")
    await store.append(draft, [Row(ANNA, update)])
    await store.keep_snapshot(draft, 1, update, b"\x00\x00")
    await store.append(draft, [Row(ANNA, b"\x00\x00")])
    loaded = await store.load(draft)
    assert (loaded.snapshot_seq, loaded.seq, loaded.tail) == (1, 2, [b"\x00\x00"])
