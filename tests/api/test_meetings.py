"""Lab sessions as the web app asks for them."""

from typing import Any

from policylab.kit.db import Database
from tests import make
from tests.api.asking import Answer, ask, do, operation, to_global

PLAN = {
    "titles": [{"language": "en", "text": "First session"}],
    "startsAt": "2026-05-04T09:00:00+00:00",
    "endsAt": "2026-05-04T17:00:00+00:00",
    "place": "Port Lanter",
    "link": "https://example.org/room",
    "agenda": ["Opening", "Options"],
}


async def shown(database: Database, viewer: Any, table: make.Table) -> Answer:
    query = operation("Meetings")
    found = await ask(database, viewer, query, id=to_global("Dialogue", table.dialogue_id))
    return found["dialogue"]


async def test_a_session_goes_from_plan_to_approved_minutes(database: Database) -> None:
    table = await make.table(database, phase="session")
    where = {"dialogueId": to_global("Dialogue", table.dialogue_id)}
    refused = await do(database, table.head(), "planMeeting", **where, **PLAN)
    assert refused["code"] == "NOT_YOUR_ROLE"
    made = await do(
        database, table.moderator, "planMeeting", "... on Meeting { id }", **where, **PLAN
    )
    meeting = {"meetingId": made["id"]}
    await do(database, table.moderator, "addAgendaItem", **meeting, title="Closing")
    await do(database, table.moderator, "openMeeting", **meeting)
    for body in ("CITY", "REGION"):
        await do(
            database,
            table.rapporteur,
            "recordAttendance",
            **meeting,
            delegationId=to_global("Delegation", table.seats[body].delegation_id),
            present=body == "CITY",
        )
    await do(database, table.rapporteur, "writeMinutes", **meeting, text="We met.")
    closed = await do(
        database, table.moderator, "closeMeeting", "... on Meeting { state }", **meeting
    )
    assert closed["state"] == "HELD"
    await do(database, table.moderator, "approveMinutes", **meeting)
    [found] = (await shown(database, table.head(), table))["meetings"]
    assert (found["title"], found["place"], found["public"]) == (
        "First session",
        "Port Lanter",
        False,
    )
    assert [each["title"] for each in found["agenda"]] == ["Opening", "Options", "Closing"]
    assert {each["present"] for each in found["attendance"]} == {True, False}
    assert [(q["level"]["code"], q["present"], q["seated"], q["met"]) for q in found["quorum"]] == [
        ("LOCAL", 1, 1, True),
        ("REGIONAL", 0, 1, False),
        ("NATIONAL", 0, 1, False),
    ]
    assert found["minutes"]["approvedAt"] is not None
    late = await do(database, table.rapporteur, "writeMinutes", **meeting, text="Else.")
    assert late["code"] == "SEALED"
    query = "query($id: ID!) { meeting(id: $id) { id } }"
    assert (await ask(database, table.outsider, query, id=made["id"]))["meeting"] is None
    assert (await ask(database, table.observer, query, id=made["id"]))["meeting"] is not None


async def test_what_came_of_an_item_is_written_beside_it(database: Database) -> None:
    table = await make.table(database, phase="session")
    made = await do(
        database,
        table.moderator,
        "planMeeting",
        "... on Meeting { id agenda { id } }",
        dialogueId=to_global("Dialogue", table.dialogue_id),
        **PLAN,
    )
    item = {"agendaItemId": made["agenda"][0]["id"], "result": "Agreed."}
    early = await do(database, table.moderator, "recordResult", **item)
    assert early["code"] == "CONDITIONS_NOT_MET"
    await do(database, table.moderator, "openMeeting", meetingId=made["id"])
    done = await do(
        database,
        table.moderator,
        "recordResult",
        "... on AgendaItem { result meeting { id } }",
        **item,
    )
    assert (done["result"], done["meeting"]["id"]) == ("Agreed.", made["id"])
    off = await do(database, table.moderator, "cancelMeeting", meetingId=made["id"])
    assert off["code"] == "CLOSED"
