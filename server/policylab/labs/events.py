"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class AccessChanged(Event):
    """Somebody's standing changed: sockets and live queries of these people are judged anew."""

    kind: ClassVar[str] = "access.changed"
    person_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class LabCreated(Event):
    kind: ClassVar[str] = "lab.created"


@dataclass(frozen=True, kw_only=True)
class DialogueCreated(Event):
    kind: ClassVar[str] = "dialogue.created"


@dataclass(frozen=True, kw_only=True)
class PhaseMoved(Event):
    """The dialogue is in another phase: what each role may do has changed."""

    kind: ClassVar[str] = "phase.moved"
    phase_id: str
    backwards: bool


@dataclass(frozen=True, kw_only=True)
class FactRecorded(Event):
    """Something happened that exit conditions may have waited for."""

    kind: ClassVar[str] = "fact.recorded"
    fact: str


@dataclass(frozen=True, kw_only=True)
class DelegationChanged(Event):
    """A delegation came, went, or has other people on its seat."""

    kind: ClassVar[str] = "delegation.changed"
    delegation_id: UUID


@dataclass(frozen=True, kw_only=True)
class MandateChanged(Event):
    """A mandate was filed or revoked."""

    kind: ClassVar[str] = "mandate.changed"
    delegation_id: UUID
    mandate_id: UUID


@dataclass(frozen=True, kw_only=True)
class GrantChanged(Event):
    """Somebody was given a role, or a role ended."""

    kind: ClassVar[str] = "grant.changed"
    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Event):
    """A notice of meeting went out to everybody in the dialogue."""

    kind: ClassVar[str] = "notice.sent"
    convocation_id: UUID
