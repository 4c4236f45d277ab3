"""What stands in a calendar beyond meetings: what time alone opens, what falls due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from policylab import labs
from policylab.feeds import as_icalendar, entries
from policylab.kit.db import Database
from policylab.process import Action
from policylab.process.engine import Due
from tests import make

SOON = datetime(2026, 12, 24, 12, tzinfo=UTC)


async def test_what_time_alone_opens_and_what_falls_due_is_in_the_calendar(
    database: Database,
) -> None:
    table = await make.table(database)
    async with database.read(table.moderator) as session:
        here = await labs.standing(session, table.moderator, table.dialogue_id)
    following = here.outlook.next_phase
    assert following is not None
    due = Due(Action.READ, SOON + timedelta(days=1))
    waiting = replace(here, outlook=replace(here.outlook, next_opens_at=SOON, due=due))
    found = entries.phases([waiting], "fr")
    assert [entry.starts_at for entry in found] == [SOON, SOON + timedelta(days=1)]
    assert following.title.fr in found[0].title
    assert found[0].kind == f"phase-{following.id}"
    settled = replace(here, outlook=replace(here.outlook, next_opens_at=None, due=None))
    assert entries.phases([settled], "fr") == []
    events = Calendar.from_ical(as_icalendar(found, base="https://lab.example.org")).events
    assert len({str(event["uid"]) for event in events}) == 2
    assert {event["transp"] for event in events} == {"TRANSPARENT"}
    assert all(
        str(event["url"]).startswith("https://lab.example.org/dialogues/") for event in events
    )
