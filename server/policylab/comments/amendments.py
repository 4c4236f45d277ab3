"""The verbs of amendments: what a delegation proposes to a frozen text, and what becomes of it."""

from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import documents
from policylab.comments import events
from policylab.comments.finding import held_amendment, held_set
from policylab.comments.judging import (
    AmendmentCourse,
    answers,
    judge_accept,
    judge_settle,
    judge_withdraw,
)
from policylab.comments.proposing import (
    blocks_from_words,
    check_proposal,
    read_proposal,
    words_of,
)
from policylab.comments.rules import WAITING, AmendmentState, check_reasons
from policylab.comments.tables import Amendment
from policylab.documents.sources import VERSION_SECTION
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import to_global
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind, Standing, record_fact

LONGEST_ANSWER = 20_000


async def table_amendment(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    set_id: UUID,
    section_id: UUID,
    language: str,
    content: Any = None,
    text: str | None = None,
    reasons: str,
) -> Amendment:
    """Propose, for the viewer's delegation, other words for one clause of a frozen text.

    The proposal is `content`, the blocks that shall stand there (none to strike the clause out), or
    `text`, plain words with a paragraph on each line.
    """
    frozen, here = await held_set(uow.session, viewer, set_id)
    here.require(Action.TABLE_AMENDMENT)
    delegation_id = here.require_seat()
    reasons = check_reasons(reasons, ask="Say why, so that others can weigh it.")
    section = await _section(uow.session, set_id, section_id, language)
    blocks = _proposal(section, content, text)
    amendment = Amendment(
        lab_id=here.dialogue.lab_id,
        dialogue_id=here.dialogue.id,
        document_id=frozen.document_id,
        set_id=set_id,
        section_id=section_id,
        language=language,
        delegation_id=delegation_id,
        capacity_id=here.capacity_id,
        before=section.text,
        content=blocks,
        proposed=words_of(blocks),
        reasons=reasons,
        created_by=viewer.person_id,
    )
    uow.session.add(amendment)
    await uow.session.flush()
    await _record(uow, here, amendment, FactKind.AMENDMENT_TABLED)
    _audit(uow, here, amendment, "amendment.tabled")
    uow.announce(events.AmendmentTabled(**_named(amendment)))
    return amendment


async def accept_amendment(
    uow: UnitOfWork, viewer: Viewer, *, amendment_id: UUID, reasons: str = ""
) -> Amendment:
    """Accept that an amendment shall be merged; or, for its delegation, what became of it.

    When its delegation accepts the text as it came to be, the amendment is settled.
    """
    amendment, here = await held_amendment(uow.session, viewer, amendment_id)
    course = course_of(amendment)
    judge_accept(course, here)
    words = _answer(reasons)
    if not answers(course, here):
        _decide(amendment, here, AmendmentState.ACCEPTED, words)
    else:
        amendment.answered_at, amendment.answered_by_capacity_id = uow.now, here.capacity_id
        if not course.settled and amendment.state in WAITING:
            _decide(amendment, here, AmendmentState.ACCEPTED, words)
            await _settle(uow, here, amendment)
    _tell(uow, here, amendment, "amendment.accepted")
    return amendment


async def reject_amendment(
    uow: UnitOfWork, viewer: Viewer, *, amendment_id: UUID, reasons: str
) -> Amendment:
    """Record that an amendment fell, and why."""
    amendment, here = await held_amendment(uow.session, viewer, amendment_id)
    judge_settle(course_of(amendment), here)
    words = check_reasons(reasons, ask="Say why it is not taken up; its delegation will ask.")
    _decide(amendment, here, AmendmentState.REJECTED, words)
    await _settle(uow, here, amendment)
    _tell(uow, here, amendment, "amendment.rejected")
    return amendment


async def merge_amendment(uow: UnitOfWork, viewer: Viewer, *, amendment_id: UUID) -> Amendment:
    """Put the proposed words into the working draft; their author stays the delegation.

    A clause that has changed since is replaced all the same; one that is gone is refused as STALE.
    """
    amendment, here = await held_amendment(uow.session, viewer, amendment_id)
    judge_settle(course_of(amendment), here)
    draft = await _open_draft(uow.session, amendment)
    await _put(uow, draft.id, amendment)
    _decide(amendment, here, AmendmentState.MERGED, amendment.fate_reasons)
    amendment.merged_draft_id = draft.id
    await _settle(uow, here, amendment)
    _tell(uow, here, amendment, "amendment.merged")
    return amendment


