"""Which block of a new text is which of an old one, so that clauses keep their ids. Pure."""

from difflib import SequenceMatcher
from uuid import UUID

from policylab.documents.comparing import whole_words
from policylab.documents.sections import sections_of
from policylab.documents.tree import IDENTIFIED, Json

ALIKE = 0.6
"""How much of its words a changed clause must keep to be the same clause."""
LONGEST_COMPARED = 2_000
NEIGHBOURS = 8
"""Among how many of the next old blocks a changed one is looked for."""
MOST_PAIRS = 4_000_000
"""Beyond this, blocks are taken as new: looking for pairs would hold everybody up."""
_NUMBERED = ("clause", "measure")


class Mismatched(Exception):
    """A translation has other clauses than the text it follows."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def with_clauses(blocks: list[Json]) -> list[Json]:
    """Each paragraph under a heading becomes a clause; lists and tables after it belong to it."""
    made: list[Json] = []
    under_heading = False
    for block in blocks:
        if block["type"] == "heading":
            under_heading = True
            made.append(block)
        elif not under_heading:
            made.append(block)
        elif made[-1]["type"] == "clause" and block["type"] != "paragraph":
            made[-1]["content"].append(block)
        else:
            made.append({"type": "clause", "content": [block]})
    return made


# ── a text that replaces another of the same language ──


def keep_ids(old: Json, blocks: list[Json]) -> list[Json]:
    """The new blocks, with the ids of the old ones that say the same or nearly so.

    A measure stays a measure with its owner and dates.
    """
    return _kept(old.get("content", []), blocks)


def _kept(old: list[Json], new: list[Json]) -> list[Json]:
    if len(old) * len(new) > MOST_PAIRS:
        return new
    old_keys, new_keys = [_key(block) for block in old], [_key(block) for block in new]
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    made: list[Json] = []
    for kind, first, last, start, stop in matcher.get_opcodes():
        if kind == "equal":
            pairs = zip(old[first:last], new[start:stop], strict=True)
            made += [_inheriting(before, after) for before, after in pairs]
        else:
            made += _nearly(old[first:last], new[start:stop])
    return made


def _nearly(old: list[Json], new: list[Json]) -> list[Json]:
    """Among blocks that differ: those of the same kind with mostly the same words, in order."""
    made: list[Json] = []
    at = 0
    for block in new:
        near = range(at, min(at + NEIGHBOURS, len(old)))
        found = next((place for place in near if _alike(old[place], block)), None)
        if found is None:
            made.append(block)
        else:
            made.append(_inheriting(old[found], block))
            at = found + 1
    return made


def _key(block: Json) -> tuple[str, int, str]:
    attributes = block.get("attrs") or {}
    return (
        _sort(block),
        int(attributes.get("level") or 0) if _is_heading(block) else 0,
        _said(block),
    )


def _is_heading(block: Json) -> bool:
    return block["type"] == "heading"


def _sort(block: Json) -> str:
    return "clause" if block["type"] in _NUMBERED else block["type"]


def _said(block: Json) -> str:
    """What it says, a measure's owner and dates left out."""
    inner = block.get("content", []) if block["type"] in _NUMBERED else [block]
    return whole_words(_as_block(child) for child in inner)


def _as_block(node: Json) -> Json:
    """Words by themselves, as a paragraph of them."""
    if node["type"] in ("text", "hardBreak", "footnote"):
        return {"type": "paragraph", "content": [node]}
    return node


def _alike(old: Json, new: Json) -> bool:
    if _sort(old) != _sort(new):
        return False
    before, after = _said(old)[:LONGEST_COMPARED].split(), _said(new)[:LONGEST_COMPARED].split()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    quick = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE
    return quick and matcher.ratio() >= ALIKE


def _inheriting(old: Json, new: Json) -> Json:
    """The new block with the old one's id, and the ids inside it where they go together."""
    made = {**new, "attrs": {**(new.get("attrs") or {})}}
    if old["type"] == "measure":
        made |= {"type": "measure", "attrs": {**old["attrs"], **made["attrs"]}}
    if old["type"] in IDENTIFIED:
        made["attrs"]["id"] = old["attrs"]["id"]
    if not made["attrs"]:
        del made["attrs"]
    inner = new.get("content")
    if inner and any(child["type"] != "text" for child in inner):
        made["content"] = _kept(old.get("content", []), inner)
    return made


