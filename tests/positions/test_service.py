"""Positions: drafted inside, cleared by the head, released, superseded, confirmed."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from policylab import labs, positions
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import FactKind
from policylab.positions import PositionState, Stance, Subject, Words
from policylab.positions.tables import Position
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk
from tests.positions.taking import (
    WHY,
    clause,
    draft,
    every,
    kept,
    later,
    open_ballot,
    pause_ballot,
    refusal,
    seen,
    step,
    take,
)

CLEAR, RELEASE = positions.clear_position, positions.release_position
CONFIRM = positions.confirm_position


async def test_a_position_is_drafted_cleared_and_released(database: Database, made: Desk) -> None:
    here = made.table
    words = Words(reservations=["Not our budget."])
    position = await draft(
        database,
        here.delegate(),
        made,
        stance=Stance.SUPPORT_WITH_RESERVATION,
        words=words,
    )
    assert position.state is PositionState.DRAFTED
    await step(database, here.head(), CLEAR, position)
    await step(database, here.head(), RELEASE, position)
    released = await kept(database, position)
    assert released.state is PositionState.RELEASED
    assert released.reservations == ["Not our budget."]
    assert released.mandate_id == here.seats["CITY"].mandate_id
    assert None not in (released.cleared_at, released.released_at)


async def test_until_it_is_released_only_its_delegation_sees_it(
    database: Database, made: Desk
) -> None:
    here = made.table
    others = [here.head("REGION"), here.delegate("MINISTRY"), here.moderator, here.rapporteur]
    others += [here.secretariat, here.administrator, here.expert, here.observer]
    position = await draft(database, here.delegate(), made)
    for verb in (None, CLEAR):
        if verb:
            await step(database, here.head(), verb, position)
        assert await seen(database, here.delegate(), position)
        assert [viewer for viewer in others if await seen(database, viewer, position)] == []
    for viewer in (here.head("REGION"), here.moderator, here.outsider):
        refused = await refusal(step(database, viewer, RELEASE, position))
        assert refused.code is RefusalCode.NOT_FOUND
    await step(database, here.head(), RELEASE, position)
    assert [viewer for viewer in others if not await seen(database, viewer, position)] == []
    assert not await seen(database, here.outsider, position)


async def test_nothing_of_a_draft_is_announced_to_others(database: Database, made: Desk) -> None:
    async with database.bus.listen() as heard:
        position = await draft(database, made.table.delegate(), made)
        await step(database, made.table.head(), CLEAR, position)
        await step(database, made.table.head(), RELEASE, position)
        told: list[Any] = []
        async with asyncio.timeout(5):
            async for item in heard:
                told.append(item)
                if item.kind == "position.released":
                    break
    ours = str(made.table.seats["CITY"].delegation_id)
    named = [item for item in told if str(position.id) in item.payload.values()]
    assert [(item.kind, item.payload.get("closed_to")) for item in named] == [
        ("position.prepared", ours),
        ("position.prepared", ours),
        ("position.released", None),
    ]
    for item in told:
        if item.payload.get("closed_to") is None and item.kind != "position.released":
            assert ours not in item.payload.values()


async def test_only_the_head_clears_and_releases(database: Database, made: Desk) -> None:
    here = made.table
    position = await draft(database, here.delegate(), made)
    refused = await refusal(step(database, here.delegate(), CLEAR, position))
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    early = await refusal(step(database, here.head(), RELEASE, position))
    assert early.code is RefusalCode.CONDITIONS_NOT_MET
    whole = await refusal(take(database, here.delegate(), made))
    assert whole.code is RefusalCode.NOT_YOUR_ROLE
    [row] = await every(database)
    assert row.state is PositionState.DRAFTED
    await step(database, here.head(), CLEAR, position)
    twice = await refusal(step(database, here.head(), CLEAR, position))
    assert twice.code is RefusalCode.ALREADY_DONE
    refused = await refusal(step(database, here.delegate(), RELEASE, position))
    assert refused.code is RefusalCode.NOT_YOUR_ROLE


async def test_a_newer_position_supersedes_and_both_remain(database: Database, made: Desk) -> None:
    first = await take(database, made.table.head(), made)
    second = await take(
        database, made.table.head(), made, stance=Stance.OBJECT, words=Words(statement=WHY)
    )
    rows = await every(database)
    assert [(row.id, row.superseded_at is None) for row in rows] == [
        (first.id, False),
        (second.id, True),
    ]
    async with database.read(SYSTEM) as session:
        [stand] = await positions.stands_on(session, made.set_id)
        history = await positions.history_of(session, made.set_id, first.delegation_id)
    assert stand.position.id == second.id
    assert [row.stance for row in history] == [Stance.SUPPORT, Stance.OBJECT]


async def test_a_newer_draft_puts_the_older_one_behind(database: Database, made: Desk) -> None:
    head = made.table.head()
    released = await take(database, head, made)
    older = await draft(database, made.table.delegate(), made, stance=Stance.ABSTAIN)
    newer = await draft(database, head, made, stance=Stance.NOT_COMPETENT)
    stale = await refusal(step(database, head, CLEAR, older))
    assert stale.code is RefusalCode.STALE
    assert (await kept(database, older)).state is PositionState.DRAFTED
    assert (await kept(database, released)).superseded_at is None
    await step(database, head, CLEAR, newer)
    await step(database, head, RELEASE, newer)
    assert (await kept(database, released)).superseded_at is not None


@pytest.mark.parametrize("part", ["whole", "clause", "amendment"])
async def test_a_position_cites_one_exact_subject(
    database: Database, made: Desk, part: str
) -> None:
    subject = await subject_of(database, made, part)
    await take(database, made.table.head(), made, subject=subject)
    [row] = await every(database, subject)
    assert positions.subject_of(row) == subject
    assert row.document_id == made.document_id
    unknown = {"set_id": uuid7(), "section_id": uuid7(), "amendment_id": uuid7()}
    key = {"whole": "set_id", "clause": "section_id", "amendment": "amendment_id"}[part]
    wrong = Subject(**{"set_id": made.set_id, key: unknown[key]})
    refused = await refusal(take(database, made.table.head(), made, subject=wrong))
    assert refused.code is RefusalCode.NOT_FOUND
    assert len(await every(database)) == 1


async def subject_of(database: Database, made: Desk, part: str) -> Subject:
    if part == "whole":
        return Subject(set_id=made.set_id)
    if part == "clause":
        return Subject(set_id=made.set_id, section_id=made.clauses[1])
    return Subject(set_id=made.set_id, amendment_id=await amendment(database, made))


async def amendment(database: Database, made: Desk) -> UUID:
    """An amendment of the region, before positions are taken."""
    from policylab import comments

    await make.enter(database, made.table, "home-consultation")
    region = made.table.head("REGION")
    async with database.write(region) as uow:
        row = await comments.table_amendment(
            uow,
            region,
            set_id=made.set_id,
            section_id=made.clauses[0],
            language="en",
            text="Regions teach.",
            reasons="They have the schools.",
        )
    await make.enter(database, made.table, "positions")
    return row.id


async def test_nobody_takes_a_position_on_a_withdrawn_amendment(
    database: Database, made: Desk
) -> None:
    from policylab import comments

    key = await amendment(database, made)
    await make.enter(database, made.table, "home-consultation")
    region = made.table.head("REGION")
    async with database.write(region) as uow:
        await comments.withdraw_amendment(uow, region, amendment_id=key)
    await make.enter(database, made.table, "positions")
    subject = Subject(set_id=made.set_id, amendment_id=key)
    refused = await refusal(take(database, made.table.head(), made, subject=subject))
    assert refused.code is RefusalCode.CLOSED
    assert await every(database) == []


async def test_a_text_of_another_dialogue_is_not_there(database: Database, made: Desk) -> None:
    other = await desk.frozen(database)
    subject = Subject(set_id=other.set_id)
    refused = await refusal(take(database, made.table.head(), made, subject=subject))
    assert refused.code is RefusalCode.NOT_FOUND
    assert await every(database) == []


async def test_releasing_tells_the_process(database: Database, made: Desk) -> None:
    procedure_id = await open_ballot(database, made, Subject(set_id=made.set_id))
    await take(database, made.table.head(), made)
    async with database.read(SYSTEM) as session:
        facts = (await labs.facts_of(session, [made.table.dialogue_id]))[made.table.dialogue_id]
    [fact] = [fact for fact in facts if fact.kind is FactKind.POSITION_RELEASED]
    assert fact.detail == {
        "delegation_id": str(made.table.seats["CITY"].delegation_id),
        "level": "LOCAL",
        "procedure_id": str(procedure_id),
    }


async def next_steps(
    database: Database, viewer: Viewer, position: Position
) -> list[tuple[str, bool]]:
    async with database.read(viewer) as session:
        found = await positions.steps_of(session, viewer, [position.id])
    return [(each.action, each.why_not is None) for each in found.get(position.id, [])]


async def test_what_comes_next_is_what_the_verbs_allow(database: Database, made: Desk) -> None:
    here = made.table
    head, delegate, other = here.head(), here.delegate(), here.head("REGION")
    position = await draft(database, delegate, made)
    assert await next_steps(database, head, position) == [("CLEAR", True)]
    assert await next_steps(database, delegate, position) == [("CLEAR", False)]
    assert await next_steps(database, other, position) == []
    await step(database, head, CLEAR, position)
    assert await next_steps(database, head, position) == [("RELEASE", True)]
    await make.enter(database, here, "settlement")
    assert await next_steps(database, head, position) == [("RELEASE", False)]
    await make.enter(database, here, "positions")
    procedure_id = await open_ballot(database, made, Subject(set_id=made.set_id))
    await pause_ballot(database, procedure_id)
    assert await next_steps(database, head, position) == [("RELEASE", False)]


async def test_what_comes_after_release_is_confirming(database: Database, made: Desk) -> None:
    head = made.table.head()
    full = await take(database, head, made)
    doubtful = await take(database, head, made, subject=clause(made, 1), ad_referendum=True)
    assert await next_steps(database, head, full) == []
    assert await next_steps(database, head, doubtful) == [("CONFIRM", True)]
    await later(database, made)
    assert await next_steps(database, head, full) == [("CONFIRM", True)]
    assert await next_steps(database, made.table.head("REGION"), full) == []
    seat = made.table.seats["CITY"]
    async with database.write(head) as uow:
        await labs.revoke_mandate(uow, head, mandate_id=seat.mandate_id)
    assert await next_steps(database, head, full) == [("CONFIRM", False)]
    assert (await refusal(step(database, head, CONFIRM, full))).code is RefusalCode.NO_MANDATE


# What the database itself guards


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE position SET statement = 'Others said so.'",
        "UPDATE position SET stance = 'OBJECT'",
        """UPDATE position SET reservations = '["Not ours."]'""",
        "UPDATE position SET ad_referendum = true",
        "UPDATE position SET cleared_at = NULL, state = 'DRAFTED'",
        "UPDATE position SET released_at = now() + interval '1 day'",
        "DELETE FROM position",
    ],
)
async def test_the_database_itself_keeps_what_was_said(
    database: Database, made: Desk, change: str
) -> None:
    await take(database, made.table.head(), made)
    async with database.raw() as connection:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(change)


async def test_the_database_itself_wants_a_mandate(database: Database, made: Desk) -> None:
    position = await draft(database, made.table.delegate(), made)
    await step(database, made.table.head(), CLEAR, position)
    foreign = made.table.seats["REGION"].mandate_id
    async with database.raw() as connection:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "UPDATE position SET state = 'RELEASED', released_at = now(), mandate_id = $1",
                foreign,
            )
