"""How long each kind of thing is kept, from when on, and what is due then. Pure.

The idea is MoReq2010's: one class for each record, and the class decides its fate. The numbers of
days are ours; an archive law that says otherwise wins. A legal hold goes before every class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from policylab.kit.errors import RefusalCode, Refused

LONGEST_REASON = 4_000
YEAR = 365


class RetentionClass(StrEnum):
    """What sort of thing is kept."""

    DECISION_RECORD = "DECISION_RECORD"
    """Sealed records, their corrigenda, formal adoptions, and the frozen texts they cite."""
    DELIBERATION = "DELIBERATION"
    """How a text came about: drafts, comments, amendments, positions, minutes."""
    CLOSED_NOTE = "CLOSED_NOTE"
    """What stays inside one delegation."""
    ACCOUNT = "ACCOUNT"
    """Who somebody is: name, address, language, ways to sign in."""
    NOTICE = "NOTICE"
    """What needed somebody."""
    SIGN_IN = "SIGN_IN"
    """Ended browser sessions, spent codes, revoked tokens."""


class Trigger(StrEnum):
    """From when on the time runs."""

    SEALED = "SEALED"
    """The decision record was closed for good, with its hash and its time."""
    DIALOGUE_CLOSED = "DIALOGUE_CLOSED"
    """The dialogue came to its end."""
    LAST_ROLE_ENDED = "LAST_ROLE_ENDED"
    """The person's last seat, role or place in a lab."""
    DONE = "DONE"
    """The task was done, or the session ended."""


class Fate(StrEnum):
    """What is due when the time is over."""

    KEEP = "KEEP"
    """Nothing, ever."""
    REVIEW = "REVIEW"
    """The archive chooses what it takes over; the rest is deleted."""
    ERASE = "ERASE"
    """The person's identity gives way to function and organisation."""
    DELETE = "DELETE"
    """It is removed for good."""


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What a class says."""

    trigger: Trigger
    days: int | None
    """None for ever."""
    fate: Fate


SCHEDULE: Mapping[RetentionClass, Keeping] = {  # days [ours]
    RetentionClass.DECISION_RECORD: Keeping(trigger=Trigger.SEALED, days=None, fate=Fate.KEEP),
    RetentionClass.DELIBERATION: Keeping(
        trigger=Trigger.DIALOGUE_CLOSED, days=10 * YEAR, fate=Fate.REVIEW
    ),
    RetentionClass.CLOSED_NOTE: Keeping(
        trigger=Trigger.DIALOGUE_CLOSED, days=2 * YEAR, fate=Fate.DELETE
    ),
    RetentionClass.ACCOUNT: Keeping(trigger=Trigger.LAST_ROLE_ENDED, days=YEAR, fate=Fate.ERASE),
    RetentionClass.NOTICE: Keeping(trigger=Trigger.DONE, days=90, fate=Fate.DELETE),
    RetentionClass.SIGN_IN: Keeping(trigger=Trigger.DONE, days=90, fate=Fate.DELETE),
}


def due_on(kept_as: RetentionClass, trigger_date: date) -> date | None:
    """The first day on which the class's fate is due; None for what is kept for ever."""
    days = SCHEDULE[kept_as].days
    return None if days is None else trigger_date + timedelta(days=days)


def check_reason(reason: str) -> str:
    """Why something is held, without blanks around it; a hold without a reason is refused."""
    cleaned = reason.strip()
    if not cleaned:
        ask = "Say why nothing may be erased, so that others can judge when it may again."
        raise Refused(RefusalCode.STATEMENT_REQUIRED, ask, field="reason")
    if len(cleaned) > LONGEST_REASON:
        message = f"Use at most {LONGEST_REASON} characters."
        raise Refused(RefusalCode.TOO_LARGE, message, field="reason")
    return cleaned
