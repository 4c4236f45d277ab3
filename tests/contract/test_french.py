"""Whatever the house turns down, it says in French as well as in English."""

import re
from pathlib import Path

import pytest

import policylab
from policylab.api.standing import judged
from policylab.kit.errors import not_found
from policylab.kit.french import known, said_in
from tests.contract.sentences import Sentences, sentences_in

HOLE = re.compile(r"\{\d\}")
LOOSE = re.compile(r" [;:!?»]|« |[^\u00a0][;!?»]|«[^\u00a0]|'")
"""A space that breaks before a high sign, guillemets without theirs, a straight apostrophe."""


@pytest.fixture(scope="module")
def spoken() -> Sentences:
    return sentences_in(Path(policylab.__file__).parent)


def test_every_sentence_can_be_followed_to_where_it_is_written(spoken: Sentences) -> None:
    assert spoken.lost == []
    assert len(spoken.said) > 200


def test_every_sentence_has_its_french(spoken: Sentences) -> None:
    french = known()
    untold = [f"{where}: {said}" for said, where in spoken.said.items() if said not in french]
    assert untold == []


def test_the_catalogue_holds_nothing_that_no_code_says(spoken: Sentences) -> None:
    assert sorted(known().keys() - spoken.said.keys()) == []


def test_a_sentence_holds_the_same_names_and_numbers_in_both_languages() -> None:
    for english, french in known().items():
        assert set(HOLE.findall(french)) == set(HOLE.findall(english)), english


def test_the_french_is_set_as_french_is() -> None:
    assert [french for french in known().values() if LOOSE.search(french)] == []


def test_why_one_may_not_do_something_is_told_in_french() -> None:
    def check() -> None:
        raise not_found()

    assert judged("REPLY", check, "fr").why == "Rien ici ne porte cet identifiant."
    assert judged("REPLY", check, "en").why == "There is nothing here with this id."


@pytest.mark.parametrize("sentence", known())
def test_a_sentence_is_told_by_its_own_french(sentence: str) -> None:
    """And not by a wider one that fits it too."""
    filled = ["K1", "K2", "K3"]
    assert said_in(sentence.format(*filled), "fr") == known()[sentence].format(*filled)
