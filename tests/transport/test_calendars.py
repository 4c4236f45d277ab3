"""A person's calendar: what she may see now, at an address that opens nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar, Event
from sqlmodel import col, select

from policylab import decisions, identity, meetings
from policylab.identity import TokenScope
from policylab.identity.tables import AccessToken
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.decisions import deciding
from tests.transport.feeding import BASE, Asking

START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
HOSTILE = 'Budget; "means", \\ and\nEND:VEVENT\r\nATTACH:x \x07' + "é" * 90


@pytest.fixture
def asking(database: Database, tmp_path: Path) -> Asking:
    return Asking.at(database, tmp_path)


@pytest.fixture
async def table(database: Database) -> make.Table:
    return await make.table(database, languages=("en", "fr"))


async def plan(database: Database, table: make.Table, **changes: Any) -> UUID:
    asked = {
        "titles": {"en": "First session", "fr": "Première séance"},
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        "place": "Town hall",
        "link": "https://video.example/1",
        "agenda": ["Opening", "Options"],
    }
    async with database.write(table.moderator) as uow:
        meeting = await meetings.plan_meeting(
            uow, table.moderator, dialogue_id=table.dialogue_id, **asked | changes
        )
    return meeting.id


async def address(asking: Asking, viewer: Viewer) -> str:
    return f"/calendar/{await asking.token(viewer, TokenScope.CALENDAR)}.ics"


async def events(asking: Asking, path: str, **headers: str) -> dict[str, Event]:
    answer = await asking.get(path, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    calendar = Calendar.from_ical(answer.content)
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]
    found = {str(each["uid"]): each for each in calendar.events}
    assert len(found) == len(calendar.events)
    return found


def uid(kind: str, key: UUID) -> str:
    return f"{kind}-{key}@policylab"


async def test_a_calendar_holds_the_meetings_and_deadlines_of_ones_dialogues(
    database: Database, asking: Asking, table: make.Table
) -> None:
    frozen = await deciding.freeze(database, table, languages=("en", "fr"))
    procedure = await deciding.open_procedure(database, table, frozen, days=20)
    meeting_id = await plan(database, table)
    found = await events(asking, await address(asking, table.head()))
    meeting = found[uid("meeting", meeting_id)]
    assert meeting.start == START
    assert meeting.end == START + timedelta(hours=2)
    assert meeting.start.utcoffset() == timedelta(0)
    assert str(meeting["summary"]) == "First session"
    assert str(meeting["location"]) == "Town hall"
    assert "https://video.example/1" in str(meeting["description"])
    assert "2. Options" in str(meeting["description"])
    here = f"{BASE}/dialogues/{to_global('Dialogue', table.dialogue_id)}"
    assert str(meeting["url"]) == f"{here}/meetings"
    assert (meeting["status"], meeting["sequence"], meeting["transp"]) == ("CONFIRMED", 0, "OPAQUE")
    deadline = found[uid("deadline", procedure.id)]
    assert abs(deadline.start - procedure.closes_at) < timedelta(seconds=1)
    assert str(deadline["summary"]).startswith("Positions close: ")
    assert deadline["transp"] == "TRANSPARENT"


async def test_a_session_that_is_called_off_says_so_under_the_same_name(
    database: Database, asking: Asking, table: make.Table
) -> None:
    meeting_id = await plan(database, table)
    path = await address(asking, table.head())
    before = (await events(asking, path))[uid("meeting", meeting_id)]
    async with database.write(table.moderator) as uow:
        await meetings.cancel_meeting(uow, table.moderator, meeting_id=meeting_id)
    after = (await events(asking, path))[uid("meeting", meeting_id)]
    assert (after["status"], after["sequence"]) == ("CANCELLED", before["sequence"] + 1)
    assert after["last-modified"].dt >= before["last-modified"].dt
    assert after["dtstamp"].dt == after["last-modified"].dt


async def test_a_deadline_that_no_longer_matters_is_cancelled(
    database: Database, asking: Asking, table: make.Table
) -> None:
    frozen = await deciding.freeze(database, table, languages=("en", "fr"))
    procedure = await deciding.open_procedure(database, table, frozen, days=20)
    await deciding.take_all(database, table, frozen)
    await deciding.close(database, table, procedure)
    found = await events(asking, await address(asking, table.head()))
    deadline = found[uid("deadline", procedure.id)]
    assert (deadline["status"], deadline["sequence"]) == ("CANCELLED", 1)


async def test_a_referral_moves_the_deadline(
    database: Database, asking: Asking, table: make.Table
) -> None:
    frozen = await deciding.freeze(database, table, languages=("en", "fr"))
    procedure = await deciding.open_procedure(database, table, frozen, days=20)
    path = await address(asking, table.head())
    before = (await events(asking, path))[uid("deadline", procedure.id)]
    head = table.head()
    async with database.write(head) as uow:
        await decisions.refer(uow, head, procedure_id=procedure.id, reasons="Our council meets.")
    after = (await events(asking, path))[uid("deadline", procedure.id)]
    assert after["sequence"] == before["sequence"] + 1
    assert after.start >= before.start


async def test_words_cannot_break_out_of_a_calendar(
    database: Database, asking: Asking, table: make.Table
) -> None:
    meeting_id = await plan(
        database, table, titles={"en": HOSTILE}, place=HOSTILE, agenda=[HOSTILE]
    )
    found = await events(asking, await address(asking, table.head()))
    meeting = found[uid("meeting", meeting_id)]
    assert "attach" not in meeting
    said = str(meeting["summary"])
    assert said.replace("\r", "") == HOSTILE.replace("\r", "").replace("\x07", "").strip()


async def test_a_calendar_speaks_its_persons_language(
    database: Database, asking: Asking, table: make.Table
) -> None:
    meeting_id = await plan(database, table)
    path = await address(asking, table.head())
    french = await events(asking, f"{path}?language=fr")
    assert str(french[uid("meeting", meeting_id)]["summary"]) == "Première séance"
    async with database.write(table.head()) as uow:
        await identity.update_profile(uow, table.head(), locale="fr", display_name=None)
    assert (await events(asking, path))[uid("meeting", meeting_id)]["summary"] == "Première séance"
    assert (await asking.get(f"{path}?language=%00")).status_code == 400


async def test_outsiders_see_nothing_of_it(
    database: Database, asking: Asking, table: make.Table
) -> None:
    meeting_id = await plan(database, table)
    assert await events(asking, await address(asking, table.outsider)) == {}
    one = f"/calendar/meetings/{to_global('Meeting', meeting_id)}.ics"
    unknown = f"/calendar/meetings/{to_global('Meeting', uuid7())}.ics"
    outsider = await asking.bearer(table.outsider)
    refused, absent = await asking.get(one, **outsider), await asking.get(unknown, **outsider)
    assert refused.status_code == absent.status_code == 404
    assert refused.content == absent.content
    for path in (one, unknown, "/calendar/me.ics"):
        answer = await asking.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "NOT_SIGNED_IN")
        assert answer.headers["cache-control"] == "no-store"


async def test_who_leaves_the_dialogue_finds_it_gone(
    database: Database, asking: Asking, table: make.Table
) -> None:
    meeting_id = await plan(database, table)
    head = table.head()
    path = await address(asking, head)
    assert uid("meeting", meeting_id) in await events(asking, path)
    async with database.rows(SYSTEM) as connection:
        seat = await connection.fetchval(
            "SELECT membership_id FROM delegate WHERE person_id = $1", head.person_id
        )
    async with database.write(SYSTEM) as uow:
        await identity.end_membership(uow, SYSTEM, membership_id=seat)
    assert await events(asking, path) == {}


@pytest.mark.parametrize("ending", ["revoked", "everywhere", "suspended"])
async def test_an_address_that_was_ended_is_not_there(
    database: Database, asking: Asking, table: make.Table, ending: str
) -> None:
    await plan(database, table)
    head = table.head()
    path = await address(asking, head)
    assert await events(asking, path)
    async with database.write(head) as uow:
        if ending == "suspended":
            await identity.suspend_person(uow, SYSTEM, person_id=head.person_id, suspended=True)
        elif ending == "everywhere":
            await identity.end_all_sessions(uow, head)
        else:
            [token] = await uow.session.exec(_tokens(head))
            await identity.revoke_access_token(uow, head, token_id=token)
    answer, never = await asking.get(path), await asking.get("/calendar/pl_never.ics")
    assert answer.status_code == never.status_code == 404
    assert answer.content == never.content


def _tokens(viewer: Viewer) -> Any:
    return select(AccessToken.id).where(col(AccessToken.person_id) == viewer.person_id)


async def test_the_secret_of_a_calendar_opens_nothing_else_and_no_other_token_opens_it(
    database: Database, asking: Asking, table: make.Table
) -> None:
    """Promise A10."""
    meeting_id = await plan(database, table)
    head = table.head()
    secret = await asking.token(head, TokenScope.CALENDAR)
    bearer = {"authorization": f"Bearer {secret}"}
    one = f"/calendar/meetings/{to_global('Meeting', meeting_id)}.ics"
    for path in ("/calendar/me.ics", one, "/files/attachments/x"):
        assert (await asking.get(path, **bearer)).status_code == 401
    assert not (await identity.viewer_of_access_token(database, secret)).signed_in
    for scopes in ((TokenScope.READ,), (TokenScope.READ, TokenScope.WRITE)):
        other = await asking.token(head, *scopes)
        assert (await asking.get(f"/calendar/{other}.ics")).status_code == 404
    for odd in ("x", "pl_", "me", secret + "x", "a" * 5_000, "%00"):
        assert (await asking.get(f"/calendar/{odd}.ics")).status_code in {401, 404}


async def test_a_token_is_for_a_calendar_alone_or_not_at_all(
    database: Database, table: make.Table
) -> None:
    head = table.head()

    async def create(viewer: Viewer, *scopes: TokenScope) -> None:
        async with database.write(viewer) as uow:
            await identity.create_access_token(uow, viewer, name="x", scopes=scopes, days=1)

    with pytest.raises(Refused) as refused:
        await create(head, TokenScope.CALENDAR, TokenScope.READ)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, "scopes")
    with pytest.raises(Refused):
        await create(replace(head, scopes=frozenset({"read"})), TokenScope.CALENDAR)
    assert await deciding.count(database, "access_token") == 0
    await create(head, TokenScope.CALENDAR)
    assert await deciding.count(database, "access_token") == 1


async def test_a_meeting_is_taken_along_by_itself(
    database: Database, asking: Asking, table: make.Table
) -> None:
    meeting_id = await plan(database, table)
    await plan(database, table, titles={"en": "Second session"})
    path = f"/calendar/meetings/{to_global('Meeting', meeting_id)}.ics"
    bearer = await asking.bearer(table.head())
    found = await events(asking, path, **bearer)
    assert found.keys() == {uid("meeting", meeting_id)}
    assert "attachment" in (await asking.get(path, **bearer)).headers["content-disposition"]
    wrong = path.replace(to_global("Meeting", meeting_id), to_global("Dialogue", meeting_id))
    assert (await asking.get(wrong, **bearer)).status_code == 404


async def test_who_has_the_calendar_already_is_told_so(
    database: Database, asking: Asking, table: make.Table
) -> None:
    path = await address(asking, table.head())
    first = await asking.get(path)
    assert (await asking.get(path, if_none_match=first.headers["etag"])).status_code == 304
    await plan(database, table)
    assert (await asking.get(path, if_none_match=first.headers["etag"])).status_code == 200
    head = await asking.get(path, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    mine = await asking.get("/calendar/me.ics", **await asking.bearer(table.head()))
    assert mine.content == (await asking.get(path)).content
