"""The verbs: attach results, answer recommendations, link clauses to them, report progress."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from policylab import index
from policylab.documents.sources import DOCUMENT
from policylab.index import RecommendationKind, ResponseAnswer
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.reading import fetch_of
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind, Standing, facts_of, levels_of, record_fact, standing
from policylab.strategies import rules
from policylab.strategies.clauses import Clause, clauses_now, place_of
from policylab.strategies.events import ReportFiled, TraceChanged
from policylab.strategies.rules import TraceKind
from policylab.strategies.tables import MonitoringReport, TraceLink

LONGEST_REPORT = 20_000


async def attach_assessment(
    uow: UnitOfWork, viewer: Viewer, *, dialogue_id: UUID, assessment_id: UUID
) -> None:
    """Let the dialogue work on an INDEX result: its recommendations wait for answers."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    if Action.SUBMIT_EVIDENCE not in here.may:
        here.require(Action.RECORD_EVIDENCE)
    await index.attach(
        uow,
        lab_id=here.dialogue.lab_id,
        dialogue_id=dialogue_id,
        assessment_id=assessment_id,
        capacity_id=here.capacity_id,
    )
    detail = {"assessment_id": assessment_id}
    await record_fact(
        uow, dialogue_id, FactKind.ASSESSMENT_RECORDED, detail, capacity_id=here.capacity_id
    )
    await _judge_completeness(uow, here)


async def respond(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    dialogue_id: UUID,
    recommendation_id: UUID,
    answer: ResponseAnswer,
    reasons: str = "",
    referred_to: str | None = None,
    decided_on: date | None = None,
) -> Any:
    """Say what becomes of a recommendation. Declining takes reasons; referring names a level."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.RESPOND)
    if decided_on and decided_on > uow.now.date():
        message = "The day it was decided can't lie in the future."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="decided_on")
    row = await index.record_response(
        uow,
        lab_id=here.dialogue.lab_id,
        dialogue_id=dialogue_id,
        recommendation_id=recommendation_id,
        answer=answer,
        reasons=reasons,
        level=await _level(uow, here, referred_to),
        decided_on=decided_on or uow.now.date(),
        capacity_id=here.capacity_id,
    )
    await _judge_completeness(uow, here)
    return row


async def _level(uow: UnitOfWork, here: Standing, code: str | None) -> Any | None:
    if code is None:
        return None
    levels = await levels_of(uow.session, here.dialogue.lab_id)
    for level in levels:
        if level.code == code:
            return level
    message = f"The levels of this lab are {', '.join(level.code for level in levels)}."
    raise Refused(RefusalCode.INVALID_INPUT, message, field="referred_to")


async def _judge_completeness(uow: UnitOfWork, here: Standing) -> None:
    """Tell the process when the last answer has come, or when one is missing again."""
    dialogue_id = here.dialogue.id
    missing = await index.unanswered(uow.session, dialogue_id)
    now = FactKind.RESPONSES_INCOMPLETE if missing else FactKind.RESPONSES_COMPLETE
    both = (FactKind.RESPONSES_COMPLETE, FactKind.RESPONSES_INCOMPLETE)
    facts = (await facts_of(uow.session, [dialogue_id]))[dialogue_id]
    before = [fact.kind for fact in facts if fact.kind in both]
    if not before or before[-1] is not now:
        await record_fact(uow, dialogue_id, now, capacity_id=here.capacity_id)


async def link_recommendation(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    document_id: UUID,
    section_id: UUID,
    recommendation_id: UUID,
    kind: TraceKind,
    note: str = "",
) -> TraceLink:
    """Link a clause, as it stands, to a recommendation of one of the dialogue's results.

    A link of another kind between the two ends with it.
    """
    here = await _document(uow, viewer, document_id)
    clause = await _clause(uow, document_id, section_id)
    await _check_recommendation(uow, here, recommendation_id)
    earlier = await uow.session.exec(
        select(TraceLink)
        .where(col(TraceLink.document_id) == document_id)
        .where(col(TraceLink.section_id) == section_id)
        .where(col(TraceLink.recommendation_id) == recommendation_id)
        .where(col(TraceLink.ended_at).is_(None))
        .with_for_update()
    )
    for held in earlier:
        rules.check_link(kind, [held.kind])
        held.ended_at, held.ended_by_capacity_id = uow.now, here.capacity_id
    await uow.session.flush()
    link = TraceLink(
        lab_id=here.dialogue.lab_id,
        dialogue_id=here.dialogue.id,
        document_id=document_id,
        section_id=section_id,
        recommendation_id=recommendation_id,
        kind=kind,
        note=rules.check_note(note),
        capacity_id=here.capacity_id,
        hashes=clause.hashes,
        confirmed_at=uow.now,
        confirmed_by_capacity_id=here.capacity_id,
        created_by=viewer.person_id,
    )
    uow.session.add(link)
    await uow.session.flush()
    _tell(uow, here, link, "trace.linked")
    return link


async def _check_recommendation(uow: UnitOfWork, here: Standing, recommendation_id: UUID) -> None:
    known = await index.recommendations_of(uow.session, here.dialogue.id)
    found = known.get(recommendation_id)
    if found is None:
        message = "This recommendation belongs to no INDEX result that the dialogue works on."
        raise Refused(RefusalCode.NOT_FOUND, message, field="recommendation_id")
    if found.kind in (RecommendationKind.STRENGTH, RecommendationKind.FOLLOW_UP):
        message = "Only recommendations and areas to improve can be addressed by a clause."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="recommendation_id")


async def unlink_recommendation(uow: UnitOfWork, viewer: Viewer, *, link_id: UUID) -> TraceLink:
    """End a link; that it was there remains readable."""
    link, here = await _link(uow, viewer, link_id)
    link.ended_at, link.ended_by_capacity_id = uow.now, here.capacity_id
    _tell(uow, here, link, "trace.unlinked")
    return link


async def confirm_link(uow: UnitOfWork, viewer: Viewer, *, link_id: UUID) -> TraceLink:
    """Say that a link holds for the clause as it stands now."""
    link, here = await _link(uow, viewer, link_id)
    clause = await _clause(uow, link.document_id, link.section_id)
    link.hashes = clause.hashes
    link.confirmed_at, link.confirmed_by_capacity_id = uow.now, here.capacity_id
    _tell(uow, here, link, "trace.confirmed")
    return link


async def file_report(
    uow: UnitOfWork, viewer: Viewer, *, dialogue_id: UUID, day: date, comment: str
) -> MonitoringReport:
    """File how far the measures are for which one's body is responsible."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.FILE_REPORT)
    words = comment.strip()
    if not words:
        message = "Say how far the measures are."
        raise Refused(RefusalCode.STATEMENT_REQUIRED, message, field="comment")
    if len(words) > LONGEST_REPORT:
        message = f"Write at most {LONGEST_REPORT} characters here."
        raise Refused(RefusalCode.TOO_LARGE, message, field="comment")
    if day > uow.now.date():
        message = "A report is about a day that has been."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="date")
    report = MonitoringReport(
        lab_id=here.dialogue.lab_id,
        dialogue_id=dialogue_id,
        date=day,
        comment=words,
        capacity_id=here.capacity_id,
        created_by=viewer.person_id,
    )
    uow.session.add(report)
    await uow.session.flush()
    uow.audit(
        action="report.filed",
        object_type="MonitoringReport",
        object_id=report.id,
        lab_id=report.lab_id,
        capacity_id=report.capacity_id,
    )
    detail = {"report_id": report.id}
    await record_fact(uow, dialogue_id, FactKind.REPORT_FILED, detail, capacity_id=here.capacity_id)
    uow.announce(ReportFiled(lab_id=report.lab_id, dialogue_id=dialogue_id, report_id=report.id))
    return report


