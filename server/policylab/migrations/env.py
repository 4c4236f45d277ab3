"""Runs migrations as the owner, one at a time across replicas."""

import asyncio
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from policylab.kit.tables import metadata
from policylab.migrations import models

LOCK = 7_602_553_914_211
models.load()


def run(connection: Connection) -> None:
    """Upgrade on this connection, holding the lock that other replicas wait for."""
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    try:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_server_default=False,
            include_object=ours,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        if connection.in_transaction():
            connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


def ours(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Leave alone what migrations make by SQL of their own: indexes named `…_sql`, and columns that
    the database fills."""
    by_sql = kind == "index" and (name or "").endswith("_sql")
    return not (reflected and (by_sql or (kind == "column" and thing.computed is not None)))


async def main() -> None:
    engine = create_async_engine(context.config.attributes["url"], poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
