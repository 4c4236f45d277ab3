"""The verbs: plan, open and close a session; agenda, attendance, minutes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind, Standing, delegations_by_id, record_fact, standing
from policylab.meetings import rules
from policylab.meetings.events import (
    MeetingChanged,
    MeetingPlanned,
    MinutesApproved,
    MinutesWritten,
)
from policylab.meetings.reading import quorum_now
from policylab.meetings.rules import MeetingState
from policylab.meetings.tables import AgendaItem, Attendance, Meeting, Minutes


async def plan_meeting(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    dialogue_id: UUID,
    titles: Mapping[str, str],
    starts_at: datetime,
    ends_at: datetime | None = None,
    place: str = "",
    link: str = "",
    public: bool = False,
    agenda: Sequence[str] = (),
) -> Meeting:
    """Plan a session with its agenda. The notice of meeting goes out on its own (`labs`)."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.MODERATE)
    rules.check_times(starts_at, ends_at)
    items = rules.check_agenda(agenda)
    meeting = Meeting(
        lab_id=here.dialogue.lab_id,
        dialogue_id=dialogue_id,
        titles=rules.check_titles(titles),
        starts_at=starts_at,
        ends_at=ends_at,
        place=rules.check_words(place, field="place", longest=500, needed=False) or None,
        link=rules.check_link(link) or None,
        public=public,
        capacity_id=here.acting_as,
        created_by=viewer.person_id,
    )
    uow.session.add(meeting)
    await uow.session.flush()
    uow.session.add_all(_item(meeting, place, text) for place, text in enumerate(items, start=1))
    await uow.session.flush()
    _audit(uow, here, meeting, "meeting.planned")
    uow.announce(MeetingPlanned(meeting_id=meeting.id, **_where(meeting)))
    return meeting


def _item(meeting: Meeting, number: int, title: str) -> AgendaItem:
    return AgendaItem(
        lab_id=meeting.lab_id,
        dialogue_id=meeting.dialogue_id,
        meeting_id=meeting.id,
        number=number,
        title=title,
    )


async def add_agenda_item(
    uow: UnitOfWork, viewer: Viewer, *, meeting_id: UUID, title: str
) -> AgendaItem:
    """Put a further item at the end of the agenda, before the session or during it."""
    here, meeting = await _meeting(uow, viewer, meeting_id)
    here.require(Action.MODERATE)
    rules.check_state(meeting.state, MeetingState.PLANNED, MeetingState.OPEN)
    highest = select(func.max(AgendaItem.number)).where(col(AgendaItem.meeting_id) == meeting_id)
    last = (await uow.session.exec(highest)).one() or 0
    [words] = rules.check_agenda([title], already=last)
    item = _item(meeting, last + 1, words)
    uow.session.add(item)
    await uow.session.flush()
    _changed(uow, here, meeting, "agenda_item.added")
    return item


async def record_result(
    uow: UnitOfWork, viewer: Viewer, *, agenda_item_id: UUID, result: str
) -> AgendaItem:
    """Write down what came of an item, while the session is held or after it."""
    item = await uow.session.get(AgendaItem, agenda_item_id)
    if item is None:
        raise not_found()
    here, meeting = await _meeting(uow, viewer, item.meeting_id)
    _require_pen(here)
    rules.check_state(meeting.state, MeetingState.OPEN, MeetingState.HELD)
    await _check_minutes_open(uow, meeting.id)
    words = rules.check_words(result, field="result", longest=rules.LONGEST_RESULT, needed=False)
    item.result = words or None
    _changed(uow, here, meeting, "agenda_item.settled")
    return item


async def open_meeting(uow: UnitOfWork, viewer: Viewer, *, meeting_id: UUID) -> Meeting:
    """Begin the session; from now on attendance is taken."""
    here, meeting = await _meeting(uow, viewer, meeting_id)
    here.require(Action.MODERATE)
    rules.check_state(meeting.state, MeetingState.PLANNED)
    meeting.state, meeting.opened_at = MeetingState.OPEN, uow.now
    _changed(uow, here, meeting, "meeting.opened")
    return meeting


async def cancel_meeting(uow: UnitOfWork, viewer: Viewer, *, meeting_id: UUID) -> Meeting:
    """Call a planned session off."""
    here, meeting = await _meeting(uow, viewer, meeting_id)
    here.require(Action.MODERATE)
    rules.check_state(meeting.state, MeetingState.PLANNED)
    meeting.state, meeting.closed_at = MeetingState.CANCELLED, uow.now
    _changed(uow, here, meeting, "meeting.cancelled")
    return meeting


async def close_meeting(uow: UnitOfWork, viewer: Viewer, *, meeting_id: UUID) -> Meeting:
    """End the session. Its quorum by level is fixed, and the process hears that it was held."""
    here, meeting = await _meeting(uow, viewer, meeting_id)
    here.require(Action.MODERATE)
    rules.check_state(meeting.state, MeetingState.OPEN)
    found = (await quorum_now(uow.session, [meeting]))[meeting.id]
    meeting.state, meeting.closed_at = MeetingState.HELD, uow.now
    meeting.quorum = rules.quorums_as_json(found)
    detail = {"meeting_id": meeting.id, "levels": [each.level for each in found if each.met]}
    await record_fact(
        uow, meeting.dialogue_id, FactKind.MEETING_HELD, detail, capacity_id=here.acting_as
    )
    _changed(uow, here, meeting, "meeting.closed")
    return meeting


