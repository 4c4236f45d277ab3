"""How labs, dialogues, seats, mandates, roles and facts are stored.

What holds dialogue matter carries `lab_id` and `dialogue_id` itself, so that one look at the row
says who may see it. Time of standing is [since, until); days of a mandate are inclusive.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field

from policylab.kit.tables import Table, choice, choice_check, jsonb, localised, moment
from policylab.labs.rules import LabRole, Visibility
from policylab.process.rules import FactKind, Role


class Lab(Table, table=True):
    """The lasting space of one country, region or theme."""

    __tablename__ = "lab"

    names: dict[str, str] = localised()
    purposes: dict[str, str] = localised()
    languages: list[str] = jsonb(default=list)
    retention_class: str = "DELIBERATION"
    illustrative: bool = False


class LabLevel(Table, table=True):
    """A level of government as one lab knows it. Levels are data, however many there are."""

    __tablename__ = "lab_level"
    __table_args__ = (
        Unique("lab_id", "code", name="lab_level_code_key"),
        Unique("lab_id", "place", name="lab_level_place_key"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    code: str
    names: dict[str, str] = localised()
    place: int
    """Its order, from the closest to people on; shape and hue follow it."""


class LabGrant(Table, table=True):
    """Somebody's place in a lab as a whole."""

    __tablename__ = "lab_grant"
    __table_args__ = (
        choice_check("role", LabRole),
        Index(
            "lab_grant_one_of_a_kind",
            "lab_id",
            "person_id",
            "role",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: LabRole = Field(sa_type=choice(LabRole))
    since: datetime = moment(nullable=False)
    until: datetime | None = moment()


class Dialogue(Table, table=True):
    """One policy question worked through a workflow. It keeps the template it began with."""

    __tablename__ = "dialogue"
    __table_args__ = (choice_check("visibility", Visibility),)

    lab_id: UUID = Field(foreign_key="lab.id", index=True)
    questions: dict[str, str] = localised()
    scopes: dict[str, str] = localised()
    languages: list[str] = jsonb(default=list)
    levels: list[str] = jsonb(default=list)
    visibility: Visibility = Field(default=Visibility.PARTICIPANTS, sa_type=choice(Visibility))
    template_id: str
    template_version: int
    template_body: dict[str, Any] = jsonb()
    template_digest: str
    settings: dict[str, int] = jsonb()
    phase_id: str
    illustrative: bool = False
    closed_at: datetime | None = moment()


class PhaseRun(Table, table=True):
    """One stay in one phase; going back begins another and says why."""

    __tablename__ = "phase_run"
    __table_args__ = (
        Index(
            "phase_run_one_open",
            "dialogue_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        CheckConstraint("NOT backwards OR length(trim(reason)) > 0", name="reason_to_go_back"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    phase_id: str
    entered_at: datetime = moment(nullable=False)
    left_at: datetime | None = moment()
    entered_by_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    backwards: bool = False
    reason: str = Field(default="", sa_type=Text)


class Delegation(Table, table=True):
    """The seat of one organisation in one dialogue, at one level."""

    __tablename__ = "delegation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["lab_id", "level"],
            ["lab_level.lab_id", "lab_level.code"],
            name="delegation_level_fkey",
        ),
        CheckConstraint("weight >= 1", name="weight_counts"),
        Unique("id", "dialogue_id", name="delegation_in_dialogue_key"),
        Index(
            "delegation_one_an_organisation",
            "dialogue_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    level: str
    voting: bool = True
    weight: int = 1
    since: datetime = moment(nullable=False)
    until: datetime | None = moment()


class Capacity(Table, table=True):
    """Who somebody is when acting in a dialogue. Kept texts cite this id, never the person."""

    __tablename__ = "capacity"

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    """None once the person has been erased; function and organisation stay."""
    functions: dict[str, str] = localised()
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id", index=True)
    level: str | None = None
    role: Role = Field(sa_type=choice(Role))

    __table_args__ = (choice_check("role", Role),)


class Delegate(Table, table=True):
    """A person on a delegation's seat. Invariants 5 and 6 are guarded by `ddl.STATEMENTS`."""

    __tablename__ = "delegate"
    __table_args__ = (
        ForeignKeyConstraint(
            ["delegation_id", "dialogue_id"],
            ["delegation.id", "delegation.dialogue_id"],
            name="delegate_delegation_fkey",
        ),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
        Index(
            "delegate_one_head",
            "delegation_id",
            unique=True,
            postgresql_where=text("head AND until IS NULL"),
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    delegation_id: UUID = Field(index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    membership_id: UUID = Field(foreign_key="membership.id")
    capacity_id: UUID = Field(foreign_key="capacity.id")
    head: bool = False
    voting: bool = True
    since: datetime = moment(nullable=False)
    until: datetime | None = moment()


class Mandate(Table, table=True):
    """Authority given by a named body to a delegation. Never edited: revoked, and filed anew."""

    __tablename__ = "mandate"
    __table_args__ = (
        ForeignKeyConstraint(
            ["delegation_id", "dialogue_id"],
            ["delegation.id", "delegation.dialogue_id"],
            name="mandate_delegation_fkey",
        ),
        Unique("id", "delegation_id", name="mandate_of_delegation_key"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    delegation_id: UUID = Field(index=True)
    level: str
    issuing_body: str = Field(sa_type=Text)
    issued_on: date
    scope: str = Field(sa_type=Text)
    limits: str = Field(default="", sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    paper: str | None = Field(default=None, sa_type=Text)
    subjects: list[str] = jsonb(default=list)
    """Ids of the documents it is limited to; empty for the whole dialogue."""
    ad_referendum: bool = False
    revoked_at: datetime | None = moment()
    revoked_by: UUID | None = None


class Grant(Table, table=True):
    """A role that somebody was given in one dialogue."""

    __tablename__ = "dialogue_grant"
    __table_args__ = (
        choice_check("role", Role),
        Index(
            "dialogue_grant_one_of_a_kind",
            "dialogue_id",
            "person_id",
            "role",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: Role = Field(sa_type=choice(Role))
    capacity_id: UUID = Field(foreign_key="capacity.id")
    since: datetime = moment(nullable=False)
    until: datetime | None = moment()


class Invitation(Table, table=True):
    """A link that seats one person in a delegation, once. The code is kept as its hash."""

    __tablename__ = "invitation"
    __table_args__ = (Unique("code_hash", name="invitation_code_key"),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    delegation_id: UUID = Field(foreign_key="delegation.id", index=True)
    email: str | None = None
    display_name: str = ""
    functions: dict[str, str] = localised()
    head: bool = False
    code_hash: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = moment(nullable=False)
    accepted_at: datetime | None = moment()
    accepted_by: UUID | None = Field(default=None, foreign_key="person.id")
    account_id: UUID | None = Field(default=None, foreign_key="person.id")
    """The account that was made for it, where it went to somebody new."""


class Convocation(Table, table=True):
    """A notice of meeting as it was sent: agenda, rule, deadline."""

    __tablename__ = "convocation"

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    meeting_on: date
    place: str = Field(default="", sa_type=Text)
    agenda: str = Field(sa_type=Text)
    sent_at: datetime = moment(nullable=False)
    capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    silence_deadline: datetime | None = moment()
    """Set where the notice declares a silence procedure (invariant 9)."""


class DialogueFact(Table, table=True):
    """Something that happened, as the process engine needs to know it. Append-only."""

    __tablename__ = "dialogue_fact"
    __table_args__ = (choice_check("kind", FactKind),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    phase_run_id: UUID = Field(foreign_key="phase_run.id", index=True)
    kind: FactKind = Field(sa_type=choice(FactKind))
    at: datetime = moment(nullable=False)
    detail: dict[str, Any] = jsonb()
    note: str = Field(default="", sa_type=Text)
    capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
