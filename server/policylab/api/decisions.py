"""Procedures, verdicts, sealed records and adoptions as clients see them."""

import asyncio
from collections.abc import Sequence
from datetime import date as day
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
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
from policylab.api.elsewhere import Amendment, Capacity, Delegation, Dialogue, Position, VersionSet
from policylab.api.elsewhere import DecisionRecord as LazyDecisionRecord
from policylab.api.identity import Permission
from policylab.api.process import RuleSpec, rule_spec
from policylab.decisions import (
    Course,
    Judged,
    Outcome,
    ProcedureState,
    PublicationState,
    RecordState,
    explain_missing,
    rule_from_json,
    sources,
)
from policylab.decisions.rules import Tally as Numbers
from policylab.kit.canonical import read_canonical
from policylab.kit.french import said_in
from policylab.kit.ids import to_global

for kind in (Outcome, ProcedureState, PublicationState, RecordState):
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
    return [_permissions(found.get(key, []), context.locale) for key in keys]


def _permissions(permits: Sequence[decisions.Permit], locale: str) -> list[Permission]:
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
    record: LazyDecisionRecord | None = computed(
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


_SEALS = (
    "SELECT t.record_id, t.hash, t.sealed_at, t.signer, t.leaf_index FROM record_seal t "  # noqa: S608
    f"WHERE t.record_id = ANY($1) AND {sources.RECORD_SEAL.scope.on('t')}"
)


async def _seals(context: Context, roots: Sequence[Any]) -> list[Any]:
    """What the seals of records say of themselves, without the texts that they seal."""

    async def batch(keys: list[UUID]) -> list[Any]:
        async with context.database.rows(context.viewer) as connection:
            rows = await connection.fetch(_SEALS, keys)
        found = {row["record_id"]: row for row in rows}
        return [found.get(key) for key in keys]

    return await context.kept("seals", batch).of([item.row["id"] for item in roots])


async def _of_seals(context: Context, roots: Sequence[Any], name: str) -> list[Any]:
    return [seal[name] if seal else None for seal in await _seals(context, roots)]


async def load_record_state(context: Context, roots: Sequence[Any]) -> list[RecordState]:
    """Whether records are sealed."""
    seals = await _seals(context, roots)
    return [RecordState.SEALED if seal else RecordState.DRAFT for seal in seals]


async def load_hash(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """SHA-256 of sealed records."""
    return await _of_seals(context, roots, "hash")


async def load_sealed_at(context: Context, roots: Sequence[Any]) -> list[datetime | None]:
    """When records were sealed."""
    return await _of_seals(context, roots, "sealed_at")


async def load_signer(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """The short names of the keys that sealed records."""
    return await _of_seals(context, roots, "signer")


async def load_leaf_index(context: Context, roots: Sequence[Any]) -> list[int | None]:
    """Where records stand in the public log."""
    return await _of_seals(context, roots, "leaf_index")


async def load_publication(context: Context, roots: Sequence[Any]) -> list[PublicationState]:
    """Who may read records."""
    async with context.database.read(context.viewer) as session:
        keys = [item.row["id"] for item in roots]
        found = await decisions.publications_of(session, keys)
    return [found[key].status if key in found else PublicationState.RESTRICTED for key in keys]


async def load_package_url(context: Context, roots: Sequence[Any]) -> list[str]:
    """Where record packages are fetched."""
    keys = [to_global("DecisionRecord", item.row["id"]) for item in roots]
    return [f"/files/records/{key}.zip" for key in keys]


async def load_verified(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether seals hold: signature, hash, text and place in the log, checked at this moment."""
    async with context.database.read(context.viewer) as session:
        keys = [item.row["id"] for item in roots]
        found = await decisions.verified(session, keys)
    return [found[key] for key in keys]


async def load_content(context: Context, roots: Sequence[Any]) -> list[Any]:
    """What records say: the sealed bytes, or the draft as it would be sealed now."""
    found: list[Any] = []
    async with context.database.read(context.viewer) as session:
        seals = await decisions.seals_of(session, [item.row["id"] for item in roots])
        for item in roots:
            seal = seals.get(item.row["id"])
            if seal is not None:
                found.append(read_canonical(seal.content))
                continue
            record = await decisions.record_by_id(session, item.row["id"])
            found.append(await decisions.record_content(session, record))
    return found


async def load_record_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do with records, by the rules that the verbs obey."""
    async with context.database.read(context.viewer) as session:
        keys = [item.row["id"] for item in roots]
        found = await decisions.record_permits(session, context.viewer, keys)
    return [_permissions(found.get(key, []), context.locale) for key in keys]


@published(sources.DISSENTING_STATEMENT)
class DissentingStatement(Node):
    """What a delegation attached to a record before it was sealed."""

    delegation: Delegation = to_one("Whose it is.", by="delegation_id")
    text: str = column("Its words.")
    created_at: datetime = column("When it was attached.")


@published(sources.CORRIGENDUM)
class Corrigendum(Node):
    """The one way to correct a sealed record; sealed itself."""

    number: int = column("Its number among the record's corrigenda.")
    text: str = column("What is corrected.")
    hash: str = column("SHA-256 of its sealed content.")
    sealed_at: datetime = column("When it was sealed.")


@published(sources.FORMAL_ADOPTION)
class FormalAdoption(Node):
    """That a council or government adopted the text under its own law: a second act, apart."""

    body: str = column("Which council or government.")
    date: day = column("The day of its act.", "adopted_on")
    reference: str = column("How the act is cited.")
    link: str | None = column("Where it can be read.")
    created_at: datetime = column("When it was recorded here.")


@published(sources.DECISION_RECORD)
class DecisionRecord(Node):
    """The account of one decision: a draft from its closing on, then sealed."""

    identifier: str = column("How it is cited; one of its kind in its lab.")
    outcome: Outcome = column("What the procedure ended in.")
    state: RecordState = computed(
        "Whether it is sealed.", load_record_state, access="as its row", needs=("id",)
    )
    hash: str | None = computed(
        "SHA-256 of the sealed content.", load_hash, access="as its row", needs=("id",)
    )
    sealed_at: datetime | None = computed(
        "When it was sealed.", load_sealed_at, access="as its row", needs=("id",)
    )
    signer: str | None = computed(
        "The short name of the key that sealed it.", load_signer, access="as its row", needs=("id",)
    )
    leaf_index: int | None = computed(
        "Its place in the public log.", load_leaf_index, access="as its row", needs=("id",)
    )
    publication: PublicationState = computed(
        "Who may read it.", load_publication, access="as its row", needs=("id",)
    )
    package_url: str = computed(
        "Where its package is fetched, once sealed.",
        load_package_url,
        access="as its row",
        needs=("id",),
    )
    verified: bool = computed(
        "Whether its seal holds: checked now, against the log.",
        load_verified,
        access="as its row",
        needs=("id",),
    )
    content: strawberry.scalars.JSON = computed(
        "What it says (docs/records.md): the sealed content, or the draft as it would be sealed.",
        load_content,
        access="as its row",
        needs=("id",),
    )
    dialogue: Dialogue = to_one("The dialogue that decided.", by="dialogue_id")
    set: VersionSet = to_one("The frozen text that was decided on.", by="set_id")
    procedure: Procedure = to_one("How it was decided.", by="procedure_id")
    statements: list[DissentingStatement] = edge(
        "What delegations attached.", by="record_id", order="{t}.created_at, {t}.id"
    )
    corrigenda: list[Corrigendum] = edge(
        "Corrections, in their order.", by="record_id", order="{t}.number"
    )
    adoptions: list[FormalAdoption] = edge(
        "Councils and governments that adopted the text.",
        by="record_id",
        order="{t}.adopted_on, {t}.id",
    )
    viewer_can: list[Permission] = computed(
        "What the viewer may do with it now: "
        "ATTACH_STATEMENT, SEAL, ADD_CORRIGENDUM, PUBLISH, RECORD_ADOPTION.",
        load_record_can,
        access="the viewer's own rights",
        needs=("id",),
    )


@query
class DecisionsQuery:
    procedure: Procedure | None = by_id("One procedure; null for what is not there.")
    decision_record: DecisionRecord | None = by_id("One record; null for what is not there.")
