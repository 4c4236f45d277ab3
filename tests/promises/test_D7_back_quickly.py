"""D7: after a crash the server is healthy again soon, however many documents there are.

How long it takes is measured in full. In the short form there are too few documents for that to
show: there it counts what a start reads of them, which is nothing at all.
"""

import asyncio
import time

import pytest

from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests.coediting.harness import eventually
from tests.promises.conftest import WHOLE, full
from tests.promises.drafting import Drafting, writer_at
from tests.serving import Served

pytestmark = [pytest.mark.promise, pytest.mark.alone]
DOCUMENTS = full(1_000, 50)
READ = """
SELECT sum(seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_user_tables
WHERE relname IN ('draft_update', 'draft_snapshot')
"""


async def started(served: Served) -> float:
    began = time.perf_counter()
    await asyncio.to_thread(served.start)
    return time.perf_counter() - began


async def read_by_now(house: Database) -> int:
    """Rows of texts that were read so far, as soon as whoever has left has told it."""
    known, now = -1, 0
    async with house.rows(SYSTEM) as connection:
        while known != now:
            known = now
            await asyncio.sleep(1)
            await connection.execute("SELECT pg_stat_clear_snapshot()")
            now = await connection.fetchval(READ)
    return now


async def test_after_a_crash_it_is_healthy_soon(house: Database, served: Served) -> None:
    drafting = await Drafting.begin(house)
    person = await drafting.writer()
    await asyncio.to_thread(served.kill)
    empty = await started(served)  # what the program takes to start on this machine, now
    drafts = [drafting.draft_id, *[await drafting.another() for _ in range(DOCUMENTS - 1)]]
    tokens: dict[object, str] = {}
    for draft_id in drafts:
        writer = writer_at(served, draft_id, person)
        await writer.connect()
        tokens[draft_id] = writer.write_token()
        await writer.settled()
        await writer.close()
    await asyncio.to_thread(served.stop)  # what is left to do is done
    before = await read_by_now(house)
    await started(served)
    await asyncio.to_thread(served.kill)
    read = await read_by_now(house) - before
    assert read < DOCUMENTS / 2
    took = await started(served)
    assert took < (5.0 if WHOLE else max(5.0, 2 * empty + 2))
    for draft_id in drafts[:: max(1, DOCUMENTS // 20)]:
        writer = writer_at(served, draft_id, person)
        await writer.connect()
        await eventually(lambda writer=writer, key=draft_id: tokens[key] in str(writer.text))
        await writer.close()
