"""What a position is about: an exact text that the viewer may see."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import select

from policylab.comments import AmendmentState, amendment_of
from policylab.documents.sources import VERSION_SECTION, VERSION_SET
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import may_read
from policylab.positions.rules import Subject


@dataclass(frozen=True, kw_only=True)
class Cited:
    """Where the text stands that a position is about."""

    dialogue_id: UUID
    document_id: UUID
    set_id: UUID


async def cited(uow: UnitOfWork, viewer: Viewer, subject: Subject) -> Cited:
    """The set that a subject belongs to; NOT_FOUND unless all of the subject is there to see."""
    frozen: Any = await uow.session.get(VERSION_SET.table, subject.set_id)
    if frozen is None or not await may_read(uow.session, viewer, frozen.dialogue_id):
        raise not_found()
    if subject.amendment_id is not None:
        await _check_amendment(uow, viewer, subject, subject.amendment_id)
    elif subject.section_id is not None:
        await _check_section(uow, subject, subject.section_id)
    return Cited(dialogue_id=frozen.dialogue_id, document_id=frozen.document_id, set_id=frozen.id)


async def _check_section(uow: UnitOfWork, subject: Subject, section_id: UUID) -> None:
    section: Any = VERSION_SECTION.table
    found = await uow.session.exec(
        select(section.id)
        .where(section.version_set_id == subject.set_id)
        .where(section.section_id == section_id)
        .limit(1)
    )
    if found.first() is None:
        message = "There is no such clause in this text."
        raise Refused(RefusalCode.NOT_FOUND, message, field="section_id")


async def _check_amendment(
    uow: UnitOfWork, viewer: Viewer, subject: Subject, amendment_id: UUID
) -> None:
    amendment = await amendment_of(uow.session, viewer, amendment_id)
    if amendment.set_id != subject.set_id:
        message = "This amendment was tabled to another text."
        raise Refused(RefusalCode.NOT_FOUND, message, field="amendment_id")
    if subject.section_id not in (None, amendment.section_id):
        message = "This amendment is about another clause."
        raise Refused(RefusalCode.NOT_FOUND, message, field="section_id")
    if amendment.state is AmendmentState.WITHDRAWN:
        message = "Its delegation has withdrawn this amendment; there is nothing to decide on."
        raise Refused(RefusalCode.CLOSED, message, field="amendment_id")
