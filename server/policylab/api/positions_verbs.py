"""Taking positions: what clients say, and the room's verbs behind it."""

from typing import Any
from uuid import UUID

import strawberry

from policylab import positions
from policylab.api.declare import described_input, plain
from policylab.api.positions import Position
from policylab.api.strategies import section_key
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.kit.db import Claim, Database, UnitOfWork
from policylab.kit.ids import key_of
from policylab.kit.viewer import Viewer
from policylab.positions import Stance, Subject, Words


@described_input
class TakePositionInput(VerbInput):
    """Where one's delegation stands, for everybody to know."""

    set_id: strawberry.ID = plain("On which frozen text.")
    section_id: str | None = plain("On which clause; null for the whole text.", default=None)
    amendment_id: strawberry.ID | None = plain("On which amendment to it.", default=None)
    stance: Stance = plain("Where the delegation stands.")
    statement: str = plain("Why; needed for an objection.", default="")
    reservations: list[str] | None = plain("Limits to the support.", default=None)
    conditions: list[str] | None = plain("What must change for support to stand.", default=None)
    ad_referendum: bool | None = plain(
        "Whether it is subject to confirmation: without a full mandate it must be.", default=None
    )


@described_input
class DraftPositionInput(TakePositionInput):
    """A position to prepare inside one's delegation."""


@described_input
class ClearPositionInput(VerbInput):
    """A drafted position to clear."""

    position_id: strawberry.ID = plain("Which position.")


@described_input
class ReleasePositionInput(VerbInput):
    """A cleared position to release."""

    position_id: strawberry.ID = plain("Which position.")


@described_input
class ConfirmPositionInput(VerbInput):
    """A position to confirm."""

    position_id: strawberry.ID = plain("Which position.")


@described_input
class MarkConditionMetInput(VerbInput):
    """A condition that has been met."""

    condition_id: strawberry.ID = plain("Which condition.")


@described_input
class ConfirmConditionInput(VerbInput):
    """A condition whose delegation agrees that it has been met."""

    condition_id: strawberry.ID = plain("Which condition.")


def _said(input: TakePositionInput) -> dict[str, Any]:
    return {
        "subject": Subject(
            set_id=key_of(input.set_id, "VersionSet"),
            section_id=section_key(input.section_id) if input.section_id else None,
            amendment_id=key_of(input.amendment_id, "Amendment") if input.amendment_id else None,
        ),
        "stance": input.stance,
        "words": Words(
            statement=input.statement,
            reservations=input.reservations or (),
            conditions=input.conditions or (),
        ),
        "ad_referendum": bool(input.ad_referendum),
    }


async def _take_in_one(
    database: Database,
    viewer: Viewer,
    claim: Claim | None,
    key: UUID,
    kept: str,
    input: TakePositionInput,
) -> bool:
    said = _said(input)
    return await positions.take_in_one(database, viewer, claim, position_id=key, kept=kept, **said)


@verbs
class PositionsMutation:
    @verb(answers=Position)
    async def draft_position(uow: UnitOfWork, input: DraftPositionInput) -> UUID:
        """Prepare a position; nobody outside the delegation hears of it."""
        return (await positions.draft_position(uow, uow.viewer, **_said(input))).id

    @verb(answers=Position)
    async def clear_position(uow: UnitOfWork, input: ClearPositionInput) -> UUID:
        """Let the head of the delegation approve what was drafted."""
        key = key_of(input.position_id, "Position")
        return (await positions.clear_position(uow, uow.viewer, position_id=key)).id

    @verb(answers=Position)
    async def release_position(uow: UnitOfWork, input: ReleasePositionInput) -> UUID:
        """Let everybody in the dialogue see a cleared position."""
        key = key_of(input.position_id, "Position")
        return (await positions.release_position(uow, uow.viewer, position_id=key)).id

    @verb(answers=Position, in_one=_take_in_one)
    async def take_position(uow: UnitOfWork, input: TakePositionInput) -> UUID:
        """Draft, clear and release in one step: for the head of a delegation."""
        return (await positions.take_position(uow, uow.viewer, **_said(input))).id

    @verb(answers=Position)
    async def confirm_position(uow: UnitOfWork, input: ConfirmPositionInput) -> UUID:
        """Let a position taken ad referendum count in full; or one on an earlier version count for
        the latest, which answers the position there."""
        key = key_of(input.position_id, "Position")
        return (await positions.confirm_position(uow, uow.viewer, position_id=key)).id

    @verb(answers=Position)
    async def mark_condition_met(uow: UnitOfWork, input: MarkConditionMetInput) -> UUID:
        """Say, for those who hold the text, that a condition has been met."""
        key = key_of(input.condition_id, "PositionCondition")
        row = await positions.mark_condition_met(uow, uow.viewer, condition_id=key)
        return row.position_id

    @verb(answers=Position)
    async def confirm_condition(uow: UnitOfWork, input: ConfirmConditionInput) -> UUID:
        """Agree, for the delegation that set it, that a condition has been met."""
        key = key_of(input.condition_id, "PositionCondition")
        row = await positions.confirm_condition(uow, uow.viewer, condition_id=key)
        return row.position_id
