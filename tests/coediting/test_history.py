"""The text at any moment of its life, who did what to it, and who wrote what of it."""

import random
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc, XmlFragment

from policylab import coediting
from policylab.coediting import heavy, milestones
from policylab.coediting.reading import read_text
from policylab.coediting.store import Row, Store
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests.coediting.lives import ANNA, Life, begin, keep, live_through, rows_of, snapshots_of


async def content_at(database: Database, draft_id: UUID, position: int) -> Any:
    async with database.read(SYSTEM) as session:
        return (await coediting.text_at(session, draft_id, position)).content


async def test_the_text_is_read_as_it_was_after_each_row(database: Database) -> None:
    life = Life(random.Random(1))
    draft_id = await live_through(database, life, steps=60)
    for position in range(life.seq + 1):
        assert await content_at(database, draft_id, position) == life.text_at(position)


async def test_milestones_change_no_text_at_any_moment(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milestones, "MOST", 4)
    life = Life(random.Random(2))
    draft_id = await live_through(database, life, steps=90)
    for seq in range(3, life.seq, 3):
        await keep(database, draft_id, life, seq)
    kept = await snapshots_of(database, draft_id)
    assert 4 <= len(kept) <= 2 * 4 + 1
    gaps = [later - earlier for earlier, later in zip([0, *kept], [*kept, life.seq], strict=True)]
    assert max(gaps) <= 3 * milestones.stride(life.seq // 3) + 3
    for position in range(0, life.seq + 1, 7):
        assert await content_at(database, draft_id, position) == life.text_at(position)


def test_however_long_a_life_is_few_milestones_stay() -> None:
    kept: list[int] = []
    for number in range(1, 5_000):
        step = milestones.stride(number)
        kept = [each for each in [*kept, number] if each % step == 0 or each == number]
        assert len(kept) <= 2 * milestones.MOST + 1


async def test_the_text_that_was_closed_is_kept_whatever_follows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milestones, "MOST", 2)
    life = Life(random.Random(3))
    draft_id = await live_through(database, life, steps=21)
    frozen = life.seq
    async with database.write(SYSTEM) as uow:
        closed = await coediting.close_draft(uow, draft_id)
    async with database.write(SYSTEM) as uow:
        await coediting.reopen_draft(uow, draft_id)
    await live_through(database, life, steps=60, draft_id=draft_id)
    for seq in range(frozen + 1, life.seq, 2):
        await keep(database, draft_id, life, seq)
    assert frozen in await snapshots_of(database, draft_id)
    assert await content_at(database, draft_id, frozen) == closed.content == life.text_at(frozen)


async def test_a_position_is_found_by_the_clock(database: Database) -> None:
    life = Life(random.Random(4))
    draft_id = await live_through(database, life, steps=12)
    rows = await rows_of(database, draft_id)
    async with database.read(SYSTEM) as session:
        for row in rows:
            last = max(each["seq"] for each in rows if each["created_at"] <= row["created_at"])
            assert await coediting.position_at(session, draft_id, row["created_at"]) == last
        before = rows[0]["created_at"].replace(year=2000)
        assert await coediting.position_at(session, draft_id, before) == 0


@pytest.mark.parametrize("position", [-1, 2])
async def test_what_has_not_been_yet_is_refused(database: Database, position: int) -> None:
    draft_id = await begin(database)
    async with database.read(SYSTEM) as session:
        with pytest.raises(Refused) as refused:
            await coediting.text_at(session, draft_id, position)
        assert refused.value.code == RefusalCode.INVALID_INPUT
        assert (await coediting.text_at(session, draft_id, 1)).seq == 1
        with pytest.raises(Refused) as refused:
            await coediting.text_at(session, uuid7(), 0)
        assert refused.value.code == RefusalCode.NOT_FOUND


async def test_a_large_text_is_made_elsewhere_and_says_the_same(database: Database) -> None:
    life = Life(random.Random(5), words="Courses within six months. " * 20_000)
    draft_id = await live_through(database, life, steps=30)
    assert len(life.whole_at(life.seq)) > heavy.LIGHT
    assert await content_at(database, draft_id, life.seq) == life.text_at(life.seq)


async def test_the_longest_way_to_a_moment_of_a_million_changes_is_short_and_right(
    database: Database,
) -> None:
    """With the milestones that such a life leaves, from one to just before the next."""
    draft_id = await begin(database)
    store, doc = Store(database), Doc[Any](client_id=77)
    longest = 500 * milestones.stride(1_000_000 // 500)
    said: list[bytes] = []
    first = await content_at(database, draft_id, 1)
    async with database.rows(SYSTEM) as connection:
        doc.apply_update(await connection.fetchval("SELECT update FROM draft_update WHERE seq = 1"))
    doc.observe(lambda event: said.append(event.update))
    run = doc.get("default", type=XmlFragment).children[0].children[0]
    for number in range(longest - 1):
        run.insert(number % 20, "x")
    for start in range(0, len(said), 5_000):
        await store.append(draft_id, [Row(ANNA, each) for each in said[start:][:5_000]])
    await store.close()
    assert longest < 1_000_000 / 30
    assert await content_at(database, draft_id, longest) == read_text(doc) != first
