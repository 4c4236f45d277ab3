"""The verbs: create a text, open its drafts, put a settled clause in place; and the reads."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import coediting
from policylab.documents import rules
from policylab.documents.events import DocumentCreated, DraftOpened
from policylab.documents.placing import skeleton, with_section
from policylab.documents.projection import project
from policylab.documents.rules import DocumentKind
from policylab.documents.tables import (
    Document,
    Draft,
    LanguageVersion,
    Version,
    VersionSection,
    VersionSet,
)
from policylab.documents.tree import BadText, Json, mended, read_tree, walk
from policylab.kit.canonical import canonical_json
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.grouping import by_key
from policylab.kit.viewer import Viewer
from policylab.labs import Action, Standing, may_read, standing

HELD: Any = {"key_share": True}
"""FOR NO KEY UPDATE: held against others who would change the row, not against what points at it.
Always in this order: dialogue, document, language version, drafts by id, heads of their logs."""


async def create_document(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    dialogue_id: UUID,
    kind: DocumentKind,
    titles: Mapping[str, str],
    languages: Sequence[str] | None = None,
) -> Document:
    """Begin a text, in all languages of the dialogue unless fewer are named. No draft is open."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    if Action.MODERATE not in here.may:
        here.require(Action.EDIT)
    tags = rules.check_languages(
        languages or here.dialogue.languages, known=here.dialogue.languages
    )
    document = Document(
        lab_id=here.dialogue.lab_id,
        dialogue_id=dialogue_id,
        kind=kind,
        titles=rules.check_titles(titles),
        illustrative=here.dialogue.illustrative,
        created_by=viewer.person_id,
    )
    uow.session.add(document)
    await uow.session.flush()
    for tag in tags:
        part = LanguageVersion(
            dialogue_id=dialogue_id,
            document_id=document.id,
            language=tag,
            created_by=viewer.person_id,
        )
        uow.session.add(part)
    await uow.session.flush()
    uow.audit(
        action="document.created",
        object_type="Document",
        object_id=document.id,
        lab_id=document.lab_id,
        capacity_id=here.acting_as,
        detail={"kind": kind.value},
    )
    uow.announce(
        DocumentCreated(lab_id=document.lab_id, dialogue_id=dialogue_id, document_id=document.id)
    )
    return document


async def open_draft(
    uow: UnitOfWork, viewer: Viewer, *, language_version_id: UUID, content: Json | None = None
) -> Draft:
    """Let a language version be written: with this content, else from the latest version.

    After a freeze the same draft is opened again, so that everybody's words stay theirs. A language
    that was never written begins with the clauses of another one, empty, so that ids agree.
    """
    part = await uow.session.get(LanguageVersion, language_version_id)
    if part is None:
        raise not_found()
    here = await standing(uow.session, viewer, part.dialogue_id, lock=True)
    here.require(Action.EDIT)
    await uow.session.refresh(part, with_for_update=HELD)
    return await begin_draft(uow, here, part, content)


