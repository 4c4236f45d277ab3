"""Delegations, who sits on them, invitations, roles."""

import asyncio

from policylab import identity, labs
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import Role
from tests import make
from tests.labs.trying import count, do, refusal

FUNCTION = {"en": "Adviser"}


async def readable(database: Database, viewer: Viewer, table: make.Table) -> bool:
    async with database.read(viewer) as session:
        return await labs.may_read(session, viewer, table.dialogue_id)


async def held(database: Database, viewer: Viewer, table: make.Table) -> labs.Standing:
    async with database.read(viewer) as session:
        return await labs.standing(session, viewer, table.dialogue_id)


async def test_an_organisation_has_one_seat_at_one_of_the_dialogue_s_levels(
    database: Database,
) -> None:
    table = await make.table(database)
    body = await make.organisation(database, "Hillgate")
    asked = {"dialogue_id": table.dialogue_id, "organisation_id": body}
    refused = await refusal(
        database, table.moderator, labs.create_delegation, **asked, level="PARISH"
    )
    assert refused.field == "level"
    for viewer, code in (
        (table.head(), RefusalCode.NOT_YOUR_ROLE),
        (table.outsider, RefusalCode.NOT_FOUND),
    ):
        refused = await refusal(database, viewer, labs.create_delegation, **asked, level="LOCAL")
        assert refused.code is code
    await do(database, table.moderator, labs.create_delegation, **asked, level="LOCAL")
    refused = await refusal(
        database, table.moderator, labs.create_delegation, **asked, level="NATIONAL"
    )
    assert refused.code is RefusalCode.ALREADY_DONE


async def test_a_person_votes_once_in_a_dialogue(database: Database) -> None:
    table = await make.table(database)
    twice = {
        "delegation_id": table.seats["REGION"].delegation_id,
        "person_id": table.delegate("CITY").person_id,
        "functions": FUNCTION,
    }
    refused = await refusal(database, table.moderator, labs.seat_delegate, **twice)
    assert refused.code is RefusalCode.NOT_ALLOWED
    [seat] = await seats_of(database, table.delegate("CITY"))
    await do(database, table.moderator, labs.end_delegate, delegate_id=seat)
    await do(database, table.moderator, labs.seat_delegate, **twice)
    assert (await held(database, table.delegate("CITY"), table)).level == "REGIONAL"


async def seats_of(database: Database, viewer: Viewer) -> list[object]:
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch(
            "SELECT id FROM delegate WHERE person_id = $1 AND until IS NULL", viewer.person_id
        )
    return [row["id"] for row in rows]


async def test_of_two_seats_for_one_person_at_once_the_second_waits_and_is_refused(
    database: Database,
) -> None:
    table = await make.table(database)
    newcomer = await make.person(database)

    async def seat(body: str) -> object:
        return await do(
            database,
            table.moderator,
            labs.seat_delegate,
            delegation_id=table.seats[body].delegation_id,
            person_id=newcomer.person_id,
            functions=FUNCTION,
        )

    async with database.write(table.moderator) as uow:
        await labs.seat_delegate(
            uow,
            table.moderator,
            delegation_id=table.seats["CITY"].delegation_id,
            person_id=newcomer.person_id,  # type: ignore[arg-type]
            functions=FUNCTION,
        )
        second = asyncio.create_task(seat("REGION"))
        await asyncio.sleep(0.1)
        assert not second.done()
    [answer] = await asyncio.gather(second, return_exceptions=True)
    assert isinstance(answer, Refused)
    assert answer.code is RefusalCode.NOT_ALLOWED
    assert len(await seats_of(database, newcomer)) == 1


async def test_a_new_head_takes_the_place_of_the_one_before(database: Database) -> None:
    table = await make.table(database)
    newcomer = await make.person(database)
    await do(
        database,
        table.moderator,
        labs.seat_delegate,
        delegation_id=table.seats["CITY"].delegation_id,
        person_id=newcomer.person_id,
        functions=FUNCTION,
        head=True,
    )
    assert (await held(database, newcomer, table)).head
    before = await held(database, table.head("CITY"), table)
    assert not before.head
    assert Role.HEAD not in before.roles


async def test_a_head_seats_people_in_her_own_delegation_only(database: Database) -> None:
    table = await make.table(database)
    newcomer = await make.person(database)
    asked = {"person_id": newcomer.person_id, "functions": FUNCTION}
    theirs, own = table.seats["REGION"].delegation_id, table.seats["CITY"].delegation_id
    refused = await refusal(
        database, table.head("CITY"), labs.seat_delegate, delegation_id=theirs, **asked
    )
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    refused = await refusal(
        database, table.delegate("CITY"), labs.seat_delegate, delegation_id=own, **asked
    )
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    await do(database, table.head("CITY"), labs.seat_delegate, delegation_id=own, **asked)
    assert await readable(database, newcomer, table)


async def test_a_seat_that_ends_ends_at_once_and_its_capacity_stays(database: Database) -> None:
    table = await make.table(database)
    capacity = (await held(database, table.delegate(), table)).capacity_id
    [seat] = await seats_of(database, table.delegate())
    await do(database, table.head(), labs.end_delegate, delegate_id=seat)
    assert not await readable(database, table.delegate(), table)
    async with database.read(table.head()) as session:
        assert capacity in await labs.capacities_by_id(session, [capacity])
    refused = await refusal(database, table.head(), labs.end_delegate, delegate_id=seat)
    assert refused.code is RefusalCode.ALREADY_DONE


