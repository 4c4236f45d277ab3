"""The verbs around conditions: one side says that it is met, the other agrees."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import uuid7
from policylab.kit.viewer import Viewer
from policylab.labs import Action, Here
from policylab.positions.ballots import share_ballot
from policylab.positions.events import ConditionMarked
from policylab.positions.rules import check_head
from policylab.positions.service import subject_of, visible
from policylab.positions.tables import ConditionMark, MarkKind, Position, PositionCondition

MAY_MARK = frozenset({Action.MODERATE, Action.SETTLE_AMENDMENT, Action.CLOSE_PROCEDURE})
_ASKED = MAY_MARK | {Action.TAKE_POSITION, Action.CONFIRM_POSITION}


async def mark_condition_met(
    uow: UnitOfWork, viewer: Viewer, *, condition_id: UUID
) -> PositionCondition:
    """Say, for those who hold the text, that a condition has been met."""
    condition, _, here = await _condition(uow, viewer, condition_id)
    if all(here.why_not(action) for action in MAY_MARK):
        here.require(Action.MODERATE)
    await _mark(uow, here, condition, MarkKind.MET)
    return condition


async def confirm_condition(
    uow: UnitOfWork, viewer: Viewer, *, condition_id: UUID
) -> PositionCondition:
    """Agree, for the delegation that set it, that a condition has been met."""
    condition, position, here = await _condition(uow, viewer, condition_id)
    if here.delegation_id != position.delegation_id:
        raise Refused(RefusalCode.NOT_YOUR_ROLE, "Only the delegation that set it confirms this.")
    check_head(here.head)
    if here.why_not(Action.TAKE_POSITION) is not None:
        here.require(Action.CONFIRM_POSITION)
    if MarkKind.MET not in await _marks(uow, condition.id):
        message = "Nobody has said yet that this condition is met."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    await _mark(uow, here, condition, MarkKind.CONFIRMED)
    return condition


async def _condition(
    uow: UnitOfWork, viewer: Viewer, condition_id: UUID
) -> tuple[PositionCondition, Position, Here]:
    """A condition of a current, released position whose procedure still takes changes."""
    condition = await uow.session.get(PositionCondition, condition_id)
    if condition is None:
        raise not_found()
    position, here = await visible(uow, viewer, condition.position_id, actions=_ASKED)
    if position.released_at is None:
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, "Release the position first.")
    if position.superseded_at is not None:
        message = "A newer position of this delegation has superseded this one."
        raise Refused(RefusalCode.STALE, message)
    taken, _ = await share_ballot(uow, subject_of(position), here)
    taken.check_confirming(uow.now)  # a referral's pause is time to confirm in
    return condition, position, here


async def _marks(uow: UnitOfWork, condition_id: UUID) -> set[MarkKind]:
    rows = await uow.session.exec(
        select(ConditionMark.kind).where(col(ConditionMark.condition_id) == condition_id)
    )
    return {MarkKind(kind) for kind in rows}


async def _mark(uow: UnitOfWork, here: Here, condition: PositionCondition, kind: MarkKind) -> None:
    values = {
        "id": uuid7(),
        "lab_id": condition.lab_id,
        "dialogue_id": condition.dialogue_id,
        "condition_id": condition.id,
        "kind": kind,
        "capacity_id": here.capacity_id,
        "created_by": uow.viewer.person_id,
    }
    statement = insert(ConditionMark).values(values).on_conflict_do_nothing()
    connection = await uow.session.connection()
    made = await connection.execute(statement.returning(col(ConditionMark.id)))
    if made.first() is None:
        raise Refused(RefusalCode.ALREADY_DONE, "This has been said already.")
    uow.audit(
        action=f"condition.{kind.value.lower()}",
        object_type="PositionCondition",
        object_id=condition.id,
        lab_id=condition.lab_id,
        capacity_id=here.capacity_id,
    )
    uow.announce(
        ConditionMarked(
            lab_id=condition.lab_id,
            dialogue_id=condition.dialogue_id,
            position_id=condition.position_id,
            condition_id=condition.id,
            mark=kind.value,
        )
    )
