"""Sentences that rooms say in English, told in French."""

from collections.abc import Generator

import pytest

from policylab.kit import french


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """A small catalogue of this test's own."""
    told = {
        "Sign in first.": "Identifiez-vous d’abord.",
        "At least {0} of {1}.": "Sur {1}, {0} au moins.",
        "At least {0} of the levels {1}.": "Au moins {0} des niveaux {1}.",
    }
    monkeypatch.setattr(french, "known", lambda: told)
    _forget()
    yield
    _forget()


def _forget() -> None:
    french._catalogue.cache_clear()
    french.in_french.cache_clear()


def test_a_sentence_is_told_in_french_and_only_to_those_who_read_french() -> None:
    assert french.said_in("Sign in first.", "fr-CH") == "Identifiez-vous d’abord."
    assert french.said_in("Sign in first.", "en") == "Sign in first."


def test_names_and_numbers_go_where_french_wants_them() -> None:
    assert french.said_in("At least 3 of 7.", "fr") == "Sur 7, 3 au moins."


def test_the_most_exact_sentence_is_taken() -> None:
    said = french.said_in("At least 3 of the levels A, B.", "fr")
    assert said == "Au moins 3 des niveaux A, B."


def test_what_is_french_already_or_unknown_stays() -> None:
    assert french.said_in("C’est déjà fait.", "fr") == "C’est déjà fait."
