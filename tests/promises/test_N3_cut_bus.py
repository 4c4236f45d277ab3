"""N3: while no notification arrives, replicas stay in step all the same; soon after all are."""

import asyncio
import time

import asyncpg
import pytest

from policylab import coediting
from policylab.kit.db import Database, connect_arguments
from policylab.kit.embedded import SERVICE, SUPERUSER
from policylab.kit.viewer import SYSTEM
from tests.coediting.harness import Writer, eventually, tokens_in, words_of
from tests.coediting.process import Process
from tests.promises.conftest import full
from tests.promises.drafting import Pen, check_all_there

pytestmark = [pytest.mark.promise, pytest.mark.alone]
CUT = full(30, 4)
SOON = 5.0
LISTENING = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (query LIKE 'LISTEN %' OR query = 'SELECT 1')
"""


class Scissors:
    """Cuts every connection on which a replica listens, again as soon as there is one."""

    def __init__(self, url: str) -> None:
        self._url = url.replace(f"//{SERVICE}@", f"//{SUPERUSER}@")
        self.cuts = 0

    async def run(self) -> None:
        connection = await asyncpg.connect(**connect_arguments(self._url))
        try:
            while True:
                self.cuts += await connection.fetchval(LISTENING)
                await asyncio.sleep(0.02)
        finally:
            await connection.close()


async def test_replicas_stay_in_step_without_notifications(
    replicas: list[Process], house: Database
) -> None:
    draft_id, closing = await replicas[0].draft(), await replicas[0].draft()
    pens: list[Pen] = []
    for number in range(4):
        person = await replicas[0].person(draft_id)
        for process in replicas:  # they share one file of standings, each its own copy of it
            process.admit(person, draft_id, person.standing.right)
        pens.append(Pen(Writer(replicas[number % 2].url(draft_id), person)))
    other = Writer(replicas[1].url(closing), await replicas[1].person(closing))
    await other.connect()
    for pen in pens:
        pen.begin()
    await eventually(lambda: all(pen.writer.acknowledged for pen in pens))

    scissors = Scissors(house.engine.url.render_as_string(hide_password=False))
    cutting = asyncio.create_task(scissors.run())
    await asyncio.sleep(1)
    async with house.write(SYSTEM) as uow:
        await coediting.close_draft(uow, closing)
    await eventually(lambda: other.code == 4501, SOON)  # nobody was told, and yet
    await asyncio.sleep(CUT)
    assert scissors.cuts >= CUT
    for pen in pens:
        await pen.end()
    last = time.perf_counter()
    wrote = {token for pen in pens for token in pen.writer.written}
    await eventually(lambda: in_step(pens, wrote), SOON)
    assert time.perf_counter() - last < SOON

    cutting.cancel()
    await asyncio.gather(cutting, return_exceptions=True)
    late = pens[0].writer.write_token()
    await eventually(lambda: all(late in str(pen.writer.text) for pen in pens), SOON)
    for pen in pens:
        await pen.writer.settled()
        pen.note()
    await check_all_there(pens, await replicas[0].text(draft_id))
    for writer in [*(pen.writer for pen in pens), other]:
        await writer.close()


def in_step(pens: list[Pen], wrote: set[str]) -> bool:
    return all(wrote <= set(tokens_in(words_of(pen.writer.text))) for pen in pens)
