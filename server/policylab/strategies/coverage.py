"""Coverage: for each recommendation of a dialogue, where and how it is answered."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from policylab.index import NEEDS_RESPONSE, ResponseAnswer
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


_ADVICE = """
SELECT r.id, r.number, p.id AS response_id, p.answer,
       l.id AS link_id, l.document_id, l.section_id, l.kind, l.hashes
  FROM dialogue_assessment a JOIN recommendation r ON r.assessment_id = a.assessment_id
  LEFT JOIN recommendation_response p ON p.dialogue_id = a.dialogue_id
   AND p.recommendation_id = r.id AND p.superseded_at IS NULL
  LEFT JOIN trace_link l ON l.dialogue_id = a.dialogue_id
   AND l.recommendation_id = r.id AND l.ended_at IS NULL AND {0}
 WHERE a.dialogue_id = $1 AND r.kind = ANY($2::text[]) ORDER BY a.id, r.place, l.id
"""
_NOW = _ADVICE.format("true")
_OF_SET = _ADVICE.format(
    "l.document_id IN (SELECT s.document_id FROM version_section s WHERE s.version_set_id = $3)"
)


async def coverage_of(fetch: Fetch, dialogue_id: UUID, *, set_id: UUID | None = None) -> list[Row]:
    """The recommendations that ask something of a dialogue, in the order of their reports.

    With `set_id` links are judged by the clauses of that frozen version set alone.
    """
    kinds = list(NEEDS_RESPONSE)
    if set_id:
        found = await fetch(_OF_SET, dialogue_id, kinds, set_id)
        clauses = await clauses_in(fetch, set_id, _places(found))
    else:
        found = await fetch(_NOW, dialogue_id, kinds)
        clauses = await clauses_now(fetch, _places(found))
    return [_row(list(each), clauses) for _, each in groupby(found, itemgetter("id"))]


def _row(found: Sequence[Mapping[str, Any]], clauses: Clauses) -> Row:
    """One recommendation, of which there is a row for each of its links, or one."""
    advice = found[0]
    traces = [_trace(each, clauses) for each in found if each["link_id"]]
    answer = ResponseAnswer(advice["answer"]) if advice["answer"] else None
    state = coverage_state(((trace.kind, trace.state) for trace in traces), answer)
    return Row(advice["id"], advice["number"], advice["response_id"], traces, state)


def _places(found: Sequence[Mapping[str, Any]]) -> list[Place]:
    return [(each["document_id"], each["section_id"]) for each in found if each["link_id"]]


def _trace(link: Mapping[str, Any], clauses: Clauses) -> Trace:
    """A link with its clause and whether it still holds."""
    place = link["document_id"], link["section_id"]
    clause = clauses.get(place)
    state = trace_state(link["hashes"], clause.hashes if clause else {})
    return Trace(link["link_id"], place, TraceKind(link["kind"]), clause, state)
