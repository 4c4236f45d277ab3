"""Taking a position and looking for words with SQLModel: the checks that matter, and all that our
own verb leaves behind."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.documents.tables import VersionSection, VersionSet
from policylab.kit.ids import uuid7
from policylab.kit.ledger import AuditEvent, LabLedger, Outbox
from policylab.labs.tables import Dialogue, DialogueFact, Mandate, PhaseRun
from policylab.positions.rules import BallotState, PositionState, Stance, Subject
from policylab.positions.tables import Ballot, Position
from policylab.process.rules import FactKind


class NotAllowed(Exception):
    """Who asks may not take a position there now."""


async def found(session: AsyncSession, words: str, lab_id: UUID | None) -> Sequence[Any]:
    """Places where the words stand, the best first."""
    wanted = text("SELECT * FROM bench_search(:words, :lab)")
    connection = await session.connection()
    return (await connection.execute(wanted, {"words": words, "lab": lab_id})).all()


_SEAT = text(
    "SELECT delegation_id, level, capacity_id FROM policylab_access WHERE person_id = :person "
    "AND dialogue_id = :dialogue AND delegation_id IS NOT NULL AND head"
)


async def take_position(
    session: AsyncSession,
    viewer: UUID,
    *,
    set_id: UUID,
    section_id: UUID,
    stance: str,
    statement: str,
) -> Position:
    """Supersede what was there; the session is committed by whoever called."""
    connection = await session.connection()
    await connection.execute(text("SELECT set_config('policylab.viewer', 'system', true)"))
    frozen = await session.get(VersionSet, set_id)
    clause = select(VersionSection.id).where(col(VersionSection.version_set_id) == set_id)
    clause = clause.where(col(VersionSection.section_id) == section_id)
    if frozen is None or (await session.exec(clause)).first() is None:
        raise NotAllowed("There is no such clause.")
    dialogue = await session.get_one(Dialogue, frozen.dialogue_id, with_for_update={"read": True})
    here = {"person": viewer, "dialogue": dialogue.id}
    seat = (await connection.execute(_SEAT, here)).first()
    if seat is None or dialogue.phase_id != "positions":
        raise NotAllowed("Positions are taken by heads of delegations, in their phase.")
    subject = Subject(set_id=set_id, section_id=section_id, amendment_id=None).key
    await _share_ballot(session, dialogue, subject)
    key = {"key": f"{seat.delegation_id} {subject}"}
    await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 4))"), key)
    mandate = select(Mandate).where(col(Mandate.delegation_id) == seat.delegation_id)
    mandate = mandate.where(col(Mandate.revoked_at).is_(None)).with_for_update(read=True)
    held = (await session.exec(mandate)).first()
    now = datetime.now(UTC)
    await session.exec(
        update(Position)
        .where(col(Position.delegation_id) == seat.delegation_id)
        .where(col(Position.subject_id) == subject)
        .where(col(Position.superseded_at).is_(None))
        .where(col(Position.released_at).is_not(None))
        .values(superseded_at=now)
    )
    position = Position(
        created_by=viewer,
        lab_id=dialogue.lab_id,
        dialogue_id=dialogue.id,
        delegation_id=seat.delegation_id,
        level=seat.level,
        subject_id=subject,
        document_id=frozen.document_id,
        set_id=set_id,
        section_id=section_id,
        stance=Stance(stance),
        statement=statement,
        mandate_id=held.id if held else None,
        capacity_id=seat.capacity_id,
        state=PositionState.RELEASED,
        cleared_at=now,
        cleared_by_capacity_id=seat.capacity_id,
        released_at=now,
    )
    session.add(position)
    await session.flush()
    await _tell(session, viewer, position)
    return position


async def _share_ballot(session: AsyncSession, dialogue: Dialogue, subject: UUID) -> None:
    known = {"lab_id": dialogue.lab_id, "dialogue_id": dialogue.id, "subject_id": subject}
    blank = insert(Ballot).values(id=uuid7(), state=BallotState.FREE, **known)
    await session.exec(blank.on_conflict_do_nothing(index_elements=["subject_id"]))
    wanted = select(Ballot).where(col(Ballot.subject_id) == subject).with_for_update(read=True)
    if (await session.exec(wanted)).one().state is BallotState.CLOSED:
        raise NotAllowed("No positions are taken here.")


async def _tell(session: AsyncSession, viewer: UUID, position: Position) -> None:
    """The fact, the announcement, the revision and the audit event, in one transaction."""
    where: dict[str, Any] = {"lab_id": position.lab_id, "dialogue_id": position.dialogue_id}
    run = select(PhaseRun).where(col(PhaseRun.dialogue_id) == position.dialogue_id)
    phase = (await session.exec(run.where(col(PhaseRun.left_at).is_(None)))).one()
    detail = {"delegation_id": str(position.delegation_id), "level": position.level}
    fact = DialogueFact(
        **where,
        phase_run_id=phase.id,
        kind=FactKind.POSITION_RELEASED,
        at=datetime.now(UTC),
        detail=detail,
        capacity_id=position.capacity_id,
    )
    session.add(fact)
    session.add(Outbox(kind="position.released", **where, payload=detail))
    session.add(Outbox(kind="fact.recorded", **where, payload={"fact": "POSITION_RELEASED"}))
    ledger = await session.get_one(LabLedger, position.lab_id, with_for_update=True)
    ledger.revision += 1
    said = {"subject": str(position.subject_id), "stance": str(position.stance)}
    kind = {"kind": "POSITION_RELEASED"}
    for action, thing, about in (("position.taken", position, said), ("fact.recorded", fact, kind)):
        _chain(session, ledger, viewer, action, thing, about, position.capacity_id)
    await session.flush()


def _chain(
    session: AsyncSession,
    ledger: LabLedger,
    viewer: UUID,
    action: str,
    thing: Position | DialogueFact,
    about: dict[str, str],
    capacity_id: UUID | None,
) -> None:
    ledger.audit_sequence += 1
    said = f"{ledger.lab_id} {ledger.audit_sequence} {viewer} {thing.id}"
    event = hashlib.sha256(ledger.audit_hash + said.encode()).digest()
    session.add(
        AuditEvent(
            lab_id=ledger.lab_id,
            sequence=ledger.audit_sequence,
            at=datetime.now(UTC),
            actor_id=viewer,
            capacity_id=capacity_id,
            action=action,
            object_type=type(thing).__name__,
            object_id=thing.id,
            detail=about,
            previous_hash=ledger.audit_hash,
            hash=event,
        )
    )
    ledger.audit_hash = event
