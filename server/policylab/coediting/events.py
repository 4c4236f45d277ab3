"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class TextChanged(Event):
    """A live text has changed and then been quiet for a moment."""

    kind: ClassVar[str] = "text.changed"
    draft_id: UUID
    seq: int


@dataclass(frozen=True, kw_only=True)
class DraftClosed(Event):
    """A draft takes no more edits: its sockets are closed on every replica."""

    kind: ClassVar[str] = "draft.closed"
    draft_id: UUID


@dataclass(frozen=True, kw_only=True)
class DraftReopened(Event):
    """A draft takes edits again: its readers are asked to come back."""

    kind: ClassVar[str] = "draft.reopened"
    draft_id: UUID
