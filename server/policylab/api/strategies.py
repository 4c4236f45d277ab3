"""Links from clauses to recommendations, coverage, answers and progress as clients see them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from datetime import date as day
from typing import Any
from uuid import UUID

import strawberry

from policylab import strategies
from policylab.api import loading
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    column,
    computed,
    described_enum,
    described_input,
    in_language,
    leads_to,
    plain,
    published,
    to_one,
    value,
)
from policylab.api.elsewhere import Capacity, DecisionRecord, Dialogue, Document
from policylab.api.index import Recommendation, RecommendationResponse
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.index import ResponseAnswer
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import key_of
from policylab.strategies import CoverageState, TraceKind, TraceState, counted, sources, trace_state
from policylab.strategies.clauses import Clause

for kind in (CoverageState, TraceKind, TraceState):
    described_enum(kind)


async def _clauses(context: Context, roots: Sequence[Any]) -> list[Clause | None]:
    """The clauses that links hang on, as they stand and the viewer may read them."""

    async def batch(places: list[tuple[UUID, UUID]]) -> list[Clause | None]:
        hanging = [{"document_id": text, "section_id": clause} for text, clause in places]
        async with context.database.rows(context.viewer) as connection:
            found = await strategies.clauses_now(connection.fetch, hanging)
        return [found.get(strategies.place_of(each)) for each in hanging]

    places = [(item.row["document_id"], item.row["section_id"]) for item in roots]
    return await context.kept("clauses now", batch).of(places)


def _told(roots: Sequence[Any]) -> bool:
    """Whether a coverage has told all there is to know of these links."""
    return all(item.trace for item in roots)


async def load_number(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """The clauses' numbers at this moment."""
    if _told(roots):
        clauses = [item.trace.clause for item in roots]
    else:
        clauses = await _clauses(context, roots)
    return [clause.number if clause else None for clause in clauses]


