"""R3: proofs verify with another program; what is changed in the log's rows is found."""

from collections.abc import Callable

import asyncpg
import pytest

from policylab import decisions
from policylab.decisions import log, merkle
from policylab.decisions.signing import new_signer
from policylab.kit.db import Database, connect_arguments
from policylab.kit.embedded import SERVICE, SUPERUSER
from policylab.kit.viewer import SYSTEM
from tests import make
from tests.decisions import deciding, rfc9162

Operator = Callable[[str], object]


@pytest.fixture
async def sealed(house: Database) -> make.Table:
    """A log with the key and three records."""
    signer = new_signer()
    table = await make.table(house)
    frozen = await deciding.freeze(house, table)
    for place in range(3):
        procedure = await deciding.open_procedure(house, table, frozen.clause(place), days=0)
        record = await deciding.close(house, table, procedure)
        await deciding.seal(house, table, record, signer)
    return table


async def as_operator(house: Database, *statements: str) -> None:
    """Somebody with every right over the database, who switches its guards off."""
    url = house.engine.url.render_as_string(hide_password=False)
    superuser = url.replace(f"//{SERVICE}@", f"//{SUPERUSER}@")
    connection = await asyncpg.connect(**connect_arguments(superuser))
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                await connection.execute(statement)
    finally:
        await connection.close()


async def problems(house: Database) -> list[str]:
    async with house.read(SYSTEM) as session:
        return await decisions.problems_of_log(session)


async def test_proofs_verify_with_an_independent_program(
    house: Database, sealed: make.Table
) -> None:
    async with house.read(SYSTEM) as session:
        size = await log.size_of(session)
        assert size == 4
        roots: dict[int, bytes] = {}
        for length in range(2, size + 1):
            head = await log.head_of(session, length)
            assert head is not None
            roots[length] = bytes.fromhex(head.value["root"])
            leaves = await log.leaf_hashes(session, length)
            for index in range(length):
                entry = await log.entry_at(session, index)
                assert entry is not None
                leaf = merkle.leaf_hash(entry.data)
                path = merkle.inclusion_path(index, leaves)
                assert rfc9162.included(leaf, index, length, path, roots[length])
                assert not rfc9162.included(leaf, index, length, path, bytes(32))
        whole = await log.leaf_hashes(session, size)
        for first in roots:
            path = merkle.consistency_path(first, whole)
            assert rfc9162.consistent(first, size, roots[first], roots[size], path)


TAMPERING = {
    "an entry is changed": ["UPDATE log_leaf SET entry = entry || ' '::bytea WHERE index = 2"],
    "a hash is changed": ["UPDATE log_leaf SET leaf_hash = sha256(leaf_hash) WHERE index = 2"],
    "a signature is changed": ["UPDATE log_leaf SET signature = reverse(signature) WHERE index=1"],
    "an entry is dropped": ["DELETE FROM log_leaf WHERE index = 2"],
    "the last entry is dropped with its head": [
        "DELETE FROM log_leaf WHERE index = 3",
        "DELETE FROM tree_head WHERE size = 4",
    ],
    "two entries are swapped": [
        "UPDATE log_leaf SET index = 99 WHERE index = 1",
        "UPDATE log_leaf SET index = 1 WHERE index = 2",
        "UPDATE log_leaf SET index = 2 WHERE index = 99",
    ],
    "a head is changed": ["UPDATE tree_head SET head = head || ' '::bytea WHERE size = 3"],
    "the latest head is dropped": ["DELETE FROM tree_head WHERE size = 4"],
    "a sealed content is changed": [
        "UPDATE record_seal SET content = content || ' '::bytea WHERE leaf_index = 2"
    ],
    "a seal is dropped": ["DELETE FROM record_seal WHERE leaf_index = 2"],
    "a seal points elsewhere": ["UPDATE record_seal SET leaf_index = 77 WHERE leaf_index = 2"],
}


LOGGED = ("log_leaf", "tree_head", "record_seal")
KEEP = [f"CREATE TABLE kept_{name} AS TABLE {name}" for name in LOGGED]
RESTORE = [
    *(f"DELETE FROM {name}" for name in LOGGED),  # noqa: S608 our names
    *(f"INSERT INTO {name} TABLE kept_{name}" for name in LOGGED),
]


async def test_whatever_is_changed_in_the_rows_is_found(
    house: Database, sealed: make.Table
) -> None:
    await as_operator(house, *KEEP)
    for what, statements in TAMPERING.items():
        assert await problems(house) == []
        await as_operator(house, *statements)
        assert await problems(house), what
        await as_operator(house, *RESTORE)


async def test_a_record_whose_seal_was_touched_no_longer_counts_as_verified(
    house: Database, sealed: make.Table
) -> None:
    async with house.rows(SYSTEM) as connection:
        rows = await connection.fetch("SELECT record_id, leaf_index FROM record_seal ORDER BY 2")
    keys = [row["record_id"] for row in rows]

    async def verified() -> list[bool]:
        async with house.read(sealed.head()) as session:
            found = await decisions.verified(session, keys)
        return [found[key] for key in keys]

    assert await verified() == [True, True, True]
    await as_operator(
        house,
        "UPDATE record_seal SET content = content || ' '::bytea WHERE leaf_index = 1",
        "UPDATE record_seal SET text = text || ' '::bytea WHERE leaf_index = 2",
    )
    assert await verified() == [False, False, True]
