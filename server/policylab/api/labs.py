"""Labs, dialogues and those who take part as clients see them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from policylab import labs
from policylab.api import loading
from policylab.api.context import Context
from policylab.api.declare import (
    Declared,
    Info,
    LocalisedText,
    Node,
    all_words,
    by_id,
    column,
    computed,
    described_enum,
    edge,
    load,
    plain,
    published,
    query,
    to_one,
    value,
    words,
)
from policylab.api.identity import Organisation, Permission, Person
from policylab.api.index import Assessment, RecommendationResponse, load_assessments
from policylab.api.paging import PAGE, After, Connection, First, connection, listed
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
from policylab.api.strategies import Coverage, MonitoringReport, load_coverage
from policylab.decisions.words import LevelNames
from policylab.kit.errors import Refused, not_found
from policylab.kit.ids import to_global
from policylab.labs import (
    ENTITLED,
    LabRole,
    MandateFacts,
    MandateState,
    Standing,
    Visibility,
    sources,
)
from policylab.process import Role, template_of

described_enum(LabRole)
described_enum(MandateState)
strawberry.enum(Visibility, name="DialogueVisibility", description="Who may read a dialogue.")

Document = Annotated["Document", strawberry.lazy("policylab.api.documents")]
Procedure = Annotated["Procedure", strawberry.lazy("policylab.api.decisions")]
DecisionRecord = Annotated["DecisionRecord", strawberry.lazy("policylab.api.decisions")]
Meeting = Annotated["Meeting", strawberry.lazy("policylab.api.meetings")]
LazyDialogue = Annotated["Dialogue", strawberry.lazy("policylab.api.labs")]
LazyDelegation = Annotated["Delegation", strawberry.lazy("policylab.api.labs")]


# Where the viewer stands: one look for all the dialogues of an answer.


def standings(context: Context) -> DataLoader[UUID, Standing]:
    """Where the viewer stands in each dialogue, in the language of the answer."""
    viewer = replace(context.viewer, locale=context.locale)

    async def batch(keys: Sequence[UUID]) -> list[Any]:
        async with context.database.read(viewer) as session:
            found = await labs.standings(session, viewer, set(keys))
        return [found.get(key) or not_found() for key in keys]

    return context.loader("standings", lambda: DataLoader(load_fn=batch))


async def standings_of(
    context: Context, roots: Sequence[Any], name: str = "dialogue_id"
) -> list[Standing]:
    """Where the viewer stands in the dialogue of each of these things."""
    return await standings(context).load_many([item.row[name] for item in roots])


def judged(action: str, check: Callable[[], object]) -> Permission:
    """A permission by the very rule that the verb obeys: what it would refuse with is the why."""
    try:
        check()
    except Refused as refused:
        return Permission(action=action, allowed=False, why=refused.message)
    return Permission(action=action, allowed=True)


# Labs


@published(sources.LAB_LEVEL)
class GovernanceLevel(Node):
    """A level of government as one lab knows it."""

    code: str = column("Its code within the lab.")
    name: str = words("What it is called.", "names")
    names: list[LocalisedText] = all_words("What it is called, in all languages kept.", "names")
    order: int = column("Its place, from the closest to people on.", "place")


_LEVELS = loading.EdgePlan("GovernanceLevel", "lab_id", "true", "{t}.place")


async def levels_of(context: Context, lab_id: UUID) -> list[GovernanceLevel]:
    """The levels of a lab, in order."""
    return await loading.edge_loader(context, _LEVELS).load(lab_id)


async def level_of(context: Context, lab_id: UUID, code: str) -> GovernanceLevel | None:
    """The level with this code in a lab."""
    found = await levels_of(context, lab_id)
    return next((level for level in found if _row(level)["code"] == code), None)


async def level_names(context: Context, lab_id: UUID) -> LevelNames:
    """What a lab calls its levels, by code."""
    rows = [_row(level) for level in await levels_of(context, lab_id)]
    return {row["code"]: row["names"] for row in rows}


def _row(thing: Any) -> Mapping[str, Any]:
    return thing.row


async def load_level(context: Context, roots: Sequence[Any]) -> list[GovernanceLevel | None]:
    """The levels of things that carry `lab_id` and the code of a `level`."""
    return await asyncio.gather(
        *(level_of(context, item.row["lab_id"], item.row["level"]) for item in roots)
    )


@published(sources.LAB_GRANT)
class LabGrant(Node):
    """Somebody's place in a lab as a whole."""

    role: LabRole = column("What she is in the lab.")
    person: Person | None = to_one("Who; null when her account is closed.", by="person_id")


