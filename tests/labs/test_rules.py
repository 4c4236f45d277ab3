"""What is true of labs, seats and mandates, with no database."""

from datetime import UTC, date, datetime

import pytest

from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.labs import rules
from policylab.labs.rules import LabAct, LabRole, MandateFacts, MandateState
from policylab.labs.words import HAPPENED, went
from policylab.process import FactKind, Said

DAY = date(2026, 5, 20)
HOLDS = MandateFacts(level="LOCAL", valid_from=date(2026, 1, 1), valid_to=DAY)


@pytest.mark.parametrize(
    ("mandate", "state"),
    [
        (HOLDS, MandateState.VALID),
        (MandateFacts("LOCAL", date(2026, 5, 21), None), MandateState.FUTURE),
        (MandateFacts("LOCAL", date(2026, 1, 1), date(2026, 5, 19)), MandateState.EXPIRED),
        (MandateFacts("LOCAL", date(2026, 1, 1), None, revoked=True), MandateState.REVOKED),
        (
            MandateFacts("LOCAL", date(2026, 1, 1), None, ad_referendum=True),
            MandateState.AD_REFERENDUM,
        ),
    ],
)
def test_a_mandate_holds_on_its_first_and_on_its_last_day(
    mandate: MandateFacts, state: MandateState
) -> None:
    assert rules.mandate_state(mandate, DAY) is state


def test_a_delegation_stands_by_the_best_of_its_mandates() -> None:
    revoked = MandateFacts("LOCAL", date(2026, 1, 1), None, revoked=True)
    waiting = MandateFacts("LOCAL", date(2026, 1, 1), None, ad_referendum=True)
    assert rules.best_state([], DAY) is MandateState.NONE
    assert rules.best_state([revoked], DAY) is MandateState.REVOKED
    assert rules.best_state([revoked, waiting], DAY) is MandateState.AD_REFERENDUM
    assert rules.best_state([revoked, waiting, HOLDS], DAY) is MandateState.VALID


def test_a_position_rests_on_a_mandate_of_its_level_that_covers_its_subject() -> None:
    text, other = uuid7(), uuid7()
    limited = MandateFacts("LOCAL", date(2026, 1, 1), None, subjects=frozenset({text}))
    assert rules.carries(HOLDS, on=DAY, level="LOCAL", subject=other)
    assert rules.carries(limited, on=DAY, level="LOCAL", subject=text)
    assert not rules.carries(limited, on=DAY, level="LOCAL", subject=other)
    assert not rules.carries(HOLDS, on=DAY, level="NATIONAL", subject=text)
    waiting = MandateFacts("LOCAL", date(2026, 1, 1), None, ad_referendum=True)
    assert not rules.carries(waiting, on=DAY, level="LOCAL", subject=text)


def test_a_person_moderates_or_sits_and_votes_once() -> None:
    free = {"moderates": False, "voting": True, "holds_vote": False, "already_here": False}
    rules.check_seat(**free)
    rules.check_seat(**free | {"voting": False, "holds_vote": True})
    for taken in ({"moderates": True}, {"holds_vote": True}, {"already_here": True}):
        with pytest.raises(Refused):
            rules.check_seat(**free | taken)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_an_act_in_the_lab_asks_for_the_place_that_entitles_to_it(locale: str) -> None:
    rules.check_lab_act(LabAct.CREATE_DIALOGUE, {LabRole.SECRETARIAT}, locale=locale)
    rules.check_lab_act(LabAct.GRANT_LAB_ROLE, {LabRole.ADMINISTRATOR}, locale=locale)
    for act, held in (
        (LabAct.CREATE_DIALOGUE, LabRole.MEMBER),
        (LabAct.GRANT_LAB_ROLE, LabRole.SECRETARIAT),
    ):
        with pytest.raises(Refused) as refused:
            rules.check_lab_act(act, {held}, locale=locale)
        assert refused.value.code is RefusalCode.NOT_YOUR_ROLE
        assert ("laboratoire" in refused.value.message) is (locale == "fr")


def test_settings_are_the_template_s_unless_chosen_within_its_bounds() -> None:
    bounds = {"notice": (0, 21, 90)}
    assert rules.check_settings({}, bounds) == {"notice": 21}
    assert rules.check_settings({"notice": 0}, bounds) == {"notice": 0}
    for chosen in ({"notice": 91}, {"notice": -1}, {"unknown": 1}):
        with pytest.raises(Refused):
            rules.check_settings(chosen, bounds)


def test_words_are_there_in_every_language_that_is_asked_for() -> None:
    assert rules.check_words({"en": " Lab ", "fr": ""}, field="names") == {"en": "Lab"}
    with pytest.raises(Refused, match="missing: fr"):
        rules.check_words({"en": "Lab"}, field="names", languages=["en", "fr"])
    with pytest.raises(Refused) as refused:
        rules.check_words({"en": " "}, field="names")
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, "names")


def test_the_notice_of_meeting_is_sent_in_time() -> None:
    sent = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
    rules.check_notice_period(date(2026, 5, 22), sent, 21)
    with pytest.raises(Refused) as refused:
        rules.check_notice_period(date(2026, 5, 21), sent, 21)
    assert refused.value.code is RefusalCode.CONDITIONS_NOT_MET


@pytest.mark.parametrize("kind", FactKind)
def test_everything_that_happens_is_said_in_both_languages(kind: FactKind) -> None:
    said = HAPPENED[kind]
    assert said.en.endswith(".")
    assert said.fr.endswith(".")
    assert said.en != said.fr
    assert ("{}" in said.en) is ("{}" in said.fr)


def test_going_back_is_told_with_its_reason() -> None:
    actor, title = Said("Moderator", "Modération"), Said("Framing", "Cadrage")
    back = went(actor, 2, title, backwards=True, reason="New facts.")
    assert back.en == "Moderator took the dialogue back to phase 2, “Framing”: New facts."
    assert "New facts." in back.fr
