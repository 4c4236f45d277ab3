"""Sessions from plan to approved minutes, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from policylab import labs, meetings
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM
from policylab.meetings import MeetingState
from policylab.process import ConditionKind
from tests import make
from tests.labs.trying import count, do, refusal

START = datetime(2026, 5, 4, 9, tzinfo=UTC)


async def planned(database: Database, table: make.Table, **changes: Any) -> UUID:
    asked = {
        "dialogue_id": table.dialogue_id,
        "titles": {"en": "First session"},
        "starts_at": START,
        "agenda": ["Opening", "Options"],
    }
    return (await do(database, table.moderator, meetings.plan_meeting, **asked | changes)).id


async def opened(database: Database, table: make.Table) -> UUID:
    meeting_id = await planned(database, table)
    await do(database, table.moderator, meetings.open_meeting, meeting_id=meeting_id)
    return meeting_id


async def there(database: Database, table: make.Table, meeting_id: UUID, *bodies: str) -> None:
    for body in bodies:
        await do(
            database,
            table.moderator,
            meetings.record_attendance,
            meeting_id=meeting_id,
            delegation_id=table.seats[body].delegation_id,
            present=True,
        )


async def unmet(database: Database, table: make.Table) -> set[ConditionKind]:
    async with database.read(table.moderator) as session:
        here = await labs.standing(session, table.moderator, table.dialogue_id)
    return {state.code for state in here.outlook.exits if not state.met}


async def test_who_runs_the_process_plans_sessions_with_their_agenda(database: Database) -> None:
    table = await make.table(database)
    asked = {"dialogue_id": table.dialogue_id, "titles": {"en": "First"}, "starts_at": START}
    for viewer, code in (
        (table.head(), RefusalCode.NOT_YOUR_ROLE),
        (table.outsider, RefusalCode.NOT_FOUND),
    ):
        refused = await refusal(database, viewer, meetings.plan_meeting, **asked)
        assert refused.code is code
    early = START - timedelta(hours=1)
    refused = await refusal(
        database, table.moderator, meetings.plan_meeting, **asked, ends_at=early
    )
    assert refused.field == "ends_at"
    meeting_id = await planned(database, table)
    await do(
        database, table.moderator, meetings.add_agenda_item, meeting_id=meeting_id, title="Closing"
    )
    async with database.rows(table.head()) as connection:
        items = await connection.fetch("SELECT number, title FROM agenda_item ORDER BY number")
    assert [tuple(item) for item in items] == [(1, "Opening"), (2, "Options"), (3, "Closing")]
    async with database.rows(table.outsider) as connection:
        assert await connection.fetch("SELECT id FROM meeting") == []
        assert await connection.fetch("SELECT id FROM agenda_item") == []


async def test_a_session_that_had_its_quorum_lets_the_dialogue_go_on(database: Database) -> None:
    table = await make.table(database, phase="session")
    held, quorum = ConditionKind.MEETING_HELD, ConditionKind.QUORUM_BY_LEVEL
    assert {held, quorum} <= await unmet(database, table)
    first = await opened(database, table)
    await there(database, table, first, "CITY", "REGION")
    await do(database, table.moderator, meetings.close_meeting, meeting_id=first)
    assert held not in await unmet(database, table)
    assert quorum in await unmet(database, table)
    second = await opened(database, table)
    await there(database, table, second, "CITY", "REGION", "MINISTRY")
    await do(database, table.moderator, meetings.close_meeting, meeting_id=second)
    assert not {held, quorum} & await unmet(database, table)


async def test_closing_fixes_the_quorum_whoever_leaves_afterwards(database: Database) -> None:
    table = await make.table(database, phase="session")
    meeting_id = await opened(database, table)
    await there(database, table, meeting_id, "CITY")
    before = await quorum(database, table, meeting_id)
    assert [(q.level, q.met) for q in before] == [
        ("LOCAL", True),
        ("REGIONAL", False),
        ("NATIONAL", False),
    ]
    await do(database, table.moderator, meetings.close_meeting, meeting_id=meeting_id)
    for body in ("CITY", "REGION"):
        await do(
            database,
            table.moderator,
            labs.end_delegation,
            delegation_id=table.seats[body].delegation_id,
        )
    assert await quorum(database, table, meeting_id) == before


async def quorum(database: Database, table: make.Table, meeting_id: UUID) -> list[meetings.Quorum]:
    async with database.read(table.head("MINISTRY")) as session:
        rows = await meetings.meetings_by_id(session, [meeting_id])
        return (await meetings.quorum_of(session, list(rows.values())))[meeting_id]


async def test_attendance_is_taken_while_the_session_is_held(database: Database) -> None:
    table = await make.table(database, phase="session")
    meeting_id = await planned(database, table)
    note = {
        "meeting_id": meeting_id,
        "delegation_id": table.seats["CITY"].delegation_id,
        "present": True,
    }
    refused = await refusal(database, table.moderator, meetings.record_attendance, **note)
    assert refused.code is RefusalCode.CONDITIONS_NOT_MET
    await do(database, table.moderator, meetings.open_meeting, meeting_id=meeting_id)
    refused = await refusal(database, table.head(), meetings.record_attendance, **note)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    await do(database, table.rapporteur, meetings.record_attendance, **note)
    await do(database, table.moderator, meetings.record_attendance, **note | {"present": False})
    assert await count(database, "attendance") == 1
    assert await count(database, "attendance", "present") == 0
    await do(database, table.moderator, meetings.close_meeting, meeting_id=meeting_id)
    refused = await refusal(database, table.moderator, meetings.record_attendance, **note)
    assert refused.code is RefusalCode.CLOSED


async def test_the_delegation_of_another_dialogue_is_at_no_table_here(database: Database) -> None:
    table = await make.table(database, phase="session")
    other = await make.table(database)
    meeting_id = await opened(database, table)
    refused = await refusal(
        database,
        table.moderator,
        meetings.record_attendance,
        meeting_id=meeting_id,
        delegation_id=other.seats["CITY"].delegation_id,
        present=True,
    )
    assert refused.code is RefusalCode.NOT_FOUND


async def test_a_session_is_opened_held_or_cancelled_once(database: Database) -> None:
    table = await make.table(database)
    moderator = table.moderator
    off = await planned(database, table)
    await do(database, moderator, meetings.cancel_meeting, meeting_id=off)
    for verb in (meetings.open_meeting, meetings.close_meeting, meetings.cancel_meeting):
        refused = await refusal(database, moderator, verb, meeting_id=off)
        assert refused.code is RefusalCode.CLOSED
    early = await planned(database, table)
    refused = await refusal(database, moderator, meetings.close_meeting, meeting_id=early)
    assert refused.code is RefusalCode.CONDITIONS_NOT_MET
    meeting_id = await opened(database, table)
    for verb in (meetings.open_meeting, meetings.cancel_meeting):
        refused = await refusal(database, moderator, verb, meeting_id=meeting_id)
        assert refused.code is RefusalCode.CLOSED


async def test_of_two_who_close_a_session_at_once_one_does(database: Database) -> None:
    table = await make.table(database)
    meeting_id = await opened(database, table)
    async with database.write(table.moderator) as uow:
        await meetings.close_meeting(uow, table.moderator, meeting_id=meeting_id)
        second = asyncio.create_task(
            do(database, table.moderator, meetings.close_meeting, meeting_id=meeting_id)
        )
        await asyncio.sleep(0.1)
        assert not second.done()
    [answer] = await asyncio.gather(second, return_exceptions=True)
    assert isinstance(answer, Refused)
    assert await count(database, "dialogue_fact", "kind = 'MEETING_HELD'") == 1


async def test_minutes_are_corrected_until_they_are_approved_and_stand_then(
    database: Database,
) -> None:
    table = await make.table(database, phase="session")
    meeting_id = await opened(database, table)
    write = {"meeting_id": meeting_id, "text": "We met."}
    refused = await refusal(database, table.expert, meetings.write_minutes, **write)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    await do(database, table.rapporteur, meetings.write_minutes, **write)
    await do(database, table.rapporteur, meetings.write_minutes, **write | {"text": "We agreed."})
    approve = {"meeting_id": meeting_id}
    refused = await refusal(database, table.moderator, meetings.approve_minutes, **approve)
    assert refused.code is RefusalCode.CLOSED
    await do(database, table.moderator, meetings.close_meeting, meeting_id=meeting_id)
    refused = await refusal(database, table.rapporteur, meetings.approve_minutes, **approve)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    await do(database, table.moderator, meetings.approve_minutes, **approve)
    refused = await refusal(database, table.rapporteur, meetings.write_minutes, **write)
    assert refused.code is RefusalCode.SEALED
    with pytest.raises(asyncpg.CheckViolationError, match="approved minutes never change"):
        async with database.raw() as connection:
            await connection.execute("UPDATE minutes SET text = 'We did not meet.'")
    assert await count(database, "minutes", "text = 'We agreed.'") == 1


async def test_results_are_written_beside_the_agenda_until_the_minutes_stand(
    database: Database,
) -> None:
    table = await make.table(database, phase="session")
    meeting_id = await planned(database, table)
    async with database.rows(SYSTEM) as connection:
        item = await connection.fetchval("SELECT id FROM agenda_item WHERE number = 1")
    result = {"agenda_item_id": item, "result": "Agreed."}
    refused = await refusal(database, table.rapporteur, meetings.record_result, **result)
    assert refused.code is RefusalCode.CONDITIONS_NOT_MET
    await do(database, table.moderator, meetings.open_meeting, meeting_id=meeting_id)
    await do(database, table.rapporteur, meetings.record_result, **result)
    await do(
        database, table.rapporteur, meetings.write_minutes, meeting_id=meeting_id, text="We met."
    )
    await do(database, table.moderator, meetings.close_meeting, meeting_id=meeting_id)
    await do(database, table.moderator, meetings.approve_minutes, meeting_id=meeting_id)
    refused = await refusal(
        database, table.moderator, meetings.record_result, **result | {"result": "Not agreed."}
    )
    assert refused.code is RefusalCode.SEALED
    assert await count(database, "agenda_item", "result = 'Agreed.'") == 1


async def test_a_session_that_one_may_not_see_is_not_there(database: Database) -> None:
    table = await make.table(database)
    meeting_id = await opened(database, table)
    for verb, more in (
        (meetings.open_meeting, {}),
        (meetings.close_meeting, {}),
        (meetings.write_minutes, {"text": "x"}),
        (meetings.approve_minutes, {}),
        (meetings.add_agenda_item, {"title": "x"}),
    ):
        refused = await refusal(database, table.outsider, verb, meeting_id=meeting_id, **more)
        assert refused.code is RefusalCode.NOT_FOUND
    assert await count(database, "meeting", f"state = '{MeetingState.OPEN}'") == 1
