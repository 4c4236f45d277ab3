"""Who may do what to a live text, and what a text may hold. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from policylab.kit.viewer import Viewer

ROOT: Final = "default"
"""The one root type of a draft's Yjs document."""

_BLOCKS: Final = ("paragraph", "bulletList", "orderedList", "table", "blockquote", "image")
_WORDS: Final = ("text", "hardBreak", "footnote")
CONTENT: Final[dict[str, tuple[str, ...]]] = {
    "doc": ("heading", "clause", "measure", *_BLOCKS),
    "heading": _WORDS,
    "paragraph": _WORDS,
    "clause": _BLOCKS,
    "measure": _BLOCKS,
    "bulletList": ("listItem",),
    "orderedList": ("listItem",),
    "listItem": _BLOCKS,
    "table": ("tableRow",),
    "tableRow": ("tableHeader", "tableCell"),
    "tableHeader": _BLOCKS,
    "tableCell": _BLOCKS,
    "blockquote": _BLOCKS,
    "image": (),
    "hardBreak": (),
    "footnote": ("text",),
}
"""What may stand in what, as web/src/editor/schema.ts has it. An editor drops whatever else it
finds in a text, for everybody; so nothing else gets in."""

BLOCKS: Final = frozenset(CONTENT) - {"doc"}
"""The nodes that Yjs keeps as elements."""

MARKS: Final = frozenset(
    {"bold", "italic", "underline", "strike", "superscript", "subscript", "language", "link"}
    | {"insertion", "deletion"}
)


class Right(StrEnum):
    """What somebody may do to a draft at this moment."""

    NONE = "none"
    """Nothing; the draft stays closed to them."""
    READ = "read"
    """Follow the text as it is written, and change nothing."""
    SUGGEST = "suggest"
    """Propose changes, which somebody who writes accepts or refuses."""
    WRITE = "write"
    """Change the text itself."""


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


Asked: TypeAlias = tuple[Viewer, UUID]
"""Somebody, and the draft that she would open."""


class Gate(Protocol):
    """Who may write a draft. `documents` implements it; `transport/app.py` hands it in."""

    async def may(self, viewer: Viewer, draft_id: UUID) -> Standing:
        """The viewer's standing on the draft; `NOBODY` for what the viewer may not see."""
        ...

    async def may_all(self, asked: Collection[Asked]) -> dict[Asked, Standing]:
        """The same for many who come at once."""
        return {each: await self.may(*each) for each in asked}
