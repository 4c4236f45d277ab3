"""What the viewer may do next with positions: the judgement of the verbs, for many at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.errors import Refused
from policylab.kit.viewer import Viewer
from policylab.labs import Standing, facts_of_mandates, mandates_of, standings
from policylab.labs.rules import carries
from policylab.positions.ballots import collecting_on
from policylab.positions.judging import (
    confirms_here,
    judge_clear,
    judge_confirm,
    judge_release,
)
from policylab.positions.rules import Collecting, PositionState, Subject, check_mandate
from policylab.positions.service import course_of
from policylab.positions.tables import Position
from policylab.positions.versions import later_subjects


@dataclass(frozen=True, kw_only=True)
class Step:
    """What may come next: CLEAR, RELEASE or CONFIRM; and what stands in the way, if anything."""

    action: str
    why_not: str | None


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What decides over steps, read for many positions at once."""

    here: Standing
    collecting: Mapping[UUID, Collecting]
    later: Mapping[UUID, Subject]
    mandated: frozenset[UUID]


async def steps_of(
    session: AsyncSession, viewer: Viewer, position_ids: Collection[UUID]
) -> dict[UUID, list[Step]]:
    """The next steps with each position for those who speak for its delegation; none for others."""
    rows = await session.exec(
        select(Position)
        .where(col(Position.id).in_(position_ids))
        .where(col(Position.superseded_at).is_(None))
    )
    positions = list(rows)
    here = await standings(session, viewer, {position.dialogue_id for position in positions})
    own = [
        position
        for position in positions
        if position.dialogue_id in here
        and here[position.dialogue_id].delegation_id == position.delegation_id
    ]
    later = await later_subjects(session, own)
    subjects = {position.subject_id for position in own} | {each.key for each in later.values()}
    taken = await collecting_on(session, subjects)
    mandated = await _mandated(session, own, here)
    return {
        position.id: _steps(
            position,
            _Known(
                here=here[position.dialogue_id], collecting=taken, later=later, mandated=mandated
            ),
        )
        for position in own
    }


def _steps(position: Position, known: _Known) -> list[Step]:
    if position.state is PositionState.DRAFTED:
        action, judge = "CLEAR", lambda: judge_clear(course_of(position), known.here)
    elif position.state is PositionState.CLEARED:
        action, judge = "RELEASE", lambda: _release(position, known)
    elif position.id in known.later or (position.ad_referendum and not position.confirmed_at):
        action, judge = "CONFIRM", lambda: _confirm(position, known)
    else:
        return []
    return [Step(action=action, why_not=_why_not(judge))]


def _release(position: Position, known: _Known) -> None:
    judge_release(course_of(position), known.here)
    known.collecting[position.subject_id].check(known.here.situation.now)
    valid = position.id in known.mandated
    check_mandate(valid=valid, ad_referendum=position.ad_referendum)


def _confirm(position: Position, known: _Known) -> None:
    course, now = course_of(position), known.here.situation.now
    judge_confirm(course, known.here)
    later, taken = known.later.get(position.id), known.collecting[position.subject_id]
    if confirms_here(course, taken, later=later is not None):
        taken.check_confirming(now)
    elif later is not None:
        known.collecting[later.key].check(now)
    check_mandate(valid=position.id in known.mandated, ad_referendum=False)


def _why_not(judge: Callable[[], None]) -> str | None:
    try:
        judge()
    except Refused as refused:
        return refused.message
    return None


async def _mandated(
    session: AsyncSession, positions: Collection[Position], here: Mapping[UUID, Standing]
) -> frozenset[UUID]:
    """The positions that a valid mandate of their delegation would carry today."""
    mandates = await mandates_of(session, {position.delegation_id for position in positions})
    return frozenset(
        position.id
        for position in positions
        if any(
            carries(
                facts,
                on=here[position.dialogue_id].situation.now.date(),
                level=position.level,
                subject=position.document_id,
            )
            for facts in facts_of_mandates(mandates[position.delegation_id])
        )
    )
