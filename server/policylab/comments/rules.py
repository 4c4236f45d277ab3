"""What may be said about a text, and what becomes of it. Pure."""

from enum import StrEnum

from policylab.kit.errors import RefusalCode, Refused

LONGEST_COMMENT = 10_000
LONGEST_QUOTATION = 2_000
LONGEST_REASONS = 20_000


class ThreadVisibility(StrEnum):
    """Who reads a thread."""

    DIALOGUE = "DIALOGUE"
    """Whoever may read the dialogue."""
    DELEGATION = "DELEGATION"
    """A closed note: the delegates of one delegation and nobody else, moderators included."""


class ThreadState(StrEnum):
    """Whether a thread still waits for somebody."""

    OPEN = "OPEN"
    """Not settled; whoever may remark can answer."""
    RESOLVED = "RESOLVED"
    """Settled; it takes answers again only once somebody opens it again."""


class AmendmentState(StrEnum):
    """What became of an amendment."""

    TABLED = "TABLED"
    """Proposed by a delegation, and waiting for an answer."""
    ACCEPTED = "ACCEPTED"
    """Those who settle will merge it; or its delegation accepts the text as it came to be."""
    MERGED = "MERGED"
    """Its words are in the working draft, under the name of the delegation."""
    REJECTED = "REJECTED"
    """It was not taken up; the reasons are recorded."""
    WITHDRAWN = "WITHDRAWN"
    """Its delegation took it back; that it was proposed remains readable."""


WAITING = frozenset({AmendmentState.TABLED, AmendmentState.ACCEPTED})
"""States from which an amendment can still go elsewhere, unless it has been settled."""


_FATES = {
    AmendmentState.TABLED: "it is settled as it stands",
    AmendmentState.ACCEPTED: "it was accepted",
    AmendmentState.MERGED: "its words are in the text",
    AmendmentState.REJECTED: "it was rejected",
    AmendmentState.WITHDRAWN: "it was withdrawn",
}


def check_comment(body: str) -> str:
    """The remark without blanks around it; refused when nothing is said, or too much."""
    return _check(body, field="body", longest=LONGEST_COMMENT, ask="Write what you want to say.")


def check_quotation(quotation: str) -> str:
    """The quoted words as they stand in the text; empty for a remark on a whole clause."""
    if len(quotation) > LONGEST_QUOTATION:
        message = f"Choose at most {LONGEST_QUOTATION} characters; a clause can be named whole."
        raise Refused(RefusalCode.TOO_LARGE, message, field="quotation")
    return quotation if quotation.strip() else ""


def check_reasons(reasons: str, *, ask: str) -> str:
    """The reasons without blanks; `ask` says, where they are missing, what they are needed for."""
    return _check(reasons, field="reasons", longest=LONGEST_REASONS, ask=ask)


def check_tabled(state: AmendmentState, *, settled: bool) -> None:
    """Refuse to change what has become of an amendment: its fate is recorded once."""
    if settled or state not in WAITING:
        fate = _FATES[state]
        message = f"This amendment has been settled: {fate}."
        raise Refused(RefusalCode.ALREADY_DONE, message)


def _check(words: str, *, field: str, longest: int, ask: str) -> str:
    cleaned = words.strip()
    if not cleaned:
        raise Refused(RefusalCode.STATEMENT_REQUIRED, ask, field=field)
    if len(cleaned) > longest:
        message = f"Write at most {longest} characters here."
        raise Refused(RefusalCode.TOO_LARGE, message, field=field)
    return cleaned
