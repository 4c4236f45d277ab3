"""Dialogues as clients see them, and the way in to labs. `places` has the labs themselves, `seats`
those who take part, `labs_verbs` what people do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from policylab import labs
from policylab.api.context import Context
from policylab.api.declare import (
    LocalisedText,
    Node,
    all_words,
    by_id,
    column,
    computed,
    edge,
    leads_to,
    plain,
    published,
    query,
    to_one,
    value,
    words,
)
from policylab.api.elsewhere import DecisionRecord, Document, Meeting, Procedure
from policylab.api.index import Assessment, RecommendationResponse, load_assessments
from policylab.api.paging import After, Before, Connection, First, Last, connection, listed, walk
from policylab.api.places import (
    GovernanceLevel,
    Lab,
    LabGrant,
    level_names,
    level_of,
    levels_of,
    load_level,
)
from policylab.api.process import (
    ActionPermission,
    PhaseProgress,
    PhaseState,
    WorkflowTemplate,
    exits_shown,
    permissions_shown,
    phase_shown,
    template_shown,
)
from policylab.api.seats import Capacity, Convocation, Delegate, Delegation, Grant, Mandate
from policylab.api.standing import judged, standings, standings_of
from policylab.api.strategies import Coverage, MonitoringReport, load_coverage
from policylab.kit.ids import to_global
from policylab.labs import Standing, Visibility, sources
from policylab.process import template_of

__all__ = [
    "Activity",
    "Capacity",
    "Convocation",
    "Delegate",
    "Delegation",
    "Dialogue",
    "GovernanceLevel",
    "Grant",
    "Lab",
    "LabGrant",
    "LabsQuery",
    "Mandate",
    "judged",
    "level_names",
    "level_of",
    "levels_of",
    "load_level",
    "standings",
    "standings_of",
]

strawberry.enum(Visibility, name="DialogueVisibility", description="Who may read a dialogue.")


async def load_activity_capacities(context: Context, roots: Sequence[Any]) -> list[UUID | None]:
    """Who did what happened."""
    return [item.happening.capacity_id for item in roots]


async def load_activity_subjects(
    context: Context, roots: Sequence[Any]
) -> list[tuple[str, UUID] | None]:
    """The things that it happened to."""
    return [item.happening.subject for item in roots]


@value
class Activity:
    """Something that happened in a dialogue."""

    id: strawberry.ID = plain("Which happening.")
    at: datetime = plain("When.")
    sentence: str = plain("What happened, in the viewer's language.")
    happening: strawberry.Private[labs.Happening]
    capacity: Capacity | None = leads_to(
        "Who did it.", load_activity_capacities, access="as what it leads to"
    )
    subject: Node | None = leads_to(
        "The thing it happened to; null where there is none, or the viewer may not see it.",
        load_activity_subjects,
        access="as what it leads to",
    )


async def load_activity(
    context: Context,
    roots: Sequence[Any],
    *,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> list[Any]:
    """What happened in dialogues, newest first."""
    asked = walk(first, after, last, before)
    keys = [item.row["id"] for item in roots]
    async with context.database.read(context.viewer) as session:
        found = await labs.activity_of(session, keys)
    return [listed([_shown(each, context.locale) for each in found[key]], asked) for key in keys]


def _shown(happening: labs.Happening, locale: str) -> Activity:
    return Activity(
        id=strawberry.ID(to_global("Activity", happening.id)),
        at=happening.at,
        sentence=happening.said.within(locale),
        happening=happening,
    )


async def load_permissions(context: Context, roots: Sequence[Any]) -> list[Any]:
    """Every action in dialogues: allowed to the viewer now, or why not."""
    found = await standings_of(context, roots, "id")
    return [permissions_shown(here.outlook, context.locale) for here in found]


async def load_viewer_capacity(context: Context, roots: Sequence[Any]) -> list[UUID | None]:
    """Who the viewer is when she acts in dialogues; null for those who read along."""
    return [here.acting_as for here in await standings_of(context, roots, "id")]


_RUNS = (
    "SELECT t.dialogue_id, t.phase_id, t.entered_at, t.left_at FROM phase_run t "  # noqa: S608
    f"WHERE t.dialogue_id = ANY($1) AND {sources.PHASE_RUN.scope.on('t')} "
    "ORDER BY t.entered_at, t.id"
)


async def load_phases(context: Context, roots: Sequence[Any]) -> list[list[PhaseState]]:
    """How dialogues stand with each phase of their workflow."""
    found = await standings_of(context, roots, "id")
    async with context.database.rows(context.viewer) as rows:
        runs = await rows.fetch(_RUNS, [item.row["id"] for item in roots])
    latest = {(row["dialogue_id"], row["phase_id"]): row for row in runs}
    return [_phases(here, latest, context.locale) for here in found]


def _phases(here: Standing, latest: Mapping[Any, Any], locale: str) -> list[PhaseState]:
    now = here.outlook.phase.number
    states: list[PhaseState] = []
    for phase in here.template.phases:
        run = latest.get((here.dialogue.id, phase.id))
        current = phase.number == now
        state = PhaseProgress.DONE if phase.number < now else PhaseProgress.AHEAD
        states.append(
            PhaseState(
                phase=phase_shown(phase, locale),
                state=PhaseProgress.CURRENT if current else state,
                entered_at=run["entered_at"] if run else None,
                left_at=run["left_at"] if run else None,
                exits=exits_shown(here.outlook.exits, locale) if current else [],
            )
        )
    return states


async def load_phase(context: Context, roots: Sequence[Any]) -> list[PhaseState]:
    """The phase that each dialogue is in."""
    return [
        next(each for each in phases if each.state is PhaseProgress.CURRENT)
        for phases in await load_phases(context, roots)
    ]


async def load_workflow(context: Context, roots: Sequence[Any]) -> list[WorkflowTemplate]:
    """The templates that dialogues run on, as they were copied, with what they set."""
    return [await _workflow(context, item.row) for item in roots]


async def _workflow(context: Context, row: Mapping[str, Any]) -> WorkflowTemplate:
    return template_shown(
        template_of(row["template_body"], row["template_digest"]),
        context.locale,
        settings=row["settings"],
        levels=row["levels"],
        names=await level_names(context, row["lab_id"]),
    )


@published(sources.DIALOGUE)
class Dialogue(Node):
    """One policy question worked through a workflow in a lab."""

    question: str = words("The question under discussion.", "questions")
    questions: list[LocalisedText] = all_words("The same, in all languages kept.", "questions")
    scope: str = words("What belongs to it and what does not.", "scopes")
    languages: list[str] = column("The languages it works in.")
    level_codes: list[str] = column("The codes of the levels it works on.", "levels")
    visibility: Visibility = column("Who may read it.")
    illustrative: bool = column("Whether it is invented, for demonstration.")
    created_at: datetime = column("Since when it exists.")
    closed_at: datetime | None = column("When it was closed, if it was.")
    lab: Lab = to_one("The lab it belongs to.", by="lab_id")
    workflow: WorkflowTemplate = computed(
        "The workflow it runs on, as it was when the dialogue began.",
        load_workflow,
        access="as its row",
        needs=("lab_id", "levels", "settings", "template_body", "template_digest"),
    )
    phase: PhaseState = computed(
        "The phase it is in.", load_phase, access="as its row", needs=("id",)
    )
    phases: list[PhaseState] = computed(
        "How it stands with each phase.", load_phases, access="as its row", needs=("id",)
    )
    permissions: list[ActionPermission] = computed(
        "What the viewer may do in it now; by the same rules that every verb obeys.",
        load_permissions,
        access="the viewer's own",
        needs=("id",),
    )
    viewer_capacity: Capacity | None = leads_to(
        "Who the viewer is when she acts in it; null when she reads along.",
        load_viewer_capacity,
        access="the viewer's own",
        needs=("id",),
    )
    delegations: list[Delegation] = edge(
        "The seats, level by level.",
        by="dialogue_id",
        where="{t}.until IS NULL",
        order="(SELECT l.place FROM lab_level l WHERE l.lab_id = {t}.lab_id "
        "AND l.code = {t}.level), {t}.id",
    )
    grants: list[Grant] = edge(
        "Who has which role.",
        by="dialogue_id",
        where="{t}.until IS NULL",
        order="{t}.role, {t}.id",
    )
    convocations: list[Convocation] = edge(
        "The notices of meeting that were sent, newest first.",
        by="dialogue_id",
        order="{t}.sent_at DESC, {t}.id",
    )
    documents: list[Document] = edge("Its texts.", by="dialogue_id")
    procedures: list[Procedure] = edge(
        "Its decisions, open and closed, the latest first.",
        by="dialogue_id",
        order="{t}.opens_at DESC, {t}.id",
    )
    decisions: Connection[DecisionRecord] = connection(
        "The accounts of its decisions, the latest first.",
        by="dialogue_id",
        order=("created_at",),
        descending=True,
    )
    records: list[DecisionRecord] = edge(
        "The accounts of its decisions, all of them at once, the latest first.",
        by="dialogue_id",
        order="{t}.created_at DESC, {t}.id DESC",
        instead="`decisions`, which comes in pages.",
    )
    meetings: list[Meeting] = edge(
        "Its lab sessions, by date.", by="dialogue_id", order="{t}.starts_at, {t}.id"
    )
    assessments: list[Assessment] = leads_to(
        "The INDEX results it works on.", load_assessments, access="as its row", needs=("id",)
    )
    responses: list[RecommendationResponse] = edge(
        "The answers it gave to recommendations.",
        by="dialogue_id",
        where="{t}.superseded_at IS NULL",
    )
    coverage: Coverage = computed(
        "For each recommendation: where and how it is answered.",
        load_coverage,
        access="as the dialogue",
        needs=("id",),
    )
    reports: list[MonitoringReport] = edge(
        "How far its measures are, the latest report first.",
        by="dialogue_id",
        order="{t}.date DESC, {t}.id",
    )
    activity: Connection[Activity] = computed(
        "What happened in it, newest first.", load_activity, access="as its row", needs=("id",)
    )


@query
class LabsQuery:
    lab: Lab | None = by_id("One lab; null when unknown.")
    labs: Connection[Lab] = connection("The labs in which the viewer has a place.")
    dialogue: Dialogue | None = by_id("One dialogue; null when unknown.")
    delegation: Delegation | None = by_id("One delegation; null when unknown.")
