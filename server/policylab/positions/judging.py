"""Which step a position may take next, and who takes it. The verbs ask before they write, and
clients are shown the answers (`viewerCan`)."""

from dataclasses import dataclass
from uuid import UUID

from policylab.kit.errors import RefusalCode, Refused
from policylab.labs import Action, Here
from policylab.positions.rules import Collecting, PositionState, check_head, check_step


@dataclass(frozen=True, kw_only=True)
class Course:
    """How far a position has come, and what waits for it."""

    delegation_id: UUID
    state: PositionState
    superseded: bool
    ad_referendum: bool
    confirmed: bool


VOICE = (Action.TAKE_POSITION, Action.GIVE_OPINION)
"""Either lets a delegation say where it stands."""


def judge_voice(here: Here, action: Action = Action.TAKE_POSITION) -> None:
    """Refuse those who can't state a position or an opinion now."""
    if here.why_not(Action.GIVE_OPINION) is not None:
        here.require(action)
    here.require_seat()


def judge_clear(course: Course, here: Here) -> None:
    """Refuse to clear what is not one's own, not drafted, or not for the head to clear."""
    _judge_own(course, here)
    check_step(course.state, wanted=PositionState.DRAFTED)


def judge_release(course: Course, here: Here) -> None:
    """Refuse to release what has not been cleared, to all but the head of its delegation."""
    _judge_own(course, here)
    check_step(course.state, wanted=PositionState.CLEARED)


def _judge_own(course: Course, here: Here) -> None:
    judge_voice(here)
    _check_own(course, here)
    if course.superseded:
        message = "A newer draft of your delegation has superseded this one."
        raise Refused(RefusalCode.STALE, message)
    check_head(here.head)


def judge_confirm(course: Course, here: Here) -> None:
    """Refuse to confirm what was not released, or is not the delegation's position any more."""
    _check_own(course, here)
    if course.state is not PositionState.RELEASED:
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, "Release the position first.")
    if course.superseded:
        message = "A newer position of your delegation has superseded this one."
        raise Refused(RefusalCode.STALE, message)
    judge_voice(here, Action.CONFIRM_POSITION)
    check_head(here.head)


def confirms_here(course: Course, collecting: Collecting, *, later: bool) -> bool:
    """Whether confirming speaks of the text the position is on, and not of a later version of it.

    `later` says whether there is a later version that holds its subject.
    """
    open_question = course.ad_referendum and not course.confirmed
    if not open_question and not later:
        message = "This position counts in full already; there is nothing to confirm."
        raise Refused(RefusalCode.ALREADY_DONE, message)
    return open_question and (collecting.running or not later)


def _check_own(course: Course, here: Here) -> None:
    if here.delegation_id != course.delegation_id:
        raise Refused(RefusalCode.NOT_YOUR_ROLE, "Only the delegation that took it does this.")
