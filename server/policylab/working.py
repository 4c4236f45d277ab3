"""The background work: what has come due is looked at, by one process at a time."""

import asyncio

from policylab import notices
from policylab.kit.db import Database
from policylab.kit.log import log

EVERY_SECONDS = 20.0
LOCK = 7_602_553_914_212


async def work(database: Database) -> None:
    """Look at the clock until cancelled. A failure is logged, and tried again at the next look."""
    while True:
        try:
            async with database.pool.acquire() as connection:
                if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                    try:
                        await notices.look_at_clock(database)
                    finally:
                        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
        except Exception as error:  # noqa: BLE001 the next look must come whatever happened
            log.warning("work.failed", error=repr(error))
        await asyncio.sleep(EVERY_SECONDS)
