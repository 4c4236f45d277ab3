"""A text as it once was: its clauses then, what has changed since, and writing it anew."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import coediting
from policylab.coediting import Right
from policylab.documents.comparing import SectionChange, compare
from policylab.documents.gate import right_on
from policylab.documents.projection import columns_of, project
from policylab.documents.rules import check_nothing_waits
from policylab.documents.sections import frozen_form, sections_of
from policylab.documents.service import HELD
from policylab.documents.tables import Draft, Version
from policylab.documents.tree import Json, mended, open_suggestions
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import Action, may_read, standing


@dataclass
class PastSection:
    """A clause of a text as it once was, as rows keep the clauses of drafts."""

    section_id: UUID
    kind: str
    number: str
    heading: str | None
    parent: UUID | None
    place: int
    text: str
    content: list[Any]
    hash: bytes


@dataclass(frozen=True)
class PastText:
    """A draft as it was after so many rows of its log."""

    position: int
    at: datetime | None
    """When it came to be so; None before the first word."""
    capacity_id: UUID | None
    """Who changed it then; None for the house."""
    content: Json
    sections: list[PastSection]


async def text_then(session: AsyncSession, draft_id: UUID, position: int) -> PastText:
    """A draft at a position of its log. INVALID_INPUT for one that it has not come to.

    A session of the house: whoever asks has judged who may see the draft.
    """
    draft = await session.get(Draft, draft_id)
    if draft is None:
        raise not_found()
    past = await coediting.text_at(session, draft_id, position)
    content, sections = await coediting.apart(
        past.weight, _read, past.content, draft_id, draft.document_id
    )
    return PastText(past.seq, past.at, past.capacity_id, content, sections)


def _read(content: Json, draft_id: UUID, document_id: UUID) -> tuple[Json, list[PastSection]]:
    tree = mended(content, draft_id)
    found = sections_of(frozen_form(tree), document_id)
    return tree, [PastSection(**columns_of(section)) for section in found]


async def changes_between(
    session: AsyncSession, draft_id: UUID, before: int, after: int
) -> list[SectionChange]:
    """What changed from one position of a draft's log to another.

    A session of the house, and refused, as `text_then`.
    """
    old = await text_then(session, draft_id, before)
    new = await text_then(session, draft_id, after)
    return await asyncio.to_thread(compare, old.sections, new.sections)


async def versions_in(session: AsyncSession, set_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The frozen texts of sets, by the id of the set."""
    rows = await session.exec(
        select(Version.version_set_id, Version.id).where(col(Version.version_set_id).in_(set_ids))
    )
    found: dict[UUID, list[UUID]] = {key: [] for key in set_ids}
    for key, version in rows:
        found[key].append(version)
    return found


async def drafts_behind(
    session: AsyncSession, version_ids: Collection[UUID]
) -> dict[UUID, tuple[UUID, int]]:
    """For each frozen text the draft it was, and how far the log of that had come."""
    rows = await session.exec(
        select(Version.id, Draft.id, Version.log_seq)
        .join(Draft, col(Draft.language_version_id) == col(Version.language_version_id))
        .where(col(Version.id).in_(version_ids))
    )
    return {version: (draft, seq) for version, draft, seq in rows}


async def restore_draft(uow: UnitOfWork, viewer: Viewer, *, draft_id: UUID, position: int) -> Draft:
    """Make a draft say again what it said at a position of its log, as an edit of the viewer.

    What says the same is left alone, and words that come back are their authors'. Refused to
    whoever may not write the draft now, and while suggestions wait that it did not hold then.
    """
    known = await uow.session.get(Draft, draft_id)
    if known is None or not await may_read(uow.session, viewer, known.dialogue_id):
        raise not_found()
    here = await standing(uow.session, viewer, known.dialogue_id, lock=True)
    draft = await uow.session.get_one(Draft, draft_id, with_for_update=HELD, populate_existing=True)
    if draft.closed_at is not None:
        message = "This draft is closed. Open a new one to change the text."
        raise Refused(RefusalCode.CLOSED, message)
    right = right_on(viewer, here, closed=False)
    if right is Right.SUGGEST:
        message = "You may suggest changes to this text, but not make them."
        raise Refused(RefusalCode.NOT_ALLOWED, message)
    if right is not Right.WRITE:
        here.require(Action.EDIT)
        raise Refused(RefusalCode.NOT_ALLOWED, "You may read this text but not change it.")

    def change(now: Json, older: Json) -> Json:
        wanted = mended(older, draft_id)
        waiting = open_suggestions(mended(now, draft_id))
        check_nothing_waits(len(waiting - open_suggestions(wanted)))
        return wanted

    seq = await coediting.restore_text(
        uow,
        draft_id=draft_id,
        position=position,
        change=change,
        person_id=viewer.person_id,
        capacity_id=here.acting_as,
    )
    await project(uow, draft)
    uow.audit(
        action="draft.restored",
        object_type="Draft",
        object_id=draft_id,
        lab_id=here.dialogue.lab_id,
        capacity_id=here.acting_as,
        detail={"from": position, "to": seq},
    )
    return draft
