"""The verbs: how a delegation comes to a position, and lets the others know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import to_global
from policylab.kit.viewer import Viewer
from policylab.labs import FactKind, Standing, mandate_carrying, record_fact, standing
from policylab.positions import events
from policylab.positions.ballots import asks_for_reasons, collecting, share_ballot
from policylab.positions.judging import (
    Course,
    confirms_here,
    judge_clear,
    judge_confirm,
    judge_release,
    judge_voice,
)
from policylab.positions.reading import conditions_of, has_position
from policylab.positions.rules import (
    BallotState,
    PositionState,
    Stance,
    Subject,
    Words,
    check_head,
    check_mandate,
    check_words,
)
from policylab.positions.subjects import Cited, cited
from policylab.positions.tables import Ballot, Position, PositionCondition
from policylab.positions.versions import later_subjects


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
    await _check_words(uow, ballot, stance, words)
    await _one_at_a_time(uow, here.require_seat(), subject.key)
    position = await _draft(
        uow, here, text_cited, subject, stance, words, ad_referendum=ad_referendum
    )
    await uow.session.flush()
    _tell_inside(uow, position)
    return position


async def _draft(
    uow: UnitOfWork,
    here: Standing,
    text_cited: Cited,
    subject: Subject,
    stance: Stance,
    words: Words,
    *,
    ad_referendum: bool,
) -> Position:
    """Put a prepared position in the place of an earlier one; the delegation is held."""
    await _supersede(uow, here.require_seat(), subject.key, released=False, at=uow.now)
    position = _write(
        uow, here, text_cited, subject, stance, words.tidy(), ad_referendum=ad_referendum
    )
    _note(uow, here, position, "drafted")
    return position


async def clear_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let the head of the delegation approve what was drafted; nobody else hears of it yet."""
    position, here = await _prepared(uow, viewer, position_id)
    _clear(uow, here, position)
    _tell_inside(uow, position)
    return position


async def release_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let everybody in the dialogue see a cleared position; it supersedes the earlier one."""
    position, here = await _prepared(uow, viewer, position_id)
    judge_release(course_of(position), here)
    ballot = await _open(uow, here, subject_of(position))
    if position.stance is Stance.OBJECT:  # a procedure that asks for reasons may have begun since
        await _check_words(uow, ballot, Stance.OBJECT, Words(statement=position.statement))
    await _let_go(uow, here, ballot, position)
    return position


async def _let_go(uow: UnitOfWork, here: Standing, ballot: Ballot, position: Position) -> None:
    """Release a cleared position, with the mandate behind it."""
    judge_release(course_of(position), here)
    mandate_id = await _mandate(uow, position)
    check_mandate(valid=mandate_id is not None, ad_referendum=position.ad_referendum)
    at = await _moment(uow, position.delegation_id, position.subject_id)
    await _supersede(uow, position.delegation_id, position.subject_id, released=True, at=at)
    _release(position, at=at, mandate_id=None if position.ad_referendum else mandate_id)
    await _keep(uow, position)
    await _tell(uow, here, ballot, position)


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
    ballot = await _open(uow, here, subject)
    await _check_words(uow, ballot, stance, words)
    await _one_at_a_time(uow, here.require_seat(), subject.key)
    with uow.session.no_autoflush:  # it comes into being released
        position = await _draft(
            uow, here, text_cited, subject, stance, words, ad_referendum=ad_referendum
        )
        _clear(uow, here, position)
        await _let_go(uow, here, ballot, position)
    return position


async def confirm_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let a position count in full: one taken ad referendum, now that a mandate stands behind it;
    or one on an earlier text, for the latest version of it.

    The latter answers the new position: same stance, same words, on the text as it is now.
    """
    position = await visible(uow, viewer, position_id)
    here = await standing(uow.session, viewer, position.dialogue_id)
    judge_confirm(course_of(position), here)
    await _one_at_a_time(uow, position.delegation_id, position.subject_id)
    await uow.session.refresh(position)
    course = course_of(position)
    judge_confirm(course, here)
    later = (await later_subjects(uow.session, [position])).get(position.id)
    ballot = await share_ballot(uow, subject_of(position), here.dialogue)
    taken = await collecting(uow.session, ballot)
    if not confirms_here(course, taken, later=later is not None):
        assert later is not None
        return await _carry(uow, here, position, later)
    taken.check_confirming(uow.now)
    mandate_id = await _mandate(uow, position)
    check_mandate(valid=mandate_id is not None, ad_referendum=False)
    position.confirmed_at = uow.now
    position.confirmed_mandate_id = mandate_id
    await _keep(uow, position)
    _note(uow, here, position, "confirmed")
    _tell_confirmed(uow, position)
    return position


