"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class DocumentCreated(Event):
    """A text that this dialogue works on."""

    kind: ClassVar[str] = "document.created"
    document_id: UUID


@dataclass(frozen=True, kw_only=True)
class DraftOpened(Event):
    """A language version is being written, for the first time or again after a freeze."""

    kind: ClassVar[str] = "draft.opened"
    document_id: UUID
    draft_id: UUID


@dataclass(frozen=True, kw_only=True)
class VersionFrozen(Event):
    """A document has been frozen in all its languages, as one numbered set."""

    kind: ClassVar[str] = "version.frozen"
    document_id: UUID
    set_id: UUID


@dataclass(frozen=True, kw_only=True)
class TextProjected(Event):
    """The sections of a draft show its text up to this place in its log."""

    kind: ClassVar[str] = "text.projected"
    draft_id: UUID
    sequence: int
