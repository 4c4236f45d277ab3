"""Legal holds: placed and lifted by the lab's administrators, seen by everybody in the lab."""

import asyncio

import pytest

from policylab import retention
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM
from policylab.retention.sources import LEGAL_HOLD
from tests import make
from tests.labs.trying import count, do, refusal


async def test_only_the_labs_administrators_place_and_lift_holds(database: Database) -> None:
    table = await make.table(database)
    asked = {"lab_id": table.lab_id, "reason": "A court asks for it."}
    for viewer, code in (
        (table.secretariat, RefusalCode.NOT_YOUR_ROLE),
        (table.moderator, RefusalCode.NOT_YOUR_ROLE),
        (table.outsider, RefusalCode.NOT_FOUND),
    ):
        refused = await refusal(database, viewer, retention.place_hold, **asked)
        assert refused.code is code
    hold = await do(database, table.administrator, retention.place_hold, **asked)
    assert (hold.reason, hold.until) == ("A court asks for it.", None)
    for viewer, code in (
        (table.secretariat, RefusalCode.NOT_YOUR_ROLE),
        (table.outsider, RefusalCode.NOT_FOUND),
    ):
        refused = await refusal(database, viewer, retention.lift_hold, hold_id=hold.id)
        assert refused.code is code
    lifted = await do(database, table.administrator, retention.lift_hold, hold_id=hold.id)
    assert lifted.until is not None
    assert lifted.lifted_by == table.administrator.person_id
    again = await refusal(database, table.administrator, retention.lift_hold, hold_id=hold.id)
    assert again.code is RefusalCode.ALREADY_DONE


async def test_a_hold_without_a_reason_is_refused(database: Database) -> None:
    table = await make.table(database)
    refused = await refusal(
        database, table.administrator, retention.place_hold, lab_id=table.lab_id, reason=" "
    )
    assert refused.code is RefusalCode.STATEMENT_REQUIRED


async def test_of_two_who_lift_a_hold_at_once_the_second_is_told_so(database: Database) -> None:
    table = await make.table(database)
    here = {"lab_id": table.lab_id, "reason": "A court asks for it."}
    hold = await do(database, table.administrator, retention.place_hold, **here)
    async with database.write(table.administrator) as uow:
        await retention.lift_hold(uow, table.administrator, hold_id=hold.id)
        await uow.session.flush()
        second = asyncio.create_task(
            do(database, table.administrator, retention.lift_hold, hold_id=hold.id)
        )
        await asyncio.sleep(0.05)
        assert not second.done()
    with pytest.raises(Refused) as refused:
        await second
    assert refused.value.code is RefusalCode.ALREADY_DONE


async def test_holds_are_read_in_their_lab_and_nowhere_else(database: Database) -> None:
    table = await make.table(database)
    here = {"lab_id": table.lab_id, "reason": "A court asks for it."}
    await do(database, table.administrator, retention.place_hold, **here)
    scope = LEGAL_HOLD.scope.on("legal_hold")
    for viewer, seen in ((table.head(), 1), (table.secretariat, 1), (table.outsider, 0)):
        async with database.rows(viewer) as connection:
            rows = await connection.fetch("SELECT id FROM legal_hold")
            scoped = await connection.fetch(f"SELECT id FROM legal_hold WHERE {scope}")  # noqa: S608
        assert len(rows) == len(scoped) == seen


async def test_placing_and_lifting_are_audited_and_announced_in_ids(database: Database) -> None:
    table = await make.table(database)
    async with database.bus.listen() as announcements:
        hold = await do(
            database,
            table.administrator,
            retention.place_hold,
            lab_id=table.lab_id,
            reason="A court asks for it.",
        )
        await do(database, table.administrator, retention.lift_hold, hold_id=hold.id)
        heard: list[str] = []
        async with asyncio.timeout(5):
            async for announcement in announcements:
                if announcement.payload.get("hold_id") == str(hold.id):
                    assert announcement.lab_id == table.lab_id
                    assert "reason" not in announcement.payload
                    heard.append(announcement.kind)
                if len(heard) == 2:
                    break
    assert heard == ["hold.placed", "hold.lifted"]
    async with database.rows(SYSTEM) as connection:
        actions = await connection.fetch(
            "SELECT action FROM audit_event WHERE object_id = $1 ORDER BY sequence", hold.id
        )
    assert [row["action"] for row in actions] == ["hold.placed", "hold.lifted"]
    assert await count(database, "outbox", "payload::text LIKE '%court%'") == 0
