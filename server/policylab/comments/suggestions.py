"""The verbs of suggestions: what somebody proposed inside a draft becomes text, or goes."""

from typing import Any
from uuid import UUID

from policylab import coediting
from policylab.comments.events import SuggestionSettled
from policylab.comments.finding import held_draft
from policylab.comments.judging import judge_suggestion
from policylab.documents.tree import walk
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import Viewer
from policylab.labs import Standing


async def accept_suggestion(
    uow: UnitOfWork, viewer: Viewer, *, draft_id: UUID, suggestion_id: str
) -> Any:
    """Make a suggestion part of the text; its words keep their author."""
    return await _settle(uow, viewer, draft_id, suggestion_id, accept=True)


async def reject_suggestion(
    uow: UnitOfWork, viewer: Viewer, *, draft_id: UUID, suggestion_id: str
) -> Any:
    """Take a suggestion out of the text; who made it may do so herself."""
    return await _settle(uow, viewer, draft_id, suggestion_id, accept=False)


async def _settle(
    uow: UnitOfWork, viewer: Viewer, draft_id: UUID, suggestion_id: str, *, accept: bool
) -> Any:
    draft, here = await _judged(uow, viewer, draft_id, suggestion_id, accept=accept)
    settle = coediting.accept_suggestion if accept else coediting.reject_suggestion
    await settle(
        uow,
        draft_id=draft.id,
        suggestion_id=suggestion_id,
        person_id=viewer.person_id,
        capacity_id=here.capacity_id,
    )
    _tell(uow, here, draft, accepted=accept)
    return draft


async def _judged(
    uow: UnitOfWork, viewer: Viewer, draft_id: UUID, suggestion_id: str, *, accept: bool
) -> tuple[Any, Standing]:
    """The draft, once the viewer may settle this suggestion in it."""
    draft, here = await held_draft(uow.session, viewer, draft_id)
    text = await coediting.committed_text(uow.session, draft_id)
    if text.closed:
        message = "This draft is closed; nothing is settled in it any more."
        raise Refused(RefusalCode.CLOSED, message)
    authors = _authors(text.content, suggestion_id)
    if not authors:
        message = "This suggestion is no longer in the text."
        raise Refused(RefusalCode.NOT_FOUND, message, field="suggestion_id")
    judge_suggestion(authors, here, accept=accept)
    return draft, here


def _authors(content: dict[str, Any], suggestion_id: str) -> set[str]:
    """In which capacities something was suggested under this id: two clients may choose one id."""
    found: set[str] = set()
    for node in walk(content):
        signed = [mark.get("attrs") or {} for mark in node.get("marks", ())]
        signed.append((node.get("attrs") or {}).get("proposal") or {})
        found |= {str(each.get("capacity")) for each in signed if each.get("id") == suggestion_id}
    return found


def _tell(uow: UnitOfWork, here: Standing, draft: Any, *, accepted: bool) -> None:
    uow.audit(
        action="suggestion.accepted" if accepted else "suggestion.rejected",
        object_type="Draft",
        object_id=draft.id,
        lab_id=here.dialogue.lab_id,
        capacity_id=here.capacity_id,
    )
    uow.announce(
        SuggestionSettled(
            lab_id=here.dialogue.lab_id,
            dialogue_id=here.dialogue.id,
            draft_id=draft.id,
            accepted=accepted,
        )
    )
