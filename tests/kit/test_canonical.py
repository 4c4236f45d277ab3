import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylab.kit import canonical
from policylab.kit.canonical import (
    GREATEST,
    NotCanonical,
    canonical_hash,
    canonical_json,
    normalised,
    read_canonical,
)

plain = st.text(st.characters(exclude_categories=("Cs",))).map(
    lambda text: unicodedata.normalize("NFC", text)
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-GREATEST, GREATEST) | plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_written_reads_back_as_the_same_value_and_the_same_bytes(value: object) -> None:
    data = canonical_json(value)
    assert json.loads(data) == value
    assert read_canonical(data) == value


@given(values)
def test_the_quick_way_and_the_thorough_one_write_the_same_bytes(value: object) -> None:
    assert canonical_json(value) == canonical._thorough(value)


def test_keys_are_sorted_by_utf16_code_units_as_in_the_example_of_the_standard() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    value = {unicodedata.normalize("NFC", key): 0 for key in keys if key != "\ufb33"}
    order = list(json.loads(canonical_json(value)))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600"]
    assert list(json.loads(canonical_json({"\uffee": 1, "\U0001f600": 2}))) == [
        "\U0001f600",
        "\uffee",
    ]


def test_control_characters_are_escaped_as_in_the_standard() -> None:
    assert canonical_json('€$\x0f\nA\'B"\\\\"/\x7f') == (
        '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()
    )
    assert canonical_json({}) + canonical_json([]) == b"{}[]"


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), GREATEST + 1, "e\u0301", {"e\u0301": 1}, {1: 2}, {"a"}, b"x", "\ud800"],
)
def test_what_could_be_read_in_two_ways_has_no_canonical_form(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical_json({"here": [value]})


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":NaN}',
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":"e\xcc\x81"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1}\n',
        b'{"a":"\xff"}',
        b"[" * 200_000,
        b"",
    ],
)
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        read_canonical(data)


def test_nesting_without_end_is_refused() -> None:
    value: list[object] = []
    for _ in range(5_000):
        value = [value]
    with pytest.raises(NotCanonical):
        canonical_json(value)


def test_text_is_brought_to_nfc_before_it_is_frozen() -> None:
    assert normalised({"cle\u0301": ["e\u0301", 1]}) == {"cl\u00e9": ["\u00e9", 1]}
    with pytest.raises(NotCanonical):
        normalised({"e\u0301": 1, "\u00e9": 2})


def test_the_hash_is_over_the_canonical_bytes() -> None:
    assert canonical_hash({"b": 1, "a": "é"}) == canonical_hash({"a": "é", "b": 1})
    assert canonical_hash({}).hex().startswith("44136fa355b3678a")
