"""Where a delegation may stand, and how a position comes to count. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from uuid import UUID, uuid5

from policylab.kit.errors import RefusalCode, Refused

LONGEST_STATEMENT = 20_000
MOST_POINTS = 50


class Stance(StrEnum):
    """Where a delegation stands. *No position* is not a stance: it is derived from silence."""

    SUPPORT = "SUPPORT"
    """For, without limits."""
    SUPPORT_WITH_RESERVATION = "SUPPORT_WITH_RESERVATION"
    """For; the reservation is printed in the record and does not block."""
    CONDITIONAL = "CONDITIONAL"
    """For once every condition is met and the delegation has confirmed it; against otherwise."""
    ABSTAIN = "ABSTAIN"
    """Neither for nor against; it counts as having spoken."""
    OBJECT = "OBJECT"
    """Against; where the rule asks for reasons, they are stated."""
    NOT_COMPETENT = "NOT_COMPETENT"
    """Outside this body's powers: taken out of the entitled."""


class PositionState(StrEnum):
    """How far a position has come. Until it is released only its delegation sees it."""

    DRAFTED = "DRAFTED"
    """A delegate has written it; the head of the delegation has not approved it yet."""
    CLEARED = "CLEARED"
    """The head of the delegation has approved it; the others do not see it yet."""
    RELEASED = "RELEASED"
    """The others see it; a change of mind is a new position, and both remain."""


class BallotState(StrEnum):
    """Whether positions on a subject are being collected by a procedure."""

    FREE = "FREE"
    """No procedure yet, or the last one was withdrawn: positions may be taken."""
    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a position is about: a whole set, one section of it, or an amendment to it."""

    set_id: UUID
    section_id: UUID | None = None
    amendment_id: UUID | None = None

    @cached_property
    def key(self) -> UUID:
        """One identifier for the subject, so that the database can guard it."""
        if self.amendment_id:
            return self.amendment_id
        return _of_section(self.set_id, self.section_id) if self.section_id else self.set_id


@lru_cache(1_000)
def _of_section(set_id: UUID, section_id: UUID) -> UUID:
    return uuid5(set_id, str(section_id))


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a delegation says with its stance."""

    statement: str = ""
    reservations: Sequence[str] = ()
    conditions: Sequence[str] = ()

    def tidy(self) -> Words:
        """Without blanks around, and without empty points."""
        return Words(
            statement=self.statement.strip(),
            reservations=[point.strip() for point in self.reservations if point.strip()],
            conditions=[point.strip() for point in self.conditions if point.strip()],
        )


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A referral's time: the procedure rests, and its deadline moves by as much."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Term:
    """When positions count: fixed when the procedure opens, moved only by pauses."""

    opens_at: datetime
    closes_at: datetime
    pauses: Sequence[Pause] = ()
    consent: bool = False
    """Under CONSENT an objection may come without reasons."""

    @property
    def ends_at(self) -> datetime:
        """The deadline with every pause added."""
        end = self.closes_at
        for pause in self.pauses:
            end += pause.until - pause.since
        return end

    def rests_until(self, now: datetime) -> datetime | None:
        """When the pause that is running now ends."""
        running = [pause.until for pause in self.pauses if pause.since <= now < pause.until]
        return max(running, default=None)


def check_words(stance: Stance, words: Words, *, consent: bool) -> None:
    """Refuse a stance whose words are missing, misplaced or too long.

    Under CONSENT an objection without reasons is taken: it becomes a reservation.
    """
    _check_size(words)
    if words.reservations and stance is not Stance.SUPPORT_WITH_RESERVATION:
        message = "Reservations belong to the stance 'support with reservation'."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="reservations")
    if words.conditions and stance is not Stance.CONDITIONAL:
        message = "Conditions belong to the stance 'support on condition'."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="conditions")
    asks = {
        Stance.SUPPORT_WITH_RESERVATION: (
            words.reservations,
            "reservations",
            "State the reservation, so that the record can print it.",
        ),
        Stance.CONDITIONAL: (
            words.conditions,
            "conditions",
            "State each condition, so that others can meet it.",
        ),
        Stance.OBJECT: (
            words.statement or consent,
            "statement",
            "Give the reasons of the objection, so that others can answer it.",
        ),
    }
    given, field, ask = asks.get(stance, (True, "", ""))
    if not given:
        raise Refused(RefusalCode.STATEMENT_REQUIRED, ask, field=field)


