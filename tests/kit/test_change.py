"""A unit of work speaks in two ways, objects and plain statements, in one transaction."""

import asyncio
from uuid import UUID

import pytest
from sqlmodel import col, select

from policylab.identity import OrganisationKind
from policylab.identity.tables import Organisation, Person
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM

BY_NAME = "SELECT id FROM person WHERE display_name = $1"


async def people(database: Database) -> list[str]:
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch("SELECT display_name FROM person ORDER BY display_name")
    return [row["display_name"] for row in rows]


async def test_each_way_sees_what_the_other_has_written(database: Database) -> None:
    async with database.write(SYSTEM) as uow:
        added, inserted = Person(display_name="Added"), Person(display_name="Inserted")
        uow.session.add(added)
        [row] = await uow.fetch(BY_NAME, "Added")
        assert row["id"] == added.id
        await uow.insert(inserted)
        found = await uow.session.exec(select(Person).where(col(Person.id) == inserted.id))
        assert found.one().display_name == "Inserted"
        added.display_name = "Renamed"
        assert await uow.fetchrow(BY_NAME, "Added") is None
    assert await people(database) == ["Inserted", "Renamed"]


async def test_several_rows_go_in_at_once_with_their_json(database: Database) -> None:
    names = [{"en": f"City {number}", "fr": f"Ville {number}"} for number in range(3)]
    rows = [Organisation(kind=OrganisationKind.CITY, names=each) for each in names]
    async with database.write(SYSTEM) as uow:
        await uow.insert(*rows)
        found = await uow.fetch("SELECT names FROM organisation ORDER BY names ->> 'en'")
    assert [row["names"] for row in found] == names


@pytest.mark.parametrize("with_objects", [False, True])
async def test_a_change_that_is_broken_off_leaves_no_transaction_behind(
    database: Database, with_objects: bool
) -> None:
    begun = asyncio.Event()

    async def change() -> None:
        async with database.write(SYSTEM) as uow:
            person = Person(display_name="Half")
            if with_objects:
                uow.session.add(person)
            else:
                await uow.insert(person)
            begun.set()
            await uow.fetch("SELECT pg_sleep(30)")

    for _ in range(12):  # more than there are connections
        begun.clear()
        changing = asyncio.create_task(change())
        await begun.wait()
        await asyncio.sleep(0.01)
        changing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await changing
    async with database.write(SYSTEM) as uow:
        await uow.insert(Person(display_name="Whole"))
    assert await people(database) == ["Whole"]


async def test_a_refused_statement_takes_the_whole_change_with_it(database: Database) -> None:
    async def twice() -> None:
        async with database.write(SYSTEM) as uow:
            person = Person(display_name="Twice")
            await uow.insert(person)
            await uow.insert(person)

    with pytest.raises(Exception, match="duplicate key"):
        await twice()
    assert await people(database) == []
    async with database.write(SYSTEM) as uow:
        await uow.insert(Person(display_name="Once"))
    assert await people(database) == ["Once"]


async def test_a_change_of_objects_alone_ends_as_one_of_statements(database: Database) -> None:
    async with database.write(SYSTEM) as uow:
        person = Person(display_name="A")
        uow.session.add(person)
    kept: UUID = person.id  # still to be read when all is over
    async with database.rows(SYSTEM) as connection:
        assert await connection.fetchval("SELECT id FROM person") == kept
