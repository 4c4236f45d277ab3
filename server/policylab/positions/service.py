"""The verbs: how a delegation comes to a position, and lets the others know."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind, Standing, record_fact, standing
from policylab.positions import events
from policylab.positions.ballots import asks_for_reasons, share_ballot, terms_of
from policylab.positions.mandates import mandate_for
from policylab.positions.rules import (
    BallotState,
    PositionState,
    Stance,
    Subject,
    Words,
    check_head,
    check_mandate,
    check_open,
    check_step,
    check_words,
)
from policylab.positions.subjects import Cited, cited
from policylab.positions.tables import Ballot, Position, PositionCondition


async def draft_position(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    subject: Subject,
    stance: Stance,
    words: Words,
    ad_referendum: bool = False,
) -> Position:
    """Prepare a position inside the viewer's delegation; an earlier draft is superseded."""
    text_cited = await cited(uow, viewer, subject)
    here = await _voice(uow, viewer, text_cited.dialogue_id)
    ballot = await _open(uow, here, subject)
    words = words.tidy()
    check_words(stance, words, consent=not await asks_for_reasons(uow.session, ballot))
    await _one_at_a_time(uow, here.require_seat(), subject.key)
    await _supersede(uow, here.require_seat(), subject.key, released=False)
    position = _write(uow, here, text_cited, subject, stance, words, ad_referendum=ad_referendum)
    await uow.session.flush()
    _note(uow, here, position, "drafted")
    uow.announce(
        events.PositionPrepared(delegation_id=position.delegation_id, position_id=position.id)
    )
    return position


async def clear_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let the head of the delegation approve what was drafted; nobody else hears of it yet."""
    position, here = await _own(uow, viewer, position_id)
    check_head(here.head)
    check_step(position.state, wanted=PositionState.DRAFTED)
    position.state = PositionState.CLEARED
    position.cleared_at = uow.now
    position.cleared_by_capacity_id = here.capacity_id
    uow.session.add(position)
    _note(uow, here, position, "cleared")
    uow.announce(
        events.PositionPrepared(delegation_id=position.delegation_id, position_id=position.id)
    )
    return position


async def release_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let everybody in the dialogue see a cleared position; it supersedes the earlier one."""
    position, here = await _own(uow, viewer, position_id)
    check_head(here.head)
    check_step(position.state, wanted=PositionState.CLEARED)
    subject = subject_of(position)
    ballot = await _open(uow, here, subject)
    words = Words(statement=position.statement)
    if position.stance is Stance.OBJECT:
        check_words(Stance.OBJECT, words, consent=not await asks_for_reasons(uow.session, ballot))
    mandate_id = await _mandate(uow, position)
    check_mandate(valid=mandate_id is not None, ad_referendum=position.ad_referendum)
    await _supersede(uow, position.delegation_id, subject.key, released=True)
    position.state = PositionState.RELEASED
    position.released_at = uow.now
    position.mandate_id = None if position.ad_referendum else mandate_id
    await _keep(uow, position)
    await _tell(uow, here, ballot, position)
    return position


async def take_position(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    subject: Subject,
    stance: Stance,
    words: Words,
    ad_referendum: bool = False,
) -> Position:
    """Draft, clear and release in one step; only the head of a delegation can."""
    text_cited = await cited(uow, viewer, subject)
    here = await _voice(uow, viewer, text_cited.dialogue_id)
    check_head(here.head)
    position = await draft_position(
        uow, viewer, subject=subject, stance=stance, words=words, ad_referendum=ad_referendum
    )
    await clear_position(uow, viewer, position_id=position.id)
    return await release_position(uow, viewer, position_id=position.id)


async def confirm_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let a position taken ad referendum count in full, now that a mandate stands behind it."""
    position = await own_released(uow, viewer, position_id)
    here = await _voice(uow, viewer, position.dialogue_id, Action.CONFIRM_POSITION)
    check_head(here.head)
    if not position.ad_referendum or position.confirmed_at is not None:
        message = "This position counts in full already; there is nothing to confirm."
        raise Refused(RefusalCode.ALREADY_DONE, message)
    await still_open(uow, subject_of(position), here.dialogue)
    mandate_id = await _mandate(uow, position)
    check_mandate(valid=mandate_id is not None, ad_referendum=False)
    position.confirmed_at = uow.now
    position.confirmed_mandate_id = mandate_id
    await _keep(uow, position)
    _note(uow, here, position, "confirmed")
    uow.announce(
        events.PositionConfirmed(
            lab_id=position.lab_id,
            dialogue_id=position.dialogue_id,
            delegation_id=position.delegation_id,
            position_id=position.id,
            set_id=position.set_id,
        )
    )
    return position


async def still_open(uow: UnitOfWork, subject: Subject, dialogue: Any) -> Ballot:
    """The subject's ballot, shared; refused once it is closed. A pause is time to confirm in."""
    ballot = await share_ballot(uow, subject, dialogue)
    terms = await terms_of(uow.session, [ballot.procedure_id] if ballot.procedure_id else [])
    term = terms.get(ballot.procedure_id) if ballot.procedure_id else None
    if not (term and ballot.state is BallotState.OPEN and term.rests_until(uow.now)):
        check_open(ballot.state, term, uow.now)
    return ballot


def subject_of(position: Position) -> Subject:
    """What a position is about."""
    return Subject(
        set_id=position.set_id,
        section_id=position.section_id,
        amendment_id=position.amendment_id,
    )


async def own_released(uow: UnitOfWork, viewer: Viewer, position_id: UUID) -> Position:
    """A current, released position of the viewer's own delegation."""
    position = await visible(uow, viewer, position_id)
    here = await standing(uow.session, viewer, position.dialogue_id)
    if here.delegation_id != position.delegation_id:
        raise Refused(RefusalCode.NOT_YOUR_ROLE, "Only the delegation that took it does this.")
    if position.released_at is None:
        message = "Release the position first."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    if position.superseded_at is not None:
        message = "A newer position of your delegation has superseded this one."
        raise Refused(RefusalCode.STALE, message)
    return position