async def withdraw_amendment(uow: UnitOfWork, viewer: Viewer, *, amendment_id: UUID) -> Amendment:
    """Take back an amendment of one's own delegation; that it was tabled remains readable."""
    amendment, here = await held_amendment(uow.session, viewer, amendment_id)
    judge_withdraw(course_of(amendment), here)
    _decide(amendment, here, AmendmentState.WITHDRAWN, None)
    await _settle(uow, here, amendment)
    _tell(uow, here, amendment, "amendment.withdrawn")
    return amendment


def course_of(amendment: Amendment) -> AmendmentCourse:
    """What decides over an amendment."""
    return AmendmentCourse(
        delegation_id=amendment.delegation_id,
        state=amendment.state,
        settled=amendment.settled_at is not None,
        answered=amendment.answered_at is not None,
    )


async def _section(session: AsyncSession, set_id: UUID, section_id: UUID, language: str) -> Any:
    section: Any = VERSION_SECTION.table
    found = await session.exec(
        select(section)
        .where(section.version_set_id == set_id)
        .where(section.section_id == section_id)
    )
    rows = {row.language: row for row in found}
    if not rows:
        message = "There is no such clause in this text."
        raise Refused(RefusalCode.NOT_FOUND, message, field="section_id")
    if language not in rows:
        message = f"This text is frozen in: {', '.join(sorted(rows))}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="language")
    return rows[language]


def _proposal(section: Any, content: Any, text: str | None) -> list[Any]:
    if (content is None) == (text is None):
        message = "Propose other words for the clause, once: as text or as blocks."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="content")
    wanted = blocks_from_words(text, before=section.content) if text is not None else content
    blocks = read_proposal(wanted, section_id=section.section_id, before=section.content)
    check_proposal(blocks, section.content, field="content" if text is None else "text")
    return blocks


async def _open_draft(session: AsyncSession, amendment: Amendment) -> Any:
    drafts = await documents.open_drafts(session, amendment.document_id)
    if amendment.language not in drafts:
        message = f"Open the working draft in this language first: {amendment.language}."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    return drafts[amendment.language]


async def _put(uow: UnitOfWork, draft_id: UUID, amendment: Amendment) -> None:
    try:
        await documents.replace_section(
            uow,
            draft_id=draft_id,
            section_id=amendment.section_id,
            blocks=amendment.content,
            person_id=amendment.created_by,
            capacity_id=amendment.capacity_id,
        )
    except Refused as refused:
        if refused.code is not RefusalCode.NOT_FOUND:
            raise
        message = "This clause is no longer in the working draft; write the change there by hand."
        raise Refused(RefusalCode.STALE, message) from refused


def _answer(reasons: str) -> str | None:
    words = reasons.strip()
    if len(words) > LONGEST_ANSWER:
        message = f"Write at most {LONGEST_ANSWER} characters here."
        raise Refused(RefusalCode.TOO_LARGE, message, field="reasons")
    return words or None


def _decide(
    amendment: Amendment, here: Standing, state: AmendmentState, reasons: str | None
) -> None:
    amendment.state, amendment.fate_reasons = state, reasons
    amendment.fate_capacity_id = here.capacity_id


async def _settle(uow: UnitOfWork, here: Standing, amendment: Amendment) -> None:
    amendment.settled_at = uow.now
    await uow.session.flush()
    await _record(uow, here, amendment, FactKind.AMENDMENT_SETTLED)


async def _record(uow: UnitOfWork, here: Standing, amendment: Amendment, kind: FactKind) -> None:
    detail = {"amendment_id": amendment.id}
    await record_fact(uow, amendment.dialogue_id, kind, detail, capacity_id=here.capacity_id)


def _tell(uow: UnitOfWork, here: Standing, amendment: Amendment, action: str) -> None:
    _audit(uow, here, amendment, action)
    uow.announce(events.AmendmentChanged(**_named(amendment), state=amendment.state.value))


def _audit(uow: UnitOfWork, here: Standing, amendment: Amendment, action: str) -> None:
    uow.audit(
        action=action,
        object_type="Amendment",
        object_id=amendment.id,
        lab_id=amendment.lab_id,
        capacity_id=here.capacity_id,
        detail={"state": amendment.state.value},
    )


def _named(amendment: Amendment) -> dict[str, Any]:
    return {
        "lab_id": amendment.lab_id,
        "dialogue_id": amendment.dialogue_id,
        "amendment_id": amendment.id,
        "set_id": amendment.set_id,
        "delegation_id": amendment.delegation_id,
        "subject": to_global("Amendment", amendment.id),
    }