async def test_a_seat_lasts_no_longer_than_the_post_it_is_held_from(database: Database) -> None:
    table = await make.table(database)
    async with database.rows(SYSTEM) as connection:
        post = await connection.fetchval(
            "SELECT membership_id FROM delegate WHERE person_id = $1", table.head().person_id
        )
    await do(database, SYSTEM, identity.end_membership, membership_id=post)
    assert not await readable(database, table.head(), table)


async def test_a_delegation_that_leaves_takes_its_people_along(database: Database) -> None:
    table = await make.table(database)
    leaving = table.seats["CITY"].delegation_id
    refused = await refusal(database, table.head(), labs.end_delegation, delegation_id=leaving)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    await do(database, table.moderator, labs.end_delegation, delegation_id=leaving)
    assert not await readable(database, table.head(), table)
    assert not await readable(database, table.delegate(), table)
    assert await readable(database, table.head("REGION"), table)
    refused = await refusal(
        database,
        table.moderator,
        labs.seat_delegate,
        delegation_id=leaving,
        person_id=table.head().person_id,
    )
    assert refused.code is RefusalCode.CLOSED


async def invited(database: Database, table: make.Table, **changes: object) -> labs.Invited:
    asked = {"email": None, "display_name": "Adviser, City", "functions": FUNCTION}
    return await do(
        database,
        table.head(),
        labs.invite_to_delegation,
        delegation_id=table.seats["CITY"].delegation_id,
        **asked | changes,
    )


async def test_an_invitation_seats_who_takes_it_once(database: Database) -> None:
    table = await make.table(database)
    made = await invited(database, table)
    newcomer, another = await make.person(database), await make.person(database)
    assert not await readable(database, newcomer, table)
    await do(database, newcomer, labs.accept_invitation, code=made.code)
    assert (await held(database, newcomer, table)).delegation_id == made.invitation.delegation_id
    refused = await refusal(database, another, labs.accept_invitation, code=made.code)
    assert (refused.code, refused.field) == (RefusalCode.NOT_FOUND, "code")


async def test_of_two_who_take_one_invitation_at_once_one_gets_the_seat(
    database: Database,
) -> None:
    table = await make.table(database)
    made = await invited(database, table)
    first, second = await make.person(database), await make.person(database)
    async with database.write(first) as uow:
        await labs.accept_invitation(uow, first, code=made.code)
        waiting = asyncio.create_task(do(database, second, labs.accept_invitation, code=made.code))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    [answer] = await asyncio.gather(waiting, return_exceptions=True)
    assert isinstance(answer, Refused)
    assert not await readable(database, second, table)


async def test_an_invitation_ends_by_itself_and_is_kept_as_a_hash(database: Database) -> None:
    table = await make.table(database)
    made = await invited(database, table)
    assert (
        await count(database, "invitation", f"code_hash = convert_to('{made.code}', 'UTF8')") == 0
    )
    async with database.raw() as connection:
        await connection.execute("UPDATE invitation SET expires_at = now() - interval '1 second'")
    newcomer = await make.person(database)
    refused = await refusal(database, newcomer, labs.accept_invitation, code=made.code)
    assert refused.code is RefusalCode.NOT_FOUND


async def test_an_invitation_does_not_tell_whether_an_address_is_known(database: Database) -> None:
    table = await make.table(database)
    async with database.write(SYSTEM) as uow:
        await identity.create_person(uow, SYSTEM, display_name="A", email="known@example.org")
    known = await invited(database, table, email="known@example.org")
    unknown = await invited(database, table, email="unknown@example.org")
    assert known.sign_in_code is unknown.sign_in_code is None
    without = await invited(database, table)
    assert without.sign_in_code is not None


async def test_moderators_hold_no_seat_and_the_seated_do_not_moderate(database: Database) -> None:
    table = await make.table(database)
    refused = await refusal(
        database,
        table.secretariat,
        labs.seat_delegate,
        delegation_id=table.seats["CITY"].delegation_id,
        person_id=table.moderator.person_id,
        functions=FUNCTION,
    )
    assert refused.code is RefusalCode.NOT_ALLOWED
    role = {"dialogue_id": table.dialogue_id, "role": Role.MODERATOR, "functions": FUNCTION}
    refused = await refusal(
        database, table.secretariat, labs.grant_role, person_id=table.head().person_id, **role
    )
    assert refused.code is RefusalCode.NOT_ALLOWED
    newcomer = await make.person(database)
    await do(database, table.secretariat, labs.grant_role, person_id=newcomer.person_id, **role)
    assert Role.MODERATOR in (await held(database, newcomer, table)).roles


async def test_a_role_is_one_that_the_workflow_knows_and_can_be_given(database: Database) -> None:
    table = await make.table(database)
    newcomer = await make.person(database)
    asked = {"dialogue_id": table.dialogue_id, "person_id": newcomer.person_id}
    for role in (Role.STAKEHOLDER, Role.HEAD):
        refused = await refusal(
            database, table.moderator, labs.grant_role, **asked, role=role, functions=FUNCTION
        )
        assert refused.field == "role"
    grant = await do(
        database, table.moderator, labs.grant_role, **asked, role=Role.OBSERVER, functions=FUNCTION
    )
    assert await readable(database, newcomer, table)
    await do(database, table.moderator, labs.end_grant, grant_id=grant.id)
    assert not await readable(database, newcomer, table)
