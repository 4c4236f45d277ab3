"""D6: on TERM what is under way is finished, sockets close with "come back", nothing is lost."""

import asyncio
import signal
import time
from collections.abc import Callable

import asyncpg
import pytest

from policylab.kit.db import Database, connect_arguments
from tests.coediting.harness import Writer, eventually
from tests.promises.conftest import full
from tests.promises.drafting import (
    Drafting,
    Pen,
    check_all_there,
    check_asked_to_come_back,
    writer_at,
)
from tests.serving import Served

pytestmark = pytest.mark.promise
LONGEST = 10.0
WAITING = """
SELECT count(DISTINCT relation IS NULL) FROM pg_locks
WHERE NOT granted AND (relation = 'person'::regclass OR locktype = 'transactionid')
"""
ME = "{ viewer { person { displayName } } }"


async def test_what_is_under_way_at_the_stop_is_finished(
    house: Database, served: Served, owner_url: Callable[[str], str]
) -> None:
    owner = owner_url(house.engine.url.render_as_string(hide_password=False))
    drafting = await Drafting.begin(house)
    quiet = writer_at(served, drafting.draft_id, await drafting.writer())
    people = [await drafting.writer() for _ in range(3)]
    pens = [Pen(writer_at(served, drafting.draft_id, person)) for person in people]
    for round_ in range(full(10, 2)):
        for pen in pens:
            pen.begin()
        await quiet.connect()
        before = [len(pen.writer.acknowledged) for pen in pens]
        await eventually(
            lambda before=before: all(
                len(pen.writer.acknowledged) > n for pen, n in zip(pens, before, strict=True)
            )
        )
        for pen in pens:
            pen.codes.clear()
        token = await stop_while_held(served, owner, drafting, quiet, people[0].token)
        # What was on its way when the server was told to stop is stored, and its writer knows.
        assert token in quiet.acknowledged, round_
        assert quiet.code == 1012
        await check_asked_to_come_back(pens)
        await asyncio.to_thread(served.start)
        for pen in pens:
            await pen.end()
        await eventually(
            lambda: all(
                token in str(pen.writer.text)
                for pen in pens
                for other in pens
                for token in other.writer.written
            )
        )
    quiet_pen = Pen(quiet)
    await quiet.connect()
    await quiet.settled()
    await check_all_there([*pens, quiet_pen], await drafting.text())
    for writer in [*(pen.writer for pen in pens), quiet]:
        await writer.close()


async def stop_while_held(
    served: Served, owner_url: str, drafting: Drafting, quiet: Writer, token: str
) -> str:
    """Tell the server to stop while a request and an edit of it wait for the database."""
    holding = await asyncpg.connect(**connect_arguments(owner_url))
    await holding.execute("SELECT set_config('policylab.viewer', 'system', false)")
    assert served.process is not None
    async with holding.transaction():
        await holding.execute("SELECT FROM draft_head WHERE id = $1 FOR UPDATE", drafting.draft_id)
        await holding.execute("LOCK TABLE person IN ACCESS EXCLUSIVE MODE")
        written = quiet.write_token()
        asking = asyncio.create_task(served.ask(ME, token=token))
        async with asyncio.timeout(LONGEST):
            while await holding.fetchval(WAITING) < 2:
                await asyncio.sleep(0.05)
        began = time.perf_counter()
        served.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(1.0)
        assert written not in quiet.acknowledged
        assert not asking.done()
        assert served.process.poll() is None
    await holding.close()
    answer = await asking
    assert answer["data"]["viewer"]["person"]["displayName"] == "Rapporteur"
    await asyncio.to_thread(served.process.wait, 30)
    assert time.perf_counter() - began < LONGEST + 5
    return written
