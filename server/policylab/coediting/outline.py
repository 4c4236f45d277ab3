"""What a text's JSON tells of itself: which clause a block belongs to, and what is suggested."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

Json = dict[str, Any]

SECTIONS: Final = frozenset({"heading", "clause", "measure"})


@dataclass(slots=True)
class Suggestion:
    """What somebody suggests under one id: words to insert, words to delete, or whole blocks."""

    id: str
    capacity_id: UUID | None
    at: str | None
    """When it was made, as the mark says it."""
    section_id: UUID | None
    """The clause it begins in; None before the first heading."""
    inserted: str = ""
    deleted: str = ""


def suggestions_in(content: Json) -> list[Suggestion]:
    """Everything that is suggested in a text, in reading order, by id."""
    found: dict[str, Suggestion] = {}
    for block, section_id in blocks_of(content):
        for signed, kind, words in _signed(block):
            name = str(signed.get("id"))
            suggestion = found.get(name)
            if suggestion is None:
                at = signed.get("at")
                suggestion = found[name] = Suggestion(
                    name, identifier(signed.get("capacity")), at and str(at), section_id
                )
            if kind == "insert":
                suggestion.inserted += words
            elif kind == "delete":
                suggestion.deleted += words
    return list(found.values())


def blocks_of(content: Json) -> Iterator[tuple[Json, UUID | None]]:
    """The blocks of a text, each with the id of the clause that it is or belongs to.

    A block without a number belongs to the last heading; None before the first.
    """
    heading: UUID | None = None
    for block in content.get("content") or []:
        own = (
            identifier((block.get("attrs") or {}).get("id")) if block["type"] in SECTIONS else None
        )
        if block["type"] == "heading" and own is not None:
            heading = own
        yield block, own or heading


def identifier(value: Any) -> UUID | None:
    """A UUID as marks and attributes spell it, or None."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _signed(node: Json) -> Iterator[tuple[Json, str, str]]:
    """Signatures under a block: the signed object, what is suggested, and the words."""
    proposal = (node.get("attrs") or {}).get("proposal")
    if isinstance(proposal, dict):
        yield proposal, str(proposal.get("kind")), words_of(node)
    for mark in node.get("marks", ()):
        if mark["type"] in ("insertion", "deletion"):
            kind = "insert" if mark["type"] == "insertion" else "delete"
            yield mark.get("attrs") or {}, kind, node["text"]
    for child in node.get("content") or []:
        yield from _signed(child)


def words_of(node: Json) -> str:
    """All words in a node; paragraphs and headings stand on lines of their own."""
    return "\n".join(line for line in lines_of(node) if line)


def lines_of(node: Json) -> Iterator[str]:
    """The words of each paragraph and heading, in reading order; footnotes are left out."""
    if node["type"] in ("paragraph", "heading"):
        yield "".join(
            " " if child["type"] == "hardBreak" else child.get("text", "")
            for child in node.get("content") or []
        )
    for child in node.get("content") or []:
        if child["type"] not in ("text", "hardBreak", "footnote"):
            yield from lines_of(child)
