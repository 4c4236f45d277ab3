"""C9: after a freeze commits no replica takes an edit; the frozen text holds what was acknowledged.

Two server processes share the drafts. Writers write through both while the draft is closed; old
sockets and offline editors keep trying afterwards. (That a phase change ends writing is the gate's
part: it is judged where documents and labs are.)
"""

import asyncio
import random
from contextlib import suppress
from uuid import UUID

import pytest
from websockets.exceptions import WebSocketException

from policylab import coediting
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests.coediting.harness import Person, Writer, eventually, tokens_in, words_of
from tests.coediting.process import Process
from tests.promises.conftest import full

pytestmark = pytest.mark.promise


async def write_until(writer: Writer, ended: asyncio.Event, dice: random.Random) -> None:
    """Write, and come back whenever the line is cut or the words are refused."""
    while not ended.is_set():
        with suppress(WebSocketException, OSError, TimeoutError):
            await writer.connect()
            while writer.code is None and writer.refused is None and not ended.is_set():
                writer.write_token()
                await asyncio.sleep(dice.uniform(0.001, 0.01))
        await writer.close()
        await asyncio.sleep(0.01)


async def test_a_freeze_holds_everything_before_it_and_nothing_after(
    replicas: list[Process], house: Database
) -> None:
    dice = random.Random(9)
    for _ in range(full(200, 6)):
        draft_id = await replicas[0].draft()
        people = [await replicas[0].person(draft_id) for _ in range(4)]
        await _race(replicas, house, draft_id, people, dice)


async def _race(
    replicas: list[Process],
    house: Database,
    draft_id: UUID,
    people: list[Person],
    dice: random.Random,
) -> None:
    for process in replicas:
        for person in people:
            process.admit(person, draft_id, person.standing.right)
    urls = [replicas[number % 2].url(draft_id) for number in range(len(people))]
    writers = [Writer(url, person) for url, person in zip(urls, people, strict=True)]
    offline = Writer(urls[0], people[0])
    await offline.connect()
    await offline.drop()
    late = offline.write_token()
    ended = asyncio.Event()
    running = [asyncio.create_task(write_until(each, ended, dice)) for each in writers]
    await eventually(lambda: all(writer.acknowledged for writer in writers))
    await asyncio.sleep(dice.uniform(0, 0.1))
    async with house.write(SYSTEM) as uow:
        frozen = await coediting.close_draft(uow, draft_id)
        if dice.random() < 0.5:
            await asyncio.sleep(dice.uniform(0, 0.05))
    await asyncio.sleep(0.3)
    with suppress(WebSocketException, OSError):
        await offline.connect()
        await eventually(lambda: offline.refused or offline.code)
    await offline.close()
    ended.set()
    await asyncio.gather(*running)

    assert await replicas[0].text(draft_id) == frozen.content
    kept = tokens_in(words_of(frozen.content))
    assert late not in kept
    assert len(kept) == len(set(kept))
    for writer in writers:
        assert writer.acknowledged <= set(kept)
