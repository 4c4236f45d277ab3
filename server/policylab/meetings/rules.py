"""What is true of lab sessions: their course, and when a level has its quorum. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from policylab.kit.errors import RefusalCode, Refused

LONGEST_TITLE = 300
LONGEST_RESULT = 4_000
LONGEST_MINUTES = 100_000
MOST_ITEMS = 100


class MeetingState(StrEnum):
    """How far a lab session is."""

    PLANNED = "PLANNED"
    """It has a date and has not begun."""
    OPEN = "OPEN"
    """It is being held."""
    HELD = "HELD"
    """It took place and is over."""
    CANCELLED = "CANCELLED"
    """It was called off before it began."""


@dataclass(frozen=True, slots=True)
class SeatAt:
    """A delegation as a session counts it."""

    delegation_id: UUID
    level: str
    voting: bool
    occupied: bool


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many of a level's delegations are at the table."""

    level: str
    present: int
    seated: int

    @property
    def met(self) -> bool:
        """At least half of those that decide; a level without any has no quorum."""
        return self.seated > 0 and 2 * self.present >= self.seated


def quorums(
    levels: Iterable[str], seats: Collection[SeatAt], present: Collection[UUID]
) -> list[Quorum]:
    """The quorum of each level.

    A level has its quorum when at least half of its delegations are present. Only delegations that
    vote and on which somebody sits are counted: a consulted body is heard, and an empty seat can't
    keep the others from meeting.
    """
    found: list[Quorum] = []
    for level in levels:
        counted = [s for s in seats if s.level == level and s.voting and s.occupied]
        here = sum(seat.delegation_id in present for seat in counted)
        found.append(Quorum(level, here, len(counted)))
    return found


def quorums_as_json(found: Iterable[Quorum]) -> list[dict[str, str | int]]:
    """Quorums as a meeting keeps them once it has been held."""
    return [{"level": q.level, "present": q.present, "seated": q.seated} for q in found]


def quorums_from_json(kept: Iterable[Mapping[str, str | int]]) -> list[Quorum]:
    """The opposite of `quorums_as_json`."""
    return [Quorum(str(q["level"]), int(q["present"]), int(q["seated"])) for q in kept]


def check_state(state: MeetingState, *wanted: MeetingState) -> None:
    """Refuse what the session is not ready for, or past."""
    if state in wanted:
        return
    message = {
        MeetingState.PLANNED: "This session has not been opened yet.",
        MeetingState.OPEN: "This session is being held.",
        MeetingState.HELD: "This session has been held.",
        MeetingState.CANCELLED: "This session was cancelled.",
    }[state]
    early = state is MeetingState.PLANNED
    code = RefusalCode.CONDITIONS_NOT_MET if early else RefusalCode.CLOSED
    raise Refused(code, message)


def check_times(starts_at: datetime, ends_at: datetime | None) -> None:
    """Refuse a session that ends before it begins, and a time without its zone."""
    if starts_at.tzinfo is None or (ends_at is not None and ends_at.tzinfo is None):
        message = "Give times with their zone."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="starts_at")
    if ends_at is not None and ends_at <= starts_at:
        message = "A session ends after it begins."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="ends_at")


def check_link(link: str) -> str:
    """The address of the room on the web; only ordinary web addresses."""
    cleaned = check_words(link, field="link", longest=500, needed=False)
    if cleaned and not cleaned.startswith(("https://", "http://")):
        message = "A link begins with https://."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="link")
    return cleaned


def check_words(text: str, *, field: str, longest: int, needed: bool = True) -> str:
    """The text without blanks around it; refused when it is missing or too long."""
    cleaned = text.strip()
    if needed and not cleaned:
        raise Refused(RefusalCode.INVALID_INPUT, "This must not be empty.", field=field)
    if len(cleaned) > longest:
        message = f"Write at most {longest:,} characters here."
        raise Refused(RefusalCode.TOO_LARGE, message, field=field)
    return cleaned


def check_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """What the session is called, in one language at least."""
    cleaned = {
        tag: check_words(text, field="titles", longest=LONGEST_TITLE)
        for tag, text in titles.items()
        if text.strip()
    }
    if not cleaned:
        message = "Write this in one language at least."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="titles")
    return cleaned


def check_agenda(items: Collection[str], *, already: int = 0) -> list[str]:
    """The items of an agenda, in order."""
    if already + len(items) > MOST_ITEMS:
        message = f"An agenda has at most {MOST_ITEMS} items."
        raise Refused(RefusalCode.TOO_MANY, message, field="agenda")
    return [check_words(item, field="agenda", longest=LONGEST_TITLE) for item in items]


def check_not_approved(approved_at: datetime | None) -> None:
    """Refuse to touch minutes that have been approved."""
    if approved_at is not None:
        message = "These minutes have been approved; they no longer change."
        raise Refused(RefusalCode.SEALED, message)
