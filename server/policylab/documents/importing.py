"""Bringing a file in: judged, read, given the ids of what it follows, and made a draft."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from policylab import coediting
from policylab.documents.aligning import (
    Mismatched,
    follow,
    keep_ids,
    keep_inner_ids,
    with_clauses,
)
from policylab.documents.from_pandoc import blocks_from
from policylab.documents.projection import project
from policylab.documents.reading import ReadFile, bad_file, read_file
from policylab.documents.rules import CLAUSED, ImportMismatch, check_nothing_waits
from policylab.documents.service import HELD, begin_draft, has_words, source_of, text_now
from policylab.documents.tables import Attachment, Document, Draft, LanguageVersion
from policylab.documents.tree import BadText, Json, mended, open_suggestions, read_tree
from policylab.kit.db import Database, UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import Action, Standing, standing


@dataclass(frozen=True)
class _Desk:
    """Where a file goes, and who brings it."""

    here: Standing
    document: Document
    part: LanguageVersion


@dataclass(frozen=True)
class _Source:
    """The text of another language that this one follows."""

    language: str
    tree: Json


async def import_text(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    document_id: UUID,
    language: str,
    name: str,
    data: bytes | ReadFile,
) -> Draft:
    """Make a file the text of a language: of its open draft, else of one that is opened.

    What says the same as before keeps its ids and authors. A language that follows another one is
    aligned with it by structure, and refused with the list of what does not fit. BAD_FILE for what
    can't be read; CONDITIONS_NOT_MET while suggestions wait in the text that would be replaced.
    """
    desk = await _desk(uow, viewer, document_id, language)
    read = data if isinstance(data, ReadFile) else await read_file(name, data)
    await uow.session.refresh(desk.part, with_for_update=HELD)
    blocks = await _blocks_of(read, await _keep_pictures(uow, desk, read))
    source = await _source(uow, desk.part)
    draft = await _open_draft(uow, desk.part)
    if draft is None:
        before = await text_now(uow.session, desk.part.id)
        content = _aligned(desk, source, before, blocks)
        draft = await begin_draft(uow, desk.here, desk.part, content)
    else:
        await _replace(uow, desk, draft, source, blocks)
    _tell(uow, desk, draft)
    return draft


async def check_import(
    database: Database, viewer: Viewer, *, document_id: UUID, language: str
) -> None:
    """Refuse, before a file is read, what `import_text` would refuse whatever the file says."""
    async with database.read(SYSTEM) as session:
        document = await session.get(Document, document_id)
        if document is None:
            raise not_found()
        here = await standing(session, viewer, document.dialogue_id)
        here.require(Action.EDIT)
        await _part(session, document_id, language)


async def _desk(uow: UnitOfWork, viewer: Viewer, document_id: UUID, language: str) -> _Desk:
    document = await uow.session.get(Document, document_id)
    if document is None:
        raise not_found()
    here = await standing(uow.session, viewer, document.dialogue_id, lock=True)
    here.require(Action.EDIT)
    return _Desk(here, document, await _part(uow.session, document_id, language))


async def _part(session: Any, document_id: UUID, language: str) -> LanguageVersion:
    found = await session.exec(
        select(LanguageVersion)
        .where(col(LanguageVersion.document_id) == document_id)
        .where(col(LanguageVersion.language) == language)
    )
    part: LanguageVersion | None = found.one_or_none()
    if part is None:
        message = "This document is not written in this language."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="language")
    return part


async def _open_draft(uow: UnitOfWork, part: LanguageVersion) -> Draft | None:
    drafts = await uow.session.exec(
        select(Draft)
        .where(col(Draft.language_version_id) == part.id, col(Draft.closed_at).is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return drafts.one_or_none()


async def _blocks_of(read: ReadFile, pictures: dict[str, str]) -> list[Json]:
    try:
        blocks = await asyncio.to_thread(blocks_from, read.tree, pictures)
    except BadText as error:
        raise bad_file(f"This file can't be taken: {error.problem}.") from error
    if not has_words({"type": "doc", "content": blocks}):
        raise bad_file("There are no words in this file.")
    return blocks


async def _replace(
    uow: UnitOfWork, desk: _Desk, draft: Draft, source: _Source | None, blocks: list[Json]
) -> None:
    """Make an open draft say what the file says."""

    def change(content: Json) -> Json:
        before = mended(content, draft.id)
        check_nothing_waits(len(open_suggestions(before)))
        return _aligned(desk, source, before if has_words(before) else None, blocks)

    await coediting.edit_text(
        uow,
        draft_id=draft.id,
        change=change,
        person_id=uow.viewer.person_id,
        capacity_id=desk.here.acting_as,
    )
    await project(uow, draft)


async def _source(uow: UnitOfWork, part: LanguageVersion) -> _Source | None:
    """The text that this language follows; a language without words follows one that has some."""
    found = await source_of(uow.session, part)
    if found is None:
        return None
    if part.translation_of is None:
        if await text_now(uow.session, part.id) is not None:
            return None
        part.translation_of = found[0].id
        uow.session.add(part)
    return _Source(found[0].language, found[1])


def _aligned(desk: _Desk, source: _Source | None, before: Json | None, blocks: list[Json]) -> Json:
    """The blocks as a text, with the ids of the text they follow or replace."""
    if source is not None:
        try:
            made = follow(source.tree, blocks, desk.document.id)
        except Mismatched as mismatched:
            raise ImportMismatch(source.language, mismatched.problems) from mismatched
        made = keep_inner_ids(before, made) if before is not None else made
    else:
        made = with_clauses(blocks) if desk.document.kind in CLAUSED else blocks
        made = keep_ids(before, made) if before is not None else made
    return _checked({"type": "doc", "content": made})


def _checked(content: Json) -> Json:
    try:
        return read_tree(content)
    except BadText as error:
        raise bad_file(f"This file can't be taken: {error.problem}.") from error


async def _keep_pictures(uow: UnitOfWork, desk: _Desk, read: ReadFile) -> dict[str, str]:
    """The pictures as attachments of the document, each kept once; addresses by name."""
    addresses: dict[str, str] = {}
    rows = await uow.session.exec(
        select(Attachment.sha256, Attachment.id).where(
            col(Attachment.document_id) == desk.document.id
        )
    )
    known = {bytes(sha256): key for sha256, key in rows}
    for name, picture in read.pictures.items():
        sha256 = hashlib.sha256(picture.data).digest()
        if sha256 not in known:
            row = Attachment(
                dialogue_id=desk.document.dialogue_id,
                document_id=desk.document.id,
                media_type=picture.media_type,
                sha256=sha256,
                data=picture.data,
                created_by=uow.viewer.person_id,
            )
            uow.session.add(row)
            known[sha256] = row.id
        addresses[name] = f"attachment:{known[sha256]}"
    await uow.session.flush()
    return addresses


def _tell(uow: UnitOfWork, desk: _Desk, draft: Draft) -> None:
    uow.audit(
        action="text.imported",
        object_type="Draft",
        object_id=draft.id,
        lab_id=desk.document.lab_id,
        capacity_id=desk.here.acting_as,
        detail={"language": desk.part.language},
    )
