"""What this room announces. What happens inside a closed note is told to its delegation alone."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class ThreadStarted(Event):
    """Somebody began a thread."""

    kind: ClassVar[str] = "thread.started"
    thread_id: UUID
    draft_id: UUID | None = None
    version_id: UUID | None = None
    subject: str = ""
    """The thing as clients know it."""


@dataclass(frozen=True, kw_only=True)
class ThreadAnswered(ThreadStarted):
    """Somebody added a comment to a thread."""

    kind: ClassVar[str] = "thread.answered"


@dataclass(frozen=True, kw_only=True)
class ThreadResolved(ThreadStarted):
    """A thread waits for nobody any more."""

    kind: ClassVar[str] = "thread.resolved"


@dataclass(frozen=True, kw_only=True)
class ThreadReopened(ThreadStarted):
    """A thread was opened again."""

    kind: ClassVar[str] = "thread.reopened"


@dataclass(frozen=True, kw_only=True)
class SuggestionSettled(Event):
    """A suggestion in a draft was accepted, rejected or taken back."""

    kind: ClassVar[str] = "suggestion.settled"
    draft_id: UUID
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class AmendmentTabled(Event):
    """A delegation proposed a change to a frozen text."""

    kind: ClassVar[str] = "amendment.tabled"
    amendment_id: UUID
    set_id: UUID
    delegation_id: UUID
    subject: str = ""
    """The thing as clients know it."""


@dataclass(frozen=True, kw_only=True)
class AmendmentChanged(AmendmentTabled):
    """It was decided what becomes of an amendment, or its delegation accepted that."""

    kind: ClassVar[str] = "amendment.changed"
    state: str
