"""Coverage: for each recommendation of a dialogue, where and how it is answered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from policylab import index
from policylab.index import ResponseAnswer
from policylab.kit.reading import Fetch
from policylab.strategies.clauses import Clause, Clauses, Place, clauses_in, clauses_now
from policylab.strategies.rules import (
    CoverageState,
    TraceKind,
    TraceState,
    coverage_state,
    trace_state,
)


class Trace(NamedTuple):
    """A link with the clause it hangs on, if that is still there."""

    link_id: UUID
    place: Place
    kind: TraceKind
    clause: Clause | None
    state: TraceState

    @property
    def section_id(self) -> UUID:
        return self.place[1]


class Row(NamedTuple):
    """One recommendation with its answer and its links."""

    recommendation_id: UUID
    number: str
    response_id: UUID | None
    traces: Sequence[Trace]
    state: CoverageState


_LINKS = """
SELECT l.id, l.recommendation_id, l.document_id, l.section_id, l.kind, l.hashes
  FROM trace_link l WHERE l.dialogue_id = $1 AND l.ended_at IS NULL ORDER BY l.id
"""
_LINKS_OF_SET = _LINKS.replace(
    "ORDER BY",
    "AND l.document_id IN (SELECT s.document_id FROM version_section s "
    "WHERE s.version_set_id = $2) ORDER BY",
)


async def coverage_of(fetch: Fetch, dialogue_id: UUID, *, set_id: UUID | None = None) -> list[Row]:
    """The recommendations that ask something of a dialogue, in the order of their reports.

    With `set_id` links are judged by the clauses of that frozen version set alone.
    """
    advice = await index.advice_in(fetch, dialogue_id)
    traces = await _traces(fetch, dialogue_id, set_id)
    return [_row(each, traces.get(each["id"], ())) for each in advice]


def _row(advice: Mapping[str, Any], traces: Sequence[Trace]) -> Row:
    answer = ResponseAnswer(advice["answer"]) if advice["answer"] else None
    state = coverage_state(((trace.kind, trace.state) for trace in traces), answer)
    return Row(advice["id"], advice["number"], advice["response_id"], traces, state)


async def _traces(fetch: Fetch, dialogue_id: UUID, set_id: UUID | None) -> dict[UUID, list[Trace]]:
    if set_id:
        links = await fetch(_LINKS_OF_SET, dialogue_id, set_id)
        clauses = await clauses_in(fetch, set_id, _places(links))
    else:
        links = await fetch(_LINKS, dialogue_id)
        clauses = await clauses_now(fetch, _places(links))
    found: dict[UUID, list[Trace]] = defaultdict(list)
    for link in links:
        found[link["recommendation_id"]].append(_trace(link, clauses))
    return found


def _places(links: Sequence[Mapping[str, Any]]) -> list[Place]:
    return [(link["document_id"], link["section_id"]) for link in links]


def _trace(link: Mapping[str, Any], clauses: Clauses) -> Trace:
    """A link with its clause and whether it still holds."""
    place = link["document_id"], link["section_id"]
    clause = clauses.get(place)
    state = trace_state(link["hashes"], clause.hashes if clause else {})
    return Trace(link["id"], place, TraceKind(link["kind"]), clause, state)
