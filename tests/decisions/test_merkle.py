import hashlib

import pytest

from policylab.decisions.merkle import (
    EMPTY,
    consistency_path,
    inclusion_path,
    leaf_hash,
    tree_root,
)
from tests.decisions.rfc9162 import consistent, included

LEAVES = [leaf_hash(bytes([number])) for number in range(17)]


def test_hashes_are_those_of_the_standard() -> None:
    assert tree_root([]) == EMPTY == hashlib.sha256(b"").digest()
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    # The known root over the eight test entries of Certificate Transparency.
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    entries.append("606162636465666768696a6b6c6d6e6f")
    root = tree_root([leaf_hash(bytes.fromhex(entry)) for entry in entries])
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("size", range(1, 18))
def test_an_independent_program_accepts_every_proof_and_no_other(size: int) -> None:
    leaves = LEAVES[:size]
    root = tree_root(leaves)
    for index in range(size):
        path = inclusion_path(index, leaves)
        assert included(leaves[index], index, size, path, root)
        assert not included(leaf_hash(b"other"), index, size, path, root)
        assert not included(leaves[index], index, size, [*path, root], root)
    for first in range(1, size + 1):
        path = consistency_path(first, leaves)
        old = tree_root(leaves[:first])
        assert consistent(first, size, old, root, path)
        assert first == size or not consistent(first, size, leaf_hash(b"x"), root, path)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_for_what_is_not_in_the_tree(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_path(index, LEAVES[:3])
    with pytest.raises(IndexError):
        consistency_path(4 if index > 0 else 0, LEAVES[:3])
