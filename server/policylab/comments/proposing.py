"""What an amendment proposes: blocks that shall stand in a clause's place. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

from policylab.documents.tree import BadText, Json, open_suggestions, plain_text, read_tree, walk
from policylab.kit.canonical import NotCanonical, canonical_hash, normalised
from policylab.kit.errors import RefusalCode, Refused

LONGEST_PROPOSAL = 100_000
NUMBERED = ("heading", "clause", "measure")
"""Blocks that are clauses of their own: the words under one are addressed by its id."""


def read_proposal(value: Any, *, section_id: UUID, before: Sequence[Json]) -> list[Json]:
    """The blocks that a client proposes for a clause, by the schema of texts; none strikes it out.

    The clause keeps its id and kind, and no other comes with it.
    """
    blocks = value.get("content", []) if isinstance(value, dict) else value
    if not isinstance(blocks, list):
        raise _bad("Send the blocks that shall stand in the clause's place, as a list.")
    if not blocks:
        return []
    try:
        tree = read_tree({"type": "doc", "content": blocks})
        proposed: list[Json] = normalised(tree["content"])
    except (BadText, NotCanonical) as error:
        raise _bad(f"This is no text by our schema: {error}.") from error
    _check_identity(proposed, section_id, before)
    if open_suggestions({"type": "doc", "content": proposed}):
        raise _bad("Settle the suggestions in these words first; an amendment is one proposal.")
    return proposed


def blocks_from_words(words: str, *, before: Sequence[Json]) -> list[Json]:
    """The clause with these words instead of its own, a paragraph for each line; none for none."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if not lines:
        return []
    ids = _paragraph_ids(before)
    first = before[0] if before and _numbered(before[0]) else None
    if first is None:
        return [_paragraph(line, ids) for line in lines]
    bare = {key: value for key, value in first.items() if key != "content"}
    if first["type"] == "heading":
        head = bare | {"content": [{"type": "text", "text": lines[0]}]}
        return [head, *(_paragraph(line, ids) for line in lines[1:])]
    return [bare | {"content": [_paragraph(line, ids) for line in lines]}]


def words_of(blocks: Sequence[Json]) -> str:
    """The words of some blocks, a line for each paragraph and heading."""
    return plain_text({"type": "doc", "content": list(blocks)})


def check_proposal(blocks: Sequence[Json], before: Sequence[Json]) -> None:
    """Refuse a proposal that changes nothing, or is too long."""
    if len(words_of(blocks)) > LONGEST_PROPOSAL:
        message = f"Propose at most {LONGEST_PROPOSAL} characters for one clause."
        raise Refused(RefusalCode.TOO_LARGE, message, field="content")
    if canonical_hash(list(blocks)) == canonical_hash(normalised(list(before))):
        raise _bad("This is the clause as it stands; change something in it.")


def _check_identity(proposed: Sequence[Json], section_id: UUID, before: Sequence[Json]) -> None:
    """A clause stays one clause, with the id and kind it has; a preamble has none."""
    named = [(block["type"], block["attrs"]["id"]) for block in proposed if _numbered(block)]
    own = [(block["type"], str(section_id)) for block in before if _numbered(block)]
    if named != own or (own and not _numbered(proposed[0])):
        raise _bad("An amendment is to one clause: begin with it, and bring no other.")


def _numbered(block: Json) -> bool:
    return block["type"] in NUMBERED


def _paragraph(line: str, ids: Iterator[str]) -> Json:
    return {
        "type": "paragraph",
        "attrs": {"id": next(ids, None) or str(uuid4())},
        "content": [{"type": "text", "text": line}],
    }


def _paragraph_ids(blocks: Sequence[Json]) -> Iterator[str]:
    """The ids of the clause's paragraphs: what keeps its id keeps its author where it is alike."""
    for block in blocks:
        for node in walk(block):
            if node["type"] == "paragraph":
                yield node["attrs"]["id"]


def _bad(message: str) -> Refused:
    return Refused(RefusalCode.INVALID_INPUT, message, field="content")
