"""N1: many are cut off at once and come back at once: all are in step soon, nobody else waits."""

import asyncio
import time

import pytest
from websockets.exceptions import WebSocketException

from tests.coediting.harness import PATIENCE, Writer, eventually, tokens_in, words_of
from tests.coediting.process import Process
from tests.promises.conftest import WHOLE, busy, full

pytestmark = [pytest.mark.promise, pytest.mark.alone]
CLIENTS = full(1_000, 100)
TEXTS = 5
SOON = 30.0
P95 = 0.5 if WHOLE else 1.5
"""Seconds. In the short form the clients, the server and other tests share what there is."""


async def test_all_are_back_and_in_step_soon(live: Process) -> None:
    drafts = [await live.draft() for _ in range(TEXTS)]
    people = [await live.person(drafts[number % TEXTS]) for number in range(CLIENTS)]
    clients = [
        Writer(live.url(drafts[number % TEXTS]), person) for number, person in enumerate(people)
    ]
    quiet = await live.draft()
    innocent = Writer(live.url(quiet), await live.person(quiet))
    await innocent.connect()
    for start in range(0, CLIENTS, 50):
        await asyncio.gather(*(client.connect() for client in clients[start : start + 50]))
    took: list[float] = []
    watching = asyncio.create_task(keep_writing(innocent, took))
    await asyncio.gather(*(client.drop() for client in clients))
    tokens = [client.write_token() for client in clients]  # each has something to bring
    began = time.perf_counter()
    async with asyncio.timeout(SOON):
        await asyncio.gather(*(back(client) for client in clients))
        for number, client in enumerate(clients):
            wanted = set(tokens[number % TEXTS :: TEXTS])
            while not wanted <= set(tokens_in(words_of(client.text))):
                await asyncio.sleep(0.05)
    assert time.perf_counter() - began < SOON
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    took.sort()
    assert took
    assert took[int(len(took) * 0.95)] < P95 * busy(), took[-5:]
    assert innocent.code is None
    for number, draft_id in enumerate(drafts):
        found = tokens_in(words_of(await live.text(draft_id)))
        assert sorted(found) == sorted(tokens[number::TEXTS])
    await asyncio.gather(*(client.close() for client in [*clients, innocent]))


async def back(client: Writer) -> None:
    """As y-websocket does it: again and again, a little later each time."""
    wait = 0.1
    while True:
        try:
            await client.connect()
            await client.settled()
        except (OSError, WebSocketException, TimeoutError):
            await asyncio.sleep(wait)
            wait = min(2.5, wait * 2)
        else:
            return


async def keep_writing(writer: Writer, took: list[float]) -> None:
    while True:
        began = time.perf_counter()
        writer.write_token()
        await eventually(lambda: writer.stored == writer.sent, PATIENCE)
        took.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