async def visible(uow: UnitOfWork, viewer: Viewer, position_id: UUID) -> Position:
    """A position that the viewer may see: released, or of her own delegation."""
    position = await uow.session.get(Position, position_id, populate_existing=True)
    if position is None:
        raise not_found()
    here = await standing(uow.session, viewer, position.dialogue_id, lock=True)
    if position.released_at is None and here.delegation_id != position.delegation_id:
        raise not_found()
    return position


async def _voice(
    uow: UnitOfWork, viewer: Viewer, dialogue_id: UUID, action: Action = Action.TAKE_POSITION
) -> Standing:
    """The viewer's standing, held; refused to those who can't state a position now."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    if Action.GIVE_OPINION not in here.may:
        here.require(action)
    here.require_seat()
    return here


async def _own(uow: UnitOfWork, viewer: Viewer, position_id: UUID) -> tuple[Position, Standing]:
    """A position in preparation in the viewer's delegation; for others it is not there."""
    position = await visible(uow, viewer, position_id)
    here = await _voice(uow, viewer, position.dialogue_id)
    if here.delegation_id != position.delegation_id:
        raise Refused(RefusalCode.NOT_YOUR_ROLE, "Only the delegation that took it does this.")
    await _one_at_a_time(uow, position.delegation_id, position.subject_id)
    await uow.session.refresh(position)
    if position.superseded_at is not None:
        message = "A newer draft of your delegation has superseded this one."
        raise Refused(RefusalCode.STALE, message)
    return position, here


async def _open(uow: UnitOfWork, here: Standing, subject: Subject) -> Ballot:
    """The subject's ballot, shared; refused when it takes no positions now."""
    ballot = await share_ballot(uow, subject, here.dialogue)
    terms = await terms_of(uow.session, [ballot.procedure_id] if ballot.procedure_id else [])
    check_open(ballot.state, terms.get(ballot.procedure_id or UUID(int=0)), uow.now)
    return ballot


async def _mandate(uow: UnitOfWork, position: Position) -> UUID | None:
    return await mandate_for(
        uow.session,
        position.delegation_id,
        level=position.level,
        document_id=position.document_id,
        now=uow.now,
    )


async def _one_at_a_time(uow: UnitOfWork, delegation_id: UUID, subject_id: UUID) -> None:
    """Let two delegates of one delegation wait for each other on the same subject."""
    await (await uow.session.connection()).execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 4))"),
        {"key": f"{delegation_id} {subject_id}"},
    )


async def _supersede(
    uow: UnitOfWork, delegation_id: UUID, subject_id: UUID, *, released: bool
) -> None:
    """Put what was there before behind: the released position, or the one in preparation."""
    known = col(Position.released_at)
    await uow.session.execute(
        update(Position)
        .where(col(Position.delegation_id) == delegation_id)
        .where(col(Position.subject_id) == subject_id)
        .where(col(Position.superseded_at).is_(None))
        .where(known.is_not(None) if released else known.is_(None))
        .values(superseded_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def _write(
    uow: UnitOfWork,
    here: Standing,
    text_cited: Cited,
    subject: Subject,
    stance: Stance,
    words: Words,
    *,
    ad_referendum: bool,
) -> Position:
    position = Position(
        lab_id=here.dialogue.lab_id,
        dialogue_id=here.dialogue.id,
        delegation_id=here.require_seat(),
        level=here.level or "",
        subject_id=subject.key,
        document_id=text_cited.document_id,
        set_id=subject.set_id,
        section_id=subject.section_id,
        amendment_id=subject.amendment_id,
        stance=stance,
        statement=words.statement,
        reservations=list(words.reservations),
        ad_referendum=ad_referendum,
        capacity_id=here.capacity_id,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(position)
    for place, condition in enumerate(words.conditions, start=1):
        uow.session.add(
            PositionCondition(
                lab_id=position.lab_id,
                dialogue_id=position.dialogue_id,
                position_id=position.id,
                place=place,
                text=condition,
            )
        )
    return position


async def _keep(uow: UnitOfWork, position: Position) -> None:
    """Write now: the database guards mandates too, should one be revoked this very moment."""
    uow.session.add(position)
    try:
        await uow.session.flush()
    except IntegrityError as error:
        if "positions_have_mandates" not in str(error.orig):
            raise
        message = "The mandate was revoked a moment ago."
        raise Refused(RefusalCode.NO_MANDATE, message) from error


async def _tell(uow: UnitOfWork, here: Standing, ballot: Ballot, position: Position) -> None:
    procedure_id = ballot.procedure_id if ballot.state is BallotState.OPEN else None
    await record_fact(
        uow,
        position.dialogue_id,
        FactKind.POSITION_RELEASED,
        {
            "delegation_id": position.delegation_id,
            "level": position.level,
            "procedure_id": procedure_id,
        },
        capacity_id=here.capacity_id,
    )
    _note(uow, here, position, "released")
    uow.announce(
        events.PositionReleased(
            lab_id=position.lab_id,
            dialogue_id=position.dialogue_id,
            delegation_id=position.delegation_id,
            position_id=position.id,
            set_id=position.set_id,
        )
    )


def _note(uow: UnitOfWork, here: Standing, position: Position, step: str) -> None:
    uow.audit(
        action=f"position.{step}",
        object_type="Position",
        object_id=position.id,
        lab_id=position.lab_id,
        capacity_id=here.capacity_id,
        detail={"subject": str(position.subject_id), "stance": position.stance.value},
    )
