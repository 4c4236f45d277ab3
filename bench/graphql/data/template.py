"""The database that everybody is measured on: made once, copied for each run.

It is kept as a template beside the peers. Its name has the fingerprint of what it was made from,
so that a change of our tables or of the data makes it anew.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from bench.graphql.data.cases import cases
from bench.graphql.data.labs import furnish
from bench.kit.peers import FOLDER
from policylab import migrations
from policylab.kit.db import connect_arguments
from policylab.kit.embedded import OWNER, SUPERUSER, EmbeddedPostgres
from policylab.kit.revisions import revisions
from policylab.kit.sources import grants, policies
from policylab.kit.tables import metadata
from policylab.migrations import models

HERE = Path(__file__).parent
PEERS_SQL = HERE.parent / "servers" / "peers.sql"
RUN = "bench_run"
SETTINGS = {
    "autovacuum": "off",  # nobody's work may fall into somebody else's time
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


def postgres() -> EmbeddedPostgres:
    """The benchmark's own server, kept from run to run."""
    return EmbeddedPostgres(FOLDER / "graphql-postgres", settings=SETTINGS)


def fresh_database(server: EmbeddedPostgres, say: Callable[[str], None]) -> dict[str, Any]:
    """A new copy of the data under the name `RUN`; what there is to ask for in it."""
    name = f"bench_{_fingerprint()}"
    manifest = FOLDER / f"{name}.json"
    ready = name in _databases(server)
    if not ready or not manifest.exists():
        say("Making the data: once, some tens of seconds …")
        _make(server, name, manifest)
    server.drop_database(RUN)
    server.create_database(RUN, template=name)
    return json.loads(manifest.read_text("utf-8"))


def _make(server: EmbeddedPostgres, name: str, manifest: Path) -> None:
    for old in _databases(server):
        if old.startswith("bench_"):
            server.drop_database(old)
    building = "bench_building"
    server.create_database(building)
    asyncio.run(migrations.upgrade(server.url(building, OWNER)))
    furnished = furnish()
    asked = cases(furnished)
    asyncio.run(_fill(server.url(building, SUPERUSER), furnished.rows))
    asyncio.run(_execute(server.url(building, OWNER), PEERS_SQL.read_text("utf-8")))
    manifest.write_text(json.dumps(asked, indent=1), "utf-8")
    asyncio.run(
        _execute(
            server.url("postgres", SUPERUSER), f'ALTER DATABASE "{building}" RENAME TO "{name}"'
        )
    )


def _fingerprint() -> str:
    """Changes with our tables, rules of access and this benchmark's own data."""
    assert models  # every room's tables are known
    columns = [
        f"{table.name} {column.name} {type(column.type).__name__}"
        for table in metadata.sorted_tables
        for column in table.columns
    ]
    files = [PEERS_SQL, *sorted(HERE.glob("*.py"))]
    rooms = Path(migrations.__file__).parents[1]
    files += sorted([*rooms.glob("*/ddl.py"), *rooms.glob("*/access.py")])
    said = [*columns, *policies(), *grants("service"), *revisions("service")]
    said += (file.read_text("utf-8") for file in files)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


def _databases(server: EmbeddedPostgres) -> list[str]:
    async def ask() -> list[str]:
        connection = await asyncpg.connect(**connect_arguments(server.url("postgres", SUPERUSER)))
        try:
            rows = await connection.fetch("SELECT datname FROM pg_database")
            return [row[0] for row in rows]
        finally:
            await connection.close()

    return asyncio.run(ask())


async def _execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


async def _fill(url: str, rows: dict[Any, list[Any]]) -> None:
    """Copy the rows in, without the guards that judge each verb."""
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        await connection.set_type_codec(
            "jsonb",
            schema="pg_catalog",
            encoder=lambda value: b"\x01" + orjson.dumps(value),
            decoder=lambda value: orjson.loads(value[1:]),
            format="binary",
        )
        await connection.execute("SET session_replication_role = replica")
        for table, several in rows.items():
            names = [column.key for column in table.__table__.columns]
            await connection.copy_records_to_table(
                table.__tablename__, records=_records(several, names), columns=names
            )
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


def _records(rows: Iterable[Any], names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    for row in rows:
        values = (getattr(row, name) for name in names)
        yield tuple(value.value if isinstance(value, StrEnum) else value for value in values)
