"""The verbs: how a delegation comes to a position, and lets the others know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from policylab.kit.db import Statement, UnitOfWork, inserting
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import to_global
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind, Here, carrying, held, recording
from policylab.positions import events
from policylab.positions.ballots import share_ballot
from policylab.positions.judging import (
    VOICE,
    Course,
    confirms_here,
    judge_clear,
    judge_confirm,
    judge_release,
    judge_voice,
)
from policylab.positions.reading import conditions_of, has_position
from policylab.positions.rules import (
    Collecting,
    PositionState,
    Stance,
    Subject,
    Words,
    check_head,
    check_mandate,
    check_words,
)
from policylab.positions.subjects import Cited, cited_here
from policylab.positions.tables import Position, PositionCondition
from policylab.positions.versions import later_subjects

_CONFIRMING: Final = (*VOICE, Action.CONFIRM_POSITION)
_IN_PREPARATION: Final = frozenset({False})
_RELEASED: Final = frozenset({True})
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 4))"
_SUPERSEDE = """
UPDATE position
   SET superseded_at = CASE WHEN released_at IS NULL THEN $3
                            ELSE greatest($3, released_at + interval '1 microsecond') END
 WHERE delegation_id = $1 AND subject_id = $2 AND superseded_at IS NULL
       AND released_at IS NULL AND $4
    OR delegation_id = $1 AND subject_id = $2 AND superseded_at IS NULL
       AND released_at IS NOT NULL AND $5
RETURNING superseded_at
"""
"""Each half as one of the two indexes has it that know what is current."""
_BEHIND = "(SELECT max(superseded_at) AS superseded_at FROM behind) AS behind"


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
    where, here = await cited_here(uow, viewer, subject, actions=VOICE)
    judge_voice(here)
    taken, _ = await _open(uow, here, subject)
    _check_words(taken, stance, words)
    position = _new(uow, here, where, subject, stance, words, ad_referendum=ad_referendum)
    await _put(uow, position, words, _putting(uow, position, instead_of=_IN_PREPARATION))
    _note(uow, here, position, "drafted")
    _tell_inside(uow, position)
    return position


async def clear_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let the head of the delegation approve what was drafted; nobody else hears of it yet."""
    position, here = await _prepared(uow, viewer, position_id)
    judge_clear(course_of(position), here)
    position.sqlmodel_update(_cleared(uow, here))
    _note(uow, here, position, "cleared")
    _tell_inside(uow, position)
    return position


