"""What is true of labs, dialogues, seats and mandates. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from policylab.kit.errors import RefusalCode, Refused
from policylab.process.rules import Said

LONGEST_TEXT = 4_000
LONGEST_NAME = 300


class LabRole(StrEnum):
    """What somebody is in a lab as a whole."""

    ADMINISTRATOR = "ADMINISTRATOR"
    """Creates dialogues, names who runs them, gives roles in the lab."""
    SECRETARIAT = "SECRETARIAT"
    """Keeps every dialogue of the lab going, and publishes."""
    MEMBER = "MEMBER"
    """Sees the lab, and its dialogues that are open to it."""


class LabAct(StrEnum):
    """What somebody may do in a lab as a whole."""

    CREATE_DIALOGUE = "CREATE_DIALOGUE"
    GRANT_LAB_ROLE = "GRANT_LAB_ROLE"
    """Give somebody a place in the lab, or end it."""
    HOLD_RECORDS = "HOLD_RECORDS"
    """Say that nothing of the lab may be erased for now, or that it may again."""


ENTITLED: Mapping[LabAct, frozenset[str]] = {
    LabAct.CREATE_DIALOGUE: frozenset({LabRole.ADMINISTRATOR, LabRole.SECRETARIAT}),
    LabAct.GRANT_LAB_ROLE: frozenset({LabRole.ADMINISTRATOR}),
    LabAct.HOLD_RECORDS: frozenset({LabRole.ADMINISTRATOR}),
}


_ADMINISTRATORS = Said(
    "Only the lab’s administrators do this.",
    "Seule l’administration du laboratoire peut le faire.",
)
_WITH_SECRETARIAT = Said(
    "Only the lab’s administrators and its secretariat do this.",
    "Seuls l’administration du laboratoire et son secrétariat peuvent le faire.",
)


def check_lab_act(act: LabAct, held: Collection[str], *, locale: str = "en") -> None:
    """Refuse what none of somebody's places in the lab entitles to."""
    if not ENTITLED[act].isdisjoint(held):
        return
    said = _WITH_SECRETARIAT if LabRole.SECRETARIAT in ENTITLED[act] else _ADMINISTRATORS
    raise Refused(RefusalCode.NOT_YOUR_ROLE, said.within(locale))


class Visibility(StrEnum):
    """Who may read a dialogue."""

    PARTICIPANTS = "PARTICIPANTS"
    """Those who take part in it."""
    LAB = "LAB"
    """Everybody with a place in its lab."""


class MandateState(StrEnum):
    """What stands behind a delegation on a given day."""

    NONE = "NONE"
    """Nobody has filed a mandate for it."""
    VALID = "VALID"
    """A full mandate is in force."""
    AD_REFERENDUM = "AD_REFERENDUM"
    """Taking part without a full mandate, subject to confirmation."""
    EXPIRED = "EXPIRED"
    """Its mandate ran out before that day."""
    REVOKED = "REVOKED"
    """Its mandate was taken back."""
    FUTURE = "FUTURE"
    """Its mandate begins after that day."""


BEST_FIRST = (
    MandateState.VALID,
    MandateState.AD_REFERENDUM,
    MandateState.FUTURE,
    MandateState.EXPIRED,
    MandateState.REVOKED,
)


@dataclass(frozen=True, slots=True)
class MandateFacts:
    """What decides whether a mandate carries a position."""

    level: str
    valid_from: date
    valid_to: date | None
    ad_referendum: bool = False
    revoked: bool = False
    subjects: frozenset[UUID] = frozenset()
    """Documents it is limited to; none means the whole dialogue."""


def mandate_state(mandate: MandateFacts, on: date) -> MandateState:
    """How one mandate stands on a day."""
    if mandate.revoked:
        return MandateState.REVOKED
    if on < mandate.valid_from:
        return MandateState.FUTURE
    if mandate.valid_to is not None and on > mandate.valid_to:
        return MandateState.EXPIRED
    return MandateState.AD_REFERENDUM if mandate.ad_referendum else MandateState.VALID


def best_state(mandates: Iterable[MandateFacts], on: date) -> MandateState:
    """How a delegation stands on a day: by the best of its mandates."""
    states = {mandate_state(mandate, on) for mandate in mandates}
    return next((state for state in BEST_FIRST if state in states), MandateState.NONE)


def carries(mandate: MandateFacts, *, on: date, level: str, subject: UUID | None) -> bool:
    """Whether a formal position on the subject may rest on this mandate (invariant 3)."""
    if mandate_state(mandate, on) is not MandateState.VALID or mandate.level != level:
        return False
    return not mandate.subjects or subject in mandate.subjects


