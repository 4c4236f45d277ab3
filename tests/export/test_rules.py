"""What a package may be asked for, and what it is called."""

import pytest

from policylab.export.identifiers import jurisdiction, path_of, work_path
from policylab.export.rules import (
    ENDINGS,
    KINDS,
    MEDIA,
    check_kind,
    check_languages,
    direction,
    file_name,
    house_language,
    language_tag,
    slug,
)
from policylab.kit.errors import RefusalCode, Refused
from tests.export.samples import dossier


def test_every_kind_has_a_media_type_and_an_ending() -> None:
    assert set(KINDS) == set(MEDIA) == set(ENDINGS)
    assert [check_kind(kind.value) for kind in KINDS] == list(KINDS)


@pytest.mark.parametrize("kind", ["", "exe", "PDF", "../pdf", "epub"])
def test_a_kind_that_is_not_there_is_refused_with_those_that_are(kind: str) -> None:
    with pytest.raises(Refused) as refused:
        check_kind(kind)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, "kind")
    assert "akoma-ntoso" in refused.value.message


def test_without_a_wish_a_package_holds_the_first_two_languages() -> None:
    assert check_languages([], ["de", "en", "fr"]) == ["de", "en"]
    assert check_languages(["fr", "en", "fr"], ["de", "en", "fr"]) == ["fr", "en"]


@pytest.mark.parametrize(
    ("wanted", "there"),
    [(["it"], ["en", "fr"]), (["de", "en", "fr"], ["de", "en", "fr"]), ([], [])],
)
def test_languages_that_are_missing_or_too_many_are_refused(
    wanted: list[str], there: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        check_languages(wanted, there)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, "languages")


@pytest.mark.parametrize("tag", ["en", "fr-CA", "sr-Latn-RS", "gsw"])
def test_a_language_tag_is_kept(tag: str) -> None:
    assert language_tag(tag) == tag


@pytest.mark.parametrize("tag", ["", "e", "english!", 'en" onload="x', None, 7, "en\nfr"])
def test_what_is_no_language_tag_marks_nothing(tag: object) -> None:
    assert language_tag(tag) is None


def test_a_file_is_called_by_title_version_and_languages() -> None:
    name = file_name("L’été : « où » ?/../", 3, check_kind("akoma-ntoso"), ["fr", "en"])
    assert name == "l-ete-ou-v3-fr-en.akn.xml"
    assert file_name("Київ", 1, check_kind("pdf"), ["uk"]) == "text-v1-uk.pdf"
    assert slug("x" * 200) == "x" * 60


def test_our_own_headings_are_english_beside_any_language_but_french() -> None:
    languages = ["en", "fr", "fr-CA", "de", "ar"]
    assert [house_language(each) for each in languages] == ["en", "fr", "fr", "en", "en"]
    assert [direction(each) for each in languages] == ["ltr", "ltr", "ltr", "ltr", "rtl"]


def test_an_identifier_is_shaped_like_an_eli_and_claims_no_country_nobody_named() -> None:
    named = dossier()
    assert path_of(named, "fr") == "/eli/xa/arvenia/strategy/2026/1/2/fr"
    assert jurisdiction(named) == "xa"
    nameless = dossier(identifier=None)
    assert work_path(nameless) == "/eli/zz/policy-lab-of-arvenia/strategy/2026/0000004e"
    odd = dossier(identifier='/eli/xa/"><script>/../1')
    assert "<" not in work_path(odd)
    assert ".." not in work_path(odd)
