"""INDEX editions, results and recommendations as clients see them, and importing them."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from policylab import index
from policylab.api import loading
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    by_id,
    column,
    computed,
    described_enum,
    described_input,
    edge,
    in_language,
    plain,
    published,
    query,
    root,
    searched,
    to_one,
    value,
    words,
)
from policylab.api.elsewhere import Assessment as LazyAssessment
from policylab.api.elsewhere import Capacity, Dialogue, GovernanceLevel, TraceLink
from policylab.api.elsewhere import Dimension as LazyDimension
from policylab.api.elsewhere import IndexEdition as LazyIndexEdition
from policylab.api.elsewhere import Recommendation as LazyRecommendation
from policylab.api.identity import Source, Territory, load_sources
from policylab.api.origins import Search, Searches
from policylab.api.paging import Connection, connection
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.index import (
    AssessmentState,
    Confidence,
    EntryKind,
    RecommendationKind,
    ResponseAnswer,
    sources,
    unweighted_mean,
)
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import key_of

for kind in (AssessmentState, Confidence, EntryKind, RecommendationKind, ResponseAnswer):
    described_enum(kind)

_SOURCE = ("source_reference",)


@published(sources.DIMENSION)
class Dimension(Node):
    """A policy area of one edition of the INDEX."""

    code: str = column("Our code; the same policy area has the same one in every edition.")
    name: str = words("What it is called.", "names")
    optional: bool = column("Whether cities may leave it out.")
    composite: LazyDimension | None = to_one("The composite it is part of.", by="composite_id")
    edition: LazyIndexEdition = to_one("The edition it belongs to.", by="edition_id")


@published(sources.INDEX_EDITION)
class IndexEdition(Node):
    """A version of the INDEX questionnaire. What no source says is null, never guessed."""

    code: str = column("Our code.")
    label: str = words("What it is called.", "labels")
    attested: str = column("The years in which it is attested.")
    questions: int | None = column("How many questions it has, where a source says so.")
    complete: bool = column("Whether the list of its policy areas was seen whole.")
    dimensions: list[Dimension] = edge(
        "Its policy areas; of an edition not seen whole, those that results speak of.",
        by="edition_id",
        order="{t}.place",
    )
    source: Source | None = computed(
        "Who says so.", load_sources, access="as its row", needs=_SOURCE
    )


async def load_peer_groups(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """The names of comparison groups."""
    keys = {item.row["peer_group_id"] for item in roots} - {None}
    found: dict[Any, str] = {}
    if keys:
        async with context.database.rows(context.viewer) as rows:
            read = await rows.fetch(
                "SELECT id, names FROM peer_group WHERE id = ANY($1)", list(keys)
            )
        found = {row["id"]: in_language(row["names"], context.locale) for row in read}
    return [found.get(item.row["peer_group_id"]) for item in roots]


@published(sources.SCORE)
class Score(Node):
    """A figure exactly as published: for a policy area, or overall. Never computed here."""

    dimension: Dimension | None = to_one(
        "The policy area; null for the overall result.", by="dimension_id"
    )
    value: int | None = column("0 to 100; null where only a rank was published.")
    peer_mean: int | None = column("The mean of the cities it was compared with.")
    rank: int | None = column("Its place among the cities it was compared with.")
    sample_size: int | None = column("How many cities those were; a rank says little without it.")
    peer_group: str | None = computed(
        "Which cities those were.", load_peer_groups, access="as its row", needs=("peer_group_id",)
    )
    date: str | None = column("The moment it speaks of, as its source gives it.", "dated")
    confidence: str = column("How sure it is: HIGH, MEDIUM or LOW.")
    note: str = column("What one should know when reading it.")
    illustrative: bool = column("Whether it is invented, for demonstration.")
    source: Source | None = computed(
        "Who says so.", load_sources, access="as its row", needs=_SOURCE
    )


@published(sources.RECOMMENDATION_RESPONSE)
class RecommendationResponse(Node):
    """What a dialogue does with a recommendation. A newer answer supersedes an older one."""

    answer: ResponseAnswer = column("Accepted, partly, declined or referred.")
    reasons: str = column("Why; always there when it was declined.")
    referred_to: GovernanceLevel | None = to_one(
        "The level it was referred to.", by="referred_to_level_id"
    )
    decided_on: date = column("The day it was decided.")
    capacity: Capacity | None = to_one("Who recorded it.", by="capacity_id")
    dialogue: Dialogue = to_one("The dialogue that answers.", by="dialogue_id")
    recommendation: LazyRecommendation = to_one("What it answers.", by="recommendation_id")


_DIMENSIONS = """
SELECT {columns} FROM (
  SELECT d.*, r.recommendation_ids FROM dimension d JOIN (
    SELECT dimension_id, array_agg(recommendation_id) AS recommendation_ids
      FROM recommendation_dimension WHERE recommendation_id = ANY($1::uuid[]) GROUP BY dimension_id
  ) r ON r.dimension_id = d.id
) t WHERE {scope} ORDER BY t.place, t.id
"""


async def search_dimensions(context: Context, roots: Sequence[Any]) -> Searches:
    """The policy areas of recommendations."""
    keys = [item.row["id"] for item in roots]
    search = Search(_DIMENSIONS, keys, "recommendation_ids", "recommendation_ids", shared=True)
    return Searches([search], [(key, key) for key in keys])


async def load_response(
    context: Context, roots: Sequence[Any], *, dialogue_id: strawberry.ID | None = None
) -> list[Any]:
    """The answers that stand, in one dialogue or in the latest that the viewer may read."""
    wanted = key_of(dialogue_id, "Dialogue") if dialogue_id else None
    plan = loading.EdgePlan(
        "RecommendationResponse", "recommendation_id", "{t}.superseded_at IS NULL", "{t}.id DESC"
    )
    loader = loading.edge_loader(context, plan)
    lists = await asyncio.gather(*(loader.load(item.row["id"]) for item in roots))
    return [
        next((one for one in found if wanted in (None, one.row["dialogue_id"])), None)
        for found in lists
    ]


@published(sources.RECOMMENDATION)
class Recommendation(Node):
    """Advice, a field to improve, a strength or a follow-up, in our own summary."""

    number: str = column("Its number in the report, or in our list.")
    text: str = words("What it says.", "texts")
    kind: RecommendationKind = column("What sort of remark it is.")
    page: int | None = column("The page of the report.")
    origin: str = column("A report, or an expert visit.")
    date: str = column("The year of the report or visit.", "dated")
    dimensions: list[Dimension] = searched(
        "The policy areas it is about.", search_dimensions, access="reference data"
    )
    assessment: LazyAssessment | None = to_one(
        "The result it belongs to; null for expert visits, or where we have no figures.",
        by="assessment_id",
    )
    territory: Territory = to_one("The place it is about.", by="territory_id")
    response: RecommendationResponse | None = computed(
        "The answer that stands, in one dialogue or else the latest.",
        load_response,
        access="as the dialogue that answers",
        needs=("id",),
    )
    links: list[TraceLink] = edge(
        "Clauses that are linked to it.",
        by="recommendation_id",
        where="{t}.ended_at IS NULL",
    )
    illustrative: bool = column("Whether it is invented, for demonstration.")
    source: Source | None = computed(
        "Who says so.", load_sources, access="as its row", needs=_SOURCE
    )


_OVERALL = loading.EdgePlan(
    "Score", "assessment_id", "{t}.dimension_id IS NULL", "({t}.value IS NULL), {t}.id"
)
_TOP = loading.EdgePlan(
    "Score",
    "assessment_id",
    "{t}.dimension_id IN (SELECT d.id FROM dimension d WHERE d.composite_id IS NULL "
    "AND NOT d.optional)",
    "{t}.place",
)
_SAME_PLACE = loading.EdgePlan("Assessment", "territory_id", "true", "{t}.dated DESC, {t}.id DESC")


async def _lists(
    context: Context, roots: Sequence[Any], plan: loading.EdgePlan, key: str = "id"
) -> list[list[Any]]:
    loader = loading.edge_loader(context, plan)
    return list(await asyncio.gather(*(loader.load(item.row[key]) for item in roots)))


async def load_overall(context: Context, roots: Sequence[Any]) -> list[Any]:
    """The overall score as published, or the rank where no score was."""
    return [(found or [None])[0] for found in await _lists(context, roots, _OVERALL)]


async def load_mean(context: Context, roots: Sequence[Any]) -> list[float | None]:
    """The plain mean of the core policy areas; of a composite the whole, not its parts."""
    lists = await _lists(context, roots, _TOP)
    return [unweighted_mean(score.row["value"] for score in found) for found in lists]


async def load_earlier(context: Context, roots: Sequence[Any]) -> list[list[Any]]:
    """Earlier results of the same place, the latest first."""
    lists = await _lists(context, roots, _SAME_PLACE, "territory_id")
    return [
        [one for one in found if one.row["dated"] < item.row["dated"]]
        for item, found in zip(roots, lists, strict=True)
    ]


@published(sources.ASSESSMENT)
class Assessment(Node):
    """An INDEX result: one place, one edition, one moment."""

    territory: Territory = to_one("The place it is about.", by="territory_id")
    edition: IndexEdition = to_one("The edition of the questionnaire.", by="edition_id")
    answered_on: str | None = column("When the questionnaire was answered, as its source says.")
    published_on: str | None = column("When the report was published, where known.")
    sample_size: int | None = column("How many cities it was compared with.")
    state: str = column("PUBLISHED, DRAFT, or CITED by another city's report.")
    illustrative: bool = column("Whether it is invented, for demonstration.")
    source: Source | None = computed(
        "Who says so.", load_sources, access="as its row", needs=_SOURCE
    )
    overall: Score | None = computed(
        "The overall result as published; never computed.",
        load_overall,
        access="reference data",
        needs=("id",),
    )
    ranks: list[Score] = edge(
        "The overall result in each comparison group.",
        by="assessment_id",
        where="{t}.dimension_id IS NULL",
    )
    scores: list[Score] = edge(
        "The result in each policy area.",
        by="assessment_id",
        where="{t}.dimension_id IS NOT NULL",
        order="{t}.place",
    )
    unweighted_mean: float | None = computed(
        "The unweighted mean of the core policy areas. Not official: the INDEX weighs them, and "
        "its weights are not public.",
        load_mean,
        access="reference data",
        needs=("id",),
    )
    recommendations: list[Recommendation] = edge(
        "What the report advises.", by="assessment_id", order="{t}.place"
    )
    earlier: list[LazyAssessment] = computed(
        "Earlier results of the same place, the latest first.",
        load_earlier,
        access="reference data",
        needs=("dated", "territory_id"),
    )


@published(sources.INDEX_REPORT)
class IndexReport(Node):
    """A published INDEX report that is known to exist."""

    territory: Territory = to_one("The place it is about.", by="territory_id")
    published_on: str = column("Year and month of its publication.", "published")
    sample: str = column("How many cities it compares, as its title says.")
    source: Source | None = computed(
        "Where it was seen.", load_sources, access="as its row", needs=_SOURCE
    )


@published(sources.REFERENCE_ENTRY)
class ReferenceEntry(Node):
    """Another sourced fact: a meeting of the Policy Lab, a project's structure, a decision."""

    kind: EntryKind = column("What sort of fact it is.")
    date: str = column("When, as its source gives it.", "dated")
    title: str = column("What it is.")
    body: strawberry.scalars.JSON = column("What its source says, by field.")
    source: Source | None = computed(
        "Who says so.", load_sources, access="as its row", needs=_SOURCE
    )


