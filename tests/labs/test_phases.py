"""Leading a dialogue on and back, notices of meeting, and stating what happened."""

import asyncio
from datetime import UTC, datetime, timedelta

from policylab import labs
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.labs import Action, FactKind
from tests import make
from tests.labs.trying import count, do, refusal


async def phase(database: Database, table: make.Table) -> str:
    async with database.read(table.moderator) as session:
        return (await labs.standing(session, table.moderator, table.dialogue_id)).phase_id


async def test_a_dialogue_goes_on_once_everything_is_there(database: Database) -> None:
    table = await make.table(database)
    on = {"dialogue_id": table.dialogue_id, "to": "framing"}
    refused = await refusal(database, table.moderator, labs.move_phase, **on)
    assert refused.code is RefusalCode.CONDITIONS_NOT_MET
    assert "notice of meeting" in refused.message
    await do(
        database,
        table.moderator,
        labs.send_notice,
        dialogue_id=table.dialogue_id,
        agenda="Opening.",
    )
    for viewer, code in (
        (table.head(), RefusalCode.NOT_YOUR_ROLE),
        (table.outsider, RefusalCode.NOT_FOUND),
    ):
        assert (await refusal(database, viewer, labs.move_phase, **on)).code is code
    refused = await refusal(
        database, table.moderator, labs.move_phase, dialogue_id=table.dialogue_id, to="session"
    )
    assert refused.field == "to"
    await do(database, table.moderator, labs.move_phase, **on)
    assert await phase(database, table) == "framing"
    assert await count(database, "phase_run", "left_at IS NULL") == 1


async def test_a_dialogue_goes_back_by_a_moderator_with_a_reason(database: Database) -> None:
    table = await make.table(database, phase="session")
    back = {"dialogue_id": table.dialogue_id, "to": "framing"}
    refused = await refusal(database, table.moderator, labs.move_phase, **back, reason="  ")
    assert (refused.code, refused.field) == (RefusalCode.STATEMENT_REQUIRED, "reason")
    await do(database, table.moderator, labs.move_phase, **back, reason="New facts.")
    assert await phase(database, table) == "framing"
    assert await count(database, "phase_run", "backwards AND reason = 'New facts.'") == 1


async def test_moving_on_waits_for_those_who_act(database: Database) -> None:
    table = await make.table(database, phase="session")
    async with database.write(table.head()) as uow:
        here = await labs.standing(uow.session, table.head(), table.dialogue_id, lock=True)
        here.require(Action.COMMENT)
        moving = asyncio.create_task(
            do(
                database,
                table.moderator,
                labs.move_phase,
                dialogue_id=table.dialogue_id,
                to="framing",
                reason="Back.",
            )
        )
        await asyncio.sleep(0.1)
        assert not moving.done()
        [run] = await runs(database, table)
        assert run == "session"
    await moving
    assert await runs(database, table) == ["framing"]


async def runs(database: Database, table: make.Table) -> list[str]:
    async with database.rows(table.head()) as connection:
        rows = await connection.fetch("SELECT phase_id FROM phase_run WHERE left_at IS NULL")
    return [row["phase_id"] for row in rows]


async def test_the_notice_of_meeting_keeps_the_period_that_the_dialogue_set(
    database: Database,
) -> None:
    table = await make.table(database, settings={"notice": 10})
    asked = {"dialogue_id": table.dialogue_id, "agenda": "Opening."}
    soon = datetime.now(UTC).date() + timedelta(days=9)
    refused = await refusal(database, table.moderator, labs.send_notice, **asked, meeting_on=soon)
    assert refused.field == "meeting_on"
    refused = await refusal(database, table.head(), labs.send_notice, **asked)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    sent = await do(database, table.moderator, labs.send_notice, **asked)
    assert (sent.meeting_on - sent.sent_at.date()).days == 10


async def test_people_state_what_no_room_records_and_nothing_else(database: Database) -> None:
    table = await make.table(database, phase="framing")
    for kind in (FactKind.MEETING_HELD, FactKind.RECORD_SEALED, FactKind.DRAFT_FROZEN):
        refused = await refusal(
            database, table.moderator, labs.state_fact, dialogue_id=table.dialogue_id, kind=kind
        )
        assert (refused.code, refused.field) == (RefusalCode.NOT_ALLOWED, "kind")
    settled = {"dialogue_id": table.dialogue_id, "kind": FactKind.FRAMING_SETTLED}
    refused = await refusal(database, table.expert, labs.state_fact, **settled)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    await do(database, table.moderator, labs.state_fact, **settled, note="Agreed on Monday.")
    assert await count(database, "dialogue_fact", "note = 'Agreed on Monday.'") == 1


async def test_a_head_declares_her_own_delegation_ready(database: Database) -> None:
    table = await make.table(database, phase="home-consultation")
    ready = {"dialogue_id": table.dialogue_id, "kind": FactKind.DELEGATION_READY}
    refused = await refusal(database, table.delegate(), labs.state_fact, **ready)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    await do(database, table.head(), labs.state_fact, **ready)
    told = f"""{{"level": "LOCAL", "delegation_id": "{table.seats["CITY"].delegation_id}"}}"""
    assert await count(database, "dialogue_fact", f"detail = '{told}'") == 1


async def test_what_happened_is_told_newest_first_by_those_who_did_it(database: Database) -> None:
    table = await make.table(database)
    await do(
        database, table.moderator, labs.send_notice, dialogue_id=table.dialogue_id, agenda="One."
    )
    await do(
        database, table.moderator, labs.move_phase, dialogue_id=table.dialogue_id, to="framing"
    )
    async with database.read(table.head()) as session:
        [told] = (await labs.activity_of(session, [table.dialogue_id])).values()
    assert [each.said.en for each in told] == [
        "Moderator took the dialogue on to phase 2, “Framing”.",
        "Moderator sent the notice of meeting.",
        "The policy question was set.",
    ]
    async with database.read(table.outsider) as session:
        assert await labs.activity_of(session, [table.dialogue_id]) == {}