async def _carry(uow: UnitOfWork, here: Standing, earlier: Position, later: Subject) -> Position:
    """The same position on the latest version of its text, released at once."""
    ballot = await _open(uow, here, later)
    await _one_at_a_time(uow, earlier.delegation_id, later.key)
    if await has_position(uow.session, earlier.delegation_id, later.key):
        message = "Your delegation has a position on the latest version of this text already."
        raise Refused(RefusalCode.ALREADY_DONE, message)
    mandate_id = await _mandate(uow, earlier)
    check_mandate(valid=mandate_id is not None, ad_referendum=False)
    words = await _words_of(uow, earlier)
    check_words(earlier.stance, words, consent=not await asks_for_reasons(uow.session, ballot))
    where = Cited(
        dialogue_id=earlier.dialogue_id, document_id=earlier.document_id, set_id=later.set_id
    )
    position = _write(uow, here, where, later, earlier.stance, words, ad_referendum=False)
    _approve(uow, here, position)
    _release(position, at=uow.now, mandate_id=mandate_id)
    await _keep(uow, position)
    await _tell(uow, here, ballot, position)
    _tell_confirmed(uow, position)
    return position


async def _words_of(uow: UnitOfWork, position: Position) -> Words:
    conditions = (await conditions_of(uow.session, [position.id])).get(position.id, [])
    return Words(
        statement=position.statement,
        reservations=position.reservations,
        conditions=[condition.text for condition in conditions],
    )


async def _check_words(uow: UnitOfWork, ballot: Ballot, stance: Stance, words: Words) -> None:
    needless = not await asks_for_reasons(uow.session, ballot)
    check_words(stance, words.tidy(), consent=needless)


def _clear(uow: UnitOfWork, here: Standing, position: Position) -> None:
    judge_clear(course_of(position), here)
    _note(uow, here, position, "cleared")
    _approve(uow, here, position)


def _approve(uow: UnitOfWork, here: Standing, position: Position) -> None:
    position.state = PositionState.CLEARED
    position.cleared_at = uow.now
    position.cleared_by_capacity_id = here.capacity_id
    uow.session.add(position)


def _release(position: Position, *, at: datetime, mandate_id: UUID | None) -> None:
    position.state = PositionState.RELEASED
    position.released_at = at
    position.mandate_id = mandate_id


async def still_open(uow: UnitOfWork, subject: Subject, dialogue: Any) -> Ballot:
    """The subject's ballot, shared; refused once it is closed. A pause is time to confirm in."""
    ballot = await share_ballot(uow, subject, dialogue)
    (await collecting(uow.session, ballot)).check_confirming(uow.now)
    return ballot


def course_of(position: Position) -> Course:
    """What decides over a position's next step."""
    return Course(
        delegation_id=position.delegation_id,
        state=position.state,
        superseded=position.superseded_at is not None,
        ad_referendum=position.ad_referendum,
        confirmed=position.confirmed_at is not None,
    )


def subject_of(position: Position) -> Subject:
    """What a position is about."""
    return Subject(
        set_id=position.set_id,
        section_id=position.section_id,
        amendment_id=position.amendment_id,
    )


async def visible(uow: UnitOfWork, viewer: Viewer, position_id: UUID) -> Position:
    """A position that the viewer may see: released, or of her own delegation."""
    position = await uow.session.get(Position, position_id, populate_existing=True)
    if position is None:
        raise not_found()
    here = await standing(uow.session, viewer, position.dialogue_id, lock=True)
    if position.released_at is None and here.delegation_id != position.delegation_id:
        raise not_found()
    return position


