"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class PositionPrepared(Event):
    """A position was drafted or cleared: `closed_to` the delegation that prepares it."""

    kind: ClassVar[str] = "position.prepared"
    position_id: UUID
    subject: str = ""
    """The thing as clients know it."""


@dataclass(frozen=True, kw_only=True)
class PositionReleased(Event):
    """A delegation let everybody in the dialogue know where it stands."""

    kind: ClassVar[str] = "position.released"
    delegation_id: UUID
    position_id: UUID
    set_id: UUID
    subject: str = ""
    """The thing as clients know it."""


@dataclass(frozen=True, kw_only=True)
class PositionConfirmed(Event):
    """A position taken ad referendum now counts in full."""

    kind: ClassVar[str] = "position.confirmed"
    delegation_id: UUID
    position_id: UUID
    set_id: UUID
    subject: str = ""
    """The thing as clients know it."""


@dataclass(frozen=True, kw_only=True)
class ConditionMarked(Event):
    """Somebody said that a condition is met, or its delegation agreed."""

    kind: ClassVar[str] = "condition.marked"
    position_id: UUID
    condition_id: UUID
    mark: str
