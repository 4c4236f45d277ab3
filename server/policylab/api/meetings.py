"""Lab sessions as clients see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from policylab import meetings
from policylab.api.context import Context
from policylab.api.declare import (
    LocalisedText,
    Node,
    all_words,
    by_id,
    column,
    computed,
    described_enum,
    described_input,
    edge,
    plain,
    published,
    query,
    to_one,
    value,
    words,
)
from policylab.api.elsewhere import Meeting as LazyMeeting
from policylab.api.identity import LocalisedTextInput, as_texts
from policylab.api.labs import Capacity, Delegation, Dialogue, GovernanceLevel, level_of
from policylab.api.loading import EdgePlan, edge_loader
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import key_of
from policylab.meetings import MeetingState, sources

described_enum(MeetingState)


@published(sources.AGENDA_ITEM)
class AgendaItem(Node):
    """An item of the agenda."""

    number: int = column("Its place on the agenda, from 1.")
    title: str = column("What it is about.")
    result: str | None = column("What came of it.")
    meeting: LazyMeeting = to_one("The session it belongs to.", by="meeting_id")


@published(sources.ATTENDANCE)
class Attendance(Node):
    """Whether a delegation is at the table."""

    delegation: Delegation = to_one("Which delegation.", by="delegation_id")
    present: bool = column("Whether it is there.")


@published(sources.MINUTES)
class Minutes(Node):
    """The account of a session; not the decision record. Once approved it never changes."""

    text: str = column("The account.")
    written_at: datetime = column("When it was last written.")
    capacity: Capacity | None = to_one("Who wrote it last.", by="capacity_id")
    approved_at: datetime | None = column("When it was approved, if it was.")


@value
class LevelQuorum:
    """Whether a level of government has its quorum: at least half of its delegations that vote."""

    level: GovernanceLevel = plain("Which level.")
    present: int = plain("How many of its delegations are there.")
    seated: int = plain("How many it has that vote and on which somebody sits.")
    met: bool = plain("Whether that is a quorum.")


_MINUTES = EdgePlan("Minutes", "meeting_id", "true", "{t}.id")


async def load_minutes(context: Context, roots: Sequence[Any]) -> list[Any]:
    """The minutes of sessions; null until somebody writes them."""
    loader = edge_loader(context, _MINUTES)
    lists = await loader.load_many([item.row["id"] for item in roots])
    return [found[0] if found else None for found in lists]


async def load_quorum(context: Context, roots: Sequence[Any]) -> list[list[LevelQuorum]]:
    """The quorum of sessions by level."""
    keys = [item.row["id"] for item in roots]
    async with context.database.read(context.viewer) as session:
        rows = await meetings.meetings_by_id(session, keys)
        found = await meetings.quorum_of(session, list(rows.values()))
    return [
        await _shown(context, item.row["lab_id"], found.get(item.row["id"], ())) for item in roots
    ]


async def _shown(
    context: Context, lab_id: UUID, found: Sequence[meetings.Quorum]
) -> list[LevelQuorum]:
    shown: list[LevelQuorum] = []
    for each in found:
        level = await level_of(context, lab_id, each.level)
        if level is not None:
            shown.append(
                LevelQuorum(level=level, present=each.present, seated=each.seated, met=each.met)
            )
    return shown


@published(sources.MEETING)
class Meeting(Node):
    """A dated lab session."""

    title: str = words("What it is called.", "titles")
    titles: list[LocalisedText] = all_words("What it is called, in all languages kept.", "titles")
    starts_at: datetime = column("When it begins.")
    ends_at: datetime | None = column("When it ends, where that is known.")
    place: str | None = column("Where it is held.")
    link: str | None = column("Where one joins on the web.")
    public: bool = column("Whether the public is admitted to it.")
    state: MeetingState = column("How far it is.")
    dialogue: Dialogue = to_one("The dialogue it belongs to.", by="dialogue_id")
    agenda: list[AgendaItem] = edge("Its agenda.", by="meeting_id", order="{t}.number")
    attendance: list[Attendance] = edge("Which delegations are there.", by="meeting_id")
    quorum: list[LevelQuorum] = computed(
        "The quorum of each level: as it was for a session that was held, else as it is now.",
        load_quorum,
        access="as its row",
        needs=("id", "lab_id"),
    )
    minutes: Minutes | None = computed(
        "Its minutes; null until they are written.",
        load_minutes,
        access="as its row",
        needs=("id",),
    )


@query
class MeetingsQuery:
    meeting: Meeting | None = by_id("One lab session; null when unknown.")


@described_input
class PlanMeetingInput(VerbInput):
    """A session to plan."""

    dialogue_id: strawberry.ID = plain("In which dialogue.")
    titles: list[LocalisedTextInput] = plain("What it is called.")
    starts_at: datetime = plain("When it begins.")
    ends_at: datetime | None = plain("When it ends.", default=None)
    place: str | None = plain("Where it is held.", default=None)
    link: str | None = plain("Where one joins on the web.", default=None)
    public: bool | None = plain("Whether the public is admitted; no, where absent.", default=None)
    agenda: list[str] | None = plain("The items of its agenda, in order.", default=None)


@described_input
class OpenMeetingInput(VerbInput):
    """A session that begins."""

    meeting_id: strawberry.ID = plain("Which session.")


@described_input
class CloseMeetingInput(VerbInput):
    """A session that ends."""

    meeting_id: strawberry.ID = plain("Which session.")


@described_input
class CancelMeetingInput(VerbInput):
    """A session to call off."""

    meeting_id: strawberry.ID = plain("Which session.")


@described_input
class AddAgendaItemInput(VerbInput):
    """A further item of an agenda."""

    meeting_id: strawberry.ID = plain("Of which session.")
    title: str = plain("What it is about.")


@described_input
class RecordResultInput(VerbInput):
    """What came of an agenda item."""

    agenda_item_id: strawberry.ID = plain("Which item.")
    result: str = plain("What came of it; empty takes it back.")


@described_input
class RecordAttendanceInput(VerbInput):
    """Whether a delegation is at the table."""

    meeting_id: strawberry.ID = plain("At which session.")
    delegation_id: strawberry.ID = plain("Which delegation.")
    present: bool = plain("Whether it is there.")


@described_input
class WriteMinutesInput(VerbInput):
    """The account of a session."""

    meeting_id: strawberry.ID = plain("Of which session.")
    text: str = plain("The account; it takes the place of the one before.")


@described_input
class ApproveMinutesInput(VerbInput):
    """Minutes to let stand as they are."""

    meeting_id: strawberry.ID = plain("Of which session.")


@verbs
class MeetingsMutation:
    @verb(answers=Meeting)
    async def plan_meeting(uow: UnitOfWork, input: PlanMeetingInput) -> UUID:
        """Plan a lab session with its agenda."""
        row = await meetings.plan_meeting(
            uow,
            uow.viewer,
            dialogue_id=key_of(input.dialogue_id, "Dialogue"),
            titles=as_texts(input.titles),
            starts_at=input.starts_at,
            ends_at=input.ends_at,
            place=input.place or "",
            link=input.link or "",
            public=bool(input.public),
            agenda=input.agenda or (),
        )
        return row.id

    @verb(answers=AgendaItem)
    async def add_agenda_item(uow: UnitOfWork, input: AddAgendaItemInput) -> UUID:
        """Put a further item at the end of an agenda."""
        key = key_of(input.meeting_id, "Meeting")
        row = await meetings.add_agenda_item(uow, uow.viewer, meeting_id=key, title=input.title)
        return row.id

    @verb(answers=AgendaItem)
    async def record_result(uow: UnitOfWork, input: RecordResultInput) -> UUID:
        """Write down what came of an agenda item."""
        row = await meetings.record_result(
            uow,
            uow.viewer,
            agenda_item_id=key_of(input.agenda_item_id, "AgendaItem"),
            result=input.result,
        )
        return row.id

    @verb(answers=Meeting)
    async def open_meeting(uow: UnitOfWork, input: OpenMeetingInput) -> UUID:
        """Begin a session; from now on attendance is taken."""
        key = key_of(input.meeting_id, "Meeting")
        return (await meetings.open_meeting(uow, uow.viewer, meeting_id=key)).id

    @verb(answers=Meeting)
    async def cancel_meeting(uow: UnitOfWork, input: CancelMeetingInput) -> UUID:
        """Call a planned session off."""
        key = key_of(input.meeting_id, "Meeting")
        return (await meetings.cancel_meeting(uow, uow.viewer, meeting_id=key)).id

    @verb(answers=Meeting)
    async def close_meeting(uow: UnitOfWork, input: CloseMeetingInput) -> UUID:
        """End a session; its quorum by level is fixed, and the workflow hears that it was held."""
        key = key_of(input.meeting_id, "Meeting")
        return (await meetings.close_meeting(uow, uow.viewer, meeting_id=key)).id

    @verb(answers=Meeting)
    async def record_attendance(uow: UnitOfWork, input: RecordAttendanceInput) -> UUID:
        """Note whether a delegation is at the table."""
        row = await meetings.record_attendance(
            uow,
            uow.viewer,
            meeting_id=key_of(input.meeting_id, "Meeting"),
            delegation_id=key_of(input.delegation_id, "Delegation"),
            present=input.present,
        )
        return row.id

    @verb(answers=Minutes)
    async def write_minutes(uow: UnitOfWork, input: WriteMinutesInput) -> UUID:
        """Write the minutes of a session, or correct them until they are approved."""
        key = key_of(input.meeting_id, "Meeting")
        row = await meetings.write_minutes(uow, uow.viewer, meeting_id=key, text=input.text)
        return row.id

    @verb(answers=Minutes)
    async def approve_minutes(uow: UnitOfWork, input: ApproveMinutesInput) -> UUID:
        """Let the minutes of a session stand as they are."""
        key = key_of(input.meeting_id, "Meeting")
        return (await meetings.approve_minutes(uow, uow.viewer, meeting_id=key)).id
