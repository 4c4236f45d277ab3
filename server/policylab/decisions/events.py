"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class ProcedureOpened(Event):
    """A decision is open: positions on its subject count now."""

    kind: ClassVar[str] = "procedure.opened"
    procedure_id: UUID
    set_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProcedureReferred(Event):
    """A delegation asked that its principals take an item up; the procedure rests."""

    kind: ClassVar[str] = "procedure.referred"
    procedure_id: UUID
    delegation_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProcedureClosed(Event):
    """A procedure came to its outcome, or was withdrawn."""

    kind: ClassVar[str] = "procedure.closed"
    procedure_id: UUID
    set_id: UUID
    outcome: str
    record_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class StatementAttached(Event):
    """A delegation attached a statement to a record."""

    kind: ClassVar[str] = "statement.attached"
    record_id: UUID
    delegation_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecordSealed(Event):
    """A record will not change any more."""

    kind: ClassVar[str] = "record.sealed"
    record_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecordCorrected(Event):
    """A corrigendum was added to a sealed record."""

    kind: ClassVar[str] = "record.corrected"
    record_id: UUID
    corrigendum_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecordPublished(Event):
    """Who may read a record has changed."""

    kind: ClassVar[str] = "record.published"
    record_id: UUID


@dataclass(frozen=True, kw_only=True)
class AdoptionRecorded(Event):
    """A council or government adopted the text under its own law."""

    kind: ClassVar[str] = "adoption.recorded"
    record_id: UUID
    adoption_id: UUID
