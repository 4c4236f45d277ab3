"""How somebody of Arvenia writes in a live text without a browser: judged as her browser would be.

The rooms have no verb for typing, because typing comes over the co-editing socket; these two ask
the process whether she may, and then hand her words to the co-editing room in her name.
"""

from typing import Any
from uuid import UUID, uuid5

from policylab import coediting, documents
from policylab.demo import material
from policylab.kit.db import UnitOfWork
from policylab.kit.viewer import Viewer
from policylab.labs import Action, standing

Json = dict[str, Any]


async def write(
    uow: UnitOfWork, viewer: Viewer, *, dialogue_id: UUID, draft_id: UUID, content: Json
) -> None:
    """Bring a draft to this text; what is new in it is the viewer's."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.EDIT)
    await _change(uow, here, viewer, draft_id, content)


async def suggest(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    dialogue_id: UUID,
    draft_id: UUID,
    content: Json,
    section_id: UUID,
    instead_of: str,
    words: str,
) -> None:
    """Suggest other words in a clause: the old ones struck, the new ones marked, both signed."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.SUGGEST)
    signed = {
        "id": str(uuid5(section_id, words)),
        "capacity": str(here.capacity_id),
        "at": uow.now.isoformat(),
    }
    for block in content["content"]:
        if block["attrs"]["id"] == str(section_id):
            _mark(block["content"][0], instead_of, words, signed)
    await _change(uow, here, viewer, draft_id, content)


async def _change(
    uow: UnitOfWork, here: Any, viewer: Viewer, draft_id: UUID, content: Json
) -> None:
    await coediting.edit_text(
        uow,
        draft_id=draft_id,
        change=lambda _: content,
        person_id=viewer.person_id,
        capacity_id=here.capacity_id,
    )
    draft = await documents.draft_of(uow.session, viewer, draft_id)
    await documents.project(uow, draft)


def _mark(paragraph: Json, instead_of: str, words: str, signed: Json) -> None:
    before, found, after = paragraph["content"][0]["text"].partition(instead_of)
    if not found:
        raise ValueError(f"“{instead_of}” does not stand in this clause")
    struck = {"type": "deletion", "attrs": signed}
    added = {"type": "insertion", "attrs": signed}
    pieces = [
        material.words(before),
        material.words(instead_of, struck),
        material.words(words, added),
        material.words(after),
    ]
    paragraph["content"] = [piece for piece in pieces if piece["text"]]
