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
        "Nothing was kept. {0}": "Rien n’a été conservé. {0}",
        "Line {0}: {1}.": "Ligne {0} : {1}.",
        "{0} is missing": "il manque {0}",
        "words are missing": "il manque des mots",
        "{0} is a whole number, not {1}": "{0} est un nombre entier ; on lit {1}",
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


def test_a_number_is_set_as_french_sets_it() -> None:
    assert (
        french.said_in("At least 3,000 of 20,000.", "fr") == "Sur 20\u202f000, 3\u202f000 au moins."
    )


def test_what_is_wrong_with_a_file_is_told_line_by_line() -> None:
    wrong = "Line 3: rank is missing. Line 4: rank is a whole number, not ten. Line 5: it is odd."
    said = french.said_in(f"Nothing was kept. {wrong}", "fr")
    assert said == (
        "Rien n’a été conservé. Ligne 3 : il manque rank. "
        "Ligne 4 : rank est un nombre entier ; on lit ten. Ligne 5 : it is odd."
    )


def test_what_is_wrong_at_several_places_is_told_place_by_place() -> None:
    said = french.said_in("Nothing was kept. doc/text: words are missing; score is missing", "fr")
    wanted = "Rien n’a été conservé. doc/text\u00a0: il manque des mots\u00a0; il manque score"
    assert said == wanted


def test_what_is_french_already_or_unknown_stays() -> None:
    assert french.said_in("C’est déjà fait.", "fr") == "C’est déjà fait."
