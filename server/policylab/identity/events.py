"""What this room announces: sockets and live queries of these people must be judged anew."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonSuspended(Event):
    kind: ClassVar[str] = "person.suspended"
    person_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event):
    kind: ClassVar[str] = "sessions.ended"
    person_ids: tuple[UUID, ...]
