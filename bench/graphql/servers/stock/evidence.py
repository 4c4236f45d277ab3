"""How far recommendations are answered."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from sqlmodel import col, select

from bench.graphql.servers.stock.request import Info, Request, grouped, to_id, within
from bench.graphql.servers.stock.texts import Document, document_of
from policylab.documents import tables as texts
from policylab.index import tables as evidence
from policylab.strategies.tables import TraceLink as TraceRow


@strawberry.type
class Dimension:
    id: strawberry.ID
    name: str


@strawberry.type
class Recommendation:
    id: strawberry.ID
    number: str
    text: str
    kind: str
    dimensions: list[Dimension]


@strawberry.type
class TraceLink:
    row: strawberry.Private[Any]
    id: strawberry.ID
    kind: str
    note: str
    section_id: str
    number: str | None
    state: str

    @strawberry.field
    async def document(self, info: Info) -> Document:
        return await document_of(info, self.row.document_id)


@strawberry.type
class Response:
    id: strawberry.ID
    answer: str
    reasons: str
    decided_on: date


@strawberry.type
class CoverageRow:
    state: str
    recommendation: Recommendation
    links: list[TraceLink]
    response: Response | None


@strawberry.type
class Coverage:
    rows: list[CoverageRow]

    def _count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @strawberry.field
    def answered(self) -> int:
        return self._count("ANSWERED")

    @strawberry.field
    def partly(self) -> int:
        return self._count("PARTLY")

    @strawberry.field
    def open(self) -> int:
        return self._count("OPEN")

    @strawberry.field
    def declined(self) -> int:
        return self._count("DECLINED")

    @strawberry.field
    def referred(self) -> int:
        return self._count("REFERRED")


async def coverage_of(request: Request, dialogue_id: UUID) -> Coverage:
    """How far each recommendation of a dialogue is answered."""
    works_on, advice = evidence.DialogueAssessment, evidence.Recommendation
    response, about = evidence.RecommendationResponse, evidence.RecommendationDimension
    recommendations = await request.rows(
        select(advice)
        .join(works_on, col(works_on.assessment_id) == col(advice.assessment_id))
        .where(col(works_on.dialogue_id) == dialogue_id)
        .where(col(advice.kind).in_(["RECOMMENDATION", "AREA_TO_IMPROVE"]))
        .order_by(col(works_on.id), col(advice.place))
    )
    dimensions = await request.rows(
        within(
            select(about.recommendation_id, evidence.Dimension)
            .join(evidence.Dimension, col(evidence.Dimension.id) == col(about.dimension_id))
            .order_by(col(evidence.Dimension.place)),
            col(about.recommendation_id),
            [row.id for row in recommendations],
        )
    )
    links = await request.rows(
        select(TraceRow)
        .where(col(TraceRow.dialogue_id) == dialogue_id)
        .where(col(TraceRow.ended_at).is_(None))
        .order_by(col(TraceRow.id))
    )
    clauses = await request.rows(
        within(
            within(
                select(texts.DraftSection),
                col(texts.DraftSection.document_id),
                {row.document_id for row in links},
            ),
            col(texts.DraftSection.section_id),
            {row.section_id for row in links},
        )
    )
    answers = await request.rows(
        select(response)
        .where(col(response.dialogue_id) == dialogue_id)
        .where(col(response.superseded_at).is_(None))
    )
    by_clause = {(row.document_id, row.section_id): row for row in clauses}
    traces = grouped(links, lambda row: row.recommendation_id)
    areas = grouped(dimensions, lambda row: row[0])
    answered = {row.recommendation_id: row for row in answers}
    return Coverage(
        rows=[
            _row(
                row,
                [area for _, area in areas[row.id]],
                [
                    _link(link, by_clause.get((link.document_id, link.section_id)))
                    for link in traces[row.id]
                ],
                answered.get(row.id),
            )
            for row in recommendations
        ]
    )


def _link(row: Any, clause: Any) -> TraceLink:
    changed = clause is None or any(
        tag == clause.language and known != clause.hash.hex() for tag, known in row.hashes.items()
    )
    return TraceLink(
        row=row,
        id=to_id(row.id),
        kind=row.kind,
        note=row.note,
        section_id=str(row.section_id),
        number=clause.number if clause else None,
        state="TO_BE_CONFIRMED" if changed else "CONFIRMED",
    )


def _row(row: Any, areas: list[Any], links: list[TraceLink], answer: Any) -> CoverageRow:
    return CoverageRow(
        state=_state(links, answer.answer if answer else None),
        recommendation=Recommendation(
            id=to_id(row.id),
            number=row.number,
            text=row.texts["en"],
            kind=row.kind,
            dimensions=[Dimension(id=to_id(area.id), name=area.names["en"]) for area in areas],
        ),
        links=links,
        response=Response(
            id=to_id(answer.id),
            answer=answer.answer,
            reasons=answer.reasons,
            decided_on=answer.decided_on,
        )
        if answer
        else None,
    )


def _state(links: list[TraceLink], answer: str | None) -> str:
    if any(link.kind == "ADDRESSES" and link.state == "CONFIRMED" for link in links):
        return "PARTLY" if answer == "PARTLY" else "ANSWERED"
    if answer in ("DECLINED", "REFERRED"):
        return answer
    return "PARTLY" if any(link.kind != "CONTRADICTS" for link in links) else "OPEN"
