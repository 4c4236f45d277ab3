"""Which clauses of a live text say something else than when they were last read. Pure.

A text is nearly always as it should be, and then each clause can be read by itself: what looks the
same as before is not read again. A text that needs mending is mended whole first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from policylab.documents.sections import Section, frozen_form, sections_of
from policylab.documents.tree import IDENTIFIED, NEEDS_CONTENT, Json, mended


@dataclass(slots=True)
class Clause:
    """A clause of a live text: where it stands, and what it says if that is new."""

    section_id: UUID
    number: str
    parent: UUID | None
    place: int
    source: bytes
    """Tells whether it has changed."""
    says: dict[str, Any] | None
    """Kind, heading, words, blocks and hash; None when it says what it said."""


def read_clauses(
    content: Json, draft_id: UUID, document_id: UUID, known: Mapping[UUID, bytes]
) -> list[Clause]:
    """The clauses of a text in reading order; `known` has the sources of those read before."""
    if not is_sound(content):
        content = mended(content, draft_id)
    clauses: list[Clause] = []
    for section in sections_of(content, document_id):
        source = blake2b(orjson.dumps(section.blocks), digest_size=16).digest()
        says = None if known.get(section.id) == source else _says(section, draft_id)
        clauses.append(
            Clause(section.id, section.number, section.parent, section.order, source, says)
        )
    return clauses


def _says(section: Section, draft_id: UUID) -> dict[str, Any]:
    """What the clause says, in the form in which it would be frozen."""
    section.blocks = frozen_form(mended({"type": "doc", "content": section.blocks}, draft_id))[
        "content"
    ]
    return {
        "kind": section.kind,
        "heading": section.said_heading,
        "text": section.text,
        "content": section.blocks,
        "hash": section.hash,
    }


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch


def is_sound(content: Json) -> bool:
    """Whether mending would make no ids and drop no blocks and words, so that parts can be mended.

    Each block has an id of its own, headings have a level, and nothing is empty that may not be.
    """
    ids: set[str] = set()
    waiting: list[Json] = [content]
    while waiting:
        node = waiting.pop()
        kind = node["type"]
        if kind == "text":
            if "\0" in node["text"]:
                return False
            continue
        children = node.get("content")
        if kind in IDENTIFIED:
            attributes = node.get("attrs") or {}
            given = attributes.get("id")
            if not isinstance(given, str) or given in ids or not _ID(given):
                return False
            ids.add(given)
            if kind == "heading" and attributes.get("level") not in (1, 2, 3, 4):
                return False
        if children:
            waiting += children
        elif kind in NEEDS_CONTENT:
            return False
    return True
