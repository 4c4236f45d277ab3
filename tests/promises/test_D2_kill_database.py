"""D2: kill -9 of every process of the database at once loses nothing that was acknowledged.

Nothing else writes there whose commits would flush the log for ours. (That a killed process does
not show what a power cut would is why `doctor` looks at the settings, D8.)
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from websockets.exceptions import WebSocketException

from policylab.kit.db import Database
from policylab.kit.embedded import SUPERUSER, EmbeddedPostgres
from tests.coediting.harness import Person, Writer, eventually, tokens_in, words_of
from tests.coediting.process import Process
from tests.promises import power
from tests.promises.conftest import full
from tests.promises.drafting import Pen

pytestmark = pytest.mark.promise
WRITERS, EDITORS = 6, 3


@pytest.fixture
async def process(solid: EmbeddedPostgres, tmp_path: Path) -> AsyncGenerator[Process]:
    database = await Database.connect(solid.url("policylab"), size=4)
    process = Process(database, tmp_path)
    await process.start()
    yield process
    await process.kill()
    await database.close()


async def test_the_settings_are_those_of_earnest(solid: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(solid.dsn("policylab", SUPERUSER))
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await connection.fetchval("SELECT current_setting($1)", name) == "on"
    await connection.close()


async def test_kill_9_of_the_whole_database_loses_nothing_acknowledged(
    process: Process, solid: EmbeddedPostgres
) -> None:
    draft_id = await process.draft()
    people = [await process.person(draft_id) for _ in range(WRITERS + EDITORS)]
    pens = [Pen(Writer(process.url(draft_id), person)) for person in people]
    told: set[str] = set()
    for pen in pens:
        pen.begin()
    dice = random.Random(2)
    for _ in range(full(50, 2)):
        before = sum(len(pen.writer.acknowledged) for pen in pens)
        await eventually(
            lambda before=before: sum(len(p.writer.acknowledged) for p in pens) > before + 20, 30
        )
        await asyncio.sleep(dice.uniform(0, 0.5))
        assert await asyncio.to_thread(power.cut, solid) > 5
        for number in range(WRITERS, len(pens)):
            told |= await lose(pens[number])
            pens[number] = again(process, draft_id, people[number])
        await power.back(solid)
    await eventually(lambda: all(pen.writer.code is None for pen in pens), 30)
    for pen in pens:
        await pen.end()
        told |= pen.told | pen.writer.acknowledged
    assert process.alive
    await process.kill()  # what is there now is in the database, and nowhere else
    found = Counter(tokens_in(words_of(await process.text(draft_id))))
    assert len(told) > full(1_000, 50)
    assert told - found.keys() == set()
    assert {token: count for token, count in found.items() if count > 1} == {}
    kept = {token for pen in pens[:WRITERS] for token in pen.writer.written}
    assert kept <= found.keys()  # they kept their clients, and brought the rest
    for pen in pens:
        with suppress(WebSocketException, OSError):
            await pen.writer.close()


def again(process: Process, draft_id: object, person: Person) -> Pen:
    pen = Pen(Writer(process.url(draft_id), person))  # pyright: ignore[reportArgumentType]
    pen.begin()
    return pen


async def lose(pen: Pen) -> set[str]:
    """A client dies with everything it had not brought to the server; what it had been told."""
    await pen.die()
    return pen.told | pen.writer.acknowledged
