"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class MeetingPlanned(Event):
    """A session was planned."""

    kind: ClassVar[str] = "meeting.planned"
    meeting_id: UUID


@dataclass(frozen=True, kw_only=True)
class MeetingChanged(Event):
    """A session was opened, closed or cancelled; its agenda or attendance changed."""

    kind: ClassVar[str] = "meeting.changed"
    meeting_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class MinutesWritten(Event):
    """The minutes of a session were written or corrected."""

    kind: ClassVar[str] = "minutes.written"
    meeting_id: UUID
    minutes_id: UUID


@dataclass(frozen=True, kw_only=True)
class MinutesApproved(Event):
    """The minutes of a session were approved and stand."""

    kind: ClassVar[str] = "minutes.approved"
    meeting_id: UUID
    minutes_id: UUID
