"""Who may do what to a live text, and what a text may hold. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from policylab.kit.viewer import Viewer

ROOT: Final = "default"
"""The one root type of a draft's Yjs document."""

BLOCKS: Final = frozenset(
    {"heading", "paragraph", "clause", "measure", "blockquote", "image", "hardBreak", "footnote"}
    | {"bulletList", "orderedList", "listItem", "table", "tableRow", "tableHeader", "tableCell"}
)
"""The nodes of web/src/editor/schema.ts that Yjs keeps as elements."""

MARKS: Final = frozenset(
    {"bold", "italic", "underline", "strike", "superscript", "subscript", "language", "link"}
    | {"insertion", "deletion"}
)


class Right(StrEnum):
    """What somebody may do to a draft at this moment."""

    NONE = "none"
    READ = "read"
    SUGGEST = "suggest"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Standing:
    """In which capacity somebody reads or writes a draft: what others see of them."""

    right: Right
    person_id: UUID | None = None
    capacity_id: UUID | None = None
    level: str | None = None
    function: str = ""
    organisation: str = ""
    label: str = ""

    def reading(self) -> "Standing":
        """The same person, who now only reads."""
        return replace(self, right=Right.READ)

    def said(self) -> dict[str, str | None]:
        """What a client is told of itself."""
        return {
            "right": self.right.value,
            "capacity": str(self.capacity_id) if self.capacity_id else None,
            "level": self.level,
            "function": self.function,
            "organisation": self.organisation,
            "label": self.label,
        }


NOBODY: Final = Standing(Right.NONE)


class Gate(Protocol):
    """Who may write a draft. `documents` implements it; `transport/app.py` hands it in."""

    async def may(self, viewer: Viewer, draft_id: UUID) -> Standing:
        """The viewer's standing on the draft; `NOBODY` for what the viewer may not see."""
        ...
