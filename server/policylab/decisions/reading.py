"""How procedures stand: who is entitled, what counts, and the verdict so far. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import labs, positions
from policylab.decisions.conduct import Account, Course
from policylab.decisions.forms import rule_from_json, verdict_from_json
from policylab.decisions.rules import Counted, Rule, Seat, Verdict, decide
from policylab.decisions.tables import (
    Closing,
    DissentingStatement,
    Entitled,
    Procedure,
    PublicationState,
    RecordPublication,
    RecordSeal,
    Referral,
)
from policylab.decisions.words import LevelNames, explain
from policylab.kit.grouping import by_key
from policylab.positions import Stand
from policylab.process import Said


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A verdict, and whether it may still change."""

    verdict: Verdict
    provisional: bool
    said: Said
    names: LevelNames
    """What the lab calls its levels: what is missing is said in these words."""


async def verdict_of(session: AsyncSession, procedure_ids: Collection[UUID]) -> dict[UUID, Judged]:
    """The verdict of each procedure: the final one, or what it would be at this moment."""
    procedures = await procedures_by_id(session, procedure_ids)
    closings = await closings_of(session, procedures)
    seats = await seats_of(session, procedures)
    names = await names_of(session, {procedure.lab_id for procedure in procedures.values()})
    found: dict[UUID, Judged] = {}
    for key, procedure in procedures.items():
        rule, closing = rule_from_json(procedure.rule), closings.get(key)
        if closing is not None:
            verdict = verdict_from_json(rule, closing.verdict)
            said = Said.of(closing.sentences)
        else:
            stands = await positions.stands_on(session, procedure.subject_id)
            verdict = decide(rule, seats[key], counted(stands, seats[key]))
            said = explain(verdict, names[procedure.lab_id])
        found[key] = Judged(
            verdict=verdict,
            provisional=closing is None,
            said=said,
            names=names[procedure.lab_id],
        )
    return found


async def courses_of(session: AsyncSession, procedure_ids: Collection[UUID]) -> dict[UUID, Course]:
    """How far each procedure has come."""
    procedures = await procedures_by_id(session, procedure_ids)
    closings = await closings_of(session, procedures)
    terms = await positions.terms_of(session, list(procedures))
    seats = await seats_of(session, procedures)
    referrals = await referrals_of(session, procedures)
    found: dict[UUID, Course] = {}
    for key, procedure in procedures.items():
        stands = await positions.stands_on(session, procedure.subject_id)
        votes = counted(stands, seats[key])
        spoke = {vote.delegation for vote in votes}
        rule = rule_from_json(procedure.rule)
        found[key] = Course(
            rule=rule,
            term=terms[key],
            closed=key in closings,
            waiting=sum(seat.delegation not in spoke for seat in seats[key]),
            objections=_objected(rule, seats[key], votes),
            referred=frozenset(row.delegation_id for row in referrals[key]),
        )
    return found


def _objected(rule: Rule, seats: Sequence[Seat], votes: Iterable[Counted]) -> bool:
    """Whether somebody entitled is against: what breaks a silence."""
    return decide(rule, seats, votes).tallies[0].against > 0


def counts(stand: Stand, seats: Iterable[Seat]) -> bool:
    """Whether a position counts: of an entitled delegation, mandated or confirmed."""
    entitled = {seat.delegation for seat in seats}
    return stand.full and str(stand.position.delegation_id) in entitled


def counted(stands: Iterable[Stand], seats: Sequence[Seat]) -> list[Counted]:
    """The positions that count, as the rules want them."""
    return [
        Counted(
            delegation=str(stand.position.delegation_id),
            stance=stand.position.stance,
            reasoned=stand.reasoned,
            conditions_met=stand.conditions_met,
        )
        for stand in stands
        if counts(stand, seats)
    ]


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """Until when positions are taken in a procedure, and whether it still matters."""

    procedure: Procedure
    ends_at: datetime
    moved: int
    """How often a referral has moved it."""
    changed_at: datetime
    closed_at: datetime | None

    @property
    def moot(self) -> bool:
        """Whether the procedure was closed or withdrawn before the deadline came."""
        return self.closed_at is not None and self.closed_at < self.ends_at


