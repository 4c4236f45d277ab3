"""Whatever a change touches gets a new revision, whether its verb thinks of it or not."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from policylab import identity
from policylab.kit.db import Database, Statement
from policylab.kit.ledger import HOUSE
from policylab.kit.revisions import UNREVISED
from policylab.kit.sources import Source
from policylab.kit.viewer import SYSTEM
from policylab.migrations import models
from tests import make

models.load()


async def revision(database: Database, key: UUID) -> int:
    async with database.pool.acquire() as connection:
        found = await connection.fetchval(
            "SELECT revision FROM policylab_revision WHERE key = $1", key
        )
    return found or 0


async def rename(database: Database, lab_id: UUID, *, fail: bool = False) -> None:
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        await connection.execute(
            text("UPDATE lab SET languages = languages WHERE id = :lab"), {"lab": lab_id}
        )
        if fail:
            raise RuntimeError("the change fails after all")


async def test_every_table_is_revised_or_says_why_it_is_not(database: Database) -> None:
    async with database.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT tgrelid::regclass::text AS name, count(*) AS events FROM pg_trigger "
            "WHERE tgname LIKE '%_touches_on_%' GROUP BY 1"
        )
    found = {row["name"].strip('"'): row["events"] for row in rows}
    assert found == {
        name: 1 if source.append_only else 3
        for name, source in Source.registry.items()
        if name not in UNREVISED
    }
    assert UNREVISED.keys() <= Source.registry.keys()


async def test_a_change_that_says_nothing_gets_a_revision_all_the_same(database: Database) -> None:
    lab = await make.lab(database)
    before, house = await revision(database, lab), await revision(database, HOUSE)
    await rename(database, lab)
    assert await revision(database, lab) == before + 1
    assert await revision(database, HOUSE) == house


async def test_so_does_what_is_written_with_the_revisions_themselves(database: Database) -> None:
    labs = [await make.lab(database), await make.lab(database)]
    before = [await revision(database, lab) for lab in labs]
    async with database.write(SYSTEM) as uow:
        both = {
            f"lab{number}": Statement(
                "UPDATE lab SET languages = languages WHERE id = $1 RETURNING id", [lab]
            )
            for number, lab in enumerate(labs)
        }
        await uow.last(**both)
    assert [await revision(database, lab) for lab in labs] == [each + 1 for each in before]


async def test_a_change_that_fails_leaves_the_revision(database: Database) -> None:
    lab = await make.lab(database)
    before = await revision(database, lab)
    with pytest.raises(RuntimeError):
        await rename(database, lab, fail=True)
    assert await revision(database, lab) == before


async def test_signing_in_concerns_oneself_alone(database: Database) -> None:
    person = (await make.person(database)).person_id
    assert person is not None
    async with database.pool.acquire() as connection:
        own_key = await connection.fetchval("SELECT policylab_own_revision($1)", person)
    house, own = await revision(database, HOUSE), await revision(database, own_key)
    async with database.write(SYSTEM) as uow:
        await identity.open_session(uow, person_id=person, life=timedelta(hours=1))
    assert await revision(database, HOUSE) == house
    assert own_key != person  # it outlives her, and names nobody
    assert await revision(database, own_key) == own + 1


async def test_changes_of_several_labs_in_any_order_never_wait_for_each_other_for_ever(
    database: Database,
) -> None:
    labs = [await make.lab(database), await make.lab(database)]
    before = await revision(database, labs[0])

    async def change(order: list[UUID]) -> None:
        async with database.write(SYSTEM) as uow:
            for lab_id in order:
                uow.touch_lab(lab_id)
            uow.audit(action="test", object_type="Lab", object_id=None, lab_id=order[-1])
            await asyncio.sleep(0)

    await asyncio.gather(*(change(labs[:: 1 if i % 2 else -1]) for i in range(8)))
    assert await revision(database, labs[0]) == before + 8
