"""How what is told follows from what is needed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from policylab.kit.ids import uuid7
from policylab.notices import words
from policylab.notices.rules import NEWS, Changes, Need, NoticeKind, Told, changes, one_of_each
from policylab.process import Said

SAID = Said("Something.", "Quelque chose.")
DUE = datetime(2026, 5, 4, tzinfo=UTC)
TASK = Need(
    person_id=uuid7(),
    kind=NoticeKind.POSITION_DUE,
    subject_id=uuid7(),
    said=SAID,
    action=SAID,
    url="/",
    due_at=DUE,
)
NEWSY = replace(TASK, kind=NoticeKind.RECORD_SEALED)


def told(need: Need, *, open: bool = True) -> Told:
    return Told(need.key, open, need.said, need.due_at)


def test_what_is_needed_and_not_told_is_told() -> None:
    found = changes([TASK, NEWSY], [])
    assert found == Changes(new=[TASK, NEWSY], again=[], other=[], done=[])


def test_what_is_told_already_is_not_told_again() -> None:
    found = changes([TASK, NEWSY], [told(TASK), told(NEWSY)])
    assert found == Changes(new=[], again=[], other=[], done=[])


def test_what_is_no_longer_needed_is_done() -> None:
    assert changes([], [told(TASK), told(NEWSY, open=False)]).done == [TASK.key]


def test_a_task_that_comes_back_is_told_again_and_news_are_told_once() -> None:
    found = changes([TASK, NEWSY], [told(TASK, open=False), told(NEWSY, open=False)])
    assert found.again == [TASK]
    assert not found.new


@pytest.mark.parametrize(
    "change", [{"due_at": None}, {"said": Said("Something else.", "Autre chose.")}]
)
def test_another_deadline_or_other_words_change_the_notice(change: dict[str, object]) -> None:
    other = replace(TASK, **change)  # type: ignore[arg-type]
    assert changes([other], [told(TASK)]).other == [other]


def test_of_two_needs_for_one_thing_one_is_kept() -> None:
    assert one_of_each([TASK, NEWSY, replace(TASK, url="/elsewhere")]) == [TASK, NEWSY]


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_has_a_button_in_both_languages(kind: NoticeKind) -> None:
    action = words.ACTIONS[kind]
    assert action.en.strip()
    assert action.fr.strip()
    assert action.en != action.fr


def test_sentences_name_their_dialogue_and_are_filled_in_each_language() -> None:
    question = Said("Who does what?", "Qui fait quoi ?")
    title = Said("Joint text {x}", "Texte commun")
    said = words.within(question, words.filled(words.POSITION_DUE, title))
    assert said.en == (
        "“Who does what?”: your delegation has not taken a position on “Joint text {x}”."
    )
    assert said.fr == (
        "« Qui fait quoi ? » : votre délégation n’a pas encore pris position sur « Texte commun »."
    )
    assert "20.05.2026, Lille" in words.convened(date(2026, 5, 20), "Lille").fr


def test_news_are_what_asks_for_nothing() -> None:
    assert NoticeKind.MANDATE_MISSING not in NEWS
    assert {NoticeKind.PHASE_MOVED, NoticeKind.RECORD_SEALED} <= NEWS
