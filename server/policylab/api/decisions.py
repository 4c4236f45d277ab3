"""Procedures and their verdicts as clients see them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from policylab import decisions
from policylab.api import loading
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    by_id,
    column,
    computed,
    described_enum,
    edge,
    leads_to,
    plain,
    published,
    query,
    to_one,
    value,
)
from policylab.api.elsewhere import (
    Amendment,
    Capacity,
    DecisionRecord,
    Delegation,
    Dialogue,
    Position,
    VersionSet,
)
from policylab.api.identity import Permission
from policylab.api.process import RuleSpec, rule_spec
from policylab.decisions import (
    Course,
    Judged,
    Outcome,
    ProcedureState,
    explain_missing,
    rule_from_json,
    sources,
)
from policylab.decisions.rules import Tally as Numbers
from policylab.kit.french import said_in

for kind in (Outcome, ProcedureState):
    described_enum(kind)


@value
class Tally:
    """The numbers of one level, or of all; weights are multiplied in."""

    level: str | None = plain("The level's code; null for all together.", default=None)
    in_favour: int = plain("In favour, with or without reservation.", name="for")
    against: int = plain("Against, and conditions that are not met.")
    abstain: int = plain("Abstaining.")
    no_position: int = plain("Silent so far.")
    not_competent: int = plain("Outside their powers: taken out of the entitled.")
    entitled: int = plain("How many count.")
    seated: int = plain("How many were entitled when it opened.")
    quorum_met: bool = plain("Whether enough of them spoke.")
    passes: bool | None = plain("Whether the rule holds here; null where it is not asked.")


@value
class Verdict:
    """What the positions amount to under the rule."""

    outcome: Outcome = plain("The outcome.")
    provisional: bool = plain("Whether it may still change: the procedure is open.")
    sentence: str = plain("The outcome and why, in one sentence.")
    tallies: list[Tally] = plain("The numbers: all together first, then level by level.")
    missing: list[str] = plain("What stands between the positions and adoption, a sentence each.")


def _tally(numbers: Numbers) -> Tally:
    return Tally(
        level=numbers.level,
        in_favour=numbers.in_favour,
        against=numbers.against,
        abstain=numbers.abstain,
        no_position=numbers.no_position,
        not_competent=numbers.not_competent,
        entitled=numbers.entitled,
        seated=numbers.seated,
        quorum_met=numbers.quorum_met,
        passes=numbers.passes,
    )


def _verdict(judged: Judged, locale: str) -> Verdict:
    return Verdict(
        outcome=judged.verdict.outcome,
        provisional=judged.provisional,
        sentence=judged.said.within(locale),
        tallies=[_tally(numbers) for numbers in judged.verdict.tallies],
        missing=[
            explain_missing(item, judged.names).within(locale) for item in judged.verdict.missing
        ],
    )


def _judged(context: Context) -> DataLoader[UUID, Judged | None]:
    async def batch(keys: Sequence[UUID]) -> list[Judged | None]:
        async with context.database.read(context.viewer) as session:
            found = await decisions.verdict_of(session, keys)
        return [found.get(key) for key in keys]

    return context.loader("verdicts", lambda: DataLoader(load_fn=batch))


def _courses(context: Context) -> DataLoader[UUID, Course]:
    async def batch(keys: Sequence[UUID]) -> list[Course]:
        async with context.database.read(context.viewer) as session:
            found = await decisions.courses_of(session, keys)
        return [found[key] for key in keys]

    return context.loader("courses", lambda: DataLoader(load_fn=batch))


def _closings(context: Context) -> DataLoader[UUID, Any]:
    async def batch(keys: Sequence[UUID]) -> list[Any]:
        async with context.database.read(context.viewer) as session:
            found = await decisions.closings_of(session, keys)
        return [found.get(key) for key in keys]

    return context.loader("closings", lambda: DataLoader(load_fn=batch))


async def _each(loader: DataLoader[UUID, Any], roots: Sequence[Any]) -> list[Any]:
    return list(await asyncio.gather(*(loader.load(item.row["id"]) for item in roots)))


async def load_verdict(context: Context, roots: Sequence[Any]) -> list[Verdict]:
    """The verdicts of procedures, final or as they stand."""
    return [_verdict(judged, context.locale) for judged in await _each(_judged(context), roots)]


_OF_SET = """
SELECT DISTINCT ON (p.set_id) p.set_id, p.id FROM procedure p
 WHERE p.set_id = ANY($1) AND p.section_id IS NULL AND p.amendment_id IS NULL
 ORDER BY p.set_id, p.opens_at DESC, p.id DESC
"""


async def load_verdict_of_set(context: Context, set_ids: Sequence[UUID]) -> list[Verdict | None]:
    """The verdict on each whole set, from its latest procedure; None where none was opened."""
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(_OF_SET, list(set_ids))
    latest = {row["set_id"]: row["id"] for row in rows}
    loader = _judged(context)
    found = {key: await loader.load(procedure) for key, procedure in latest.items()}
    judged = [found.get(key) for key in set_ids]
    return [_verdict(each, context.locale) if each else None for each in judged]


async def load_rule(context: Context, roots: Sequence[Any]) -> list[RuleSpec]:
    """The rules of procedures, in the words of their labs."""
    judged = await _each(_judged(context), roots)
    return [
        rule_spec(rule_from_json(item.row["rule"]), locale=context.locale, names=each.names)
        for item, each in zip(roots, judged, strict=True)
    ]


async def load_state(context: Context, roots: Sequence[Any]) -> list[ProcedureState]:
    """How far procedures have come, by the database's clock."""
    courses = await _each(_courses(context), roots)
    async with context.database.rows(context.viewer) as connection:
        now = await connection.fetchval("SELECT now()")
    return [course.state(now) for course in courses]