async def release_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let everybody in the dialogue see a cleared position; it supersedes the earlier one."""
    position, here = await _prepared(uow, viewer, position_id)
    judge_release(course_of(position), here)
    taken, mandates = await _open(uow, here, subject_of(position))
    if position.stance is Stance.OBJECT:  # a procedure that asks for reasons may have begun since
        _check_words(taken, Stance.OBJECT, Words(statement=position.statement))
    mandate_id = _mandate(uow, mandates, position.document_id)
    check_mandate(valid=mandate_id is not None, ad_referendum=position.ad_referendum)
    at = await _supersede(uow, position)
    rests_on = None if position.ad_referendum else mandate_id
    position.sqlmodel_update(_released(at=at, mandate_id=rests_on))
    await _keep(uow)
    await uow.last(fact=_tell(uow, here, taken, position))
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
    where, here = await cited_here(uow, viewer, subject, actions=VOICE)
    judge_voice(here)
    check_head(here.head)
    taken, mandates = await _open(uow, here, subject)
    _check_words(taken, stance, words)
    mandate_id = _mandate(uow, mandates, where.document_id)
    check_mandate(valid=mandate_id is not None, ad_referendum=ad_referendum)
    rests_on = None if ad_referendum else mandate_id
    position, parts = taking(uow, here, where, subject, taken, stance, words, mandate_id=rests_on)
    await _put(uow, position, words, parts)
    return position


def taking(
    uow: UnitOfWork,
    here: Here,
    where: Cited,
    subject: Subject,
    taken: Collecting,
    stance: Stance,
    words: Words,
    *,
    mandate_id: UUID | None,
    beside: str = "",
) -> tuple[Position, dict[str, Statement]]:
    """A position that is released as it comes into being, *ad referendum* without a mandate; and
    the statements that write it, the last of which reads also what is `beside`, as for FROM."""
    course = _at_once(uow, here, mandate_id=mandate_id)
    referred = mandate_id is None
    position = _new(uow, here, where, subject, stance, words, ad_referendum=referred, **course)
    fact = _tell(uow, here, taken, position, step="taken")
    which = _IN_PREPARATION | _RELEASED
    return position, _putting(uow, position, instead_of=which, beside=beside, fact=fact)


async def confirm_position(uow: UnitOfWork, viewer: Viewer, *, position_id: UUID) -> Position:
    """Let a position count in full: one taken ad referendum, now that a mandate stands behind it;
    or one on an earlier text, for the latest version of it.

    The latter answers the new position: same stance, same words, on the text as it is now.
    """
    position, here = await visible(uow, viewer, position_id, actions=_CONFIRMING)
    judge_confirm(course_of(position), here)
    await _one_at_a_time(uow, position.delegation_id, position.subject_id)
    await uow.session.refresh(position)
    course = course_of(position)
    judge_confirm(course, here)
    later = (await later_subjects(uow.session, [position])).get(position.id)
    taken, mandates = await share_ballot(uow, subject_of(position), here)
    if not confirms_here(course, taken, later=later is not None):
        assert later is not None
        return await _carry(uow, here, position, later)
    taken.check_confirming(uow.now)
    mandate_id = _mandate(uow, mandates, position.document_id)
    check_mandate(valid=mandate_id is not None, ad_referendum=False)
    position.confirmed_at = uow.now
    position.confirmed_mandate_id = mandate_id
    await _keep(uow)
    _note(uow, here, position, "confirmed")
    _tell_confirmed(uow, position)
    return position


async def _carry(uow: UnitOfWork, here: Here, earlier: Position, later: Subject) -> Position:
    """The same position on the latest version of its text, released at once."""
    taken, mandates = await _open(uow, here, later)
    if await has_position(uow.session, earlier.delegation_id, later.key):
        message = "Your delegation has a position on the latest version of this text already."
        raise Refused(RefusalCode.ALREADY_DONE, message)
    mandate_id = _mandate(uow, mandates, earlier.document_id)
    check_mandate(valid=mandate_id is not None, ad_referendum=False)
    words = await _words_of(uow, earlier)
    _check_words(taken, earlier.stance, words)
    where = Cited(
        dialogue_id=earlier.dialogue_id, document_id=earlier.document_id, set_id=later.set_id
    )
    course = _at_once(uow, here, mandate_id=mandate_id)
    position = _new(uow, here, where, later, earlier.stance, words, ad_referendum=False, **course)
    fact = _tell(uow, here, taken, position)
    await _put(uow, position, words, _putting(uow, position, instead_of=(), fact=fact))
    _tell_confirmed(uow, position)
    return position


async def _words_of(uow: UnitOfWork, position: Position) -> Words:
    conditions = (await conditions_of(uow.session, [position.id])).get(position.id, [])
    return Words(
        statement=position.statement,
        reservations=position.reservations,
        conditions=[condition.text for condition in conditions],
    )


def _check_words(taken: Collecting, stance: Stance, words: Words) -> None:
    check_words(stance, words.tidy(), consent=not taken.asks_for_reasons)


def _cleared(uow: UnitOfWork, here: Here) -> dict[str, Any]:
    return {
        "state": PositionState.CLEARED,
        "cleared_at": uow.now,
        "cleared_by_capacity_id": here.capacity_id,
    }


def _released(*, at: datetime, mandate_id: UUID | None) -> dict[str, Any]:
    return {"state": PositionState.RELEASED, "released_at": at, "mandate_id": mandate_id}


def _at_once(uow: UnitOfWork, here: Here, *, mandate_id: UUID | None) -> dict[str, Any]:
    """What a position has that is cleared and released as it comes into being."""
    return _cleared(uow, here) | _released(at=uow.now, mandate_id=mandate_id)


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


async def visible(
    uow: UnitOfWork, viewer: Viewer, position_id: UUID, *, actions: Collection[Action]
) -> tuple[Position, Here]:
    """A position that the viewer may see, released or of her own delegation; and where she stands
    in its dialogue, which is held, for these actions."""
    position = await uow.session.get(Position, position_id, populate_existing=True)
    if position is None:
        raise not_found()
    here = await held(uow, viewer, position.dialogue_id, actions=actions)
    if position.released_at is None and here.delegation_id != position.delegation_id:
        raise not_found()
    return position, here


async def _prepared(uow: UnitOfWork, viewer: Viewer, position_id: UUID) -> tuple[Position, Here]:
    """A position, which no other delegate takes further before this transaction ends."""
    position, here = await visible(uow, viewer, position_id, actions=VOICE)
    if here.delegation_id == position.delegation_id:
        await _one_at_a_time(uow, position.delegation_id, position.subject_id)
        await uow.session.refresh(position)
    return position, here


async def _open(uow: UnitOfWork, here: Here, subject: Subject) -> tuple[Collecting, Sequence[Any]]:
    """How positions on the subject are taken, shared; refused when none are now. And the mandates
    on which one may rest."""
    taken, mandates = await share_ballot(uow, subject, here)
    taken.check(uow.now)
    return taken, mandates


def _mandate(uow: UnitOfWork, mandates: Sequence[Any], document_id: UUID) -> UUID | None:
    """The one that carries a position on this text today, if any."""
    return carrying(mandates, on=uow.now.date(), subject=document_id)


async def _one_at_a_time(uow: UnitOfWork, delegation_id: UUID, subject_id: UUID) -> None:
    """Let two delegates of one delegation wait for each other on the same subject."""
    await uow.fetchrow(_ALONE, f"{delegation_id} {subject_id}")


async def _supersede(uow: UnitOfWork, position: Position) -> datetime:
    """Put behind what was released before; the moment of which this position stands in its place.

    That is now, and after the release of what it supersedes: of two transactions the one that began
    first may come second, and the history keeps their order.
    """
    behind = await uow.together(behind=_superseding(uow, position, _RELEASED))
    return max((row["superseded_at"] for row in behind), default=uow.now)


def _superseding(uow: UnitOfWork, position: Position, which: Collection[bool]) -> Statement:
    of = position.delegation_id, position.subject_id, uow.now
    return Statement(_SUPERSEDE, (*of, False in which, True in which))


def _new(
    uow: UnitOfWork,
    here: Here,
    where: Cited,
    subject: Subject,
    stance: Stance,
    words: Words,
    *,
    ad_referendum: bool,
    **course: Any,
) -> Position:
    """A position that comes into being; `course`, how far it is by then."""
    said = words.tidy()
    return Position.plain(
        lab_id=here.lab_id,
        dialogue_id=here.dialogue_id,
        delegation_id=here.require_seat(),
        level=here.level or "",
        subject_id=subject.key,
        document_id=where.document_id,
        set_id=subject.set_id,
        section_id=subject.section_id,
        amendment_id=subject.amendment_id,
        stance=stance,
        statement=said.statement,
        reservations=list(said.reservations),
        ad_referendum=ad_referendum,
        capacity_id=here.capacity_id,
        created_by=uow.viewer.person_id,
        **course,
    )


def _putting(
    uow: UnitOfWork,
    position: Position,
    *,
    instead_of: Collection[bool],
    beside: str = "",
    **others: Statement,
) -> dict[str, Statement]:
    """What writes a position that comes into being; what was there before is put behind it, as
    `_supersede` does, and others are carried out with that. Of when it is released the database
    has the last word."""
    behind = _superseding(uow, position, instead_of)
    at = "greatest({}, behind.superseded_at)" if position.released_at else "{}"
    after = ", ".join(filter(None, (_BEHIND, beside)))
    said = inserting(position, after=after, returning="id", released_at=at)
    return {"behind": behind, **others, "said": said}


async def _put(
    uow: UnitOfWork, position: Position, words: Words, parts: dict[str, Statement]
) -> None:
    """Write a position that comes into being, with its conditions."""
    await uow.last(**parts)
    conditions = [
        PositionCondition(
            lab_id=position.lab_id,
            dialogue_id=position.dialogue_id,
            position_id=position.id,
            place=place,
            text=condition,
        )
        for place, condition in enumerate(words.tidy().conditions, start=1)
    ]
    if conditions:
        await uow.insert(*conditions)


async def _keep(uow: UnitOfWork) -> None:
    """Write now: the database guards mandates too, should one be revoked this very moment."""
    try:
        await uow.session.flush()
    except IntegrityError as error:
        if "positions_have_mandates" not in str(error.orig):
            raise
        message = "The mandate was revoked a moment ago."
        raise Refused(RefusalCode.NO_MANDATE, message) from error


def _tell(
    uow: UnitOfWork,
    here: Here,
    taken: Collecting,
    position: Position,
    *,
    step: str = "released",
) -> Statement:
    """Let everybody hear that a position was released; the fact is to be recorded with it."""
    detail = {
        "delegation_id": position.delegation_id,
        "level": position.level,
        "procedure_id": taken.procedure_id if taken.running else None,
    }
    fact = recording(uow, here, FactKind.POSITION_RELEASED, detail)
    _note(uow, here, position, step)
    uow.announce(events.PositionReleased(**_named(position)))
    return fact


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


def _note(uow: UnitOfWork, here: Here, position: Position, step: str) -> None:
    uow.audit(
        action=f"position.{step}",
        object_type="Position",
        object_id=position.id,
        lab_id=position.lab_id,
        capacity_id=here.capacity_id,
        detail={"subject": str(position.subject_id), "stance": position.stance.value},
    )
