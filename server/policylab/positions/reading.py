"""Reads: which positions there are, and how far their conditions have come."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.positions.rules import Stance, counts_as_full
from policylab.positions.tables import ConditionMark, MarkKind, Position, PositionCondition


@dataclass(frozen=True, kw_only=True)
class ConditionCourse:
    """A condition and how far it has come."""

    id: UUID
    text: str
    met: bool
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class Stand:
    """A released position with its conditions."""

    position: Position
    conditions: Sequence[ConditionCourse] = ()

    @property
    def full(self) -> bool:
        """Whether it was taken under a mandate, or has been confirmed since."""
        return counts_as_full(
            ad_referendum=self.position.ad_referendum,
            confirmed=self.position.confirmed_at is not None,
        )

    @property
    def conditions_met(self) -> bool:
        """Whether every condition is met and its delegation has confirmed that."""
        return bool(self.conditions) and all(c.met and c.confirmed for c in self.conditions)

    @property
    def reasoned(self) -> bool:
        """Whether an objection gives reasons."""
        return self.position.stance is not Stance.OBJECT or bool(self.position.statement)


async def stands_on(session: AsyncSession, subject_id: UUID) -> list[Stand]:
    """The current position of each delegation on this subject, in the order of release."""
    rows = await session.exec(
        select(Position)
        .where(col(Position.subject_id) == subject_id)
        .where(col(Position.released_at).is_not(None))
        .where(col(Position.superseded_at).is_(None))
        .order_by(col(Position.released_at), col(Position.id))
    )
    positions = list(rows)
    conditions = await conditions_of(session, [position.id for position in positions])
    return [
        Stand(position=position, conditions=conditions.get(position.id, ()))
        for position in positions
    ]


async def history_of(
    session: AsyncSession, subject_id: UUID, delegation_id: UUID
) -> list[Position]:
    """Every released position of a delegation on a subject, the first one first."""
    rows = await session.exec(
        select(Position)
        .where(col(Position.subject_id) == subject_id)
        .where(col(Position.delegation_id) == delegation_id)
        .where(col(Position.released_at).is_not(None))
        .order_by(col(Position.released_at), col(Position.id))
    )
    return list(rows)


async def has_position(session: AsyncSession, delegation_id: UUID, subject_id: UUID) -> bool:
    """Whether a delegation has let others know where it stands on a subject."""
    rows = await session.exec(
        select(Position.id)
        .where(col(Position.delegation_id) == delegation_id)
        .where(col(Position.subject_id) == subject_id)
        .where(col(Position.released_at).is_not(None))
        .where(col(Position.superseded_at).is_(None))
    )
    return rows.first() is not None


async def conditions_of(
    session: AsyncSession, position_ids: Collection[UUID]
) -> dict[UUID, list[ConditionCourse]]:
    """The conditions of each position, in their order."""
    rows = list(
        await session.exec(
            select(PositionCondition)
            .where(col(PositionCondition.position_id).in_(position_ids))
            .order_by(col(PositionCondition.position_id), col(PositionCondition.place))
        )
    )
    marks: dict[UUID, set[MarkKind]] = defaultdict(set)
    for mark in await session.exec(
        select(ConditionMark).where(col(ConditionMark.condition_id).in_([row.id for row in rows]))
    ):
        marks[mark.condition_id].add(mark.kind)
    found: dict[UUID, list[ConditionCourse]] = defaultdict(list)
    for row in rows:
        found[row.position_id].append(
            ConditionCourse(
                id=row.id,
                text=row.text,
                met=MarkKind.MET in marks[row.id],
                confirmed=MarkKind.CONFIRMED in marks[row.id],
            )
        )
    return found
