"""Who may do what to a thread, a suggestion or an amendment, and when. The verbs ask it before they
write, and clients are shown its answers (`viewerCan`)."""

from dataclasses import dataclass
from uuid import UUID

from policylab.comments.rules import (
    AmendmentState,
    ThreadState,
    ThreadVisibility,
    check_tabled,
)
from policylab.kit.errors import RefusalCode, Refused
from policylab.labs import Action, Standing


@dataclass(frozen=True, kw_only=True)
class ThreadCourse:
    """What decides over a thread."""

    visibility: ThreadVisibility
    state: ThreadState
    begun_by: UUID | None
    """The person who began it."""


@dataclass(frozen=True, kw_only=True)
class AmendmentCourse:
    """What decides over an amendment."""

    delegation_id: UUID
    state: AmendmentState
    settled: bool
    answered: bool


def judge_remark(visibility: ThreadVisibility, here: Standing) -> None:
    """Refuse a remark to those who may not make one: to everybody, or inside their delegation."""
    if visibility is ThreadVisibility.DELEGATION:
        here.require_seat()
        here.require(Action.NOTE)
    else:
        here.require(Action.COMMENT)


def judge_reply(thread: ThreadCourse, here: Standing) -> None:
    """Refuse an answer to those who may not remark, and to what has been settled."""
    judge_remark(thread.visibility, here)
    if thread.state is ThreadState.RESOLVED:
        raise Refused(RefusalCode.CLOSED, "This thread is settled; open it again to answer.")


def judge_resolve(thread: ThreadCourse, here: Standing, person_id: UUID | None) -> None:
    """Refuse to settle a thread, unless one began it or runs the process.

    A closed note is settled by any delegate inside.
    """
    _own_thread(thread, here, person_id)
    if thread.state is ThreadState.RESOLVED:
        raise Refused(RefusalCode.ALREADY_DONE, "This thread has been settled already.")


def judge_reopen(thread: ThreadCourse, here: Standing, person_id: UUID | None) -> None:
    """Refuse to open a thread again, to whom it would be refused to settle it."""
    _own_thread(thread, here, person_id)
    if thread.state is ThreadState.OPEN:
        raise Refused(RefusalCode.ALREADY_DONE, "This thread is open.")


def _own_thread(thread: ThreadCourse, here: Standing, person_id: UUID | None) -> None:
    if thread.visibility is ThreadVisibility.DELEGATION:
        judge_remark(thread.visibility, here)
    elif person_id is None or thread.begun_by != person_id:
        here.require(Action.MODERATE)


def judge_suggestion(authors: set[str], here: Standing, *, accept: bool) -> None:
    """Refuse to settle a suggestion to those who may not write the text.

    Who made it, and nobody else in it, takes it back while she may still suggest. `authors` are
    capacities as the marks carry them.
    """
    own = here.acting_as is not None and authors == {str(here.acting_as)}
    if not accept and own and Action.SUGGEST in here.may:
        return
    here.require(Action.EDIT)


def judge_accept(amendment: AmendmentCourse, here: Standing) -> None:
    """Refuse to accept what becomes of an amendment.

    Its own delegation accepts the fate or the text as it came to be; those who settle accept that
    it shall be merged.
    """
    if answers(amendment, here):
        here.require(Action.ANSWER_AMENDMENT)
        _not_withdrawn(amendment)
        if amendment.answered:
            message = "Your delegation has accepted this already."
            raise Refused(RefusalCode.ALREADY_DONE, message)
        return
    here.require(Action.SETTLE_AMENDMENT)
    check_tabled(amendment.state, settled=amendment.settled)
    if amendment.state is AmendmentState.ACCEPTED:
        raise Refused(RefusalCode.ALREADY_DONE, "This amendment is accepted; merge it now.")


def judge_settle(amendment: AmendmentCourse, here: Standing) -> None:
    """Refuse to merge or reject an amendment to those who don't, or once it is settled."""
    here.require(Action.SETTLE_AMENDMENT)
    check_tabled(amendment.state, settled=amendment.settled)


def judge_withdraw(amendment: AmendmentCourse, here: Standing) -> None:
    """Refuse to withdraw an amendment to all but its delegation, or once it is settled."""
    if here.delegation_id != amendment.delegation_id:
        message = "Only the delegation that tabled an amendment withdraws it."
        raise Refused(RefusalCode.NOT_YOUR_ROLE, message)
    if Action.ANSWER_AMENDMENT not in here.may:
        here.require(Action.TABLE_AMENDMENT)
    check_tabled(amendment.state, settled=amendment.settled)


def answers(amendment: AmendmentCourse, here: Standing) -> bool:
    """Whether somebody speaks for the delegation that tabled the amendment."""
    return here.delegation_id == amendment.delegation_id


def _not_withdrawn(amendment: AmendmentCourse) -> None:
    if amendment.state is AmendmentState.WITHDRAWN:
        message = "Your delegation has withdrawn this amendment."
        raise Refused(RefusalCode.ALREADY_DONE, message)