def _check_size(words: Words) -> None:
    for field, points in (("reservations", words.reservations), ("conditions", words.conditions)):
        if len(points) > MOST_POINTS:
            message = f"At most {MOST_POINTS} points; put what belongs together into one."
            raise Refused(RefusalCode.TOO_LARGE, message, field=field)
    texts = [("statement", words.statement)]
    texts += [("reservations", point) for point in words.reservations]
    texts += [("conditions", point) for point in words.conditions]
    for field, text in texts:
        if len(text) > LONGEST_STATEMENT:
            message = f"At most {LONGEST_STATEMENT} characters; attach a paper for more."
            raise Refused(RefusalCode.TOO_LARGE, message, field=field)


def check_mandate(*, valid: bool, ad_referendum: bool) -> None:
    """Refuse a full position without a mandate valid today that covers the subject."""
    if not valid and not ad_referendum:
        message = (
            "Your delegation has no mandate that is valid today for this subject. File one, or "
            "take the position subject to confirmation (ad referendum)."
        )
        raise Refused(RefusalCode.NO_MANDATE, message, field="adReferendum")


def check_open(state: BallotState, term: Term | None, now: datetime) -> None:
    """Refuse a position that would come too late, or while the procedure rests."""
    if state is BallotState.CLOSED:
        message = "The procedure on this text has been closed; positions are no longer taken."
        raise Refused(RefusalCode.CLOSED, message)
    if state is BallotState.OPEN and term is not None:
        resting = term.rests_until(now)
        if resting:
            message = f"The procedure is suspended by a referral until {resting.isoformat()}."
            raise Refused(RefusalCode.CLOSED, message)
        if now >= term.ends_at:
            message = f"The deadline for positions was {term.ends_at.isoformat()}."
            raise Refused(RefusalCode.CLOSED, message)


@dataclass(frozen=True, kw_only=True)
class Collecting:
    """Whether positions on a subject are taken, and by which procedure."""

    state: BallotState = BallotState.FREE
    procedure_id: UUID | None = None
    term: Term | None = None

    @property
    def running(self) -> bool:
        """Whether a procedure collects them."""
        return self.state is BallotState.OPEN

    @property
    def asks_for_reasons(self) -> bool:
        """Whether an objection needs reasons here: always, but under a procedure by CONSENT."""
        return not (self.running and self.term and self.term.consent)

    def check(self, now: datetime) -> None:
        """Refuse a position that would come too late, or while the procedure rests."""
        check_open(self.state, self.term, now)

    def check_confirming(self, now: datetime) -> None:
        """The same for a confirmation: a referral's pause is time to confirm in."""
        if not (self.running and self.term and self.term.rests_until(now)):
            check_open(self.state, self.term, now)


def check_head(head: bool) -> None:
    """Refuse anybody but the head of the delegation: she alone speaks for it to the others."""
    if not head:
        message = "The head of your delegation clears and releases its positions."
        raise Refused(RefusalCode.NOT_YOUR_ROLE, message)


def check_step(state: PositionState, *, wanted: PositionState) -> None:
    """Refuse a step that does not follow: drafted, then cleared, then released."""
    if state is wanted:
        return
    if state is PositionState.RELEASED:
        message = "This position has been released; a new one supersedes it."
        raise Refused(RefusalCode.ALREADY_DONE, message)
    if wanted is PositionState.CLEARED:
        message = "The head of the delegation must clear this position before it is released."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    raise Refused(RefusalCode.ALREADY_DONE, "This position has been cleared already.")


def counts_as_full(*, ad_referendum: bool, confirmed: bool) -> bool:
    """A position taken ad referendum counts only once it is confirmed."""
    return confirmed or not ad_referendum
