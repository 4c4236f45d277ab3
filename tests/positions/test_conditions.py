"""Conditions: one side says that they are met, the delegation that set them agrees."""

import asyncio
from typing import Any
from uuid import UUID

from policylab import positions
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.positions import Stance, Subject, Words
from policylab.positions.tables import Position
from tests.comments.desk import Desk
from tests.positions.taking import close_ballot, draft, open_ballot, refusal, take

WORDS = Words(conditions=["Name who pays.", "Name when."])


async def conditional(database: Database, made: Desk) -> Position:
    head = made.table.head()
    return await take(database, head, made, stance=Stance.CONDITIONAL, words=WORDS)


async def conditions(database: Database, position: Position) -> list[Any]:
    async with database.read(SYSTEM) as session:
        return (await positions.conditions_of(session, [position.id]))[position.id]


async def say(database: Database, viewer: Viewer, verb: Any, condition_id: UUID) -> None:
    async with database.write(viewer) as uow:
        await verb(uow, viewer, condition_id=condition_id)


MET, AGREED = positions.mark_condition_met, positions.confirm_condition


async def test_support_stands_once_every_condition_is_met_and_confirmed(
    database: Database, made: Desk
) -> None:
    position = await conditional(database, made)
    for condition in await conditions(database, position):
        async with database.read(SYSTEM) as session:
            [stand] = await positions.stands_on(session, made.set_id)
        assert not stand.conditions_met
        await say(database, made.table.moderator, MET, condition.id)
        await say(database, made.table.head(), AGREED, condition.id)
    async with database.read(SYSTEM) as session:
        [stand] = await positions.stands_on(session, made.set_id)
    assert stand.conditions_met
    assert [(each.text, each.met, each.confirmed) for each in stand.conditions] == [
        ("Name who pays.", True, True),
        ("Name when.", True, True),
    ]


async def test_nobody_confirms_what_nobody_has_met(database: Database, made: Desk) -> None:
    first, _ = await conditions(database, await conditional(database, made))
    refused = await refusal(say(database, made.table.head(), AGREED, first.id))
    assert refused.code is RefusalCode.CONDITIONS_NOT_MET
    await say(database, made.table.moderator, MET, first.id)
    await say(database, made.table.head(), AGREED, first.id)


async def test_each_side_speaks_for_itself(database: Database, made: Desk) -> None:
    here = made.table
    position = await conditional(database, made)
    first, _ = await conditions(database, position)
    for viewer in (here.head("REGION"), here.head(), here.observer):
        refused = await refusal(say(database, viewer, MET, first.id))
        assert refused.code in (RefusalCode.NOT_YOUR_ROLE, RefusalCode.NOT_ALLOWED)
    assert (await refusal(say(database, here.outsider, MET, first.id))).code is (
        RefusalCode.NOT_FOUND
    )
    await say(database, here.moderator, MET, first.id)
    for viewer in (here.head("REGION"), here.delegate(), here.moderator):
        refused = await refusal(say(database, viewer, AGREED, first.id))
        assert refused.code is RefusalCode.NOT_YOUR_ROLE
    assert [(each.met, each.confirmed) for each in await conditions(database, position)] == [
        (True, False),
        (False, False),
    ]


async def test_what_has_been_said_is_said_once(database: Database, made: Desk) -> None:
    moderator = made.table.moderator
    first, _ = await conditions(database, await conditional(database, made))
    async with database.write(moderator) as uow:
        await positions.mark_condition_met(uow, moderator, condition_id=first.id)
        second = asyncio.create_task(say(database, moderator, MET, first.id))
        await asyncio.sleep(0.1)
        assert not second.done()
    assert (await refusal(second)).code is RefusalCode.ALREADY_DONE


async def test_conditions_of_a_draft_are_not_there_for_others(
    database: Database, made: Desk
) -> None:
    position = await draft(
        database, made.table.delegate(), made, stance=Stance.CONDITIONAL, words=WORDS
    )
    first, _ = await conditions(database, position)
    refused = await refusal(say(database, made.table.moderator, MET, first.id))
    assert refused.code is RefusalCode.NOT_FOUND


async def test_conditions_of_a_superseded_position_and_a_closed_procedure_stay_as_they_are(
    database: Database, made: Desk
) -> None:
    moderator = made.table.moderator
    older = await conditional(database, made)
    newer = await conditional(database, made)
    first, _ = await conditions(database, older)
    assert (await refusal(say(database, moderator, MET, first.id))).code is RefusalCode.STALE
    procedure_id = await open_ballot(database, made, Subject(set_id=made.set_id))
    await close_ballot(database, procedure_id)
    second, _ = await conditions(database, newer)
    assert (await refusal(say(database, moderator, MET, second.id))).code is RefusalCode.CLOSED
    for position in (older, newer):
        assert not any(each.met for each in await conditions(database, position))
