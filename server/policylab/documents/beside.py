"""Two texts beside each other: which ones, and who may."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.documents.comparing import SectionChange
from policylab.documents.comparing import compare as compare_sections
from policylab.documents.tables import (
    Draft,
    DraftSection,
    LanguageVersion,
    Version,
    VersionSection,
)
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import may_read


@dataclass(frozen=True)
class Comparison:
    """Two texts beside each other."""

    language: str
    before: Version | Draft
    after: Version | Draft
    sections: list[SectionChange]


async def compare(
    session: AsyncSession, viewer: Viewer, before_id: UUID, after_id: UUID
) -> Comparison:
    """What changed between two versions of a document, or between a version and its draft.

    A draft is compared as its sections show it. NOT_FOUND for what the viewer may not see; two
    texts of different documents are refused.
    """
    before, after = await _text(session, viewer, before_id), await _text(session, viewer, after_id)
    if before.document_id != after.document_id:
        message = "Compare two texts of the same document."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="to")
    parts = await _parts(session, before), await _parts(session, after)
    sections = await asyncio.to_thread(compare_sections, *parts)
    return Comparison(await _language(session, before), before, after, sections)


async def _text(session: AsyncSession, viewer: Viewer, key: UUID) -> Version | Draft:
    found = await session.get(Version, key) or await session.get(Draft, key)
    if found is None or not await may_read(session, viewer, found.dialogue_id):
        raise not_found()
    return found


async def _parts(
    session: AsyncSession, text: Version | Draft
) -> Sequence[VersionSection | DraftSection]:
    if isinstance(text, Version):
        frozen = select(VersionSection).where(col(VersionSection.version_id) == text.id)
        return (await session.exec(frozen.order_by(col(VersionSection.place)))).all()
    live = select(DraftSection).where(col(DraftSection.draft_id) == text.id)
    return (await session.exec(live.order_by(col(DraftSection.place)))).all()


async def _language(session: AsyncSession, text: Version | Draft) -> str:
    return (await session.get_one(LanguageVersion, text.language_version_id)).language
