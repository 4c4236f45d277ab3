"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class NoticesChanged(Event):
    """Something new waits for these people, or no longer does. It names no dialogue and no lab:
    nobody else hears of it, and no answer is stale because of it."""

    kind: ClassVar[str] = "notice.changed"
    person_ids: tuple[UUID, ...]
