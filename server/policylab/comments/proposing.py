"""What an amendment proposes: blocks that shall stand in a clause's place. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID, uuid4

from policylab.documents.tree import BadText, Json, open_suggestions, plain_text, read_tree
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
    """The clause with these words instead of its own, a paragraph for each line; none for none.

    Paragraphs, lists and tables whose words stay are left as they are, marks and all.
    """
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if not lines:
        return []
    first = before[0] if before and _numbered(before[0]) else None
    if first is None:
        return _rewritten(before, lines)
    if first["type"] == "heading":
        return [_headed(first, lines[0]), *_rewritten(before[1:], lines[1:])]
    return [{**first, "content": _rewritten(first["content"], lines)}]


def _headed(heading: Json, line: str) -> Json:
    if words_of([heading]) == line:
        return heading
    return {**heading, "content": [{"type": "text", "text": line}]}


def _rewritten(blocks: Sequence[Json], lines: Sequence[str]) -> list[Json]:
    """The blocks as they shall be: those whose lines stay, and a paragraph for each other line."""
    groups = _groups(blocks)
    found = _kept(groups, lines)
    kept = {id(group) for group in found.values()}
    changed = [group for group in groups if id(group) not in kept]
    ids = (block["attrs"]["id"] for group in changed for block in group.paragraphs)
    made, place = list[Json](), 0
    while place < len(lines):
        group = found.get(place)
        made += group.blocks if group else [_paragraph(lines[place], ids)]
        place += len(group.lines) if group else 1
    return made + [block for group in changed for block in group.wordless]


@dataclass
class _Group:
    """A block and its lines; blocks without words (pictures) stay with the one before them."""

    blocks: list[Json]
    lines: list[str]

    @property
    def paragraphs(self) -> list[Json]:
        return [block for block in self.blocks if block["type"] == "paragraph"]

    @property
    def wordless(self) -> list[Json]:
        return [block for block in self.blocks if block["type"] == "image"]


def _groups(blocks: Sequence[Json]) -> list[_Group]:
    groups: list[_Group] = []
    for block in blocks:
        words = words_of([block])
        if words or not groups:
            groups.append(_Group([block], words.split("\n") if words else []))
        else:
            groups[-1].blocks.append(block)
    return groups


def _kept(groups: Sequence[_Group], lines: Sequence[str]) -> dict[int, _Group]:
    """The groups whose lines all stay together, by the line at which they now begin."""
    old = [line for group in groups for line in group.lines]
    now: dict[int, int] = {}
    for match in SequenceMatcher(None, old, lines, autojunk=False).get_matching_blocks():
        now |= {match.a + step: match.b + step for step in range(match.size)}
    found: dict[int, _Group] = {}
    at = 0
    for group in groups:
        places = [now.get(at + step) for step in range(len(group.lines))]
        start = places[0] if places else None
        if start is not None and places == list(range(start, start + len(places))):
            found[start] = group
        at += len(group.lines)
    return found


def words_of(blocks: Sequence[Json]) -> str:
    """The words of some blocks, a line for each paragraph and heading."""
    return plain_text({"type": "doc", "content": list(blocks)})


def check_proposal(blocks: Sequence[Json], before: Sequence[Json], *, field: str) -> None:
    """Refuse a proposal that changes nothing, or is too long."""
    if len(words_of(blocks)) > LONGEST_PROPOSAL:
        message = f"Propose at most {LONGEST_PROPOSAL} characters for one clause."
        raise Refused(RefusalCode.TOO_LARGE, message, field=field)
    if canonical_hash(list(blocks)) == canonical_hash(normalised(list(before))):
        message = "This is the clause as it stands; change something in it."
        raise Refused(RefusalCode.INVALID_INPUT, message, field=field)


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


def _bad(message: str) -> Refused:
    return Refused(RefusalCode.INVALID_INPUT, message, field="content")
