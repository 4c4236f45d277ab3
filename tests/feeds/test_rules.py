"""Pages of a feed, languages, and what may stand in a file."""

import pytest

from policylab.feeds.rules import PAGE, PageAsked, check_language, clean, worded
from policylab.kit.errors import RefusalCode, Refused


def test_an_empty_feed_has_one_page() -> None:
    page = PageAsked.read(None)
    page.check(0)
    assert page.others(0) == {"first": 1, "last": 1}
    with pytest.raises(Refused) as refused:
        PageAsked.read("2").check(0)
    assert refused.value.code is RefusalCode.NOT_FOUND


@pytest.mark.parametrize(("total", "last"), [(1, 1), (PAGE, 1), (PAGE + 1, 2), (2 * PAGE + 1, 3)])
def test_every_entry_is_on_exactly_one_page(total: int, last: int) -> None:
    pages = [PageAsked(number) for number in range(1, last + 1)]
    for page in pages:
        page.check(total)
    shown = [place for page in pages for place in range(page.skip, min(total, page.skip + PAGE))]
    assert shown == list(range(total))
    with pytest.raises(Refused):
        PageAsked(last + 1).check(total)


def test_pages_lead_to_their_neighbours() -> None:
    assert PageAsked(2).others(3 * PAGE) == {"first": 1, "last": 3, "previous": 1, "next": 3}
    assert "previous" not in PageAsked(1).others(3 * PAGE)
    assert "next" not in PageAsked(3).others(3 * PAGE)


@pytest.mark.parametrize("given", ["0", "-1", "+1", " 1", "1e3", "²", "12345678", ""])
def test_what_is_no_page_is_refused(given: str) -> None:
    with pytest.raises(Refused) as refused:
        PageAsked.read(given)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, "page")


def test_a_text_is_told_in_the_language_nearest_to_the_one_wanted() -> None:
    texts = {"en": "Words", "fr": "Mots", "ro": "Cuvinte"}
    assert worded(texts, "fr-CA") == ("Mots", "fr")
    assert worded(texts, "de") == ("Words", "en")
    assert worded({"ro": "Cuvinte"}, "de") == ("Cuvinte", "ro")
    assert worded({}, "de") == ("", "de")
    assert worded(None, "de") == ("", "de")


def test_a_language_is_a_tag() -> None:
    assert check_language(None, otherwise="fr") == "fr"
    assert check_language("pt-BR", otherwise="en") == "pt-BR"
    for odd in ("", "english!", "<fr>", "EN", "e", "en-" + "a" * 9):
        with pytest.raises(Refused):
            check_language(odd, otherwise="en")


def test_what_no_xml_can_hold_is_left_out() -> None:
    assert clean("a\x00b\x0bc\x1f\ud800\uffff d\te\n") == "abc d\te\n"
