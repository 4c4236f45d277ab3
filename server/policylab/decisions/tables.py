"""How procedures, records and the log are stored. All of it is append-only: the service's role may
neither update nor delete a row here, so what was opened, closed or sealed stays as it was."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field

from policylab.decisions.log_rules import LeafKind
from policylab.decisions.rules import Outcome
from policylab.kit.tables import Table, choice, choice_check, jsonb, localised, moment


class PublicationState(StrEnum):
    """Who may read a record."""

    RESTRICTED = "RESTRICTED"
    """Those in the dialogue; the ground is stated."""
    AFTER_DATE = "AFTER_DATE"
    """Everybody, from a date on."""
    PUBLIC = "PUBLIC"
    """Everybody, without waiting for a date."""


class Procedure(Table, table=True):
    """A decision to be taken: its rule, levels, quorum and deadline are fixed when it opens."""

    __tablename__ = "procedure"
    __table_args__ = (CheckConstraint("closes_at >= opens_at", name="ends_after_it_begins"),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id")
    set_id: UUID = Field(foreign_key="version_set.id", index=True)
    section_id: UUID | None = None
    amendment_id: UUID | None = Field(default=None, foreign_key="amendment.id", index=True)
    subject_id: UUID = Field(index=True)
    rule: dict[str, Any] = jsonb()
    levels: list[str] = jsonb(default=list)
    opens_at: datetime = moment(nullable=False)
    closes_at: datetime = moment(nullable=False)
    referral_days: int
    capacity_id: UUID = Field(foreign_key="capacity.id")
    proposer_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")


class Entitled(Table, table=True):
    """A delegation that may take part in a procedure, as it was when the procedure opened."""

    __tablename__ = "entitled"
    __table_args__ = (
        Unique("procedure_id", "delegation_id", name="entitled_once_key"),
        CheckConstraint("weight >= 1", name="weight_counts"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    procedure_id: UUID = Field(foreign_key="procedure.id")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    level: str
    weight: int


class Referral(Table, table=True):
    """A delegation asked that its principals take an item up; the procedure rested meanwhile."""

    __tablename__ = "referral"
    __table_args__ = (Unique("procedure_id", "delegation_id", name="referral_once_key"),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    procedure_id: UUID = Field(foreign_key="procedure.id")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    capacity_id: UUID = Field(foreign_key="capacity.id")
    reasons: str = Field(sa_type=Text)
    at: datetime = moment(nullable=False)
    until: datetime = moment(nullable=False)


class Closing(Table, table=True):
    """How a procedure ended, with the input that its outcome was computed from (invariant 7)."""

    __tablename__ = "closing"
    __table_args__ = (
        Unique("procedure_id", name="closing_once_key"),
        choice_check("outcome", Outcome),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    procedure_id: UUID = Field(foreign_key="procedure.id")
    outcome: Outcome = Field(sa_type=choice(Outcome))
    verdict: dict[str, Any] = jsonb()
    sentences: dict[str, str] = localised()
    positions: list[dict[str, Any]] = jsonb(default=list)
    at: datetime = moment(nullable=False)
    capacity_id: UUID = Field(foreign_key="capacity.id")


class DecisionRecord(Table, table=True):
    """The account of one decision: a draft from its closing on, until a seal is set on it."""

    __tablename__ = "decision_record"
    __table_args__ = (
        Unique("procedure_id", name="decision_record_procedure_key"),
        Unique("lab_id", "identifier", name="decision_record_identifier_key"),
        choice_check("outcome", Outcome),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    procedure_id: UUID = Field(foreign_key="procedure.id")
    document_id: UUID = Field(foreign_key="document.id", index=True)
    set_id: UUID = Field(foreign_key="version_set.id", index=True)
    identifier: str
    outcome: Outcome = Field(sa_type=choice(Outcome))


class DissentingStatement(Table, table=True):
    """What a delegation attaches to a record, before it is sealed."""

    __tablename__ = "dissenting_statement"
    __table_args__ = (Unique("record_id", "delegation_id", name="dissenting_statement_once_key"),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    record_id: UUID = Field(foreign_key="decision_record.id")
    delegation_id: UUID = Field(foreign_key="delegation.id")
    capacity_id: UUID = Field(foreign_key="capacity.id")
    text: str = Field(sa_type=Text)


class RecordSeal(Table, table=True):
    """The sealed record: its bytes, and where they stand in the log."""

    __tablename__ = "record_seal"
    __table_args__ = (
        Unique("record_id", name="record_seal_once_key"),
        Unique("leaf_index", name="record_seal_leaf_key"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    record_id: UUID = Field(foreign_key="decision_record.id")
    content: bytes = Field(sa_type=LargeBinary)
    text: bytes = Field(sa_type=LargeBinary)
    hash: str
    leaf_index: int = Field(sa_type=BigInteger)
    signer: str
    sealed_at: datetime = moment(nullable=False)
    capacity_id: UUID = Field(foreign_key="capacity.id")


class Corrigendum(Table, table=True):
    """The one way to correct a sealed record; sealed itself."""

    __tablename__ = "corrigendum"
    __table_args__ = (Unique("record_id", "number", name="corrigendum_number_key"),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    record_id: UUID = Field(foreign_key="decision_record.id")
    number: int
    text: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    hash: str
    leaf_index: int = Field(sa_type=BigInteger)
    sealed_at: datetime = moment(nullable=False)
    capacity_id: UUID = Field(foreign_key="capacity.id")


class FormalAdoption(Table, table=True):
    """That a council or government adopted the text under its own law; sealed as well."""

    __tablename__ = "formal_adoption"

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    record_id: UUID = Field(foreign_key="decision_record.id", index=True)
    body: str = Field(sa_type=Text)
    adopted_on: date
    reference: str = Field(sa_type=Text)
    link: str | None = Field(default=None, sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    hash: str
    leaf_index: int = Field(sa_type=BigInteger)
    capacity_id: UUID = Field(foreign_key="capacity.id")


class RecordPublication(Table, table=True):
    """Who may read a record from a moment on; the latest one holds."""

    __tablename__ = "record_publication"
    __table_args__ = (
        choice_check("status", PublicationState),
        CheckConstraint("(status = 'AFTER_DATE') = (from_day IS NOT NULL)", name="has_its_day"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    record_id: UUID = Field(foreign_key="decision_record.id", index=True)
    status: PublicationState = Field(sa_type=choice(PublicationState))
    from_day: date | None = None
    ground: str = Field(default="", sa_type=Text)
    at: datetime = moment(nullable=False)
    capacity_id: UUID = Field(foreign_key="capacity.id")


class LogLeaf(Table, table=True):
    """One entry of the record log: the bytes that were hashed and signed. Holds no content."""

    __tablename__ = "log_leaf"
    __table_args__ = (
        Unique("index", name="log_leaf_index_key"),
        choice_check("kind", LeafKind),
        CheckConstraint('"index" >= 0', name="counts_from_nought"),
    )

    index: int = Field(sa_type=BigInteger)
    kind: LeafKind = Field(sa_type=choice(LeafKind))
    entry: bytes = Field(sa_type=LargeBinary)
    signature: str
    leaf_hash: bytes = Field(sa_type=LargeBinary)


class TreeHead(Table, table=True):
    """The signed head of the log at one size."""

    __tablename__ = "tree_head"
    __table_args__ = (Unique("size", name="tree_head_size_key"),)

    size: int = Field(sa_type=BigInteger)
    head: bytes = Field(sa_type=LargeBinary)
    signature: str
