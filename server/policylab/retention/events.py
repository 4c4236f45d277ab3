"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Event):
    """Nothing of the lab is erased from now on."""

    kind: ClassVar[str] = "hold.placed"
    hold_id: UUID


@dataclass(frozen=True, kw_only=True)
class HoldLifted(Event):
    """This hold no longer keeps anything of the lab from being erased."""

    kind: ClassVar[str] = "hold.lifted"
    hold_id: UUID