async def load_lab_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do in labs as a whole."""
    async with context.database.read(context.viewer) as session:
        held = await labs.roles_in_labs(session, context.viewer, [item.row["id"] for item in roots])
    return [
        [
            judged(
                act.value,
                lambda act=act, roles=held.get(item.row["id"], frozenset()): labs.check_lab_act(
                    act, roles, locale=context.locale
                ),
            )
            for act in ENTITLED
        ]
        for item in roots
    ]


async def load_revision(context: Context, roots: Sequence[Any]) -> list[int]:
    """How many changes each lab has seen."""
    sql = "SELECT lab_id, revision FROM lab_ledger WHERE lab_id = ANY($1)"
    async with context.database.rows(context.viewer) as rows:
        found = dict(await rows.fetch(sql, [item.row["id"] for item in roots]))
    return [found.get(item.row["id"], 0) for item in roots]


@published(sources.LAB)
class Lab(Node):
    """The lasting space of one country, region or theme."""

    name: str = words("What it is called.", "names")
    names: list[LocalisedText] = all_words("What it is called, in all languages kept.", "names")
    purpose: str = words("What it is for.", "purposes")
    languages: list[str] = column("The languages it works in.")
    illustrative: bool = column("Whether it is invented, for demonstration.")
    created_at: datetime = column("Since when it exists.")
    levels: list[GovernanceLevel] = edge(
        "Its levels of government, in order.", by="lab_id", order="{t}.place"
    )
    dialogues: Connection[LazyDialogue] = connection(
        "Its dialogues that the viewer may read, newest first.",
        by="lab_id",
        order=("created_at",),
        descending=True,
    )
    grants: list[LabGrant] = edge(
        "Who has a place in it.", by="lab_id", where="{t}.until IS NULL", order="{t}.role, {t}.id"
    )
    revision: int = computed(
        "Counts its changes; as long as it stands still, so does everything in the lab.",
        load_revision,
        access="as the lab",
        needs=("id",),
    )
    viewer_can: list[Permission] = computed(
        "What the viewer may do in it as a whole: CREATE_DIALOGUE, GRANT_LAB_ROLE.",
        load_lab_can,
        access="as the lab",
        needs=("id",),
    )


# Those who take part


@published(sources.CAPACITY)
class Capacity(Node):
    """Who somebody is when acting in a dialogue. What is kept cites this, never the person."""

    function: str = words("In which function she acts.", "functions")
    role: Role = column("In which part.")
    level: str | None = column("The code of the level of her delegation.")
    organisation: Organisation | None = to_one(
        "For which body; null for somebody without one.", by="organisation_id"
    )
    person: Person | None = to_one(
        "Who; null once she has been erased, or where the viewer may not know.", by="person_id"
    )
    delegation: LazyDelegation | None = to_one("For which delegation.", by="delegation_id")
    dialogue: LazyDialogue = to_one("In which dialogue.", by="dialogue_id")


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None


async def load_since(context: Context, roots: Sequence[Any]) -> list[date | None]:
    """The days on which seats began."""
    return [_day(item.row["since"]) for item in roots]


async def load_until(context: Context, roots: Sequence[Any]) -> list[date | None]:
    """The days on which seats ended."""
    return [_day(item.row["until"]) for item in roots]


@published(sources.DELEGATE)
class Delegate(Node):
    """A person on a delegation's seat."""

    head: bool = column("Whether she leads the delegation.")
    capacity: Capacity = to_one("Who she is when she acts.", by="capacity_id")
    from_: date | None = computed("Since when.", load_since, access="as its row", needs=("since",))
    to: date | None = computed(
        "Until when, where it has ended.", load_until, access="as its row", needs=("until",)
    )


