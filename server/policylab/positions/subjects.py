"""What a position is about: an exact text that the viewer may see."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from policylab.comments import AmendmentState, amendment_of
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import Action, Here, here_from, may_read, with_standing
from policylab.positions.rules import Subject

_FROZEN = """
SELECT v.dialogue_id, v.document_id, EXISTS (
         SELECT FROM version_section s WHERE s.version_set_id = v.id AND s.section_id = $2
       ) AS has_section
  FROM version_set v WHERE v.id = $1
"""
FROZEN_AND_HERE = with_standing(_FROZEN, dialogue="(SELECT dialogue_id FROM asked)", person="$3")


@dataclass(frozen=True, kw_only=True)
class Cited:
    """Where the text stands that a position is about."""

    dialogue_id: UUID
    document_id: UUID
    set_id: UUID


async def cited(uow: UnitOfWork, viewer: Viewer, subject: Subject) -> Cited:
    """The set that a subject belongs to; NOT_FOUND unless all of the subject is there to see."""
    frozen = await uow.fetchrow(_FROZEN, subject.set_id, subject.section_id)
    if frozen is None or not await may_read(uow.session, viewer, frozen["dialogue_id"]):
        raise not_found()
    return await _checked(uow, viewer, subject, frozen)


async def cited_here(
    uow: UnitOfWork, viewer: Viewer, subject: Subject, *, actions: Collection[Action]
) -> tuple[Cited, Here]:
    """The same with where the viewer stands in its dialogue, which is held, for these actions."""
    given = (subject.set_id, subject.section_id, viewer.person_id)
    frozen, here = await here_from(uow, viewer, FROZEN_AND_HERE, *given, actions=actions)
    uow.reach = frozen["reach"]  # to say where one stands gives nobody a way in, and takes none
    return await _checked(uow, viewer, subject, frozen), here


async def _checked(uow: UnitOfWork, viewer: Viewer, subject: Subject, frozen: Any) -> Cited:
    if subject.amendment_id is not None:
        await _check_amendment(uow, viewer, subject, subject.amendment_id)
    elif subject.section_id is not None and not frozen["has_section"]:
        message = "There is no such clause in this text."
        raise Refused(RefusalCode.NOT_FOUND, message, field="section_id")
    return Cited(
        dialogue_id=frozen["dialogue_id"],
        document_id=frozen["document_id"],
        set_id=subject.set_id,
    )


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
