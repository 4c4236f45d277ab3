"""When a procedure may open, rest and close, and what may be done with its record. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn
from urllib.parse import urlsplit
from uuid import UUID

from policylab.decisions.forms import LONGEST_DAYS
from policylab.decisions.rules import Rule, RuleCode
from policylab.kit.errors import RefusalCode, Refused
from policylab.positions.rules import Term
from policylab.process.rules import Said

LONGEST_TEXT = 20_000
LONGEST_LINE = 500
MOST_INITIALS = 6


class ProcedureState(StrEnum):
    """How far a procedure has come."""

    OPEN = "OPEN"
    """It has begun, and nobody has ended it yet."""
    SUSPENDED = "SUSPENDED"
    """A delegation referred it to its principals; its deadline moves by as much."""
    CLOSED = "CLOSED"
    """Its outcome is fixed and no further positions are taken."""


class RecordState(StrEnum):
    """How far a record has come."""

    DRAFT = "DRAFT"
    """It is being written; delegations may still attach their statements."""
    SEALED = "SEALED"
    """It never changes again; mistakes are put right in a corrigendum beside it."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """How far a procedure has come, as far as that decides what may be done with it."""

    rule: Rule
    term: Term
    closed: bool = False
    waiting: int = 0
    """Entitled delegations without a position that counts."""
    objections: bool = False
    referred: frozenset[UUID] = frozenset()
    """The delegations that have asked for a referral."""

    def state(self, now: datetime) -> ProcedureState:
        if self.closed:
            return ProcedureState.CLOSED
        resting = self.term.rests_until(now) is not None
        return ProcedureState.SUSPENDED if resting else ProcedureState.OPEN


@dataclass(frozen=True, kw_only=True)
class Account:
    """How far a record has come, as far as that decides what may be done with it."""

    sealed: bool = False
    public: bool = False
    stated: frozenset[UUID] = frozenset()
    """The delegations that have attached a statement."""


def silent(rule: Rule) -> bool:
    """Whether silence is assent under this rule, perhaps level by level."""
    return RuleCode.SILENCE_PROCEDURE in {rule.code, rule.inner and rule.inner.code}


def consents(rule: Rule) -> bool:
    """Whether an objection may come without reasons under this rule."""
    return RuleCode.CONSENT in {rule.code, rule.inner and rule.inner.code}


def check_levels(rule: Rule, known: Collection[str], *, locale: str = "en") -> None:
    """Refuse a rule that asks for the assent of a level which the dialogue has not."""
    unknown = [level for level in rule.levels if level not in known]
    if unknown:
        names, there = ", ".join(unknown), ", ".join(known)
        said = Said(
            f"This dialogue has no level called {names}; it has {there}.",
            f"Ce dialogue n’a pas de niveau appelé {names} ; il a {there}.",
        )
        _refuse(RefusalCode.INVALID_INPUT, said, locale, field="rule.levels")


def deadline(
    *, now: datetime, closes_at: datetime | None, days: int | None, usual: int, locale: str = "en"
) -> datetime:
    """Until when positions count: a moment, or some days from now; else the usual days."""
    if closes_at is not None and days is not None:
        said = Said("Give a moment or a number of days.", "Indiquez un moment ou un délai.")
        _refuse(RefusalCode.INVALID_INPUT, said, locale, field="closes_at")
    if closes_at is None:
        length = usual if days is None else days
        if not 0 <= length <= LONGEST_DAYS:
            _refuse(RefusalCode.INVALID_INPUT, _SPAN, locale, field="days")
        return now + timedelta(days=length)
    if closes_at.tzinfo is None:
        said = Said("Say in which time zone.", "Précisez le fuseau horaire.")
        _refuse(RefusalCode.INVALID_INPUT, said, locale, field="closes_at")
    if not now <= closes_at <= now + timedelta(days=LONGEST_DAYS):
        _refuse(RefusalCode.INVALID_INPUT, _SPAN, locale, field="closes_at")
    return closes_at


_SPAN = Said(
    f"The deadline lies between now and {LONGEST_DAYS} days from now.",
    f"L’échéance se situe entre maintenant et {LONGEST_DAYS} jours.",
)


def check_silence(
    rule: Rule,
    *,
    now: datetime,
    closes_at: datetime,
    declared: datetime | None,
    locale: str = "en",
) -> None:
    """Refuse to take silence for assent unless a notice of meeting said so (invariant 9)."""
    if not silent(rule):
        return
    if declared is None or declared <= now:
        said = Said(
            "Silence is assent only where the notice of meeting declared it with a deadline.",
            "Le silence ne vaut accord que si la convocation l’a annoncé avec une échéance.",
        )
        _refuse(RefusalCode.CONDITIONS_NOT_MET, said, locale, field="rule")
    days = rule.days if rule.days is not None else rule.inner and rule.inner.days
    if closes_at < declared or closes_at < now + timedelta(days=days or 0):
        said = Said(
            "The deadline comes before the one that the notice of meeting declared, "
            "or leaves fewer days than the rule.",
            "L’échéance précède celle annoncée dans la convocation, "
            "ou laisse moins de jours que la règle.",
        )
        _refuse(RefusalCode.INVALID_INPUT, said, locale, field="closes_at")


def check_languages(
    required: Collection[str], sections: Mapping[str, Sequence[UUID]], *, locale: str = "en"
) -> None:
    """Refuse a text that is not frozen, clause by clause, in every language (invariant 13)."""
    missing = sorted(set(required) - set(sections))
    if missing:
        said = Said(
            f"The text is not frozen in: {', '.join(missing)}.",
            f"Le texte n’est pas arrêté en : {', '.join(missing)}.",
        )
        _refuse(RefusalCode.CONDITIONS_NOT_MET, said, locale, field="set_id")
    if len({tuple(sorted(ids)) for ids in sections.values()}) > 1:
        said = Said(
            "The language versions do not have the same clauses.",
            "Les versions linguistiques n’ont pas les mêmes clauses.",
        )
        _refuse(RefusalCode.CONDITIONS_NOT_MET, said, locale, field="set_id")


def check_answered(unanswered: int, *, locale: str = "en") -> None:
    """Refuse to decide on a strategy while a recommendation waits for an answer (invariant 11)."""
    if unanswered:
        said = Said(
            f"Recommendations without a response: {unanswered}. Answer them first.",
            f"Recommandations restées sans suite : {unanswered}. Répondez-y d’abord.",
        )
        _refuse(RefusalCode.CONDITIONS_NOT_MET, said, locale, field="set_id")


def check_not_closed(course: Course, *, locale: str = "en") -> None:
    """Refuse what comes after the closing."""
    if course.closed:
        said = Said("This procedure is closed.", "Cette procédure est close.")
        _refuse(RefusalCode.CLOSED, said, locale)


def check_close(course: Course, now: datetime, *, locale: str = "en") -> None:
    """Refuse to close while the procedure rests, or before its deadline (invariant 8).

    It may close earlier where nothing is cut short: once every entitled delegation has a position
    that counts, and where silence is assent, once it has been broken.
    """
    check_not_closed(course, locale=locale)
    resting = course.term.rests_until(now)
    if resting:
        said = Said(
            f"A referral suspends this procedure until {_moment(resting)}.",
            f"Un renvoi suspend cette procédure jusqu’au {_moment(resting)}.",
        )
        _refuse(RefusalCode.CONDITIONS_NOT_MET, said, locale)
    if now >= course.term.ends_at:
        return
    end = _moment(course.term.ends_at)
    if silent(course.rule):
        if not course.objections:
            said = Said(
                f"Silence is assent only once the deadline has passed: {end}.",
                f"Le silence ne vaut accord qu’une fois l’échéance passée : {end}.",
            )
            _refuse(RefusalCode.CONDITIONS_NOT_MET, said, locale)
    elif course.waiting:
        said = Said(
            f"Delegations whose position does not count yet: {course.waiting}. "
            f"They have time until {end}.",
            f"Délégations dont la position ne compte pas encore : {course.waiting}. "
            f"Elles ont jusqu’au {end}.",
        )
        _refuse(RefusalCode.CONDITIONS_NOT_MET, said, locale)


def check_refer(course: Course, now: datetime, *, delegation_id: UUID, locale: str = "en") -> None:
    """Refuse a second referral of one delegation, and one after the deadline."""
    check_not_closed(course, locale=locale)
    if delegation_id in course.referred:
        said = Said(
            "Your delegation has asked for a referral already; it can ask once.",
            "Votre délégation a déjà demandé un renvoi ; elle ne peut le faire qu’une fois.",
        )
        _refuse(RefusalCode.ALREADY_DONE, said, locale)
    if now >= course.term.ends_at:
        said = Said("The deadline has passed.", "L’échéance est passée.")
        _refuse(RefusalCode.CLOSED, said, locale)


def check_head(head: bool, *, locale: str = "en") -> None:
    """Refuse anybody but the head of the delegation: she alone speaks for it to the others."""
    if not head:
        said = Said(
            "The head of your delegation does this in its name.",
            "La tête de votre délégation fait cela au nom de celle-ci.",
        )
        _refuse(RefusalCode.NOT_YOUR_ROLE, said, locale)


def check_attach(account: Account, *, delegation_id: UUID, locale: str = "en") -> None:
    """Refuse a statement to a sealed record, and a second one of the same delegation."""
    check_unsealed(account, locale=locale)
    if delegation_id in account.stated:
        said = Said(
            "Your delegation has attached its statement already.",
            "Votre délégation a déjà joint sa déclaration.",
        )
        _refuse(RefusalCode.ALREADY_DONE, said, locale)


def check_unsealed(account: Account, *, locale: str = "en") -> None:
    """Refuse to change what is sealed."""
    if account.sealed:
        said = Said(
            "This record is sealed and never changes; a corrigendum can be added to it.",
            "Ce relevé est scellé et ne change plus ; un rectificatif peut y être joint.",
        )
        _refuse(RefusalCode.SEALED, said, locale)


def check_sealed(account: Account, *, locale: str = "en") -> None:
    """Refuse what only a sealed record admits."""
    if not account.sealed:
        said = Said("Seal the record first.", "Scellez d’abord le relevé.")
        _refuse(RefusalCode.CONDITIONS_NOT_MET, said, locale)


def check_publish(account: Account, *, locale: str = "en") -> None:
    """Refuse to publish a draft, and what is published."""
    check_sealed(account, locale=locale)
    if account.public:
        said = Said("This record is public already.", "Ce relevé est déjà public.")
        _refuse(RefusalCode.ALREADY_DONE, said, locale)


def check_words(
    text: str, *, field: str, longest: int = LONGEST_TEXT, needed: bool = True, locale: str = "en"
) -> str:
    """The text without blanks around it; refused when it is missing or too long."""
    words = text.strip()
    if needed and not words:
        said = Said("Say it in words: they are kept.", "Dites-le en mots : ils sont conservés.")
        _refuse(RefusalCode.STATEMENT_REQUIRED, said, locale, field=field)
    if len(words) > longest:
        said = Said(
            f"Write at most {longest} characters here.",
            f"Écrivez au plus {longest} caractères ici.",
        )
        _refuse(RefusalCode.TOO_LARGE, said, locale, field=field)
    return words


def check_link(link: str | None, *, locale: str = "en") -> str | None:
    """A web address, or None; anything else is refused, since people will follow it."""
    if not link or not link.strip():
        return None
    words = check_words(link, field="link", longest=LONGEST_LINE, locale=locale)
    try:
        parts = urlsplit(words)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        said = Said(
            "Give a web address that begins with https://.",
            "Donnez une adresse web qui commence par https://.",
        )
        _refuse(RefusalCode.INVALID_INPUT, said, locale, field="link")
    return words


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _refuse(code: RefusalCode, said: Said, locale: str, *, field: str | None = None) -> NoReturn:
    raise Refused(code, said.within(locale), field=field)


def initials(names: Mapping[str, str]) -> str:
    """The letters that a lab's records begin with; LAB where its name gives none."""
    name = names.get("en") or next(iter(names.values()), "")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    letters = "".join(word[0] for word in re.findall(r"[A-Za-z]+", plain)).upper()
    return letters[:MOST_INITIALS] if len(letters) > 1 else "LAB"
