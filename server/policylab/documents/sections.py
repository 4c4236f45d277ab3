"""Sections of a text: what people call clauses. Their numbers are computed, never stored."""

import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from policylab.documents.tree import Json, plain_text
from policylab.kit.canonical import canonical_hash, normalised

PREAMBLE = "preamble"


@dataclass
class Section:
    """One addressable part: a heading with the text under it, a numbered clause, or a measure."""

    id: UUID
    kind: str
    """preamble, heading, clause or measure."""
    number: str
    heading: str | None
    parent: UUID | None
    order: int
    level: int
    blocks: list[Json] = field(default_factory=list[Json])

    @property
    def text(self) -> str:
        """The words of its own blocks, sections inside it left out."""
        return plain_text({"type": "doc", "content": self.blocks})

    @property
    def said_heading(self) -> str | None:
        """The words of the heading that it is, if it is one."""
        return plain_text(self.blocks[0]) if self.kind == "heading" else None

    @property
    def hash(self) -> bytes:
        """SHA-256 of the canonical JSON of its own blocks."""
        return canonical_hash(normalised(self.blocks))


def sections_of(tree: Json, document_id: UUID) -> list[Section]:
    """The sections of a text, in reading order."""
    found: list[Section] = []
    open_headings: list[Section] = []
    counters: dict[UUID | None, int] = {}

    def number(parent: Section | None) -> str:
        key = parent.id if parent else None
        counters[key] = counters.get(key, 0) + 1
        return f"{parent.number}.{counters[key]}" if parent else str(counters[key])

    for block in tree.get("content", ()):
        kind = block["type"]
        if kind == "heading":
            level = int(block["attrs"]["level"])
            while open_headings and open_headings[-1].level >= level:
                open_headings.pop()
        parent = open_headings[-1] if open_headings else None
        if kind in ("heading", "clause", "measure"):
            section = Section(
                id=UUID(block["attrs"]["id"]),
                kind=kind,
                number=number(parent),
                heading=plain_text(block) if kind == "heading" else None,
                parent=parent.id if parent else None,
                order=len(found),
                level=int(block["attrs"]["level"]) if kind == "heading" else 99,
                blocks=[block],
            )
            found.append(section)
            if kind == "heading":
                open_headings.append(section)
        else:
            _owner(found, open_headings, document_id).blocks.append(block)
    return _without_blank_preamble(found)


def _without_blank_preamble(found: list[Section]) -> list[Section]:
    """An empty line before the first heading is no part of its own."""
    if not found or found[0].kind != PREAMBLE or not is_blank(found[0].blocks):
        return found
    for place, section in enumerate(found[1:]):
        section.order = place
    return found[1:]


def is_blank(blocks: list[Json]) -> bool:
    """Nothing but paragraphs without words."""
    return all(block["type"] == "paragraph" and not block.get("content") for block in blocks)


def _owner(found: list[Section], open_headings: list[Section], document_id: UUID) -> Section:
    """Whose an unnumbered block is: the heading it stands under, else the preamble's."""
    if open_headings:
        return open_headings[-1]
    if found and found[0].kind == PREAMBLE:
        return found[0]
    preamble = Section(uuid5(document_id, PREAMBLE), PREAMBLE, "", None, None, 0, 0)
    found.insert(0, preamble)
    for place, section in enumerate(found):
        section.order = place
    return preamble


def text_hash(tree: Json) -> bytes:
    """SHA-256 of the canonical JSON of a whole text, in NFC."""
    return canonical_hash(normalised(tree))


def frozen_form(tree: Json) -> Json:
    """The text as it is frozen: in NFC."""
    value: Any = normalised(copy.deepcopy(tree))
    return value