async def record_attendance(
    uow: UnitOfWork, viewer: Viewer, *, meeting_id: UUID, delegation_id: UUID, present: bool
) -> Meeting:
    """Note whether a delegation is at the table, while the session is held."""
    here, meeting = await _meeting(uow, viewer, meeting_id)
    _require_pen(here)
    rules.check_state(meeting.state, MeetingState.OPEN)
    found = await delegations_by_id(uow.session, [delegation_id])
    delegation = found.get(delegation_id)
    if delegation is None or delegation.dialogue_id != meeting.dialogue_id:
        raise not_found()
    rows = await uow.session.exec(
        select(Attendance)
        .where(col(Attendance.meeting_id) == meeting_id)
        .where(col(Attendance.delegation_id) == delegation_id)
    )
    row = rows.first() or Attendance(
        delegation_id=delegation_id, meeting_id=meeting_id, present=present, **_where(meeting)
    )
    row.present, row.capacity_id = present, here.acting_as
    uow.session.add(row)
    _changed(uow, here, meeting, "attendance.recorded")
    return meeting


async def write_minutes(uow: UnitOfWork, viewer: Viewer, *, meeting_id: UUID, text: str) -> Minutes:
    """Write the minutes, or correct them until they are approved."""
    here, meeting = await _meeting(uow, viewer, meeting_id)
    _require_pen(here)
    rules.check_state(meeting.state, MeetingState.OPEN, MeetingState.HELD)
    words = rules.check_words(text, field="text", longest=rules.LONGEST_MINUTES)
    minutes = await _minutes_of(uow, meeting_id)
    if minutes is None:
        minutes = Minutes(
            meeting_id=meeting_id,
            text=words,
            written_at=uow.now,
            created_by=viewer.person_id,
            **_where(meeting),
        )
    rules.check_not_approved(minutes.approved_at)
    minutes.text, minutes.written_at, minutes.capacity_id = words, uow.now, here.acting_as
    uow.session.add(minutes)
    await uow.session.flush()
    _audit(uow, here, meeting, "minutes.written")
    uow.announce(MinutesWritten(meeting_id=meeting_id, minutes_id=minutes.id, **_where(meeting)))
    return minutes


async def approve_minutes(uow: UnitOfWork, viewer: Viewer, *, meeting_id: UUID) -> Minutes:
    """Let the minutes stand as they are, once the session has been held."""
    here, meeting = await _meeting(uow, viewer, meeting_id)
    here.require(Action.MODERATE)
    rules.check_state(meeting.state, MeetingState.HELD)
    minutes = await _minutes_of(uow, meeting_id)
    if minutes is None:
        message = "The minutes have not been written yet."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    rules.check_not_approved(minutes.approved_at)
    minutes.approved_at, minutes.approved_by_capacity_id = uow.now, here.acting_as
    _audit(uow, here, meeting, "minutes.approved")
    uow.announce(MinutesApproved(meeting_id=meeting_id, minutes_id=minutes.id, **_where(meeting)))
    return minutes


def _require_pen(here: Standing) -> None:
    """Attendance, results and minutes: who takes the minutes, or runs the session."""
    if Action.TAKE_MINUTES not in here.may:
        here.require(Action.MODERATE)


async def _meeting(uow: UnitOfWork, viewer: Viewer, meeting_id: UUID) -> tuple[Standing, Meeting]:
    """A session, held until this transaction ends, and where the viewer stands in its dialogue."""
    meeting = await uow.session.get(Meeting, meeting_id)
    if meeting is None:
        raise not_found()
    here = await standing(uow.session, viewer, meeting.dialogue_id, lock=True)
    await uow.session.refresh(meeting, with_for_update=True)
    return here, meeting


async def _minutes_of(uow: UnitOfWork, meeting_id: UUID) -> Minutes | None:
    rows = await uow.session.exec(select(Minutes).where(col(Minutes.meeting_id) == meeting_id))
    return rows.first()


async def _check_minutes_open(uow: UnitOfWork, meeting_id: UUID) -> None:
    minutes = await _minutes_of(uow, meeting_id)
    if minutes is not None:
        rules.check_not_approved(minutes.approved_at)


def _where(meeting: Meeting) -> dict[str, Any]:
    return {"lab_id": meeting.lab_id, "dialogue_id": meeting.dialogue_id}


def _audit(uow: UnitOfWork, here: Standing, meeting: Meeting, action: str) -> None:
    uow.audit(
        action=action,
        object_type="Meeting",
        object_id=meeting.id,
        lab_id=meeting.lab_id,
        capacity_id=here.acting_as,
    )


def _changed(uow: UnitOfWork, here: Standing, meeting: Meeting, action: str) -> None:
    _audit(uow, here, meeting, action)
    uow.announce(
        MeetingChanged(meeting_id=meeting.id, state=meeting.state.value, **_where(meeting))
    )
