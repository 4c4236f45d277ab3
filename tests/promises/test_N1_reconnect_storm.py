"""N1: many are cut off at once and come back at once: all are in step soon, nobody else waits."""

import asyncio
import time
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.managers import SyncManager
from threading import Event

import pytest
from websockets.exceptions import WebSocketException

from tests.coediting.harness import PATIENCE, Person, Writer, eventually, tokens_in, words_of
from tests.coediting.process import Process
from tests.promises.conftest import WHOLE, busy, full

pytestmark = [pytest.mark.promise, pytest.mark.alone]
CLIENTS = full(1_000, 100)
TEXTS = 5
SOON = 30.0
P95 = 0.5 if WHOLE else 1.5
"""Seconds. In the short form the clients, the server and other tests share what there is."""
_spawn = get_context("spawn")


@pytest.fixture
def manager() -> Generator[SyncManager]:
    with _spawn.Manager() as manager:
        yield manager


async def test_all_are_back_and_in_step_soon(live: Process, manager: SyncManager) -> None:
    drafts = [await live.draft() for _ in range(TEXTS)]
    people = [await live.person(drafts[number % TEXTS]) for number in range(CLIENTS)]
    clients = [
        Writer(live.url(drafts[number % TEXTS]), person) for number, person in enumerate(people)
    ]
    quiet = await live.draft()
    innocent = await live.person(quiet)
    for start in range(0, CLIENTS, 50):
        await asyncio.gather(*(client.connect() for client in clients[start : start + 50]))
    writes, ended = manager.Event(), manager.Event()
    # Elsewhere: what a thousand clients cost this process is not what the server owes.
    with ProcessPoolExecutor(1, mp_context=_spawn) as elsewhere:
        watching = elsewhere.submit(keep_writing, live.url(quiet), innocent, writes, ended)
        await asyncio.to_thread(writes.wait, PATIENCE)
        tokens = await storm(clients)
        ended.set()
        took = sorted(await asyncio.wrap_future(watching))
    assert took[int(len(took) * 0.95)] < P95 * busy(), took[-5:]
    for number, draft_id in enumerate(drafts):
        found = tokens_in(words_of(await live.text(draft_id)))
        assert sorted(found) == sorted(tokens[number::TEXTS])
    await asyncio.gather(*(client.close() for client in clients))


async def storm(clients: list[Writer]) -> list[str]:
    """All are cut off and come back, each with something to bring; answers what."""
    await asyncio.gather(*(client.drop() for client in clients))
    tokens = [client.write_token() for client in clients]
    began = time.perf_counter()
    async with asyncio.timeout(SOON):
        await asyncio.gather(*(back(client) for client in clients))
        for number, client in enumerate(clients):
            wanted = set(tokens[number % TEXTS :: TEXTS])
            while not wanted <= set(tokens_in(words_of(client.text))):
                await asyncio.sleep(0.05)
    assert time.perf_counter() - began < SOON
    return tokens


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


def keep_writing(url: str, person: Person, writes: Event, ended: Event) -> list[float]:
    """Write in a text of one's own until it is over, in one connection; how long each change took
    until it was stored, in seconds."""

    async def write() -> list[float]:
        took: list[float] = []
        writer = Writer(url, person)
        await writer.connect()
        while not ended.is_set():
            began = time.perf_counter()
            writer.write_token()
            await eventually(lambda: writer.stored == writer.sent, PATIENCE)
            took.append(time.perf_counter() - began)
            writes.set()
            await asyncio.sleep(0.02)
        assert writer.code is None
        await writer.close()
        return took

    return asyncio.run(write())
