"""What each transaction leaves behind: audit events, the lab's revision, the outbox, answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from policylab.kit.sources import Scope, Source
from policylab.kit.tables import Stored, moment

HOUSE = UUID(int=0)
"""Stands for the lab where something concerns no lab."""


class LabLedger(Stored, table=True):
    """One row a lab: its revision and the head of its chain of audit events. Locked last."""

    __tablename__ = "lab_ledger"  # pyright: ignore[reportAssignmentType]

    lab_id: UUID = Field(primary_key=True)
    revision: int = Field(default=0, sa_type=BigInteger)
    bumped_by: int = Field(default=0, sa_type=BigInteger)
    """The transaction that did: equal counts before and after a restored backup differ in it."""
    audit_sequence: int = Field(default=0, sa_type=BigInteger)
    audit_hash: bytes = Field(default=b"", sa_type=LargeBinary)
    audit_before: bytes = Field(
        default=b"", sa_type=LargeBinary, sa_column_kwargs={"server_default": ""}
    )
    """The head before the last change that was audited: its first event is chained to it."""


class AuditEvent(Stored, table=True):
    """Who did what to which thing, and when; chained by hash within its lab. Never words."""

    __tablename__ = "audit_event"  # pyright: ignore[reportAssignmentType]

    lab_id: UUID = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = moment(nullable=False)
    actor_id: UUID | None = None
    capacity_id: UUID | None = None
    action: str = Field(sa_type=Text)
    object_type: str = Field(sa_type=Text)
    object_id: UUID | None = None
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    previous_hash: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)


class Outbox(Stored, table=True):
    """Announcements, kept in the transaction of the change that they report."""

    __tablename__ = "outbox"  # pyright: ignore[reportAssignmentType]

    sequence: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    created_at: datetime = Field(
        default=None,
        nullable=False,
        index=True,
        sa_type=DateTime(timezone=True),  # pyright: ignore[reportArgumentType]
        sa_column_kwargs={"server_default": func.now()},
    )
    kind: str = Field(sa_type=Text)
    lab_id: UUID | None = None
    dialogue_id: UUID | None = None
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class MutationAnswer(Stored, table=True):
    """The first answer to a client mutation id; a retry gets it again (promises X1 to X3)."""

    __tablename__ = "mutation_answer"  # pyright: ignore[reportAssignmentType]

    person_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True, sa_type=Text)
    operation: str = Field(sa_type=Text)
    input_hash: bytes = Field(sa_type=LargeBinary)
    answer: dict[str, Any] | None = Field(default=None, sa_type=JSONB, nullable=True)
    created_at: datetime = Field(
        default=None,
        nullable=False,
        index=True,
        sa_type=DateTime(timezone=True),  # pyright: ignore[reportArgumentType]
        sa_column_kwargs={"server_default": func.now()},
    )


LEDGER = Source(LabLedger, Scope.lab("lab_id"), order=("lab_id",))
AUDIT = Source(AuditEvent, Scope.system(), order=("sequence",), append_only=True)
OUTBOX = Source(Outbox, Scope.system(), order=("sequence",))
ANSWERS = Source(MutationAnswer, Scope.system(), order=("key",), leaves_with="person_id")