async def today(context: Context) -> date:
    """The day it is by the database's clock, which is the one that rules."""
    async with context.database.rows(context.viewer) as rows:
        return await rows.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")


async def load_mandate_state(context: Context, roots: Sequence[Any]) -> list[MandateState]:
    """How mandates stand today."""
    day = await today(context)
    return [labs.mandate_state(_facts(item.row), day) for item in roots]


def _facts(row: Mapping[str, Any]) -> MandateFacts:
    return MandateFacts(
        level=row["level"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        ad_referendum=row["ad_referendum"],
        revoked=row["revoked_at"] is not None,
    )


async def load_subjects(context: Context, roots: Sequence[Any]) -> list[list[Any]]:
    """The documents that mandates are limited to, as far as the viewer may see them."""
    return [await _documents(context, item.row["subjects"]) for item in roots]


async def _documents(context: Context, keys: Sequence[str]) -> list[Any]:
    found = await asyncio.gather(*(load(context, "Document", UUID(key)) for key in keys))
    return [each for each in found if each is not None]


@published(sources.MANDATE)
class Mandate(Node):
    """Authority given by a named body to a delegation. Never edited: revoked, and filed anew."""

    issuing_body: str = column("Who gave it.")
    issued_on: date = column("The day it was given.")
    scope: str = column("What it covers.")
    limits: str = column("What it does not cover; empty where nothing was said.")
    valid_from: date = column("The first day it holds.")
    valid_to: date | None = column("The last day it holds; null without an end.")
    paper: str | None = column("Reference of the paper it stands on.")
    ad_referendum: bool = column("Whether positions on it are subject to confirmation.")
    documents: list[Document] = computed(
        "The texts it is limited to; empty for the whole dialogue.",
        load_subjects,
        access="as the texts",
        needs=("subjects",),
    )
    state: MandateState = computed(
        "How it stands today.",
        load_mandate_state,
        access="as its row",
        needs=("ad_referendum", "level", "revoked_at", "valid_from", "valid_to"),
    )


async def load_delegation_state(context: Context, roots: Sequence[Any]) -> list[MandateState]:
    """What stands behind delegations today: the best of their mandates."""
    day = await today(context)
    keys = [item.row["id"] for item in roots]
    async with context.database.read(context.viewer) as session:
        found = await labs.mandate_states(session, keys, on=day)
    return [found[key] for key in keys]


async def load_delegation_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do to delegations."""
    found = await standings_of(context, roots)
    return [
        [
            judged("SEAT", lambda here=here, key=key: labs.check_seating(here, key)),
            judged("FILE_MANDATE", lambda here=here, key=key: labs.check_filing(here, key)),
            judged("END_DELEGATION", lambda here=here, key=key: labs.check_ending(here, key)),
        ]
        for here, key in zip(found, (item.row["id"] for item in roots), strict=True)
    ]


@published(sources.DELEGATION)
class Delegation(Node):
    """The seat of one organisation in one dialogue, at one level of government."""

    level: GovernanceLevel = computed(
        "At which level it sits.", load_level, access="as the lab", needs=("lab_id", "level")
    )
    voting: bool = column("Whether a decision counts it; a consulted body is heard.")
    weight: int = column("How much its position counts.")
    organisation: Organisation = to_one("Which body.", by="organisation_id")
    dialogue: LazyDialogue = to_one("In which dialogue.", by="dialogue_id")
    seats: list[Delegate] = edge(
        "Who acts for it, its head first.",
        by="delegation_id",
        where="{t}.until IS NULL",
        order="{t}.head DESC, {t}.id",
    )
    mandates: list[Mandate] = edge(
        "The mandates it filed, newest first.", by="delegation_id", order="{t}.id DESC"
    )
    mandate_state: MandateState = computed(
        "What stands behind it today: the best of its mandates.",
        load_delegation_state,
        access="as its row",
        needs=("id",),
    )
    ended_at: datetime | None = column("When it left the dialogue, if it has.", "until")
    viewer_can: list[Permission] = computed(
        "What the viewer may do to it: SEAT (and invite), FILE_MANDATE (and revoke), "
        "END_DELEGATION.",
        load_delegation_can,
        access="as its row",
        needs=("dialogue_id", "id"),
    )


@published(sources.GRANT)
class Grant(Node):
    """A role that somebody was given in one dialogue."""

    role: Role = column("Which role.")
    capacity: Capacity = to_one("Who she is when she acts in it.", by="capacity_id")


@published(sources.CONVOCATION)
class Convocation(Node):
    """A notice of meeting as it was sent."""

    meeting_on: date = column("The day of the session.")
    place: str = column("Where; empty where nothing was said.")
    agenda: str = column("What is on the agenda.")
    sent_at: datetime = column("When it was sent.")
    silence_deadline: datetime | None = column(
        "Where it declares a silence procedure: until when one may object."
    )
    capacity: Capacity | None = to_one("Who sent it.", by="capacity_id")


# Dialogues


def _of_own(description: str, kind: Any) -> Any:
    """A field of a value that is read, as the viewer may see it, when it is asked for."""
    declared = Declared("computed", "as what it leads to")
    return strawberry.field(resolver=kind, description=description, metadata={"declared": declared})


async def _activity_capacity(root: strawberry.Parent["Activity"], info: Info) -> Capacity | None:
    key = root.happening.capacity_id
    return await load(info.context, "Capacity", key) if key else None


async def _activity_subject(root: strawberry.Parent["Activity"], info: Info) -> Node | None:
    if root.happening.subject is None:
        return None
    return await load(info.context, *root.happening.subject)


@value
class Activity:
    """Something that happened in a dialogue."""

    id: strawberry.ID = plain("Which happening.")
    at: datetime = plain("When.")
    sentence: str = plain("What happened, in the viewer's language.")
    happening: strawberry.Private[labs.Happening]
    capacity: Capacity | None = _of_own("Who did it.", _activity_capacity)
    subject: Node | None = _of_own(
        "The thing it happened to; null where there is none, or the viewer may not see it.",
        _activity_subject,
    )


async def load_activity(
    context: Context, roots: Sequence[Any], *, first: First = PAGE, after: After = None
) -> list[Any]:
    """What happened in dialogues, newest first."""
    keys = [item.row["id"] for item in roots]
    async with context.database.read(context.viewer) as session:
        found = await labs.activity_of(session, keys)
    return [
        listed([_shown(each, context.locale) for each in found[key]], first=first, after=after)
        for key in keys
    ]


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


async def load_viewer_capacity(context: Context, roots: Sequence[Any]) -> list[Any]:
    """Who the viewer is when she acts in dialogues; null for those who read along."""
    found = await standings_of(context, roots, "id")
    return await asyncio.gather(*(_capacity(context, here.acting_as) for here in found))


async def _capacity(context: Context, key: UUID | None) -> Any:
    return await load(context, "Capacity", key) if key else None


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
    viewer_capacity: Capacity | None = computed(
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
    records: list[DecisionRecord] = edge(
        "The accounts of its decisions, the latest first.",
        by="dialogue_id",
        order="{t}.created_at DESC, {t}.id",
    )
    meetings: list[Meeting] = edge(
        "Its lab sessions, by date.", by="dialogue_id", order="{t}.starts_at, {t}.id"
    )
    assessments: list[Assessment] = computed(
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
