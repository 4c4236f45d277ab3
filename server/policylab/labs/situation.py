"""What the process engine is told of dialogues: facts, seats, mandates, settings."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.grouping import by_key
from policylab.labs.rules import MandateFacts, MandateState, best_state
from policylab.labs.tables import Delegate, Delegation, Dialogue, DialogueFact, Mandate, PhaseRun
from policylab.process import Fact, Seat, SeatMandate, Situation


async def situations_of(
    session: AsyncSession, dialogues: Sequence[Dialogue], *, now: datetime
) -> dict[UUID, Situation]:
    """Each dialogue as the process sees it at this moment."""
    ids = [dialogue.id for dialogue in dialogues]
    runs = await current_runs(session, ids)
    facts = await _facts_by_run(session, ids)
    seats = await seats_of(session, ids, now=now)
    return {
        dialogue.id: Situation(
            phase_id=dialogue.phase_id,
            entered_at=runs[dialogue.id].entered_at,
            now=now,
            facts=tuple(
                Fact(kind, at, detail, in_this_phase=run_id == runs[dialogue.id].id)
                for kind, at, detail, run_id in facts[dialogue.id]
            ),
            seats=tuple(seats[dialogue.id]),
            levels=tuple(dialogue.levels),
            languages=tuple(dialogue.languages),
            settings=dialogue.settings,
        )
        for dialogue in dialogues
    }


async def _facts_by_run(
    session: AsyncSession, dialogue_ids: Collection[UUID]
) -> dict[UUID, list[tuple[Any, ...]]]:
    """Kind, time, detail and stay in a phase of each fact, in order.

    There are hundreds of them, and every verb asks: hence no objects.
    """
    row = DialogueFact
    wanted = select(row.dialogue_id, row.kind, row.at, row.detail).add_columns(
        col(row.phase_run_id)
    )
    rows = await (await session.connection()).execute(
        wanted.where(col(row.dialogue_id).in_(dialogue_ids)).order_by(col(row.at), col(row.id))
    )
    found: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for dialogue_id, *fact in rows:
        found[dialogue_id].append(tuple(fact))
    return found


async def current_runs(
    session: AsyncSession, dialogue_ids: Collection[UUID]
) -> dict[UUID, PhaseRun]:
    """The running stay in a phase, by dialogue."""
    rows = await session.exec(
        select(PhaseRun)
        .where(col(PhaseRun.dialogue_id).in_(dialogue_ids))
        .where(col(PhaseRun.left_at).is_(None))
    )
    return {run.dialogue_id: run for run in rows}


async def facts_of(
    session: AsyncSession, dialogue_ids: Collection[UUID]
) -> dict[UUID, list[DialogueFact]]:
    """What happened in each dialogue, in the order it was recorded."""
    rows = await session.exec(
        select(DialogueFact)
        .where(col(DialogueFact.dialogue_id).in_(dialogue_ids))
        .order_by(col(DialogueFact.at), col(DialogueFact.id))
    )
    return by_key((fact.dialogue_id, fact) for fact in rows)


async def seats_of(
    session: AsyncSession, dialogue_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, list[Seat]]:
    """The delegations of each dialogue, with who stands behind them today."""
    delegations = list(
        await session.exec(
            select(Delegation)
            .where(col(Delegation.dialogue_id).in_(dialogue_ids))
            .where(col(Delegation.until).is_(None))
            .order_by(col(Delegation.id))
        )
    )
    mandates = await mandates_of(session, [delegation.id for delegation in delegations])
    occupied = await _occupied(session, dialogue_ids)
    found: dict[UUID, list[Seat]] = defaultdict(list)
    for delegation in delegations:
        state = best_state(facts_of_mandates(mandates[delegation.id]), now.date())
        found[delegation.dialogue_id].append(
            Seat(
                delegation_id=str(delegation.id),
                level=delegation.level,
                voting=delegation.voting,
                occupied=delegation.id in occupied,
                mandate=SEAT_MANDATE.get(state, SeatMandate.MISSING),
            )
        )
    return found


SEAT_MANDATE = {
    MandateState.VALID: SeatMandate.VALID,
    MandateState.AD_REFERENDUM: SeatMandate.AD_REFERENDUM,
}


async def mandates_of(
    session: AsyncSession, delegation_ids: Collection[UUID]
) -> dict[UUID, list[Mandate]]:
    """The mandates of each delegation, whatever their state."""
    rows = await session.exec(
        select(Mandate)
        .where(col(Mandate.delegation_id).in_(delegation_ids))
        .order_by(col(Mandate.id))
    )
    return by_key((mandate.delegation_id, mandate) for mandate in rows)


def facts_of_mandates(mandates: Iterable[Mandate]) -> list[MandateFacts]:
    """What decides over each of these mandates, as the rules want it."""
    return [
        MandateFacts(
            level=mandate.level,
            valid_from=mandate.valid_from,
            valid_to=mandate.valid_to,
            ad_referendum=mandate.ad_referendum,
            revoked=mandate.revoked_at is not None,
            subjects=frozenset(UUID(subject) for subject in mandate.subjects),
        )
        for mandate in mandates
    ]


async def _occupied(session: AsyncSession, dialogue_ids: Collection[UUID]) -> set[UUID]:
    rows = await session.exec(
        select(Delegate.delegation_id)
        .where(col(Delegate.dialogue_id).in_(dialogue_ids))
        .where(col(Delegate.until).is_(None))
        .distinct()
    )
    return set(rows)
