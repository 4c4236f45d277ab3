"""A unit of work speaks in two ways, objects and plain statements, in one transaction."""

import asyncio
from collections import defaultdict
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlmodel import col, select

from policylab.identity import OrganisationKind
from policylab.identity.tables import Organisation, Person
from policylab.kit.db import Claim, Database, Statement, UnitOfWork, audit_hash, inserting
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM

RENAMED = "UPDATE person SET display_name = $2 WHERE display_name = $1 RETURNING id"
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


async def test_a_plain_row_is_written_as_any_other(database: Database) -> None:
    told = {"id": uuid7(), "kind": OrganisationKind.CITY, "names": {"en": "Marrow Bay"}}
    plain = Organisation.plain(**told)
    assert inserting(plain) == inserting(Organisation(**told))
    unnamed = [Person.plain(display_name=name) for name in ("One", "Two")]
    assert unnamed[0].id != unnamed[1].id
    unnamed[1].display_name = "Three"
    async with database.write(SYSTEM) as uow:
        await uow.insert(plain)
        await uow.insert(*unnamed)
    assert await people(database) == ["One", "Three"]


async def test_several_statements_go_as_one_and_read_each_other(database: Database) -> None:
    renaming = "UPDATE person SET display_name = $2 WHERE display_name = $1 RETURNING display_name"
    naming = "(SELECT string_agg(display_name, ', ') AS names FROM renamed) AS renamed"
    bodies = inserting(Organisation(kind=OrganisationKind.CITY, names={"en": "Marrow Bay"}))
    after = inserting(
        Person(display_name="After"),
        after=naming,
        returning="display_name",
        display_name="{} || ' ' || renamed.names",
    )
    async with database.write(SYSTEM) as uow:
        uow.session.add(Person(display_name="One"))  # waits to be written, and goes first
        [row] = await uow.together(
            renamed=Statement(renaming, ["One", "Two"]), bodies=bodies, after=after
        )
        assert row["display_name"] == "After Two"
        found = await uow.fetch("SELECT names FROM organisation")
    assert [row["names"] for row in found] == [{"en": "Marrow Bay"}]
    assert await people(database) == ["After Two", "Two"]


async def test_what_is_carried_out_last_waits_until_then_or_until_a_statement_asks(
    database: Database,
) -> None:
    async with database.write(SYSTEM) as uow:
        uow.session.add(Person(display_name="One"))
        await uow.last(other=Statement(RENAMED, ["One", "Two"]))
        assert await uow.fetchrow(BY_NAME, "Two")
        await uow.last(another=Statement(RENAMED, ["Two", "Three"]))
        with pytest.raises(AssertionError, match="not written yet"):
            _ = uow.session
        assert await people(database) == []
        await uow.last(third=Statement(RENAMED, ["Three", "Four"]))
    assert await people(database) == ["Four"]


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


def note(uow: UnitOfWork, lab_id: UUID, detail: dict[str, Any]) -> None:
    uow.audit(
        action="test.tried", object_type="Thing", object_id=uuid7(), lab_id=lab_id, detail=detail
    )


async def chains(database: Database) -> dict[UUID, list[bytes]]:
    """The hashes of each lab's events in order, each of them made anew from what the row says."""
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch(
            "SELECT lab_id, sequence, at, actor_id, capacity_id, action, object_type, object_id, "
            "detail, previous_hash, hash FROM audit_event ORDER BY lab_id, sequence"
        )
        heads = await connection.fetch("SELECT lab_id, audit_sequence, audit_hash FROM lab_ledger")
    found: dict[UUID, list[bytes]] = defaultdict(list)
    for row in rows:
        fields = dict(row)
        fields["detail"] = orjson.dumps(row["detail"]).decode()
        stored, previous = fields.pop("hash"), fields.pop("previous_hash")
        chain = found[row["lab_id"]]
        assert fields["sequence"] == len(chain) + 1
        assert previous == (chain[-1] if chain else b"")
        assert audit_hash(fields, previous) == stored
        chain.append(stored)
    for lab_id, length, head in heads:
        chain = found.get(lab_id, [])
        assert (length, head) == (len(chain), chain[-1] if chain else b"")
    return found


async def test_one_change_lengthens_the_chains_of_several_labs(database: Database) -> None:
    one, two, three = uuid7(), uuid7(), uuid7()

    async def change(number: int) -> None:
        async with database.write(SYSTEM) as uow:
            for lab_id in (one, two, one):
                note(uow, lab_id, {"mot": f"« été {number} »"})
            uow.touch_lab(three)

    await asyncio.gather(*map(change, range(8)))  # the first ones make the rows they wait for
    found = await chains(database)
    assert {lab: len(chain) for lab, chain in found.items()} == {one: 16, two: 8}


async def test_what_fails_in_the_last_statement_leaves_nothing(database: Database) -> None:
    lab_id = uuid7()
    async with database.write(SYSTEM) as uow:
        note(uow, lab_id, {})

    async def change(action: str | None) -> None:
        async with database.write(SYSTEM, claim=Claim("key", "try", b"1")) as uow:
            await uow.insert(Person(display_name="Late"))
            note(uow, lab_id, {})
            uow.audit(action=action, object_type="Thing", object_id=None, lab_id=lab_id)  # pyright: ignore[reportArgumentType]
            uow.keep_answer({"id": "1"})

    with pytest.raises(Exception, match="null value"):
        await change(None)
    assert await people(database) == []
    assert len((await chains(database))[lab_id]) == 1
    await change("test.tried")
    assert await people(database) == ["Late"]
    assert len((await chains(database))[lab_id]) == 3
    async with database.write(SYSTEM, claim=Claim("key", "try", b"1")) as uow:
        assert uow.first == {"id": "1"}