async def _document(uow: UnitOfWork, viewer: Viewer, document_id: UUID) -> Standing:
    """The viewer's standing, held, where she may link the clauses of this text."""
    document: Any = await uow.session.get(DOCUMENT.table, document_id)
    if document is None:
        raise not_found()
    here = await standing(uow.session, viewer, document.dialogue_id, lock=True)
    here.require(Action.LINK_EVIDENCE)
    return here


async def _clause(uow: UnitOfWork, document_id: UUID, section_id: UUID) -> Clause:
    place = {"document_id": document_id, "section_id": section_id}
    found = await clauses_now(fetch_of(uow.session), [place])
    clause = found.get(place_of(place))
    if clause is None:
        message = "There is no such clause in the text as it stands."
        raise Refused(RefusalCode.NOT_FOUND, message, field="section_id")
    return clause


async def _link(uow: UnitOfWork, viewer: Viewer, link_id: UUID) -> tuple[TraceLink, Standing]:
    link = await uow.session.get(TraceLink, link_id, with_for_update=True)
    if link is None:
        raise not_found()
    here = await _document(uow, viewer, link.document_id)
    if link.ended_at is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This link has ended already.")
    return link, here


def _tell(uow: UnitOfWork, here: Standing, link: TraceLink, action: str) -> None:
    uow.audit(
        action=action,
        object_type="TraceLink",
        object_id=link.id,
        lab_id=link.lab_id,
        capacity_id=here.capacity_id,
        detail={"kind": link.kind.value},
    )
    uow.announce(
        TraceChanged(
            lab_id=link.lab_id,
            dialogue_id=link.dialogue_id,
            link_id=link.id,
            document_id=link.document_id,
            section_id=link.section_id,
            recommendation_id=link.recommendation_id,
        )
    )