async def load_heading(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """The headings that the clauses have or stand under."""
    rows = [item.row for item in roots]
    async with context.database.rows(context.viewer) as connection:
        found = await strategies.headings_now(connection.fetch, rows)
    return [
        in_language(found.get(strategies.place_of(row)), context.locale) or None for row in rows
    ]


async def load_state(context: Context, roots: Sequence[Any]) -> list[TraceState]:
    """Whether the links still speak of the words they were made for."""
    if _told(roots):
        return [item.trace.state for item in roots]
    return [
        trace_state(item.row["hashes"], clause.hashes if clause else {})
        for item, clause in zip(roots, await _clauses(context, roots), strict=True)
    ]


_CLAUSE = ("document_id", "section_id")


@published(sources.TRACE_LINK)
class TraceLink(Node):
    """From a clause or a measure to a recommendation: how it answers it, who says so, and why."""

    trace: strawberry.Private[strategies.Trace | None] = None
    """What a coverage of the text as it stands has found of it."""
    kind: TraceKind = column("How the clause stands to the recommendation.")
    note: str = column("Why, in the words of who linked them.")
    section_id: str = column("The clause.")
    number: str | None = computed(
        "The clause's number now; null when it is gone.",
        load_number,
        access="as the text",
        needs=_CLAUSE,
    )
    heading: str | None = computed(
        "The heading it has or stands under.", load_heading, access="as the text", needs=_CLAUSE
    )
    state: TraceState = computed(
        "Whether the clause is as it was when the link was last confirmed.",
        load_state,
        access="as the text",
        needs=("hashes", *_CLAUSE),
    )
    document: Document = to_one("The text that the clause belongs to.", by="document_id")
    recommendation: Recommendation = to_one("What it is linked to.", by="recommendation_id")
    capacity: Capacity | None = to_one("Who linked them.", by="capacity_id")
    created_at: datetime = column("When they were linked.")
    confirmed_at: datetime = column("When the link was last confirmed.")


@published(sources.MONITORING_REPORT)
class MonitoringReport(Node):
    """How far measures are at a date, by a body responsible for them."""

    date: day = column("The day it speaks of.")
    comment: str = column("How far the measures are.")
    capacity: Capacity = to_one("Who reports.", by="capacity_id")
    created_at: datetime = column("When it was filed.")


_DECISIONS = """
SELECT DISTINCT l.dialogue_id, l.recommendation_id, r.id
  FROM trace_link l
  JOIN decision_record r ON r.document_id = l.document_id
  JOIN procedure p ON p.id = r.procedure_id AND p.amendment_id IS NULL
   AND (p.section_id IS NULL OR p.section_id = l.section_id)
  JOIN version_section s ON s.version_set_id = r.set_id AND s.section_id = l.section_id
 WHERE l.dialogue_id = ANY($1::uuid[]) AND l.ended_at IS NULL ORDER BY r.id
"""


def _place_of(advice: Any) -> tuple[UUID, UUID]:
    """The dialogue that a recommendation was given to, where a coverage has read it, and its id."""
    return advice.row["dialogue_id"], advice.row["id"]


async def load_row_decisions(context: Context, roots: Sequence[Any]) -> list[list[UUID]]:
    """The decisions of rows."""
    places = [_place_of(item.recommendation) for item in roots]
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(_DECISIONS, list({dialogue for dialogue, _ in places}))
    found: dict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
    for row in rows:
        found[row["dialogue_id"], row["recommendation_id"]].append(row["id"])
    return [found[place] for place in places]


@value
class CoverageRow:
    """One recommendation, and where it is answered."""

    recommendation: Recommendation = plain("What was advised.")
    state: CoverageState = plain("How far it is answered.")
    links: list[TraceLink] = plain("The clauses that are linked to it.")
    response: RecommendationResponse | None = plain("The answer that the dialogue gave.")
    decisions: list[DecisionRecord] = leads_to(
        "Decisions on a text that holds one of the clauses.",
        load_row_decisions,
        access="as what they lead to",
    )


@value
class Coverage:
    """For each recommendation that a dialogue works on: where and how it is answered."""

    rows: list[CoverageRow] = plain("One for each recommendation, in the order of the reports.")
    answered: int = plain("How many a confirmed clause addresses.")
    partly: int = plain("How many are answered in part, or by a clause that has changed since.")
    open: int = plain("How many wait.")
    declined: int = plain("How many were declined, with reasons.")
    referred: int = plain("How many were referred to another level.")


_PARTS = (
    ("Recommendation", strategies.ADVICE),
    ("RecommendationResponse", strategies.RESPONSES),
    ("TraceLink", strategies.LINKS),
)


async def load_coverage(
    context: Context, roots: Sequence[Any], *, set_id: strawberry.ID | None = None
) -> list[Coverage]:
    """The coverage of dialogues, for their `coverage`; of the text as it stands, or of one set."""
    key = key_of(set_id, "VersionSet") if set_id else None
    dialogues = [item.row["id"] for item in roots]
    parts = tuple(
        (kind, part.statement, loading.wanted(context, kind, part.needs)) for kind, part in _PARTS
    )
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(loading.in_one(parts), dialogues)
        advice, responses, links = loading.parted(rows, len(parts))
        links, clauses = await strategies.judged_by(connection.fetch, links, key)
    of_each = zip(
        *(_by_dialogue(found, dialogues) for found in (advice, responses, links)), strict=True
    )
    return [_coverage(strategies.covered(*of, clauses=clauses), now=key is None) for of in of_each]


def _by_dialogue(rows: Sequence[Any], dialogues: Sequence[UUID]) -> list[Sequence[Any]]:
    if len(dialogues) == 1:
        return [rows]
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["dialogue_id"]].append(row)
    return [found[each] for each in dialogues]


def _coverage(rows: Sequence[strategies.Row], *, now: bool) -> Coverage:
    numbers = counted(row.state for row in rows)
    return Coverage(
        rows=[_shown(row, now=now) for row in rows],
        answered=numbers[CoverageState.ANSWERED],
        partly=numbers[CoverageState.PARTLY],
        open=numbers[CoverageState.OPEN],
        declined=numbers[CoverageState.DECLINED],
        referred=numbers[CoverageState.REFERRED],
    )


_advice, _response = (loading.known(kind).make for kind, _ in _PARTS[:2])


def _shown(row: strategies.Row, *, now: bool) -> CoverageRow:
    links = [
        loading.known("TraceLink").cls(row=each.link, trace=each if now else None)
        for each in row.traces
    ]
    return CoverageRow(
        recommendation=_advice(row.advice),
        state=row.state,
        links=links,
        response=_response(row.response),
    )


def section_key(identifier: str) -> UUID:
    """A clause's id, as texts carry it."""
    try:
        return UUID(identifier)
    except ValueError as error:
        message = "There is no such clause in the text as it stands."
        raise Refused(RefusalCode.NOT_FOUND, message, field="section_id") from error


