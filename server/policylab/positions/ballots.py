"""The row that orders casting and closing: whoever casts shares it, whoever closes holds it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import uuid7
from policylab.labs import MANDATES_HELD, Here
from policylab.positions.rules import BallotState, Collecting, Pause, Subject, Term
from policylab.positions.tables import Ballot, BallotPause, BallotTerm

_SHARE = f"""
WITH shared AS MATERIALIZED (
  SELECT state, procedure_id FROM ballot WHERE subject_id = $1 FOR SHARE
),
turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended($2, 4)) AS taken),
mandates AS MATERIALIZED ({MANDATES_HELD.format(delegation="$3")})
SELECT shared.*, turn.taken, mandates.*
  FROM turn LEFT JOIN shared ON true LEFT JOIN mandates ON true
"""  # noqa: S608 our own words
_TERMS = """
SELECT t.procedure_id, t.opens_at, t.closes_at, t.consent,
       ARRAY(SELECT p.since FROM ballot_pause p WHERE p.procedure_id = t.procedure_id
              ORDER BY p.id) AS since,
       ARRAY(SELECT p.until FROM ballot_pause p WHERE p.procedure_id = t.procedure_id
              ORDER BY p.id) AS until
  FROM ballot_term t WHERE t.procedure_id = ANY ({procedures})
"""
_TERMS_IN_CHANGE = _TERMS.format(procedures="$1::uuid[]")
_TERMS_IN_SESSION = text(_TERMS.format(procedures="CAST(:procedures AS uuid[])"))
_MAKE = """
INSERT INTO ballot (id, lab_id, dialogue_id, subject_id, state) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING state, procedure_id
"""


async def share_ballot(
    uow: UnitOfWork, subject: Subject, here: Here
) -> tuple[Collecting, Sequence[Any]]:
    """Whether positions on the subject are taken, and the mandates of the viewer's delegation, for
    `labs.carrying`.

    Nobody can open or close its ballot or revoke one of them before this transaction ends, and of
    the delegation nobody else speaks of the subject at the same time.
    """
    seat = here.delegation_id
    turn = f"{seat} {subject.key}" if seat else None
    given = (subject.key, turn, seat)
    rows = await uow.fetch(_SHARE, *given)
    ballot = rows[0]
    if ballot["state"] is None:  # nobody has spoken of it before
        ballot = await _make(uow, subject, lab_id=here.lab_id, dialogue_id=here.dialogue_id)
    if ballot is None:  # somebody has, a moment ago
        ballot, *_ = rows = await uow.fetch(_SHARE, *given)
    state, procedure_id = BallotState(ballot["state"]), ballot["procedure_id"]
    mandates = [row for row in rows if row["mandate_id"] is not None]
    if state is BallotState.FREE:
        return Collecting(), mandates
    terms = _terms(await uow.fetch(_TERMS_IN_CHANGE, [procedure_id]))
    term = terms.get(procedure_id)
    return Collecting(state=state, procedure_id=procedure_id, term=term), mandates


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
    ballot = await _hold(uow, subject, dialogue)
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
    given = {"procedures": procedure_ids}
    found = await (await session.connection()).execute(_TERMS_IN_SESSION, given)
    return _terms(found.mappings())


def _terms(rows: Iterable[Any]) -> dict[UUID, Term]:
    return {
        row["procedure_id"]: Term(
            opens_at=row["opens_at"],
            closes_at=row["closes_at"],
            pauses=tuple(
                Pause(since=since, until=until)
                for since, until in zip(row["since"], row["until"], strict=True)
            ),
            consent=row["consent"],
        )
        for row in rows
    }


async def collecting_on(
    session: AsyncSession, subject_ids: Collection[UUID]
) -> dict[UUID, Collecting]:
    """Whether positions are taken on each of these subjects; what nobody asked about is free."""
    rows = list(await session.exec(select(Ballot).where(col(Ballot.subject_id).in_(subject_ids))))
    terms = await terms_of(session, [row.procedure_id for row in rows if row.procedure_id])
    found = {
        row.subject_id: Collecting(
            state=row.state,
            procedure_id=row.procedure_id,
            term=terms.get(row.procedure_id) if row.procedure_id else None,
        )
        for row in rows
    }
    return {key: found.get(key, Collecting()) for key in subject_ids}


async def _hold(uow: UnitOfWork, subject: Subject, dialogue: Any) -> Ballot:
    await _make(uow, subject, lab_id=dialogue.lab_id, dialogue_id=dialogue.id)
    statement = select(Ballot).where(col(Ballot.subject_id) == subject.key)
    found = await uow.session.exec(
        statement.with_for_update().execution_options(populate_existing=True)
    )
    return found.one()


async def _make(uow: UnitOfWork, subject: Subject, *, lab_id: UUID, dialogue_id: UUID) -> Any:
    """A new ballot on the subject, free until a procedure collects; None where there is one."""
    given = (uuid7(), lab_id, dialogue_id, subject.key, BallotState.FREE)
    return await uow.fetchrow(_MAKE, *given)
