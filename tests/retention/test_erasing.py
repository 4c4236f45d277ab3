"""Erasing a person: function and organisation stay, and nothing of her (invariant 17)."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from policylab import identity, labs, retention
from policylab.decisions.verify_record import verify
from policylab.identity import NAMELESS
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.sources import Source
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from policylab.labs import LabRole
from tests import make
from tests.labs.trying import count, do, refusal
from tests.retention import canary
from tests.retention.canary import fresh, key, tables_with

IDLE = timedelta(hours=1)
PLACES_THAT_STAY = {"person", "membership", "delegate", "dialogue_grant", "lab_grant"}
"""Rows that others rest on: they point at the nameless row."""
LOGS = {"audit_event", "outbox", "draft_update", "draft_client"}
"""What is chained, or will be cleared by its own age, or is a log of a text."""


async def erase(database: Database, viewer: Viewer, person: Viewer) -> retention.Erasure:
    return await do(database, viewer, retention.erase_person, person_id=key(person))


async def test_after_erasure_nothing_recognisable_is_in_any_table(database: Database) -> None:
    made = await canary.house(database)
    before = await tables_with(database, *canary.TRACES)
    assert before == {
        "person",
        "invitation",
        "identity_link",
        "web_session",
        "access_token",
        "mutation_answer",
    }
    done = await erase(database, fresh(made.table.administrator), made.canary)
    assert await tables_with(database, *canary.TRACES) == set()
    assert await tables_with(database, "rm-sursilv") == set()
    assert done.capacities == len(made.capacities) == 1
    assert (done.roles, done.invitations) == (2, 2)
    assert done.deleted >= 5


async def test_kept_things_show_function_and_organisation(database: Database) -> None:
    made = await canary.house(database)
    async with database.rows(SYSTEM) as connection:
        sql = (
            "SELECT functions, organisation_id, delegation_id, level, role FROM capacity "
            "WHERE id = $1"
        )
        before = await connection.fetchrow(sql, made.capacities[0])
        words = await connection.fetch("SELECT id, body, capacity_id FROM comment ORDER BY id")
    await erase(database, fresh(made.table.administrator), made.canary)
    async with database.rows(SYSTEM) as connection:
        assert await connection.fetchrow(sql, made.capacities[0]) == before
        assert before["functions"] == {"en": "Co-ordinator"}
        assert before["organisation_id"] == made.table.seats["CITY"].organisation_id
        kept = await connection.fetch("SELECT id, body, capacity_id FROM comment ORDER BY id")
        assert kept == words
        row = await connection.fetchrow("SELECT * FROM person WHERE id = $1", key(made.canary))
    assert (row["display_name"], row["email"], row["locale"]) == (NAMELESS, None, "en")
    assert row["suspended_at"] == row["erased_at"] != None  # noqa: E711 both, and the same


async def test_sealed_records_verify_as_before_and_not_a_byte_of_them_has_changed(
    database: Database,
) -> None:
    made = await canary.house(database)
    async with database.rows(SYSTEM) as connection:
        seal = await connection.fetch("SELECT * FROM record_seal")
        versions = await connection.fetch("SELECT * FROM version ORDER BY id")
    await erase(database, fresh(made.table.administrator), made.canary)
    found = verify(await canary.package(database, made), [made.signer.public])
    assert found.record == str(made.record.id)
    async with database.rows(SYSTEM) as connection:
        assert await connection.fetch("SELECT * FROM record_seal") == seal
        assert await connection.fetch("SELECT * FROM version ORDER BY id") == versions


async def test_her_identifier_is_left_only_where_others_rest_on_it(database: Database) -> None:
    made = await canary.house(database)
    named = str(made.canary.person_id)
    assert {"position", "thread", "comment", "mandate", "capacity"} <= await tables_with(
        database, named
    )
    await erase(database, fresh(made.table.administrator), made.canary)
    unchangeable = {name for name, source in Source.registry.items() if source.append_only}
    left = await tables_with(database, named)
    assert left - PLACES_THAT_STAY - LOGS - unchangeable == set()


async def test_she_has_no_standing_and_no_way_in_any_more(database: Database) -> None:
    made = await canary.house(database)
    assert await identity.viewer_of_session(database, made.cookie, idle=IDLE) != ANONYMOUS
    await erase(database, fresh(made.table.administrator), made.canary)
    assert await identity.viewer_of_session(database, made.cookie, idle=IDLE) == ANONYMOUS
    assert await identity.viewer_of_access_token(database, made.token) == ANONYMOUS
    hers = f"person_id = '{key(made.canary)}'"
    assert await count(database, "policylab_access", hers) == 0
    for table in ("delegate", "dialogue_grant", "lab_grant"):
        assert await count(database, table, f"{hers} AND until IS NULL") == 0
    for table in ("identity_link", "web_session", "access_token", "sign_in_code", "notice"):
        assert await count(database, table, hers) == 0
    refused = await refusal(
        database,
        fresh(made.table.administrator),
        identity.suspend_person,
        person_id=key(made.canary),
        suspended=False,
    )
    assert refused.code is RefusalCode.CLOSED
    refused = await refusal(
        database,
        fresh(made.table.administrator),
        identity.set_administrator,
        person_id=key(made.canary),
        administrator=True,
    )
    assert refused.code is RefusalCode.CLOSED


async def test_an_invitation_that_waits_for_her_can_no_longer_be_used(database: Database) -> None:
    table = await make.table(database)
    async with database.write(table.moderator) as uow:
        invited = await labs.invite_to_delegation(
            uow,
            table.moderator,
            delegation_id=table.seats["CITY"].delegation_id,
            email=None,
            display_name=canary.NAME,
            functions={"en": "Adviser"},
        )
    async with database.rows(SYSTEM) as connection:
        account = await connection.fetchval(
            "SELECT id FROM person WHERE display_name = $1", canary.NAME
        )
    done = await erase(database, fresh(table.administrator), Viewer(person_id=account))
    assert done.invitations == 1
    assert await tables_with(database, canary.NAME) == set()
    refused = await refusal(database, table.outsider, labs.accept_invitation, code=invited.code)
    assert refused.code is RefusalCode.NOT_FOUND


async def test_open_sockets_and_live_queries_hear_of_it(database: Database) -> None:
    made = await canary.house(database)
    wanted = {"person.suspended", "sessions.ended", "access.changed", "delegation.changed"}
    async with database.rows(SYSTEM) as connection:
        earlier = await connection.fetchval("SELECT max(sequence) FROM outbox")
    async with database.bus.listen() as announcements:
        await erase(database, fresh(made.table.administrator), made.canary)
        async with asyncio.timeout(5):
            async for heard in announcements:
                if heard.sequence <= earlier:  # of the house as it was made; news may come late
                    continue
                people = heard.payload.get("person_ids", [str(made.canary.person_id)])
                assert people == [str(made.canary.person_id)]
                wanted.discard(heard.kind)
                if not wanted:
                    break


async def test_only_an_administrator_who_has_just_signed_in_erases(database: Database) -> None:
    table = await make.table(database)
    person = table.delegate()
    stranger = UUID(int=7)
    for viewer, whom, code in (
        (fresh(table.moderator), key(person), RefusalCode.NOT_ALLOWED),
        (fresh(person), key(person), RefusalCode.NOT_ALLOWED),
        (table.administrator, key(person), RefusalCode.FRESH_SIGN_IN_REQUIRED),
        (fresh(table.administrator), stranger, RefusalCode.NOT_FOUND),
    ):
        refused = await refusal(database, viewer, retention.erase_person, person_id=whom)
        assert refused.code is code
    token = Viewer(
        person_id=table.administrator.person_id,
        administrator=True,
        scopes=frozenset({"write"}),
    )
    refused = await refusal(database, token, retention.erase_person, person_id=key(person))
    assert refused.code is RefusalCode.NOT_ALLOWED
    await erase(database, fresh(table.administrator), person)


async def test_nobody_is_erased_twice(database: Database) -> None:
    table = await make.table(database)
    await erase(database, fresh(table.administrator), table.delegate())
    refused = await refusal(
        database,
        fresh(table.administrator),
        retention.erase_person,
        person_id=key(table.delegate()),
    )
    assert refused.code is RefusalCode.ALREADY_DONE


@pytest.mark.parametrize("sees", [True, False])
async def test_a_legal_hold_keeps_her_and_names_the_lab_only_to_those_who_see_it(
    database: Database, sees: bool
) -> None:
    table = await make.table(database)
    keeper = await make.person(database, "Keeper", administrator=True)
    viewer = fresh(table.administrator if sees else keeper)
    await do(
        database,
        table.moderator,
        labs.end_delegation,
        delegation_id=table.seats["CITY"].delegation_id,
    )
    hold = await do(
        database,
        table.administrator,
        retention.place_hold,
        lab_id=table.lab_id,
        reason="A court asks for it.",
    )
    person = table.delegate()  # her seat has ended, and yet she took part
    refused = await refusal(database, viewer, retention.erase_person, person_id=key(person))
    assert refused.code is RefusalCode.CONDITIONS_NOT_MET
    assert ("“Lab”" in refused.message) is sees
    assert "court" not in refused.message
    elsewhere = await make.person(database, "Elsewhere")
    await erase(database, viewer, elsewhere)
    await do(database, table.administrator, retention.lift_hold, hold_id=hold.id)
    await erase(database, viewer, person)


async def test_a_hold_that_is_being_placed_is_waited_for(database: Database) -> None:
    table = await make.table(database)
    async with database.write(table.administrator) as uow:
        await retention.place_hold(
            uow, table.administrator, lab_id=table.lab_id, reason="A court asks for it."
        )
        erasing = asyncio.create_task(erase(database, fresh(table.administrator), table.delegate()))
        await asyncio.sleep(0.1)
        assert not erasing.done()
    with pytest.raises(Refused) as refused:
        await erasing
    assert refused.value.code is RefusalCode.CONDITIONS_NOT_MET
    assert await count(database, "person", "erased_at IS NOT NULL") == 0


async def test_somebody_who_is_being_seated_is_erased_with_that_seat(database: Database) -> None:
    table = await make.table(database)
    async with database.write(table.moderator) as uow:
        await labs.seat_delegate(
            uow,
            table.moderator,
            delegation_id=table.seats["CITY"].delegation_id,
            person_id=key(table.outsider),
            functions={"en": "Adviser"},
        )
        erasing = asyncio.create_task(erase(database, fresh(table.administrator), table.outsider))
        await asyncio.sleep(0.1)
        assert not erasing.done()
    assert (await erasing).roles == 1
    hers = f"person_id = '{key(table.outsider)}'"
    assert await count(database, "capacity", hers) == 0
    assert await count(database, "delegate", f"{hers} AND until IS NULL") == 0


async def test_the_last_administrator_of_the_service_stays(database: Database) -> None:
    only = await make.person(database, "Only", administrator=True)
    for viewer in (fresh(only), SYSTEM):
        refused = await refusal(database, viewer, retention.erase_person, person_id=key(only))
        assert refused.code is RefusalCode.NOT_ALLOWED
    await make.person(database, "Another", administrator=True)
    await erase(database, fresh(only), only)


async def test_of_two_administrators_who_erase_each_other_one_stays(database: Database) -> None:
    first, second = [await make.person(database, administrator=True) for _ in range(2)]
    answers = await asyncio.gather(
        erase(database, fresh(first), second),
        erase(database, fresh(second), first),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [each.code for each in refused] == [RefusalCode.NOT_ALLOWED]
    assert await count(database, "person", "administrator AND suspended_at IS NULL") == 1


async def test_who_alone_administers_a_lab_hands_it_over_first(database: Database) -> None:
    table = await make.table(database)
    keeper = await make.person(database, "Keeper", administrator=True)
    whom = {"person_id": key(table.administrator)}
    refused = await refusal(database, fresh(keeper), retention.erase_person, **whom)
    assert refused.code is RefusalCode.CONDITIONS_NOT_MET
    assert "“Lab”" not in refused.message
    own = await refusal(database, fresh(table.administrator), retention.erase_person, **whom)
    assert "“Lab”" in own.message
    await do(
        database,
        table.administrator,
        labs.grant_lab_role,
        lab_id=table.lab_id,
        person_id=key(table.secretariat),
        role=LabRole.ADMINISTRATOR,
    )
    await erase(database, fresh(keeper), table.administrator)


async def test_it_is_audited_in_ids_in_the_house_and_in_each_lab(database: Database) -> None:
    made = await canary.house(database)
    await erase(database, fresh(made.table.administrator), made.canary)
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch(
            "SELECT lab_id, actor_id, object_id FROM audit_event WHERE action = 'person.erased'"
        )
    assert {row["lab_id"] for row in rows} == {UUID(int=0), made.table.lab_id}
    assert {row["actor_id"] for row in rows} == {made.table.administrator.person_id}
    assert {row["object_id"] for row in rows} == {made.canary.person_id}


async def test_the_database_itself_brings_nobody_back(database: Database) -> None:
    table = await make.table(database)
    await erase(database, fresh(table.administrator), table.delegate())
    for change in ("suspended_at = NULL", "administrator = true", "email = 'a@b.example'"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with database.raw() as connection:
                await connection.execute(
                    f"UPDATE person SET {change} WHERE id = $1",  # noqa: S608
                    key(table.delegate()),
                )


def test_every_table_of_a_person_says_whether_it_goes_with_her() -> None:
    """A new table that points at people joins one of the two, knowingly."""
    kept = PLACES_THAT_STAY | {"capacity", "draft_update", "draft_client"}
    pointing = {name for name, s in Source.registry.items() if "person_id" in s.columns}
    leaving = {name for name, s in Source.registry.items() if s.leaves_with}
    assert pointing - kept - leaving == set()
    assert {"identity_link", "web_session", "access_token", "sign_in_code", "notice"} <= leaving