@described_input
class AttachAssessmentInput(VerbInput):
    """An INDEX result for a dialogue to work on."""

    dialogue_id: strawberry.ID = plain("Which dialogue.")
    assessment_id: strawberry.ID = plain("Which result.")


@described_input
class RespondToRecommendationInput(VerbInput):
    """What becomes of a recommendation."""

    dialogue_id: strawberry.ID = plain("Which dialogue answers.")
    recommendation_id: strawberry.ID = plain("Which recommendation.")
    answer: ResponseAnswer = plain("Accepted, partly, declined or referred.")
    reasons: str = plain("Why; needed when it is declined.", default="")
    referred_to: str | None = plain("The code of the level it is referred to.", default=None)
    decided_on: date | None = plain("The day it was decided; today when absent.", default=None)


@described_input
class LinkRecommendationInput(VerbInput):
    """A clause that answers a recommendation."""

    document_id: strawberry.ID = plain("Which text.")
    section_id: str = plain("Which clause of it.")
    recommendation_id: strawberry.ID = plain("Which recommendation.")
    kind: TraceKind = plain("How the clause stands to it.")
    note: str | None = plain("Why.", default=None)


@described_input
class UnlinkRecommendationInput(VerbInput):
    """A link to end."""

    link_id: strawberry.ID = plain("Which link.")


@described_input
class ConfirmLinkInput(VerbInput):
    """A link that holds for the clause as it stands now."""

    link_id: strawberry.ID = plain("Which link.")


@described_input
class FileReportInput(VerbInput):
    """How far one's measures are."""

    dialogue_id: strawberry.ID = plain("Which dialogue.")
    date: day = plain("The day it speaks of.")
    comment: str = plain("How far the measures are.")


@verbs
class StrategiesMutation:
    @verb(answers=Dialogue)
    async def attach_assessment(uow: UnitOfWork, input: AttachAssessmentInput) -> UUID:
        """Let a dialogue work on an INDEX result; its recommendations wait for answers."""
        dialogue_id = key_of(input.dialogue_id, "Dialogue")
        await strategies.attach_assessment(
            uow,
            uow.viewer,
            dialogue_id=dialogue_id,
            assessment_id=key_of(input.assessment_id, "Assessment"),
        )
        return dialogue_id

    @verb(answers=RecommendationResponse)
    async def respond_to_recommendation(
        uow: UnitOfWork, input: RespondToRecommendationInput
    ) -> UUID:
        """Accept a recommendation, accept it in part, decline it with reasons, or refer it."""
        row = await strategies.respond(
            uow,
            uow.viewer,
            dialogue_id=key_of(input.dialogue_id, "Dialogue"),
            recommendation_id=key_of(input.recommendation_id, "Recommendation"),
            answer=input.answer,
            reasons=input.reasons,
            referred_to=input.referred_to,
            decided_on=input.decided_on,
        )
        return row.id

    @verb(answers=TraceLink)
    async def link_recommendation(uow: UnitOfWork, input: LinkRecommendationInput) -> UUID:
        """Link a clause, as it stands, to a recommendation."""
        row = await strategies.link_recommendation(
            uow,
            uow.viewer,
            document_id=key_of(input.document_id, "Document"),
            section_id=section_key(input.section_id),
            recommendation_id=key_of(input.recommendation_id, "Recommendation"),
            kind=input.kind,
            note=input.note or "",
        )
        return row.id

    @verb(answers=TraceLink)
    async def unlink_recommendation(uow: UnitOfWork, input: UnlinkRecommendationInput) -> UUID:
        """End a link between a clause and a recommendation."""
        key = key_of(input.link_id, "TraceLink")
        return (await strategies.unlink_recommendation(uow, uow.viewer, link_id=key)).id

    @verb(answers=TraceLink)
    async def confirm_link(uow: UnitOfWork, input: ConfirmLinkInput) -> UUID:
        """Say that a link holds for the clause as it stands now."""
        key = key_of(input.link_id, "TraceLink")
        return (await strategies.confirm_link(uow, uow.viewer, link_id=key)).id

    @verb(answers=MonitoringReport)
    async def file_report(uow: UnitOfWork, input: FileReportInput) -> UUID:
        """File how far the measures are for which one's body is responsible."""
        row = await strategies.file_report(
            uow,
            uow.viewer,
            dialogue_id=key_of(input.dialogue_id, "Dialogue"),
            day=input.date,
            comment=input.comment,
        )
        return row.id
