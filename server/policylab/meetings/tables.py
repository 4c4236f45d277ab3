"""How lab sessions are stored: the meeting, its agenda, who was there, its minutes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field

from policylab.kit.tables import Table, choice, choice_check, jsonb, localised, moment
from policylab.meetings.rules import MeetingState


class Meeting(Table, table=True):
    """A dated session of a dialogue."""

    __tablename__ = "meeting"
    __table_args__ = (
        choice_check("state", MeetingState),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_it_begins"),
        Unique("id", "dialogue_id", name="meeting_in_dialogue_key"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    titles: dict[str, str] = localised()
    starts_at: datetime = moment(nullable=False)
    ends_at: datetime | None = moment()
    place: str | None = Field(default=None, sa_type=Text)
    link: str | None = Field(default=None, sa_type=Text)
    public: bool = False
    state: MeetingState = Field(default=MeetingState.PLANNED, sa_type=choice(MeetingState))
    opened_at: datetime | None = moment()
    closed_at: datetime | None = moment()
    capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    quorum: list[dict[str, Any]] = jsonb(default=list)
    """By level, as it was when the session was closed; seats change afterwards."""


class AgendaItem(Table, table=True):
    """An item of the agenda, and what came of it."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        Unique("meeting_id", "number", name="agenda_item_number_key"),
        ForeignKeyConstraint(
            ["meeting_id", "dialogue_id"],
            ["meeting.id", "meeting.dialogue_id"],
            name="agenda_item_meeting_fkey",
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    meeting_id: UUID = Field(index=True)
    number: int
    title: str = Field(sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)


class Attendance(Table, table=True):
    """Whether a delegation is at the table."""

    __tablename__ = "attendance"
    __table_args__ = (
        Unique("meeting_id", "delegation_id", name="attendance_once_key"),
        ForeignKeyConstraint(
            ["meeting_id", "dialogue_id"],
            ["meeting.id", "meeting.dialogue_id"],
            name="attendance_meeting_fkey",
        ),
        ForeignKeyConstraint(
            ["delegation_id", "dialogue_id"],
            ["delegation.id", "delegation.dialogue_id"],
            name="attendance_delegation_fkey",
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    meeting_id: UUID = Field(index=True)
    delegation_id: UUID
    present: bool
    capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")


class Minutes(Table, table=True):
    """The account of a meeting. Once approved it never changes (`ddl.STATEMENTS` guards that)."""

    __tablename__ = "minutes"
    __table_args__ = (
        Unique("meeting_id", name="minutes_once_key"),
        ForeignKeyConstraint(
            ["meeting_id", "dialogue_id"],
            ["meeting.id", "meeting.dialogue_id"],
            name="minutes_meeting_fkey",
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    meeting_id: UUID
    text: str = Field(sa_type=Text)
    written_at: datetime = moment(nullable=False)
    capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    approved_at: datetime | None = moment()
    approved_by_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
