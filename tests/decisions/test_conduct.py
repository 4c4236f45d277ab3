"""When a procedure may open, rest and close. Pure."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from policylab.decisions import conduct
from policylab.decisions.conduct import Course, ProcedureState
from policylab.decisions.rules import Rule, RuleCode
from policylab.kit.errors import RefusalCode, Refused
from policylab.positions.rules import Pause, Term

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RUNNING = Term(opens_at=NOW - DAY, closes_at=NOW + DAY)
OVER = Term(opens_at=NOW - 2 * DAY, closes_at=NOW - DAY)
CONSENSUS = Rule(code=RuleCode.CONSENSUS)
SILENCE = Rule(code=RuleCode.SILENCE_PROCEDURE, days=5)
ONE = UUID(int=1)


def course(term: Term = RUNNING, rule: Rule = CONSENSUS, **more: object) -> Course:
    return Course(rule=rule, term=term, **more)  # type: ignore[arg-type]


def test_it_closes_early_only_when_nobody_is_cut_short() -> None:
    conduct.check_close(course(waiting=0), NOW)
    with pytest.raises(Refused) as refused:
        conduct.check_close(course(waiting=1), NOW)
    assert refused.value.code is RefusalCode.CONDITIONS_NOT_MET
    assert "2026-03-10T12:00" in refused.value.message
    conduct.check_close(course(OVER, waiting=1), NOW)


def test_silence_must_last_until_the_deadline_unless_it_is_broken() -> None:
    with pytest.raises(Refused):
        conduct.check_close(course(rule=SILENCE), NOW)
    conduct.check_close(course(rule=SILENCE, objections=True, waiting=3), NOW)
    conduct.check_close(course(OVER, rule=SILENCE, waiting=3), NOW)


def test_a_referral_suspends_and_moves_the_deadline() -> None:
    pause = Pause(since=NOW - timedelta(hours=1), until=NOW + 3 * DAY)
    rested = Term(opens_at=NOW - DAY, closes_at=NOW + DAY, pauses=(pause,))
    assert course(rested).state(NOW) is ProcedureState.SUSPENDED
    with pytest.raises(Refused, match="suspends"):
        conduct.check_close(course(rested), NOW)
    later = pause.until
    assert course(rested).state(later) is ProcedureState.OPEN
    with pytest.raises(Refused):
        conduct.check_close(course(rested, waiting=1), later)
    conduct.check_close(course(rested, waiting=1), NOW + 4 * DAY + timedelta(hours=1))


def test_a_delegation_refers_once_and_before_the_deadline() -> None:
    conduct.check_refer(course(), NOW, delegation_id=ONE)
    for other, code in [
        (course(referred=frozenset({ONE})), RefusalCode.ALREADY_DONE),
        (course(OVER), RefusalCode.CLOSED),
        (course(closed=True), RefusalCode.CLOSED),
    ]:
        with pytest.raises(Refused) as refused:
            conduct.check_refer(other, NOW, delegation_id=ONE)
        assert refused.value.code is code


@pytest.mark.parametrize(
    ("closes_at", "days", "field"),
    [
        (NOW - timedelta(seconds=1), None, "closes_at"),
        (NOW + timedelta(days=367), None, "closes_at"),
        (datetime(2026, 3, 10), None, "closes_at"),
        (NOW + DAY, 1, "closes_at"),
        (None, -1, "days"),
        (None, 367, "days"),
    ],
)
def test_a_deadline_that_makes_no_sense_is_refused(
    closes_at: datetime | None, days: int | None, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        conduct.deadline(now=NOW, closes_at=closes_at, days=days, usual=14)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, field)


def test_without_a_deadline_the_usual_days_hold() -> None:
    assert conduct.deadline(now=NOW, closes_at=None, days=None, usual=14) == NOW + 14 * DAY
    assert conduct.deadline(now=NOW, closes_at=None, days=0, usual=14) == NOW
    assert conduct.deadline(now=NOW, closes_at=NOW + DAY, days=None, usual=14) == NOW + DAY


def test_silence_is_assent_only_where_the_notice_said_so() -> None:
    per_level = Rule(code=RuleCode.PER_LEVEL_ASSENT, inner=SILENCE, levels=("LOCAL",))
    for rule in (SILENCE, per_level):
        for declared in (None, NOW - DAY):
            with pytest.raises(Refused) as refused:
                conduct.check_silence(rule, now=NOW, closes_at=NOW + 9 * DAY, declared=declared)
            assert refused.value.code is RefusalCode.CONDITIONS_NOT_MET
        for end, declared in [(NOW + 6 * DAY, NOW + 7 * DAY), (NOW + 4 * DAY, NOW + 3 * DAY)]:
            with pytest.raises(Refused) as refused:
                conduct.check_silence(rule, now=NOW, closes_at=end, declared=declared)
            assert refused.value.field == "closes_at"
        conduct.check_silence(rule, now=NOW, closes_at=NOW + 7 * DAY, declared=NOW + 7 * DAY)
    conduct.check_silence(CONSENSUS, now=NOW, closes_at=NOW, declared=None)


def test_a_text_goes_to_decision_when_every_language_has_the_same_clauses() -> None:
    one, two = UUID(int=1), UUID(int=2)
    conduct.check_languages(["en", "fr"], {"en": [one, two], "fr": [two, one]})
    for sections in ({"en": [one]}, {"en": [one], "fr": [two]}, {}):
        with pytest.raises(Refused) as refused:
            conduct.check_languages(["en", "fr"], sections)
        assert (refused.value.code, refused.value.field) == (
            RefusalCode.CONDITIONS_NOT_MET,
            "set_id",
        )


def test_refusals_are_told_in_french_to_those_who_read_it() -> None:
    with pytest.raises(Refused, match="Délégations dont la position ne compte pas encore : 2"):
        conduct.check_close(course(waiting=2), NOW, locale="fr")


@pytest.mark.parametrize(
    ("names", "letters"),
    [
        ({"en": "Arvenian policy lab"}, "APL"),
        ({"fr": "Élan de la Région"}, "EDLR"),
        ({"en": "Lab"}, "LAB"),
        ({"uk": "Лабораторія"}, "LAB"),
        ({"en": "A b c d e f g h"}, "ABCDEF"),
        ({}, "LAB"),
    ],
)
def test_identifiers_begin_with_the_letters_of_the_lab(names: dict[str, str], letters: str) -> None:
    assert conduct.initials(names) == letters


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "ftp://a.example", "//a.example", "http://[::1", "council"]
)
def test_a_link_that_is_no_web_address_is_refused(link: str) -> None:
    with pytest.raises(Refused) as refused:
        conduct.check_link(link)
    assert refused.value.field == "link"
    assert conduct.check_link(" https://council.example/4 ") == "https://council.example/4"
    assert conduct.check_link("  ") is None
