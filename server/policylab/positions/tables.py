"""How positions are stored: append-only words, and the ballot row that orders who came when."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field

from policylab.kit.tables import Table, choice, choice_check, jsonb, moment
from policylab.positions.rules import BallotState, PositionState, Stance


class MarkKind(StrEnum):
    """What has been said of a condition."""

    MET = "MET"
    """Those who hold the text say that it has been met."""
    CONFIRMED = "CONFIRMED"
    """The delegation that set it agrees."""


class Ballot(Table, table=True):
    """One row a subject. Whoever takes a position shares its lock; whoever opens or closes a
    procedure holds it alone. So each position is either counted or refused."""

    __tablename__ = "ballot"
    __table_args__ = (
        Unique("subject_id", name="ballot_subject_key"),
        choice_check("state", BallotState),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    subject_id: UUID
    state: BallotState = Field(default=BallotState.FREE, sa_type=choice(BallotState))
    procedure_id: UUID | None = None
    """The procedure that collects positions here now, or did last."""


class BallotTerm(Table, table=True):
    """When a procedure's positions count. Append-only: a deadline does not change."""

    __tablename__ = "ballot_term"
    __table_args__ = (
        Unique("procedure_id", name="ballot_term_procedure_key"),
        CheckConstraint("closes_at >= opens_at", name="ends_after_it_begins"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    procedure_id: UUID
    opens_at: datetime = moment(nullable=False)
    closes_at: datetime = moment(nullable=False)
    consent: bool = False
    """Under CONSENT an objection may come without reasons."""


class BallotPause(Table, table=True):
    """A referral's time, during which a procedure rests. Append-only."""

    __tablename__ = "ballot_pause"
    __table_args__ = (CheckConstraint("until > since", name="ends_after_it_begins"),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    procedure_id: UUID = Field(index=True)
    since: datetime = moment(nullable=False)
    until: datetime = moment(nullable=False)


class Position(Table, table=True):
    """Where a delegation stands on one exact text. Its words never change: a newer one
    supersedes it, and both remain (`ddl.STATEMENTS` guards that)."""

    __tablename__ = "position"
    __table_args__ = (
        choice_check("stance", Stance),
        choice_check("state", PositionState),
        CheckConstraint("(state = 'RELEASED') = (released_at IS NOT NULL)", name="released_once"),
        CheckConstraint("(state = 'DRAFTED') = (cleared_at IS NULL)", name="cleared_first"),
        CheckConstraint(
            "released_at IS NULL OR ad_referendum OR mandate_id IS NOT NULL", name="has_mandate"
        ),
        CheckConstraint("confirmed_at IS NULL OR released_at IS NOT NULL", name="confirmed_last"),
        Index(
            "position_one_current",
            "delegation_id",
            "subject_id",
            unique=True,
            postgresql_where=text("released_at IS NOT NULL AND superseded_at IS NULL"),
        ),
        Index(
            "position_one_in_preparation",
            "delegation_id",
            "subject_id",
            unique=True,
            postgresql_where=text("released_at IS NULL AND superseded_at IS NULL"),
        ),
        Index("position_subject_ix", "subject_id"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    delegation_id: UUID = Field(foreign_key="delegation.id")
    level: str
    subject_id: UUID
    document_id: UUID = Field(foreign_key="document.id", index=True)
    set_id: UUID = Field(foreign_key="version_set.id", index=True)
    section_id: UUID | None = Field(default=None, index=True)
    amendment_id: UUID | None = Field(default=None, foreign_key="amendment.id", index=True)
    stance: Stance = Field(sa_type=choice(Stance))
    statement: str = Field(default="", sa_type=Text)
    reservations: list[str] = jsonb(default=list)
    ad_referendum: bool = False
    mandate_id: UUID | None = Field(default=None, foreign_key="mandate.id")
    capacity_id: UUID = Field(foreign_key="capacity.id")
    state: PositionState = Field(default=PositionState.DRAFTED, sa_type=choice(PositionState))
    cleared_at: datetime | None = moment()
    cleared_by_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    released_at: datetime | None = moment()
    superseded_at: datetime | None = moment()
    confirmed_at: datetime | None = moment()
    confirmed_mandate_id: UUID | None = Field(default=None, foreign_key="mandate.id")


class PositionCondition(Table, table=True):
    """A change that must be made for support to stand. Append-only."""

    __tablename__ = "position_condition"
    __table_args__ = (Unique("position_id", "place", name="position_condition_place_key"),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    position_id: UUID = Field(foreign_key="position.id")
    place: int
    text: str = Field(sa_type=Text)


class ConditionMark(Table, table=True):
    """That a condition has been met, or that its delegation agrees. Append-only."""

    __tablename__ = "condition_mark"
    __table_args__ = (
        choice_check("kind", MarkKind),
        Unique("condition_id", "kind", name="condition_mark_kind_key"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    condition_id: UUID = Field(foreign_key="position_condition.id")
    kind: MarkKind = Field(sa_type=choice(MarkKind))
    capacity_id: UUID = Field(foreign_key="capacity.id")
