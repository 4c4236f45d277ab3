"""Taking positions in tests, through the room's own verbs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from policylab import labs, positions
from policylab.kit.db import Database
from policylab.kit.errors import Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.positions import Stance, Subject, Words
from policylab.positions.tables import Position
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk

WHY = "It costs too much."


async def take(database: Database, viewer: Viewer, made: Desk, **options: Any) -> Position:
    """A position on the whole text, by the head of a delegation."""
    return await _say(database, viewer, made, positions.take_position, options)


async def draft(database: Database, viewer: Viewer, made: Desk, **options: Any) -> Position:
    return await _say(database, viewer, made, positions.draft_position, options)


async def _say(
    database: Database, viewer: Viewer, made: Desk, verb: Any, options: dict[str, Any]
) -> Position:
    wanted = {"subject": Subject(set_id=made.set_id), "stance": Stance.SUPPORT, "words": Words()}
    async with database.write(viewer) as uow:
        return await verb(uow, viewer, **wanted | options)


async def step(database: Database, viewer: Viewer, verb: Any, position: Position) -> Position:
    """Clear, release or confirm."""
    async with database.write(viewer) as uow:
        return await verb(uow, viewer, position_id=position.id)


async def refusal(run: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await run
    return refused.value


async def kept(database: Database, position: Position) -> Position:
    async with database.read(SYSTEM) as session:
        found = await session.exec(select(Position).where(col(Position.id) == position.id))
        return found.one()


async def every(database: Database, subject: Subject | None = None) -> list[Position]:
    """All positions that were ever written, perhaps on one subject, in their order."""
    query = select(Position).order_by(col(Position.id))
    if subject:
        query = query.where(col(Position.subject_id) == subject.key)
    async with database.read(SYSTEM) as session:
        return list(await session.exec(query))


async def seen(database: Database, viewer: Viewer, position: Position) -> bool:
    """Whether row security lets somebody see a position."""
    async with database.read(viewer) as session:
        found = await session.exec(select(Position.id).where(col(Position.id) == position.id))
        return found.first() is not None


async def open_ballot(
    database: Database, made: Desk, subject: Subject, *, hours: float = 1, consent: bool = False
) -> UUID:
    """Let a procedure collect positions, as the room of decisions does."""
    procedure_id = uuid7()
    async with database.write(SYSTEM) as uow:
        here = await labs.standing(uow.session, SYSTEM, made.table.dialogue_id)
        await positions.open_ballot(
            uow,
            subject,
            here.dialogue,
            procedure_id=procedure_id,
            closes_at=uow.now + timedelta(hours=hours),
            consent=consent,
        )
    return procedure_id


async def close_ballot(database: Database, procedure_id: UUID) -> None:
    async with database.write(SYSTEM) as uow:
        ballot, _ = await positions.hold_ballot(uow, procedure_id)
        positions.close_ballot(uow, ballot)


async def pause_ballot(database: Database, procedure_id: UUID, *, hours: float = 1) -> None:
    async with database.write(SYSTEM) as uow:
        ballot, _ = await positions.hold_ballot(uow, procedure_id)
        positions.pause_ballot(uow, ballot, until=uow.now + timedelta(hours=hours))


def clause(made: Desk, place: int = 0, *, of: int = -1) -> Subject:
    """A clause of one version of the text, the latest unless told otherwise."""
    return Subject(set_id=made.sets[of], section_id=made.clauses[place])


async def later(database: Database, made: Desk, text: str = "Regions teach newcomers.") -> None:
    """A further version, in which the first clause says something else."""
    await desk.rewrite(database, made, 0, text)
    await make.enter(database, made.table, "positions")
