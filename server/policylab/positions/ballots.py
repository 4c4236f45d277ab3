"""The row that orders casting and closing: whoever casts shares it, whoever closes holds it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import uuid7
from policylab.positions.rules import BallotState, Collecting, Pause, Subject, Term
from policylab.positions.tables import Ballot, BallotPause, BallotTerm


async def share_ballot(uow: UnitOfWork, subject: Subject, dialogue: Any) -> Ballot:
    """The subject's ballot, which nobody can open or close before this transaction ends."""
    return await _lock(uow, subject, dialogue, alone=False)


async def open_ballot(
    uow: UnitOfWork,
    subject: Subject,
    dialogue: Any,
    *,
    procedure_id: UUID,
    closes_at: datetime,
    consent: bool,
) -> None:
    """Let a procedure collect the positions on this subject; refused while another does."""
    ballot = await _lock(uow, subject, dialogue, alone=True)
    if ballot.state is BallotState.OPEN:
        message = "A procedure on this text is open already; close or withdraw it first."
        raise Refused(RefusalCode.ALREADY_DONE, message)
    ballot.state = BallotState.OPEN
    ballot.procedure_id = procedure_id
    uow.session.add(ballot)
    uow.session.add(
        BallotTerm(
            lab_id=dialogue.lab_id,
            dialogue_id=dialogue.id,
            procedure_id=procedure_id,
            opens_at=uow.now,
            closes_at=closes_at,
            consent=consent,
        )
    )


async def hold_ballot(uow: UnitOfWork, procedure_id: UUID) -> tuple[Ballot, Term]:
    """A procedure's ballot, held alone: no position comes or goes before this transaction ends."""
    statement = select(Ballot).where(col(Ballot.procedure_id) == procedure_id)
    found = await uow.session.exec(
        statement.with_for_update().execution_options(populate_existing=True)
    )
    ballot = found.first()
    term = (await terms_of(uow.session, [procedure_id])).get(procedure_id)
    if ballot is None or term is None:
        raise not_found()
    if ballot.state is not BallotState.OPEN:
        raise Refused(RefusalCode.CLOSED, "This procedure has been closed already.")
    return ballot, term


def close_ballot(uow: UnitOfWork, ballot: Ballot) -> None:
    """Take no more positions on this subject."""
    ballot.state = BallotState.CLOSED
    uow.session.add(ballot)


def free_ballot(uow: UnitOfWork, ballot: Ballot) -> None:
    """Let the subject go: its procedure was withdrawn, positions may be taken again."""
    ballot.state = BallotState.FREE
    uow.session.add(ballot)


def pause_ballot(uow: UnitOfWork, ballot: Ballot, *, until: datetime) -> None:
    """Let the procedure rest from now; its deadline moves by as much."""
    assert ballot.procedure_id is not None
    uow.session.add(
        BallotPause(
            lab_id=ballot.lab_id,
            dialogue_id=ballot.dialogue_id,
            procedure_id=ballot.procedure_id,
            since=uow.now,
            until=until,
        )
    )


async def terms_of(session: AsyncSession, procedure_ids: list[UUID]) -> dict[UUID, Term]:
    """When each procedure's positions count, pauses included."""
    if not procedure_ids:
        return {}
    pauses: dict[UUID, list[Pause]] = {}
    rows = await session.exec(
        select(BallotPause).where(col(BallotPause.procedure_id).in_(procedure_ids))
    )
    for row in rows:
        pauses.setdefault(row.procedure_id, []).append(Pause(since=row.since, until=row.until))
    terms = await session.exec(
        select(BallotTerm).where(col(BallotTerm.procedure_id).in_(procedure_ids))
    )
    return {
        row.procedure_id: Term(
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            pauses=tuple(pauses.get(row.procedure_id, ())),
        )
        for row in terms
    }


async def collecting_on(
    session: AsyncSession, subject_ids: Collection[UUID]
) -> dict[UUID, Collecting]:
    """Whether positions are taken on each of these subjects; what nobody asked about is free."""
    rows = list(await session.exec(select(Ballot).where(col(Ballot.subject_id).in_(subject_ids))))
    terms = await terms_of(session, [row.procedure_id for row in rows if row.procedure_id])
    found = {
        row.subject_id: Collecting(
            state=row.state, term=terms.get(row.procedure_id) if row.procedure_id else None
        )
        for row in rows
    }
    return {key: found.get(key, Collecting()) for key in subject_ids}


async def collecting(session: AsyncSession, ballot: Ballot) -> Collecting:
    """The same of one ballot that is held."""
    terms = await terms_of(session, [ballot.procedure_id] if ballot.procedure_id else [])
    term = terms.get(ballot.procedure_id) if ballot.procedure_id else None
    return Collecting(state=ballot.state, term=term)


async def asks_for_reasons(session: AsyncSession, ballot: Ballot) -> bool:
    """Whether an objection needs reasons here: always, but under a procedure by CONSENT."""
    if ballot.state is not BallotState.OPEN:
        return True
    term = await session.exec(
        select(BallotTerm.consent).where(col(BallotTerm.procedure_id) == ballot.procedure_id)
    )
    return not term.one()


async def _lock(uow: UnitOfWork, subject: Subject, dialogue: Any, *, alone: bool) -> Ballot:
    values = {
        "id": uuid7(),
        "lab_id": dialogue.lab_id,
        "dialogue_id": dialogue.id,
        "subject_id": subject.key,
        "state": BallotState.FREE,
    }
    connection = await uow.session.connection()
    await connection.execute(insert(Ballot).values(values).on_conflict_do_nothing())
    statement = select(Ballot).where(col(Ballot.subject_id) == subject.key)
    found = await uow.session.exec(
        statement.with_for_update(read=not alone).execution_options(populate_existing=True)
    )
    return found.one()