async def load_assessments(context: Context, roots: Sequence[Any]) -> list[list[UUID]]:
    """The results that dialogues work on, for their `assessments`; the scope is the dialogue's."""
    scope = sources.DIALOGUE_ASSESSMENT.scope.on("t")
    sql = (
        "SELECT t.dialogue_id, t.assessment_id FROM dialogue_assessment t "  # noqa: S608
        f"WHERE t.dialogue_id = ANY($1) AND {scope} ORDER BY t.id"
    )
    async with context.database.rows(context.viewer) as connection_:
        rows = await connection_.fetch(sql, [item.row["id"] for item in roots])
    found: dict[Any, list[Any]] = {item.row["id"]: [] for item in roots}
    for row in rows:
        found[row[0]].append(row[1])
    return [found[item.row["id"]] for item in roots]


async def _all(context: Context, kind: str, order: str, where: str = "true") -> list[Any]:
    """All rows of a short list that the viewer may see."""
    known = loading.known(kind)
    sql = f"{loading.select(kind)} WHERE {known.source.scope.on('t')} AND {where} ORDER BY {order}"
    async with context.database.rows(context.viewer) as connection_:
        return [known.make(row) for row in await connection_.fetch(sql)]


async def find_editions(context: Context) -> list[IndexEdition]:
    """The editions, oldest first."""
    return await _all(context, "IndexEdition", "t.place")