async def load_closes_at(context: Context, roots: Sequence[Any]) -> list[datetime]:
    """The deadlines of procedures, with what referrals added."""
    return [course.term.ends_at for course in await _each(_courses(context), roots)]


async def load_closed_at(context: Context, roots: Sequence[Any]) -> list[datetime | None]:
    """When procedures were closed or withdrawn."""
    closings = await _each(_closings(context), roots)
    return [closing.at if closing else None for closing in closings]


_CURRENT = """
SELECT p.subject_id, p.id FROM position p
 WHERE p.subject_id = ANY($1) AND p.released_at IS NOT NULL AND p.superseded_at IS NULL
 ORDER BY p.released_at, p.id
"""


async def load_positions(context: Context, roots: Sequence[Any]) -> list[list[UUID]]:
    """The positions on procedures' subjects: those it closed with, or those that stand now."""
    closings = await _each(_closings(context), roots)
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(_CURRENT, [item.row["subject_id"] for item in roots])
    current: dict[UUID, list[UUID]] = {}
    for row in rows:
        current.setdefault(row["subject_id"], []).append(row["id"])
    found: list[list[UUID]] = []
    for item, closing in zip(roots, closings, strict=True):
        keys = current.get(item.row["subject_id"], [])
        if closing is not None:
            keys = [UUID(each["position"]) for each in closing.positions]
        found.append(keys)
    return found


_RECORD = loading.EdgePlan("DecisionRecord", "procedure_id", "true", "{t}.id")


async def load_record(context: Context, roots: Sequence[Any]) -> list[Any]:
    """The records of procedures; none while open, and none of a withdrawn one."""
    loader = loading.edge_loader(context, _RECORD)
    return [(found or [None])[0] for found in await _each(loader, roots)]


async def load_procedure_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do with procedures, by the rules that the verbs obey."""
    async with context.database.read(context.viewer) as session:
        keys = [item.row["id"] for item in roots]
        found = await decisions.procedure_permits(session, context.viewer, keys)
    return [permissions_of(found.get(key, []), context.locale) for key in keys]


def permissions_of(permits: Sequence[decisions.Permit], locale: str) -> list[Permission]:
    """What is permitted and what not, with the reason."""
    return [
        Permission(
            action=permit.action,
            allowed=permit.refused is None,
            why=said_in(permit.refused.message, locale) if permit.refused else None,
        )
        for permit in permits
    ]


@published(sources.REFERRAL)
class Referral:
    """A delegation asked that its principals take an item up; the procedure rested meanwhile."""

    delegation: Delegation = to_one("Which delegation.", by="delegation_id")
    reasons: str = column("Why.")
    at: datetime = column("When it asked.")
    until: datetime = column("Until when the procedure rests.")


@published(sources.PROCEDURE)
class Procedure(Node):
    """A decision to be taken. Rule, levels, entitled and deadline are fixed when it opens."""

    state: ProcedureState = computed(
        "How far it has come.", load_state, access="as its row", needs=("id",)
    )
    rule: RuleSpec = computed(
        "How positions become the outcome.", load_rule, access="as its row", needs=("id", "rule")
    )
    levels: list[str] = column("The codes of the levels that must assent.")
    opens_at: datetime = column("When it was opened.")
    closes_at: datetime = computed(
        "Until when positions are taken; a referral moves it by as much as it suspends.",
        load_closes_at,
        access="as its row",
        needs=("id",),
    )
    closed_at: datetime | None = computed(
        "When it was closed or withdrawn.", load_closed_at, access="as its row", needs=("id",)
    )
    dialogue: Dialogue = to_one("The dialogue that decides.", by="dialogue_id")
    set: VersionSet = to_one("The frozen text it is about.", by="set_id")
    section_id: str | None = column("The clause it is about; null for the whole text.")
    amendment: Amendment | None = to_one("The amendment it is about.", by="amendment_id")
    proposer: Capacity | None = to_one("Who put the text forward.", by="proposer_capacity_id")
    positions: list[Position] = leads_to(
        "The positions on its subject: as they stand, or as they were when it closed.",
        load_positions,
        access="as positions",
        needs=("id", "subject_id"),
    )
    verdict: Verdict = computed(
        "The outcome; provisional while it is open.",
        load_verdict,
        access="as its row",
        needs=("id",),
    )
    record: DecisionRecord | None = computed(
        "The account of it, once closed.", load_record, access="as its row", needs=("id",)
    )
    referrals: list[Referral] = edge(
        "Delegations that asked their principals.", by="procedure_id", order="{t}.at"
    )
    viewer_can: list[Permission] = computed(
        "What the viewer may do with it now: CLOSE, WITHDRAW, REFER.",
        load_procedure_can,
        access="the viewer's own rights",
        needs=("id",),
    )


@query
class DecisionsQuery:
    procedure: Procedure | None = by_id("One procedure; null for what is not there.")
