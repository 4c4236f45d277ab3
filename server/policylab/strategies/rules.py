"""What follows from links and answers for a recommendation. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from policylab.index import ResponseAnswer
from policylab.kit.errors import RefusalCode, Refused

LONGEST_NOTE = 2_000


class TraceKind(StrEnum):
    """How a clause stands to a recommendation."""

    ADDRESSES = "ADDRESSES"
    """The clause does what the recommendation asks."""
    PARTLY = "PARTLY"
    """The clause does some of what the recommendation asks."""
    CONTRADICTS = "CONTRADICTS"
    """The clause goes against what the recommendation asks."""


class TraceState(StrEnum):
    """Whether a link still speaks of the words it was made for."""

    CONFIRMED = "CONFIRMED"
    """The clause still reads as it did when somebody last vouched for the link."""
    TO_BE_CONFIRMED = "TO_BE_CONFIRMED"
    """The clause has changed, or is gone, since somebody last confirmed the link."""


class CoverageState(StrEnum):
    """How far a text answers a recommendation."""

    ANSWERED = "ANSWERED"
    """A clause does what it asks, and that link is confirmed."""
    PARTLY = "PARTLY"
    """A clause is linked to it, but only for a part, or the link waits to be confirmed again."""
    OPEN = "OPEN"
    """No clause takes it up, and nobody has declined it or passed it on."""
    DECLINED = "DECLINED"
    """A body will not follow it and says why; no clause does all it asks."""
    REFERRED = "REFERRED"
    """It was passed on to another level of government; no clause does all it asks."""


def trace_state(confirmed: Mapping[str, str], now: Mapping[str, str]) -> TraceState:
    """Judge a link by the clause's hash in each language, as it was confirmed and as it is now.

    A language that came later changes nothing of what was confirmed.
    """
    if now and confirmed.items() <= now.items():
        return TraceState.CONFIRMED
    return TraceState.TO_BE_CONFIRMED


def coverage_state(
    links: Iterable[tuple[TraceKind, TraceState]], answer: ResponseAnswer | None
) -> CoverageState:
    """What a recommendation's links and its response come to.

    A clause counts in full only while its link is confirmed and the response is not partial. What
    is declined or referred stays so while no clause addresses it.
    """
    touched = False
    for kind, state in links:
        if kind is TraceKind.ADDRESSES and state is TraceState.CONFIRMED:
            partly = answer is ResponseAnswer.PARTLY
            return CoverageState.PARTLY if partly else CoverageState.ANSWERED
        touched = touched or kind is not TraceKind.CONTRADICTS
    if answer is ResponseAnswer.DECLINED:
        return CoverageState.DECLINED
    if answer is ResponseAnswer.REFERRED:
        return CoverageState.REFERRED
    return CoverageState.PARTLY if touched else CoverageState.OPEN


def counted(states: Iterable[CoverageState]) -> dict[CoverageState, int]:
    """How many recommendations stand in each state; none is left out."""
    counts = Counter(states)
    return {state: counts[state] for state in CoverageState}


def check_note(note: str) -> str:
    """The note without blanks; refused when it is too long."""
    cleaned = note.strip()
    if len(cleaned) > LONGEST_NOTE:
        message = f"Write at most {LONGEST_NOTE} characters here."
        raise Refused(RefusalCode.TOO_LARGE, message, field="note")
    return cleaned


def check_link(kind: TraceKind, held: Collection[TraceKind]) -> None:
    """Refuse to make the very link that is there."""
    if kind in held:
        message = "This clause is linked to this recommendation in this way already."
        raise Refused(RefusalCode.ALREADY_DONE, message)