async def find_dimensions(context: Context) -> list[Dimension]:
    """The policy areas of the newest edition that is known whole."""
    newest = (
        "t.edition_id = (SELECT e.id FROM index_edition e WHERE e.complete "
        "ORDER BY e.place DESC LIMIT 1)"
    )
    return await _all(context, "Dimension", "t.place", newest)


@query
class IndexQuery:
    index_editions: list[IndexEdition] = root(
        "The editions of the INDEX, oldest first.", find_editions, access="everybody signed in"
    )
    dimensions: list[Dimension] = root(
        "The policy areas of the newest edition.", find_dimensions, access="everybody signed in"
    )
    assessment: Assessment | None = by_id("One result; null when unknown.")
    assessments: Connection[Assessment] = connection(
        "All results known here, the latest first.", order=("dated",), descending=True
    )
    recommendation: Recommendation | None = by_id("One recommendation; null when unknown.")
    index_reports: Connection[IndexReport] = connection(
        "Published INDEX reports known to exist, the latest first.",
        order=("published",),
        descending=True,
    )
    reference_entries: Connection[ReferenceEntry] = connection(
        "Other sourced facts, by date.", order=("dated",)
    )


@described_input
class ImportIndexInput(VerbInput):
    """A file with INDEX results or recommendations."""

    name: str = plain("The file's name; it ends in .json or .csv.")
    text: str = plain("What is in it.")


@value
class IndexImported:
    """What a file brought."""

    results: int = plain("How many results.")
    scores: int = plain("How many figures.")
    recommendations: int = plain("How many recommendations.")


@verbs
class IndexMutation:
    @verb(answers=IndexImported)
    async def import_index(uow: UnitOfWork, input: ImportIndexInput) -> IndexImported:
        """Add results and recommendations from a file. Mistakes are told by line, and a file with
        one changes nothing. Administrators of the service."""
        data = input.text.encode()
        made = await index.import_file(uow, uow.viewer, name=input.name, data=data)
        return IndexImported(
            results=made.results, scores=made.scores, recommendations=made.recommendations
        )
