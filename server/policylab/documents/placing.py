"""Where blocks stand in a text: a clause in place of another, a text without its words. Pure."""

from uuid import UUID

from policylab.documents.aligning import keep_ids
from policylab.documents.sections import PREAMBLE, sections_of
from policylab.documents.tree import Json
from policylab.kit.errors import RefusalCode, Refused, not_found

NUMBERED = ("heading", "clause", "measure")


def with_section(tree: Json, document_id: UUID, section_id: UUID, blocks: list[Json]) -> Json:
    """The text with these blocks where a clause stood.

    Blocks that stay, or say nearly the same, keep their ids: so their words keep their authors.
    """
    section = next((s for s in sections_of(tree, document_id) if s.id == section_id), None)
    if section is None:
        raise not_found()
    _check_same_clause(section.kind, blocks)
    blocks = keep_ids({"type": "doc", "content": section.blocks}, blocks)
    if blocks and section.kind != PREAMBLE:
        first = blocks[0]
        blocks = [
            {**first, "attrs": {**first.get("attrs", {}), "id": str(section_id)}},
            *blocks[1:],
        ]
    own = {_id(block) for block in section.blocks}
    return {"type": "doc", "content": _exchanged(tree["content"], own, blocks)}


def _check_same_clause(kind: str, blocks: list[Json]) -> None:
    """A clause is replaced by a clause, and brings no other with it."""
    named = [block.get("type") for block in blocks if block.get("type") in NUMBERED]
    if blocks and named != ([] if kind == PREAMBLE else [kind]):
        message = "This changes one clause: keep it one, of the same kind."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="content")
    if named and blocks[0].get("type") != kind:
        message = "Let the clause begin with its own heading or number."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="content")


def _exchanged(content: list[Json], own: set[str], blocks: list[Json]) -> list[Json]:
    last = max(place for place, block in enumerate(content) if _id(block) in own)
    waiting, made = list(blocks), list[Json]()
    for place, block in enumerate(content):
        if _id(block) not in own:
            made.append(block)
            continue
        if _id(block) in {_id(each) for each in waiting}:
            until = next(at for at, each in enumerate(waiting) if _id(each) == _id(block))
            made += waiting[: until + 1]
            del waiting[: until + 1]
        if place == last:
            made += waiting
    return made


def _id(block: Json) -> str:
    return str((block.get("attrs") or {}).get("id"))


def skeleton(tree: Json) -> Json:
    """The same headings, clauses and measures with the same ids, and no words."""
    return {
        "type": "doc",
        "content": [_hollow(block) for block in tree["content"] if block["type"] in NUMBERED],
    }


def _hollow(block: Json) -> Json:
    kept = {"id": block["attrs"]["id"]}
    if block["type"] == "heading":
        return {"type": "heading", "attrs": kept | {"level": block["attrs"]["level"]}}
    return {"type": block["type"], "attrs": kept, "content": [{"type": "paragraph"}]}
