"""D5: without its database the server lives, says so, and loses nothing; people go on writing."""

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from policylab.kit.db import Database
from policylab.kit.embedded import EmbeddedPostgres
from tests.coediting.harness import eventually
from tests.promises import power
from tests.promises.conftest import full
from tests.promises.drafting import Drafting, Pen, check_all_there, writer_at
from tests.serving import Served

pytestmark = [pytest.mark.promise, pytest.mark.alone]
AWAY = full(60, 5)
SOON = 10.0
ME = "{ viewer { person { displayName } } }"


@pytest.fixture
async def there(solid: EmbeddedPostgres, tmp_path: Path) -> AsyncGenerator[tuple[Served, Drafting]]:
    url = solid.url("policylab")
    database = await Database.connect(url, size=4)
    drafting = await Drafting.begin(database)
    served = Served(url, tmp_path)
    await asyncio.to_thread(served.start)
    yield served, drafting
    await asyncio.to_thread(served.stop)
    await database.close()


async def status_of(served: Served, path: str) -> int:
    async with httpx2.AsyncClient(timeout=10) as client:
        return (await client.get(f"{served.url}{path}")).status_code


async def test_while_the_database_is_away_people_write_on(
    there: tuple[Served, Drafting], solid: EmbeddedPostgres
) -> None:
    served, drafting = there
    people = [await drafting.writer() for _ in range(4)]
    pens = [Pen(writer_at(served, drafting.draft_id, person)) for person in people]
    for pen in pens:
        pen.begin()
    await eventually(lambda: all(pen.writer.acknowledged for pen in pens))
    await asyncio.to_thread(power.cut, solid)
    gone = time.perf_counter()
    await eventually(lambda: all(pen.codes for pen in pens), SOON)
    assert {code for pen in pens for code in pen.codes} <= {1013, None}
    for pen in pens:
        pen.writer.write_token()  # in the editor, with no line
    assert await status_of(served, "/healthz") == 200
    assert await status_of(served, "/readyz") == 503
    await asyncio.sleep(max(0, AWAY - (time.perf_counter() - gone)))
    assert served.process is not None
    assert served.process.poll() is None
    lines = [pen.lines for pen in pens]
    await power.back(solid)
    await eventually(lambda: all(pen.lines > n for pen, n in zip(pens, lines, strict=True)), SOON)
    before = time.perf_counter()
    answer = await served.ask(ME, token=people[0].token)  # the first one after it
    assert answer["data"]["viewer"]["person"]["displayName"] == "Rapporteur"
    for pen in pens:
        await pen.end()
    wrote = {token for pen in pens for token in pen.writer.written}
    for pen in pens:
        await eventually(lambda pen=pen: all(token in str(pen.writer.text) for token in wrote))
        pen.note()
    assert time.perf_counter() - before < SOON
    await check_all_there(pens, await drafting.text())
    async with asyncio.timeout(SOON):
        while await status_of(served, "/readyz") != 200:
            await asyncio.sleep(0.1)
    for pen in pens:
        await pen.writer.close()