# ── a translation ──


def follow(source: Json, blocks: list[Json], document_id: UUID) -> list[Json]:
    """A translation's blocks with the ids of the text it follows; Mismatched where it does not."""
    old = source["content"]
    guided = _by_leaves(old, blocks)
    if guided is not None:
        return guided
    new = with_clauses(blocks) if any(block["type"] in _NUMBERED for block in old) else blocks
    ours = [block for block in old if _stands_alone(block)]
    theirs = [block for block in new if _stands_alone(block)]
    problems = _differences(ours, theirs, _numbers(source, document_id))
    if problems:
        raise Mismatched(problems)
    partners = iter(ours)
    return [_translated(next(partners), block) if _stands_alone(block) else block for block in new]


def keep_inner_ids(before: Json, blocks: list[Json]) -> list[Json]:
    """A translation brought again: what is the same inside a clause keeps its ids and authors."""
    old = {block["attrs"]["id"]: block for block in before["content"] if "attrs" in block}
    known = [old.get((block.get("attrs") or {}).get("id", "")) for block in blocks]
    return [
        block if partner is None else _inheriting(partner, block)
        for block, partner in zip(blocks, known, strict=True)
    ]


def _by_leaves(old: list[Json], blocks: list[Json]) -> list[Json] | None:
    """Where paragraph answers to paragraph and list to list: grouped as the source is."""
    leaves = [
        _shape(child)
        for block in old
        for child in (block["content"] if block["type"] in _NUMBERED else [block])
    ]
    if leaves != [_shape(block) for block in blocks]:
        return None
    waiting = iter(blocks)
    made: list[Json] = []
    for block in old:
        if block["type"] in _NUMBERED:
            inner = [next(waiting) for _ in block["content"]]
            made.append(_translated(block, {"content": inner}))
        else:
            partner = next(waiting)
            made.append(_translated(block, partner) if _is_heading(block) else partner)
    return made


def _translated(old: Json, new: Json) -> Json:
    """The clause of the source, with the words of the translation."""
    attrs = dict(old["attrs"])
    attrs.pop("proposal", None)
    return {"type": old["type"], "attrs": attrs, "content": new.get("content", [])}


def _stands_alone(block: Json) -> bool:
    return _is_heading(block) or block["type"] in _NUMBERED


def _shape(block: Json) -> tuple[str, int]:
    return _sort(block), int(block["attrs"]["level"]) if _is_heading(block) else 0


def _numbers(source: Json, document_id: UUID) -> dict[str, str]:
    return {str(section.id): section.number for section in sections_of(source, document_id)}


def _differences(ours: list[Json], theirs: list[Json], numbers: dict[str, str]) -> list[str]:
    """What has no counterpart, where the two do not have the same clauses in the same order.

    What stands inside a clause only helps to tell which of several is the one too many.
    """
    if [_shape(block) for block in ours] == [_shape(block) for block in theirs]:
        return []
    shapes = [_whole_shape(block) for block in ours], [_whole_shape(block) for block in theirs]
    matcher = SequenceMatcher(None, *shapes, autojunk=False)
    problems: list[str] = []
    for kind, first, last, start, stop in matcher.get_opcodes():
        if kind == "equal":
            continue
        problems += [
            f"{numbers[block['attrs']['id']]} ({_beginning(block)}): has no counterpart in the file"
            for block in ours[first:last]
        ]
        problems += [
            f"“{_beginning(block)}” in the file: has no counterpart in the text"
            for block in theirs[start:stop]
        ]
    return problems


def _whole_shape(block: Json) -> tuple[str, int, str]:
    inner = "" if _is_heading(block) else " ".join(each["type"] for each in block["content"])
    return (*_shape(block), inner)


def _beginning(block: Json) -> str:
    words = _said(block).split()
    return " ".join(words[:6]) + ("…" if len(words) > 6 else "")
