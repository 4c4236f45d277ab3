"""Identifiers."""

import time
from uuid import RFC_4122, UUID, uuid4

import pytest

from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import from_global, key_of, to_global, uuid7


def test_identifiers_sort_by_birth_and_carry_their_version() -> None:
    born = [uuid7() for _ in range(2_000)]
    assert len(set(born)) == len(born)
    assert all(one.version == 7 for one in born)
    assert [one.int >> 80 for one in born] == sorted(one.int >> 80 for one in born)


def test_an_outside_identifier_comes_back_as_kind_and_key() -> None:
    key = uuid4()
    assert from_global(to_global("VersionSet", key)) == ("VersionSet", key)
    assert key_of(to_global("Draft", key), "Draft") == key


@pytest.mark.parametrize(
    "value",
    ["", "x", "ä" * 8, "AAAA", to_global("Draft", UUID(int=1)) + "=", "Draft:1", "\x00" * 30],
)
def test_anything_else_is_not_found(value: str) -> None:
    with pytest.raises(Refused) as refused:
        from_global(value)
    assert refused.value.code is RefusalCode.NOT_FOUND


def test_an_identifier_of_another_kind_is_not_found() -> None:
    with pytest.raises(Refused) as refused:
        key_of(to_global("Draft", uuid4()), "Document")
    assert refused.value.code is RefusalCode.NOT_FOUND


def test_identifiers_sort_in_the_order_in_which_they_were_made() -> None:
    made: list[UUID] = []
    while len(made) < 200:
        made.append(uuid7())
        time.sleep(0.000_01)
    assert made == sorted(made)
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    assert len({each.int & (1 << 62) - 1 for each in made}) == 200
