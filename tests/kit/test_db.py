"""The unit of work and what it leaves behind, on a real PostgreSQL."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text

from policylab.identity.tables import Person
from policylab.kit.db import Claim, Database, audit_hash
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.events import Event
from policylab.kit.ids import uuid7
from policylab.kit.ledger import HOUSE
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer


@dataclass(frozen=True, kw_only=True)
class Tried(Event):
    kind: ClassVar[str] = "test.tried"
    person_id: UUID


async def add(database: Database, name: str, *, fail: bool = False) -> UUID:
    """One person, one audit event, one announcement; or nothing of it."""
    async with database.write(SYSTEM) as uow:
        person = Person(display_name=name)
        uow.session.add(person)
        uow.audit(action="person.created", object_type="Person", object_id=person.id)
        uow.announce(Tried(person_id=person.id))
        if fail:
            raise RuntimeError("on purpose")
    return person.id


async def count(database: Database, table: str) -> int:
    async with database.rows(SYSTEM) as connection:
        return await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608


async def test_a_change_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError, match="on purpose"):
        await add(database, "A", fail=True)
    assert [await count(database, t) for t in ("person", "audit_event", "outbox")] == [0, 0, 0]
    await add(database, "A")
    assert [await count(database, t) for t in ("person", "audit_event", "outbox")] == [1, 1, 1]


async def test_an_announcement_is_heard_after_its_change_is_true(database: Database) -> None:
    async with database.bus.listen() as announcements:
        person = await add(database, "A")
        heard = await asyncio.wait_for(anext(announcements), 5)
        assert (heard.kind, heard.payload) == ("test.tried", {"person_id": str(person)})
        assert await count(database, "person") == 1


async def test_another_replica_hears_it_too(database: Database) -> None:
    other = await Database.connect(database.engine.url.render_as_string(hide_password=False))
    try:
        async with other.bus.listen() as announcements:
            person = await add(database, "A")
            heard = await asyncio.wait_for(anext(announcements), 5)
            assert heard.payload == {"person_id": str(person)}
    finally:
        await other.close()


async def test_events_of_one_house_are_chained_by_hash(database: Database) -> None:
    await asyncio.gather(*(add(database, f"P{i}") for i in range(12)))
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch(
            "SELECT lab_id, sequence, at, actor_id, capacity_id, action, object_type, object_id, "
            "detail::text AS detail, previous_hash, hash FROM audit_event ORDER BY sequence"
        )
    previous = b""
    for place, row in enumerate(rows, start=1):
        fields = dict(row)
        stored, claimed = fields.pop("hash"), fields.pop("previous_hash")
        assert (fields["sequence"], fields["lab_id"]) == (place, HOUSE)
        assert claimed == previous
        assert audit_hash(fields, previous) == stored
        previous = stored


async def test_the_service_cannot_rewrite_what_was_done(database: Database) -> None:
    await add(database, "A")
    for statement in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(Exception, match="permission denied"):
            async with database.raw() as connection:
                await connection.execute(statement)


async def test_a_viewer_reads_her_own_rows_and_nobody_elses(database: Database) -> None:
    one, two = await add(database, "One"), await add(database, "Two")
    for viewer, seen in ((Viewer(person_id=one), [one]), (Viewer(person_id=two), [two])):
        async with database.rows(viewer) as connection:
            rows = await connection.fetch("SELECT id FROM person")
        assert [row["id"] for row in rows] == seen
    async with database.rows(ANONYMOUS) as connection:
        assert await connection.fetch("SELECT id FROM person") == []


async def test_the_viewer_ends_with_the_transaction(database: Database) -> None:
    async with database.rows(SYSTEM) as connection:
        await connection.execute("SELECT 1")
    for _ in range(12):
        async with database.pool.acquire() as connection:
            setting = await connection.fetchval("SELECT current_setting('policylab.viewer', true)")
            assert not setting


async def claimed(database: Database, viewer: Viewer, key: str, input_hash: bytes) -> object:
    async with database.write(viewer, claim=Claim(key, "try", input_hash)) as uow:
        if uow.first is not None:
            return uow.first
        person = Person(display_name="once")
        uow.session.add(person)
        await asyncio.sleep(0.02)
        uow.keep_answer({"id": str(person.id)})
        return {"id": str(person.id)}


async def test_of_two_requests_with_one_key_at_once_one_takes_effect(database: Database) -> None:
    viewer = Viewer(person_id=uuid7())
    for attempt in range(10):
        key = f"key-{attempt}"
        answers = await asyncio.gather(*(claimed(database, viewer, key, b"1") for _ in range(4)))
        assert all(answer == answers[0] for answer in answers)
    assert await count(database, "person") == 10


async def test_a_key_with_another_input_is_refused_and_another_persons_key_is_another(
    database: Database,
) -> None:
    viewer = Viewer(person_id=uuid7())
    await claimed(database, viewer, "key", b"1")
    with pytest.raises(Refused) as refused:
        await claimed(database, viewer, "key", b"2")
    assert refused.value.code is RefusalCode.IDEMPOTENCY_CONFLICT
    await claimed(database, Viewer(person_id=uuid7()), "key", b"2")
    assert await count(database, "person") == 2


async def test_reading_sessions_cannot_write(database: Database) -> None:
    async with database.read(SYSTEM) as session:
        with pytest.raises(Exception, match="read-only"):
            await (await session.connection()).execute(
                text("INSERT INTO person (id, display_name) VALUES (uuidv7(), 'x')")
            )


async def test_who_changes_something_reads_what_came_of_it_as_herself(database: Database) -> None:
    one, two = await add(database, "One"), await add(database, "Two")
    async with database.write_and_read(Viewer(person_id=one)) as (unit, connection):
        async with unit as uow:
            await uow.fetch("UPDATE person SET display_name = 'Both'")
        rows = await connection.fetch("SELECT id, display_name FROM person")
        assert [tuple(row) for row in rows] == [(one, "Both")]
        async with database.rows(Viewer(person_id=two)) as elsewhere:  # it is true already
            assert await elsewhere.fetchval("SELECT display_name FROM person") == "Both"
        with pytest.raises(Exception, match="read-only"):
            await connection.execute("DELETE FROM person")
        await connection.execute("ROLLBACK")
        setting = "SELECT current_setting('policylab.viewer', true)"
        assert not await connection.fetchval(setting)


async def test_a_change_that_fails_has_nothing_read_of_it(database: Database) -> None:
    async def fail() -> None:
        async with database.write_and_read(SYSTEM) as (unit, _), unit as uow:
            await uow.insert(Person(display_name="Half"))
            raise RuntimeError("on purpose")

    async def fail_to_read() -> None:
        async with database.write_and_read(SYSTEM) as (unit, connection):
            async with unit as uow:
                uow.touch_lab(HOUSE)
            await connection.fetch("SELECT pg_sleep(30)")

    for _ in range(12):  # more than there are connections
        with pytest.raises(RuntimeError, match="on purpose"):
            await fail()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(fail_to_read(), 0.05)
    assert await count(database, "person") == 0


async def test_what_is_read_of_a_change_believes_what_it_found_of_the_viewers_reach(
    database: Database,
) -> None:
    viewer, dialogue = Viewer(person_id=uuid7()), uuid7()
    async with database.write_and_read(viewer) as (unit, connection):
        async with unit as uow:
            uow.reach = f"{{}} {{{dialogue}}} {{}}"
        assert await connection.fetchval("SELECT policylab_reach('dialogues')") == [dialogue]
    async with database.rows(viewer) as connection:
        assert await connection.fetchval("SELECT policylab_reach('dialogues')") == []
    with pytest.raises(AssertionError):
        async with database.write_and_read(viewer) as (unit, _), unit as uow:
            uow.reach = "'; DROP TABLE person; --"


@pytest.mark.parametrize("changes", [True, False])
async def test_whoever_waits_for_a_connection_has_her_turn(
    database: Database, *, changes: bool
) -> None:
    """Also when somebody who has just given one back asks again at once."""
    url = database.engine.url.render_as_string(hide_password=False)
    narrow = await Database.connect(url, size=1, listen=False)
    order: list[str] = []

    async def ask(name: str) -> None:
        for _ in range(3):
            async with narrow.write(SYSTEM) if changes else narrow.rows(SYSTEM):
                order.append(name)

    try:
        await asyncio.gather(*map(ask, "abc"))
    finally:
        await narrow.close()
    assert order == list("abcabcabc")


async def test_whoever_waits_in_vain_to_change_something_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policylab.kit.connections.PATIENCE_SECONDS", 0.05)
    url = database.engine.url.render_as_string(hide_password=False)
    narrow = await Database.connect(url, size=1, listen=False)
    try:
        async with narrow.write(SYSTEM):
            with pytest.raises(TimeoutError):
                async with narrow.write(SYSTEM):
                    pass
        async with narrow.write(SYSTEM) as uow:
            assert await uow.fetch("SELECT 1")
    finally:
        await narrow.close()
