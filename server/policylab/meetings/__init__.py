"""Dated lab sessions: agenda, attendance, quorum by level, minutes."""

from policylab.meetings.events import (
    MeetingChanged,
    MeetingPlanned,
    MinutesApproved,
    MinutesWritten,
)
from policylab.meetings.reading import agendas_of, meetings_by_id, meetings_in, quorum_of
from policylab.meetings.rules import MeetingState, Quorum
from policylab.meetings.service import (
    add_agenda_item,
    approve_minutes,
    cancel_meeting,
    close_meeting,
    open_meeting,
    plan_meeting,
    record_attendance,
    record_result,
    write_minutes,
)

__all__ = [
    "MeetingChanged",
    "MeetingPlanned",
    "MeetingState",
    "MinutesApproved",
    "MinutesWritten",
    "Quorum",
    "add_agenda_item",
    "agendas_of",
    "approve_minutes",
    "cancel_meeting",
    "close_meeting",
    "meetings_by_id",
    "meetings_in",
    "open_meeting",
    "plan_meeting",
    "quorum_of",
    "record_attendance",
    "record_result",
    "write_minutes",
]
