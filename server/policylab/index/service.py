"""What dialogues make of the evidence, and reading it. Whether somebody may is judged above:
`strategies` asks the process, because this room lies below the labs."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.index import rules
from policylab.index.events import (
    AssessmentAttached,
    RecommendationAnswered,
    RecommendationReferred,
)
from policylab.index.rules import NEEDS_RESPONSE, ResponseAnswer
from policylab.index.tables import (
    Assessment,
    DialogueAssessment,
    Dimension,
    Recommendation,
    RecommendationDimension,
    RecommendationResponse,
)
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.grouping import by_key


async def attach(
    uow: UnitOfWork,
    *,
    lab_id: UUID,
    dialogue_id: UUID,
    assessment_id: UUID,
    capacity_id: UUID | None,
) -> DialogueAssessment:
    """Let a dialogue work on a result. Judges nothing but that it is there, and not there twice."""
    if await uow.session.get(Assessment, assessment_id) is None:
        raise not_found()
    attached = await attached_to(uow.session, [dialogue_id])
    if assessment_id in attached[dialogue_id]:
        message = "This dialogue works on this result already."
        raise Refused(RefusalCode.ALREADY_DONE, message, field="assessment_id")
    row = DialogueAssessment(
        lab_id=lab_id,
        dialogue_id=dialogue_id,
        assessment_id=assessment_id,
        capacity_id=capacity_id,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.audit(
        action="assessment.attached",
        object_type="Assessment",
        object_id=assessment_id,
        lab_id=lab_id,
        capacity_id=capacity_id,
        detail={"dialogue_id": str(dialogue_id)},
    )
    uow.announce(
        AssessmentAttached(lab_id=lab_id, dialogue_id=dialogue_id, assessment_id=assessment_id)
    )
    return row


async def record_response(
    uow: UnitOfWork,
    *,
    lab_id: UUID,
    dialogue_id: UUID,
    recommendation_id: UUID,
    answer: ResponseAnswer,
    reasons: str,
    level: Any | None,
    decided_on: date,
    capacity_id: UUID | None,
) -> RecommendationResponse:
    """Answer a recommendation of a result that the dialogue works on; an earlier answer stays
    readable. `level` is the lab's level that it is referred to."""
    words = rules.check_response(answer, reasons, level=level.code if level else None)
    if recommendation_id not in await recommendations_of(uow.session, dialogue_id):
        raise not_found()
    await uow.session.exec(
        update(RecommendationResponse)
        .where(col(RecommendationResponse.dialogue_id) == dialogue_id)
        .where(col(RecommendationResponse.recommendation_id) == recommendation_id)
        .where(col(RecommendationResponse.superseded_at).is_(None))
        .values(superseded_at=uow.now)
    )
    row = RecommendationResponse(
        lab_id=lab_id,
        dialogue_id=dialogue_id,
        recommendation_id=recommendation_id,
        answer=answer,
        reasons=words,
        referred_to_level_id=level.id if level else None,
        decided_on=decided_on,
        capacity_id=capacity_id,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(row)
    await uow.session.flush()
    _tell(uow, row, level.code if level else None)
    return row


def _tell(uow: UnitOfWork, row: RecommendationResponse, level: str | None) -> None:
    uow.audit(
        action="recommendation.answered",
        object_type="RecommendationResponse",
        object_id=row.id,
        lab_id=row.lab_id,
        capacity_id=row.capacity_id,
        detail={"answer": row.answer.value},
    )
    ids = {"lab_id": row.lab_id, "dialogue_id": row.dialogue_id}
    about = {"recommendation_id": row.recommendation_id}
    uow.announce(
        RecommendationAnswered(response_id=row.id, answer=row.answer.value, **about, **ids)
    )
    if level:
        uow.announce(RecommendationReferred(level=level, **about, **ids))


async def attached_to(
    session: AsyncSession, dialogue_ids: Collection[UUID]
) -> dict[UUID, list[UUID]]:
    """The results that each dialogue works on, oldest first."""
    rows = await session.exec(
        select(DialogueAssessment.dialogue_id, DialogueAssessment.assessment_id)
        .where(col(DialogueAssessment.dialogue_id).in_(dialogue_ids))
        .order_by(col(DialogueAssessment.id))
    )
    return by_key(rows)


async def recommendations_of(
    session: AsyncSession, dialogue_id: UUID
) -> dict[UUID, Recommendation]:
    """The recommendations of a dialogue's results, by id, in the order of their reports."""
    rows = await session.exec(
        select(Recommendation)
        .join(
            DialogueAssessment,
            col(DialogueAssessment.assessment_id) == col(Recommendation.assessment_id),
        )
        .where(col(DialogueAssessment.dialogue_id) == dialogue_id)
        .order_by(col(DialogueAssessment.id), col(Recommendation.place))
    )
    return {row.id: row for row in rows}


async def responses_in(
    session: AsyncSession, dialogue_id: UUID
) -> dict[UUID, RecommendationResponse]:
    """The answers that stand in a dialogue, by recommendation."""
    rows = await session.exec(
        select(RecommendationResponse)
        .where(col(RecommendationResponse.dialogue_id) == dialogue_id)
        .where(col(RecommendationResponse.superseded_at).is_(None))
    )
    return {row.recommendation_id: row for row in rows}


async def unanswered(session: AsyncSession, dialogue_id: UUID) -> list[Recommendation]:
    """Recommendations that ask something of the dialogue and have no answer (invariant 11)."""
    answered = await responses_in(session, dialogue_id)
    there = await recommendations_of(session, dialogue_id)
    return [row for row in there.values() if row.kind in NEEDS_RESPONSE and row.id not in answered]


async def dimensions_of(
    session: AsyncSession, recommendation_ids: Collection[UUID]
) -> dict[UUID, list[Dimension]]:
    """The policy areas of each recommendation."""
    rows = await session.exec(
        select(RecommendationDimension.recommendation_id, Dimension)
        .join(Dimension, col(Dimension.id) == col(RecommendationDimension.dimension_id))
        .where(col(RecommendationDimension.recommendation_id).in_(recommendation_ids))
        .order_by(col(Dimension.place))
    )
    return by_key(rows)