def check_words(
    words: Mapping[str, str],
    *,
    field: str,
    languages: Collection[str] = (),
    longest: int = LONGEST_NAME,
) -> dict[str, str]:
    """A text by language, trimmed; there in at least one language, and in each one asked for."""
    cleaned = {tag: text.strip() for tag, text in words.items() if text.strip()}
    if not cleaned:
        raise Refused(
            RefusalCode.INVALID_INPUT, "Write this in one language at least.", field=field
        )
    missing = [tag for tag in languages if tag not in cleaned]
    if missing:
        message = f"Write this in every language of the lab; missing: {', '.join(missing)}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field=field)
    for text in cleaned.values():
        check_text(text, field=field, longest=longest)
    return cleaned


def check_text(text: str, *, field: str, longest: int = LONGEST_TEXT, needed: bool = True) -> str:
    """The text without blanks around it; refused when it is missing or too long."""
    cleaned = text.strip()
    if needed and not cleaned:
        raise Refused(RefusalCode.INVALID_INPUT, "This must not be empty.", field=field)
    if len(cleaned) > longest:
        message = f"Write at most {longest} characters here."
        raise Refused(RefusalCode.TOO_LARGE, message, field=field)
    return cleaned


def check_levels(codes: Collection[str], *, known: Collection[str]) -> list[str]:
    """The levels a dialogue works on, in the lab's order."""
    unknown = sorted(set(codes) - set(known))
    if unknown:
        message = f"This lab has no level {', '.join(unknown)}; it has {', '.join(known)}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="levels")
    if not codes:
        raise Refused(RefusalCode.INVALID_INPUT, "Choose one level at least.", field="levels")
    return [code for code in known if code in set(codes)]


def check_languages(tags: Collection[str], *, known: Collection[str]) -> list[str]:
    """The languages of a dialogue, which are among its lab's."""
    unknown = sorted(set(tags) - set(known))
    if unknown or not tags:
        message = f"Choose among the languages of this lab: {', '.join(known)}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="languages")
    return [tag for tag in known if tag in set(tags)]


def check_settings(
    chosen: Mapping[str, int], bounds: Mapping[str, tuple[int, int, int]]
) -> dict[str, int]:
    """Every setting of the template: as chosen within its bounds, else the default.

    `bounds` gives minimum, default and maximum by key.
    """
    unknown = sorted(set(chosen) - set(bounds))
    if unknown:
        message = f"This workflow has no setting {', '.join(unknown)}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="days")
    settings: dict[str, int] = {}
    for key, (minimum, default, maximum) in bounds.items():
        number = chosen.get(key, default)
        if not minimum <= number <= maximum:
            message = f"{key} lies between {minimum} and {maximum}."
            raise Refused(RefusalCode.INVALID_INPUT, message, field="days")
        settings[key] = number
    return settings


def check_seat(*, moderates: bool, voting: bool, holds_vote: bool, already_here: bool) -> None:
    """Refuse a seat against invariants 5 and 6."""
    if moderates:
        message = "Somebody who moderates a dialogue holds no seat in it. End the role first."
        raise Refused(RefusalCode.NOT_ALLOWED, message)
    if already_here:
        raise Refused(RefusalCode.ALREADY_DONE, "This person sits in this delegation already.")
    if voting and holds_vote:
        message = "This person holds a voting seat in this dialogue already, in another delegation."
        raise Refused(RefusalCode.NOT_ALLOWED, message)


def check_moderator(*, seated: bool) -> None:
    """Refuse the moderator's role to somebody with a seat (invariant 6)."""
    if seated:
        message = "Somebody with a seat in a dialogue can't moderate it. End the seat first."
        raise Refused(RefusalCode.NOT_ALLOWED, message)


def check_mandate_dates(issued_on: date, valid_from: date, valid_to: date | None) -> None:
    """Refuse dates that contradict each other."""
    if valid_to is not None and valid_to < valid_from:
        message = "A mandate ends on or after the day it begins."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="valid_to")
    if valid_to is not None and valid_to < issued_on:
        message = "This mandate would have ended before it was issued."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="issued_on")


def check_notice_period(meeting_on: date, sent_at: datetime, days: int) -> None:
    """Refuse a session sooner than the notice period of the dialogue allows."""
    ahead = (meeting_on - sent_at.date()).days
    if ahead < days:
        message = f"The notice of meeting is sent at least {days} days ahead; this is {ahead}."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message, field="meeting_on")
