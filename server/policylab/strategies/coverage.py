"""Coverage: for each recommendation of a dialogue, where and how it is answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from policylab.index import NEEDS_RESPONSE, ResponseAnswer
from policylab.kit.reading import Fetch
from policylab.strategies.clauses import Clause, Clauses, clauses_in, clauses_now, place_of
from policylab.strategies.rules import (
    CoverageState,
    TraceKind,
    TraceState,
    coverage_state,
    trace_state,
)

_KINDS = {kind.value: kind for kind in TraceKind}
Stored = Mapping[str, Any]
"""A row as it was read."""


class Trace(NamedTuple):
    """A link with the clause it hangs on, if that is still there."""

    link: Stored
    kind: TraceKind
    clause: Clause | None
    state: TraceState

    @property
    def section_id(self) -> UUID:
        return self.link["section_id"]


class Row(NamedTuple):
    """One recommendation with its answer and its links."""

    advice: Stored
    response: Stored | None
    traces: Sequence[Trace]
    state: CoverageState

    @property
    def recommendation_id(self) -> UUID:
        return self.advice["id"]

    @property
    def number(self) -> str:
        return self.advice["number"]


class Part(NamedTuple):
    """One of the three things that a coverage is made of: the rows of the dialogues in `$1`.

    The table is called `t`; `{columns}` is what is wanted of it, `{scope}` who may see it.
    """

    statement: str
    needs: tuple[str, ...]
    """The columns that are judged by."""


_ASKING = ", ".join(f"'{kind.value}'" for kind in sorted(NEEDS_RESPONSE))
ADVICE = Part(
    f"""
SELECT {{columns}} FROM (
  SELECT r.*, a.dialogue_id, a.id AS attached_id
    FROM dialogue_assessment a JOIN recommendation r ON r.assessment_id = a.assessment_id
   WHERE a.dialogue_id = ANY($1::uuid[]) AND r.kind IN ({_ASKING})
) t WHERE {{scope}} ORDER BY t.attached_id, t.place, t.id
""",  # noqa: S608 our names
    ("dialogue_id", "id"),
)
RESPONSES = Part(
    """
SELECT {columns} FROM recommendation_response t
 WHERE t.dialogue_id = ANY($1::uuid[]) AND t.superseded_at IS NULL AND {scope}
""",
    ("dialogue_id", "recommendation_id", "answer"),
)
LINKS = Part(
    """
SELECT {columns} FROM trace_link t
 WHERE t.dialogue_id = ANY($1::uuid[]) AND t.ended_at IS NULL AND {scope} ORDER BY t.id
""",
    ("dialogue_id", "recommendation_id", "document_id", "section_id", "kind", "hashes"),
)
_DOCUMENTS = "SELECT DISTINCT document_id FROM version_section WHERE version_set_id = $1"


async def coverage_of(fetch: Fetch, dialogue_id: UUID, *, set_id: UUID | None = None) -> list[Row]:
    """The recommendations that ask something of a dialogue, in the order of their reports.

    With `set_id` links are judged by the clauses of that frozen version set alone.
    """
    keys = [dialogue_id]
    advice = await fetch(_sql(ADVICE, "number"), keys)
    responses = await fetch(_sql(RESPONSES, "id"), keys)
    links, clauses = await judged_by(fetch, await fetch(_sql(LINKS, "id"), keys), set_id)
    return covered(advice, responses, links, clauses=clauses)


def _sql(part: Part, *more: str) -> str:
    """Its statement with row-level security alone as scope."""
    columns = ", ".join(f"t.{name}" for name in (*part.needs, *more))
    return part.statement.format(columns=columns, scope="true")


async def judged_by(
    fetch: Fetch, links: Sequence[Stored], set_id: UUID | None
) -> tuple[Sequence[Stored], Clauses]:
    """The links that count, and the clauses they hang on: now, or in one set of versions."""
    if set_id is None:
        return links, await clauses_now(fetch, links)
    documents = {row["document_id"] for row in await fetch(_DOCUMENTS, set_id)}
    links = [link for link in links if link["document_id"] in documents]
    return links, await clauses_in(fetch, set_id, links)


def covered(
    advice: Iterable[Stored],
    responses: Iterable[Stored],
    links: Iterable[Stored],
    *,
    clauses: Clauses,
) -> list[Row]:
    """How far one dialogue's recommendations are answered, in their order."""
    answers = {each["recommendation_id"].bytes: each for each in responses}
    traces: dict[bytes, list[Trace]] = defaultdict(list)  # bytes are hashed sooner than a UUID
    for link in links:
        traces[link["recommendation_id"].bytes].append(_trace(link, clauses))
    return [
        _row(each, answers.get(key), traces.get(key, ()))
        for each in advice
        for key in [each["id"].bytes]
    ]


def _row(advice: Stored, response: Stored | None, traces: Sequence[Trace]) -> Row:
    answer = ResponseAnswer(response["answer"]) if response else None
    state = coverage_state(((trace.kind, trace.state) for trace in traces), answer)
    return Row(advice, response, traces, state)


def _trace(link: Stored, clauses: Clauses) -> Trace:
    """A link with its clause and whether it still holds."""
    clause = clauses.get(place_of(link))
    state = trace_state(link["hashes"], clause.hashes if clause else {})
    return Trace(link, _KINDS[link["kind"]], clause, state)
