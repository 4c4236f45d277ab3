"""Freezing: all languages of a document at one moment, as one numbered set that never changes."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from policylab import coediting
from policylab.documents import rules
from policylab.documents.events import VersionFrozen
from policylab.documents.projection import columns_of, project
from policylab.documents.sections import (
    Section,
    frozen_form,
    is_blank,
    sections_of,
    text_hash,
)
from policylab.documents.service import HELD, has_words, set_bytes
from policylab.documents.tables import (
    Document,
    Draft,
    LanguageVersion,
    Version,
    VersionSection,
    VersionSet,
)
from policylab.documents.tree import BadText, Json, mended, open_suggestions
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind, Standing, record_fact, standing


@dataclass
class _Closed:
    """One language, closed: what is about to be frozen."""

    part: LanguageVersion
    draft: Draft
    tree: Json
    seq: int
    sections: list[Section]


async def freeze(uow: UnitOfWork, viewer: Viewer, *, document_id: UUID) -> VersionSet:
    """Freeze a document in all its languages, with everything that was acknowledged before.

    Its drafts are closed. Refused, with nothing changed, while a language has no draft or no words,
    suggestions wait, or the languages differ in their clauses. Of two at once one is refused.
    """
    document = await uow.session.get(Document, document_id)
    if document is None:
        raise not_found()
    here = await standing(uow.session, viewer, document.dialogue_id, lock=True)
    here.require(Action.FREEZE)
    await uow.session.refresh(document, with_for_update=HELD)
    closed = await _close(uow, document)
    _check(closed)
    made = await _write(uow, here, document, closed)
    for each in closed:
        each.draft.closed_at = uow.now
        uow.session.add(each.draft)
        await project(uow, each.draft)
    await _tell(uow, here, made, [each.part.language for each in closed])
    return made


async def _close(uow: UnitOfWork, document: Document) -> list[_Closed]:
    """Close the drafts in the order of their ids: from here on nobody's edit comes in."""
    rows = await uow.session.exec(
        select(LanguageVersion)
        .where(col(LanguageVersion.document_id) == document.id)
        .order_by(col(LanguageVersion.language))
    )
    parts = {part.id: part for part in rows}
    drafts = await uow.session.exec(
        select(Draft)
        .where(col(Draft.document_id) == document.id, col(Draft.closed_at).is_(None))
        .order_by(col(Draft.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {draft.language_version_id: draft for draft in drafts}
    without = [part.language for part in parts.values() if part.id not in found]
    rules.check_freeze(without_draft=without, empty=[], waiting=0, problems=[])
    closed = [await _close_one(uow, parts[key], draft) for key, draft in found.items()]
    return sorted(closed, key=lambda each: each.part.language)


async def _close_one(uow: UnitOfWork, part: LanguageVersion, draft: Draft) -> _Closed:
    try:
        await coediting.edit_text(  # ids that a program left out become the text's own
            uow,
            draft_id=draft.id,
            change=lambda tree: mended(tree, draft.id),
            person_id=None,
            capacity_id=None,
        )
        text = await coediting.close_draft(uow, draft.id)
        tree = frozen_form(mended(text.content, draft.id))
    except BadText as error:
        message = f"The text in {part.language} can't be frozen: {error.problem}."
        raise Refused(RefusalCode.TOO_LARGE, message) from error
    return _Closed(part, draft, tree, text.seq, sections_of(tree, draft.document_id))


def _check(closed: list[_Closed]) -> None:
    numbers = {
        each.part.language: [(str(s.id), s.number or "the opening") for s in each.sections]
        for each in closed
    }
    said = {
        each.part.language: {
            str(s.id): (s.number or "the opening", bool(s.text) or not _silent(s))
            for s in each.sections
        }
        for each in closed
    }
    rules.check_freeze(
        without_draft=[],
        empty=[each.part.language for each in closed if not has_words(each.tree)],
        waiting=len(set().union(*(open_suggestions(each.tree) for each in closed))),
        problems=rules.mismatches(numbers) or rules.untranslated(said),
    )


def _silent(section: Section) -> bool:
    """A clause without a word, a picture or a table in it."""
    inner = [child for block in section.blocks for child in block.get("content", ())]
    return is_blank([child for child in inner if child["type"] != "text"])


async def _write(
    uow: UnitOfWork, here: Standing, document: Document, closed: list[_Closed]
) -> VersionSet:
    latest = await uow.session.exec(
        select(func.coalesce(func.max(VersionSet.number), 0)).where(
            col(VersionSet.document_id) == document.id
        )
    )
    number = latest.one() + 1
    texts = {each.part.language: each.tree for each in closed}
    made = VersionSet(
        lab_id=document.lab_id,
        dialogue_id=document.dialogue_id,
        document_id=document.id,
        number=number,
        hash=hashlib.sha256(set_bytes(document.id, number, texts)).digest(),
        frozen_at=uow.now,
        frozen_by_capacity_id=here.acting_as,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(made)
    await uow.session.flush()
    for each in closed:
        await _write_version(uow, made, each)
    return made


async def _write_version(uow: UnitOfWork, made: VersionSet, each: _Closed) -> None:
    owner: dict[str, Any] = {
        "dialogue_id": made.dialogue_id,
        "document_id": made.document_id,
        "version_set_id": made.id,
        "language": each.part.language,
    }
    version = Version(
        language_version_id=each.part.id,
        number=made.number,
        content=each.tree,
        hash=text_hash(each.tree),
        log_seq=each.seq,
        frozen_at=made.frozen_at,
        created_by=made.created_by,
        **owner,
    )
    uow.session.add(version)
    await uow.session.flush()
    uow.session.add_all(
        VersionSection(version_id=version.id, **owner, **columns_of(section))
        for section in each.sections
    )
    await uow.session.flush()


async def _tell(uow: UnitOfWork, here: Standing, made: VersionSet, languages: list[str]) -> None:
    uow.audit(
        action="version.frozen",
        object_type="VersionSet",
        object_id=made.id,
        lab_id=made.lab_id,
        capacity_id=here.acting_as,
        detail={"number": made.number, "hash": made.hash.hex()},
    )
    detail = {"version_set_id": made.id, "languages": languages}
    await record_fact(
        uow, made.dialogue_id, FactKind.DRAFT_FROZEN, detail, capacity_id=here.acting_as
    )
    uow.announce(
        VersionFrozen(
            lab_id=made.lab_id,
            dialogue_id=made.dialogue_id,
            document_id=made.document_id,
            set_id=made.id,
        )
    )
