"""R7: the service's database role can neither update nor delete what was sealed or logged."""

import asyncpg
import pytest

from policylab.decisions import sources as _decisions  # noqa: F401 registers the room's sources
from policylab.kit.db import Database
from policylab.kit.sources import Source
from tests.decisions import deciding

GUARDED = [
    "audit_event",
    "closing",
    "corrigendum",
    "decision_record",
    "dissenting_statement",
    "entitled",
    "formal_adoption",
    "log_leaf",
    "procedure",
    "record_publication",
    "record_seal",
    "referral",
    "tree_head",
    "version",
    "version_section",
    "version_set",
]
COLUMNS = {
    "audit_event": "action",
    "log_leaf": "signature",
    "tree_head": "signature",
    "record_seal": "hash",
    "version": "language",
    "version_section": "text",
}


@pytest.fixture
async def house_with_a_record(house: Database) -> Database:
    await deciding.sealed(house)
    return house


async def test_nothing_append_only_can_be_changed_or_deleted(
    house_with_a_record: Database,
) -> None:
    """As the service itself works, with the house's own rights over rows."""
    for name in GUARDED:
        key = COLUMNS.get(name, "created_at")
        for statement in (
            f"UPDATE {name} SET {key} = {key}",  # noqa: S608 our names
            f"DELETE FROM {name}",  # noqa: S608 our names
            f"TRUNCATE {name}",
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY",
            f"DROP TABLE {name}",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with house_with_a_record.raw() as connection:
                    await connection.execute(statement)


async def test_the_guard_is_on_every_table_that_calls_itself_append_only(house: Database) -> None:
    async with house.raw() as connection:
        rows = await connection.fetch(
            "SELECT table_name FROM information_schema.role_table_grants "
            "WHERE grantee = 'policylab_service' AND privilege_type IN ('UPDATE', 'DELETE')"
        )
    changeable = {row["table_name"] for row in rows}
    kept = {name for name, source in Source.registry.items() if source.append_only}
    assert len(kept) > 15
    assert changeable & (kept | set(GUARDED)) == set()
    assert changeable  # there are tables that it may change: the query can find something


async def test_the_role_is_no_superuser_and_bypasses_nothing(house: Database) -> None:
    async with house.raw() as connection:
        row = await connection.fetchrow(
            "SELECT current_user::text AS me, rolsuper, rolbypassrls, rolcreaterole "
            "FROM pg_roles WHERE rolname = current_user"
        )
    assert dict(row) == {
        "me": "policylab_service",
        "rolsuper": False,
        "rolbypassrls": False,
        "rolcreaterole": False,
    }
