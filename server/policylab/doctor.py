"""Is the house sound? Settings that lose data, roles with too many rights, chains that broke."""

from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import orjson
from sqlalchemy import text

from policylab import decisions, migrations
from policylab.grounds import Finding, look_at
from policylab.kit.db import Database, audit_hash, connect_arguments
from policylab.kit.viewer import SYSTEM
from policylab.settings import Settings

_AUDIT = text(
    "SELECT lab_id, sequence, at, actor_id, capacity_id, action, object_type, object_id,"
    " detail::text AS detail, previous_hash, hash FROM audit_event ORDER BY lab_id, sequence"
)
_HEADS = text("SELECT lab_id, audit_hash FROM lab_ledger")


async def examine(settings: Settings) -> list[Finding]:
    """Everything that `policylab doctor` looks at."""
    connection = await asyncpg.connect(**connect_arguments(settings.database_url))
    try:
        found = [finding async for finding in _of_server(connection)]
    finally:
        await connection.close()
    if not found[-1].well:
        return found
    database = await Database.connect(settings.database_url, size=2, listen=False)
    try:
        found += [await _of_audit(database), await _of_log(database)]
    finally:
        await database.close()
    return found


async def _of_server(connection: Any) -> AsyncGenerator[Finding]:
    async for finding in look_at(connection):
        yield finding
    try:
        revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.PostgresError:
        revision = None
    advice = "Run `policylab migrate`."
    yield Finding(f"tables of revision {revision}", revision == migrations.head(), advice)


async def _of_audit(database: Database) -> Finding:
    """Follow every lab's chain of audit events from its beginning to its head."""
    broken: list[str] = []
    count = 0
    heads: dict[Any, bytes] = {}
    async with database.read(SYSTEM) as session:
        connection = await session.connection()
        rows = await connection.stream(_AUDIT)
        async for row in rows:
            fields = dict(row._mapping)  # pyright: ignore[reportPrivateUsage]
            stored, previous = bytes(fields.pop("hash")), bytes(fields.pop("previous_hash"))
            detail = orjson.loads(fields["detail"])
            fields["detail"] = orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode()
            expected = heads.get(fields["lab_id"], b"")
            if previous != expected or audit_hash(fields, previous) != stored:
                broken.append(f"{fields['lab_id']} at {fields['sequence']}")
            heads[fields["lab_id"]] = stored
            count += 1
        ledgers = await connection.execute(_HEADS)
        for lab_id, head in ledgers:
            if bytes(head) != heads.get(lab_id, b""):
                broken.append(f"{lab_id} at its end")
    advice = f"Events were changed, dropped or reordered: {', '.join(broken[:5])}."
    return Finding(f"{count} audit events chained by hash", not broken, advice)


async def _of_log(database: Database) -> Finding:
    async with database.read(SYSTEM) as session:
        problems = await decisions.problems_of_log(session)
    return Finding("the log of sealed records", not problems, "; ".join(problems[:5]))