async def _voice(uow: UnitOfWork, viewer: Viewer, dialogue_id: UUID) -> Standing:
    """The viewer's standing, held; refused to those who can't state a position now."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    judge_voice(here)
    return here


async def _prepared(
    uow: UnitOfWork, viewer: Viewer, position_id: UUID
) -> tuple[Position, Standing]:
    """A position, which no other delegate takes further before this transaction ends."""
    position = await visible(uow, viewer, position_id)
    here = await standing(uow.session, viewer, position.dialogue_id)
    if here.delegation_id == position.delegation_id:
        await _one_at_a_time(uow, position.delegation_id, position.subject_id)
        await uow.session.refresh(position)
    return position, here


async def _open(uow: UnitOfWork, here: Standing, subject: Subject) -> Ballot:
    """The subject's ballot, shared; refused when it takes no positions now."""
    ballot = await share_ballot(uow, subject, here.dialogue)
    (await collecting(uow.session, ballot)).check(uow.now)
    return ballot


async def _mandate(uow: UnitOfWork, position: Position) -> UUID | None:
    """The mandate that carries this position today, if any; it can't be revoked meanwhile."""
    mandate = await mandate_carrying(
        uow.session,
        position.delegation_id,
        on=uow.now.date(),
        subject=position.document_id,
    )
    return mandate.id if mandate else None


async def _one_at_a_time(uow: UnitOfWork, delegation_id: UUID, subject_id: UUID) -> None:
    """Let two delegates of one delegation wait for each other on the same subject."""
    await (await uow.session.connection()).execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 4))"),
        {"key": f"{delegation_id} {subject_id}"},
    )


async def _moment(uow: UnitOfWork, delegation_id: UUID, subject_id: UUID) -> datetime:
    """When a position is released: now, and after the one that it supersedes.

    Of two transactions the one that began first may come second; the history keeps their order.
    """
    rows = await uow.session.exec(
        select(func.max(Position.released_at))
        .where(col(Position.delegation_id) == delegation_id)
        .where(col(Position.subject_id) == subject_id)
    )
    latest = rows.one()
    return max(uow.now, latest + timedelta(microseconds=1)) if latest else uow.now


async def _supersede(
    uow: UnitOfWork, delegation_id: UUID, subject_id: UUID, *, released: bool, at: datetime
) -> None:
    """Put what was there before behind: the released position, or the one in preparation."""
    known = col(Position.released_at)
    await uow.session.exec(
        update(Position)
        .where(col(Position.delegation_id) == delegation_id)
        .where(col(Position.subject_id) == subject_id)
        .where(col(Position.superseded_at).is_(None))
        .where(known.is_not(None) if released else known.is_(None))
        .values(superseded_at=at)
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
    uow.announce(events.PositionReleased(**_named(position)))


def _tell_inside(uow: UnitOfWork, position: Position) -> None:
    uow.announce(
        events.PositionPrepared(
            lab_id=position.lab_id,
            dialogue_id=position.dialogue_id,
            closed_to=position.delegation_id,
            position_id=position.id,
            subject=to_global("Position", position.id),
        )
    )


def _tell_confirmed(uow: UnitOfWork, position: Position) -> None:
    uow.announce(events.PositionConfirmed(**_named(position)))


def _named(position: Position) -> dict[str, Any]:
    return {
        "lab_id": position.lab_id,
        "dialogue_id": position.dialogue_id,
        "delegation_id": position.delegation_id,
        "position_id": position.id,
        "set_id": position.set_id,
        "subject": to_global("Position", position.id),
    }


def _note(uow: UnitOfWork, here: Standing, position: Position, step: str) -> None:
    uow.audit(
        action=f"position.{step}",
        object_type="Position",
        object_id=position.id,
        lab_id=position.lab_id,
        capacity_id=here.capacity_id,
        detail={"subject": str(position.subject_id), "stance": position.stance.value},
    )