async def deadlines_in(
    session: AsyncSession, dialogue_ids: Collection[UUID], *, since: datetime
) -> list[Deadline]:
    """The deadlines after a moment, of procedures in these dialogues, in their order."""
    rows = await session.exec(select(Procedure).where(col(Procedure.dialogue_id).in_(dialogue_ids)))
    procedures = {row.id: row for row in rows}
    terms = await positions.terms_of(session, list(procedures))
    referrals = await referrals_of(session, procedures)
    closings = await closings_of(session, procedures)
    found: list[Deadline] = []
    for key, procedure in procedures.items():
        closed_at = closings[key].at if key in closings else None
        changes = [procedure.opens_at, *(each.at for each in referrals[key])]
        deadline = Deadline(
            procedure=procedure,
            ends_at=terms[key].ends_at,
            moved=len(referrals[key]),
            changed_at=max([*changes, closed_at] if closed_at else changes),
            closed_at=closed_at,
        )
        if deadline.ends_at >= since:
            found.append(deadline)
    return sorted(found, key=lambda each: (each.ends_at, each.procedure.id))


async def accounts_of(session: AsyncSession, record_ids: Collection[UUID]) -> dict[UUID, Account]:
    """How far each record has come."""
    sealed = await session.exec(
        select(RecordSeal.record_id).where(col(RecordSeal.record_id).in_(record_ids))
    )
    seals = set(sealed)
    publications = await publications_of(session, record_ids)
    stated: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await session.exec(
        select(DissentingStatement).where(col(DissentingStatement.record_id).in_(record_ids))
    ):
        stated[row.record_id].add(row.delegation_id)
    return {
        key: Account(
            sealed=key in seals,
            public=key in publications and publications[key].status is PublicationState.PUBLIC,
            stated=frozenset(stated[key]),
        )
        for key in record_ids
    }


async def procedures_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Procedure]:
    """Procedures by their id; who may see them is the caller's question."""
    rows = await session.exec(select(Procedure).where(col(Procedure.id).in_(ids)))
    return {row.id: row for row in rows}


async def closings_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Closing]:
    """How those of these procedures ended that have ended."""
    rows = await session.exec(select(Closing).where(col(Closing.procedure_id).in_(ids)))
    return {row.procedure_id: row for row in rows}


async def seats_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Seat]]:
    """Who was entitled when each procedure opened."""
    rows = await session.exec(
        select(Entitled)
        .where(col(Entitled.procedure_id).in_(ids))
        .order_by(col(Entitled.level), col(Entitled.delegation_id))
    )
    return by_key(
        (
            row.procedure_id,
            Seat(delegation=str(row.delegation_id), level=row.level, weight=row.weight),
        )
        for row in rows
    )


async def referrals_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Referral]]:
    """The referrals of each procedure, in their order."""
    rows = await session.exec(
        select(Referral)
        .where(col(Referral.procedure_id).in_(ids))
        .order_by(col(Referral.at), col(Referral.id))
    )
    return by_key((row.procedure_id, row) for row in rows)


async def publications_of(
    session: AsyncSession, record_ids: Collection[UUID]
) -> dict[UUID, RecordPublication]:
    """The publication that holds for each record; none for those restricted from the start."""
    rows = await session.exec(
        select(RecordPublication)
        .where(col(RecordPublication.record_id).in_(record_ids))
        .order_by(col(RecordPublication.at), col(RecordPublication.id))
    )
    return {row.record_id: row for row in rows}


async def names_of(session: AsyncSession, lab_ids: Collection[UUID]) -> dict[UUID, LevelNames]:
    """What each lab calls its levels."""
    return {
        lab_id: {level.code: level.names for level in await labs.levels_of(session, lab_id)}
        for lab_id in lab_ids
    }
