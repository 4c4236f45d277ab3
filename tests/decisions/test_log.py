"""The record log: entries in order, each size with a signed head, keys that endorse each other."""

import asyncio
import hashlib

import pytest

from policylab import decisions
from policylab.decisions import log, merkle
from policylab.decisions.log_rules import LeafKind
from policylab.decisions.signing import Signer, new_signer
from policylab.decisions.verify_record import Altered, check_signature
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests.decisions import deciding, rfc9162


async def append(database: Database, signer: Signer, content: bytes = b"{}") -> int:
    """An entry without a record behind it: the log does not look at what it seals."""
    async with database.write(SYSTEM) as uow:
        entry = await log.append(
            uow, signer, kind=LeafKind.RECORD, subject=str(uuid7()), content=content
        )
    return entry.index


async def test_the_first_entry_is_the_key_and_every_size_has_its_head(database: Database) -> None:
    signer = new_signer()
    async with database.read(SYSTEM) as session:
        assert await log.tree_of(session) is None
    assert [await append(database, signer) for _ in range(3)] == [1, 2, 3]
    async with database.read(SYSTEM) as session:
        keys = await log.keys_of(session)
        assert [key.value["subject"] for key in keys] == [signer.public]
        for size in (2, 3, 4):
            head = await log.head_of(session, size)
            assert head is not None
            check_signature("head", head.data, head.signature, signer.public)
            leaves = await log.leaf_hashes(session, size)
            assert head.value["root"] == merkle.tree_root(leaves).hex()
        assert await log.head_of(session, 9) is None


async def test_entries_hold_hashes_and_nothing_of_the_content(database: Database) -> None:
    await append(database, new_signer(), b'"Nobody shall read this."')
    async with database.read(SYSTEM) as session:
        entry = await log.entry_at(session, 1)
    assert entry is not None
    assert entry.value["hash"] == hashlib.sha256(b'"Nobody shall read this."').hexdigest()
    assert b"Nobody" not in entry.data


async def test_of_many_that_seal_at_once_each_has_a_place_of_its_own(database: Database) -> None:
    signer = new_signer()
    places = await asyncio.gather(*(append(database, signer) for _ in range(12)))
    assert sorted(places) == list(range(1, 13))
    async with database.read(SYSTEM) as session:
        tree = await log.tree_of(session)
        assert tree is not None
        for place in places:
            entry = await log.entry_at(session, place)
            assert entry is not None
            path = merkle.inclusion_path(place, tree.leaves)
            root = bytes.fromhex(tree.head.value["root"])
            leaf = merkle.leaf_hash(entry.data)
            assert rfc9162.included(leaf, place, tree.head.size, path, root)


async def test_another_key_seals_only_once_the_log_was_told_of_it(database: Database) -> None:
    old, fresh = new_signer(), new_signer()
    await append(database, old)
    with pytest.raises(Refused) as caught:
        await append(database, fresh)
    assert caught.value.code is RefusalCode.TEMPORARILY_UNAVAILABLE
    assert await deciding.count(database, "log_leaf") == 2
    async with database.write(SYSTEM) as uow:
        await log.rotate(uow, old, fresh)
    assert await append(database, fresh) == 3
    with pytest.raises(Refused):
        await append(database, old)
    async with database.read(SYSTEM) as session:
        entry = await log.entry_at(session, 2)
    assert entry is not None
    check_signature("leaf", entry.data, entry.signature, old.public)
    with pytest.raises(Altered):
        check_signature("leaf", entry.data, entry.signature, fresh.public)


async def test_a_change_that_fails_leaves_no_entry(database: Database) -> None:
    signer = new_signer()
    await append(database, signer)

    async def fail() -> None:
        async with database.write(SYSTEM) as uow:
            await log.append(uow, signer, kind=LeafKind.RECORD, subject="x", content=b"{}")
            raise Refused(RefusalCode.STALE, "Something else went wrong.")

    with pytest.raises(Refused):
        await fail()
    assert await deciding.count(database, "log_leaf") == 2
    assert await append(database, signer) == 2


async def test_the_examiner_finds_an_entry_whose_record_is_missing(database: Database) -> None:
    await append(database, new_signer())
    async with database.read(SYSTEM) as session:
        problems = await decisions.problems_of_log(session)
    assert problems == ["what entry 1 sealed is missing"]
