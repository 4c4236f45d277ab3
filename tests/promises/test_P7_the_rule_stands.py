"""P7: what was fixed when a procedure opened can't change, also not through the database's role."""

import asyncpg
import pytest

from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests import make
from tests.decisions import deciding

ATTEMPTS = [
    'UPDATE procedure SET rule = \'{"code": "SIMPLE_MAJORITY"}\'',
    "UPDATE procedure SET levels = '[]'",
    "UPDATE procedure SET closes_at = now()",
    "UPDATE procedure SET subject_id = gen_random_uuid()",
    "DELETE FROM procedure",
    "UPDATE entitled SET weight = 9",
    "DELETE FROM entitled",
    "UPDATE ballot_term SET closes_at = now()",
    "DELETE FROM ballot_term",
    "DELETE FROM ballot_pause",
]


async def fixed(database: Database) -> list[str]:
    """Everything that an open procedure stands on, as text."""
    async with database.rows(SYSTEM) as connection:
        return [
            await connection.fetchval(f"SELECT coalesce(json_agg(t)::text, '') FROM {name} t")  # noqa: S608
            for name in ("procedure", "entitled", "ballot_term", "ballot_pause")
        ]


async def test_rule_levels_entitled_and_deadline_stay_as_they_were(house: Database) -> None:
    table = await make.table(house)
    frozen = await deciding.freeze(house, table)
    await deciding.open_procedure(house, table, frozen)
    before = await fixed(house)
    for statement in ATTEMPTS:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.raw() as connection:
                await connection.execute(statement)
    await make.seat(house, table, "LATE", weight=5)
    await deciding.take_all(house, table, frozen)
    assert await fixed(house) == before