async def begin_draft(
    uow: UnitOfWork, here: Standing, part: LanguageVersion, content: Json | None
) -> Draft:
    """The same once it is judged; the language version is locked by the caller."""
    wanted = None if content is None else _read(content)
    drafts = await uow.session.exec(
        select(Draft)
        .where(col(Draft.language_version_id) == part.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    draft = drafts.one_or_none()
    if draft is not None and draft.closed_at is None:
        raise Refused(RefusalCode.ALREADY_DONE, "This language has a working draft already.")
    if draft is None:
        draft = await _first_draft(uow, here, part, wanted)
    else:
        await _reopen(uow, here, draft, wanted)
    await project(uow, draft)
    _tell_opened(uow, here, draft)
    return draft


async def _first_draft(
    uow: UnitOfWork, here: Standing, part: LanguageVersion, content: Json | None
) -> Draft:
    viewer = uow.viewer
    author = (viewer.person_id, here.acting_as) if content is not None else (None, None)
    if content is None:
        content = await _skeleton_of_another(uow, part)
    draft = Draft(
        dialogue_id=part.dialogue_id,
        document_id=part.document_id,
        language_version_id=part.id,
        created_by=viewer.person_id,
    )
    uow.session.add(draft)
    await uow.session.flush()
    await coediting.open_draft(
        uow,
        draft_id=draft.id,
        dialogue_id=part.dialogue_id,
        content=content,
        person_id=author[0],
        capacity_id=author[1],
    )
    return draft


async def _skeleton_of_another(uow: UnitOfWork, part: LanguageVersion) -> Json | None:
    """The clauses of the language this one is written after, without words; None for the first."""
    source = await source_of(uow.session, part)
    if source is None:
        return None
    part.translation_of = source[0].id
    uow.session.add(part)
    return read_tree(skeleton(source[1]))


async def source_of(
    session: AsyncSession, part: LanguageVersion
) -> tuple[LanguageVersion, Json] | None:
    """The language version whose text another one follows, with the text; None without one.

    The one it was made from before, else the first other language that has words.
    """
    others = await session.exec(
        select(LanguageVersion)
        .where(col(LanguageVersion.document_id) == part.document_id)
        .where(col(LanguageVersion.id) != part.id)
        .order_by(col(LanguageVersion.id))
    )
    ordered = sorted(others, key=lambda other: other.id != part.translation_of)
    for other in ordered:
        if other.translation_of == part.id:
            continue
        tree = await text_now(session, other.id)
        if tree is not None and tree["content"]:
            return other, tree
    return None


async def text_now(session: AsyncSession, language_version_id: UUID) -> Json | None:
    """The text of a language version: its draft's, which is its latest version's when closed.

    A session of the house. None where there is no word yet.
    """
    drafts = await session.exec(
        select(Draft).where(col(Draft.language_version_id) == language_version_id)
    )
    draft = drafts.one_or_none()
    if draft is None:
        return None
    text = await coediting.committed_text(session, draft.id)
    tree = mended(text.content, draft.id)
    return tree if has_words(tree) else None


async def _reopen(uow: UnitOfWork, here: Standing, draft: Draft, content: Json | None) -> None:
    latest = await uow.session.exec(
        select(Version.id)
        .where(col(Version.language_version_id) == draft.language_version_id)
        .order_by(col(Version.number).desc())
        .limit(1)
    )
    draft.base_version_id = latest.first()
    draft.closed_at = None
    draft.updated_at = uow.now
    uow.session.add(draft)
    await uow.session.flush()
    await coediting.reopen_draft(uow, draft.id)
    if content is not None:
        await coediting.edit_text(
            uow,
            draft_id=draft.id,
            change=lambda _: content,
            person_id=uow.viewer.person_id,
            capacity_id=here.acting_as,
        )


def _tell_opened(uow: UnitOfWork, here: Standing, draft: Draft) -> None:
    lab_id = here.dialogue.lab_id
    uow.audit(
        action="draft.opened",
        object_type="Draft",
        object_id=draft.id,
        lab_id=lab_id,
        capacity_id=here.acting_as,
    )
    uow.announce(
        DraftOpened(
            lab_id=lab_id,
            dialogue_id=draft.dialogue_id,
            document_id=draft.document_id,
            draft_id=draft.id,
        )
    )


async def replace_section(
    uow: UnitOfWork,
    *,
    draft_id: UUID,
    section_id: UUID,
    blocks: Sequence[Json],
    person_id: UUID | None,
    capacity_id: UUID | None,
) -> int:
    """Put these blocks in the place of a clause of a live text; none take the clause away.

    It judges nobody: the verb that calls it has. NOT_FOUND when the clause is gone, INVALID_INPUT
    for blocks that are more or other than this clause, CLOSED for a closed draft.
    """
    draft = await uow.session.get(Draft, draft_id, with_for_update=HELD)
    if draft is None:
        raise not_found()
    document_id = draft.document_id

    def change(tree: Json) -> Json:
        made = with_section(mended(tree, draft_id), document_id, section_id, list(blocks))
        return _read(made)

    seq = await coediting.edit_text(
        uow, draft_id=draft_id, change=change, person_id=person_id, capacity_id=capacity_id
    )
    await project(uow, draft)
    return seq


def _read(content: Any) -> Json:
    try:
        return read_tree(content)
    except BadText as error:
        message = f"This is no text by our schema: {error}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="content") from error


def has_words(tree: Json) -> bool:
    """Whether a text says anything; a picture or a table counts."""
    return any(node["type"] in ("text", "image") for node in walk(tree))


# ── reads ──


async def document_of(session: AsyncSession, viewer: Viewer, document_id: UUID) -> Document:
    """A document that the viewer may read; NOT_FOUND otherwise."""
    row = await session.get(Document, document_id)
    if row is None or not await may_read(session, viewer, row.dialogue_id):
        raise not_found()
    return row


async def draft_of(session: AsyncSession, viewer: Viewer, draft_id: UUID) -> Draft:
    """A draft that the viewer may read; NOT_FOUND otherwise."""
    row = await session.get(Draft, draft_id)
    if row is None or not await may_read(session, viewer, row.dialogue_id):
        raise not_found()
    return row


async def set_of(session: AsyncSession, viewer: Viewer, set_id: UUID) -> VersionSet:
    """A frozen set that the viewer may read; NOT_FOUND otherwise."""
    row = await session.get(VersionSet, set_id)
    if row is None or not await may_read(session, viewer, row.dialogue_id):
        raise not_found()
    return row


async def open_drafts(session: AsyncSession, document_id: UUID) -> dict[str, Draft]:
    """The drafts of a document that take edits, by language."""
    rows = await session.exec(
        select(LanguageVersion.language, Draft)
        .join(Draft, col(Draft.language_version_id) == col(LanguageVersion.id))
        .where(col(Draft.document_id) == document_id, col(Draft.closed_at).is_(None))
        .order_by(col(Draft.id))
    )
    return dict(rows.all())


async def sections_in(
    session: AsyncSession, set_ids: Collection[UUID]
) -> dict[UUID, list[VersionSection]]:
    """The clauses of frozen sets in all their languages, in reading order."""
    rows = await session.exec(
        select(VersionSection)
        .where(col(VersionSection.version_set_id).in_(set_ids))
        .order_by(col(VersionSection.language), col(VersionSection.place))
    )
    return by_key((row.version_set_id, row) for row in rows)


async def texts_of(session: AsyncSession, set_id: UUID) -> dict[str, Json]:
    """The frozen texts of a set by language."""
    rows = await session.exec(
        select(Version).where(col(Version.version_set_id) == set_id).order_by(col(Version.language))
    )
    return {row.language: row.content for row in rows}


async def set_text(session: AsyncSession, set_id: UUID) -> bytes:
    """Canonical JSON of a whole set; its SHA-256 is the set's hash."""
    row = await session.get(VersionSet, set_id)
    if row is None:
        raise not_found()
    return set_bytes(row.document_id, row.number, await texts_of(session, set_id))


def set_bytes(document_id: UUID, number: int, texts: Mapping[str, Json]) -> bytes:
    """The same from its parts."""
    value = {"document": str(document_id), "number": number, "texts": dict(texts)}
    return canonical_json(value)
