"""Coverage: for each recommendation of a dialogue, where and how it is answered."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import index
from policylab.index import NEEDS_RESPONSE
from policylab.strategies.clauses import Clause, Clauses, clauses_in, clauses_now
from policylab.strategies.rules import CoverageState, TraceState, coverage_state, trace_state
from policylab.strategies.tables import TraceLink


@dataclass(frozen=True)
class Trace:
    """A link with the clause it hangs on, if that is still there."""

    link: TraceLink
    clause: Clause | None
    state: TraceState


@dataclass(frozen=True)
class Row:
    """One recommendation with its answer and its links."""

    recommendation: Any
    dimensions: Sequence[Any]
    response: Any | None
    traces: Sequence[Trace]
    state: CoverageState


async def coverage_of(
    session: AsyncSession, dialogue_id: UUID, *, set_id: UUID | None = None
) -> list[Row]:
    """The recommendations that ask something of a dialogue, in the order of their reports.

    With `set_id` links are judged by the clauses of that frozen version set alone.
    """
    advice = {
        key: row
        for key, row in (await index.recommendations_of(session, dialogue_id)).items()
        if row.kind in NEEDS_RESPONSE
    }
    responses = await index.responses_in(session, dialogue_id)
    dimensions = await index.dimensions_of(session, list(advice))
    traces = await _traces(session, dialogue_id, set_id)
    rows: list[Row] = []
    for key, recommendation in advice.items():
        found = traces.get(key, [])
        response = responses.get(key)
        judged = [(trace.link.kind, trace.state) for trace in found]
        state = coverage_state(judged, response.answer if response else None)
        rows.append(Row(recommendation, dimensions[key], response, found, state))
    return rows


async def _traces(
    session: AsyncSession, dialogue_id: UUID, set_id: UUID | None
) -> dict[UUID, list[Trace]]:
    links = list(
        await session.exec(
            select(TraceLink)
            .where(col(TraceLink.dialogue_id) == dialogue_id)
            .where(col(TraceLink.ended_at).is_(None))
            .order_by(col(TraceLink.id))
        )
    )
    if set_id:
        clauses = await clauses_in(session, set_id)
        links = [link for link in links if link.document_id in clauses]
    else:
        clauses = await clauses_now(session, {link.document_id for link in links})
    found: dict[UUID, list[Trace]] = defaultdict(list)
    for trace in judged(links, clauses):
        found[trace.link.recommendation_id].append(trace)
    return found


def judged(links: Sequence[Any], clauses: Clauses) -> list[Trace]:
    """Each link with its clause and whether it still holds."""
    made: list[Trace] = []
    for link in links:
        clause = clauses.get(link.document_id, {}).get(link.section_id)
        state = trace_state(link.hashes, clause.hashes if clause else {})
        made.append(Trace(link, clause, state))
    return made
