"""D1: kill -9 of the server loses nothing that was acknowledged, and doubles nothing.

Live texts: writers who come back, editors whose clients die with the server, readers. Acknowledged
is what the server said is stored, and whatever anybody else was ever sent.
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from websockets.exceptions import WebSocketException

from tests.coediting.harness import Person, Writer, tokens_in, words_of
from tests.coediting.process import Process
from tests.promises.conftest import full

WRITERS = 6
EDITORS = 3

pytestmark = pytest.mark.promise


class Load:
    """Everybody who writes, and what they have been told."""

    def __init__(self, process: Process, draft_id: UUID, people: list[Person]) -> None:
        self._process = process
        self._draft_id = draft_id
        self._people = people
        self.writers = [self._new(person) for person in people]
        self.acknowledged: set[str] = set()
        self._ending = False

    def _new(self, person: Person) -> Writer:
        return Writer(self._process.url(self._draft_id), person)

    def note(self, writer: Writer) -> None:
        """Remember what this client was told: in acknowledgements and in other people's words."""
        self.acknowledged |= writer.acknowledged
        own = set(writer.written)
        for data in writer.frames:
            self.acknowledged |= {token for token in tokens_in(data) if token not in own}
        writer.frames.clear()

    async def run(self, number: int) -> None:
        """Write whenever there is a line; come back whenever there is none."""
        dice = random.Random(number)
        while not self._ending:
            writer = self.writers[number]
            with suppress(OSError, WebSocketException, TimeoutError, EOFError):
                await writer.connect()
                while writer.code is None and not self._ending:
                    writer.write_token()
                    await asyncio.sleep(dice.uniform(0.002, 0.02))
            await asyncio.sleep(0.02)

    async def lose_clients(self) -> None:
        """The editors' clients die with everything they had not brought to the server."""
        for number in range(WRITERS, WRITERS + EDITORS):
            dead = self.writers[number]
            self.note(dead)
            self.writers[number] = self._new(self._people[number])
            with suppress(OSError, WebSocketException):
                await dead.drop()

    def end(self) -> None:
        self._ending = True


async def test_kill_9_of_the_server_loses_nothing_acknowledged(process: Process) -> None:
    draft_id = await process.draft()
    people = [await process.person(draft_id) for _ in range(WRITERS + EDITORS)]
    load = Load(process, draft_id, people)
    running = [asyncio.create_task(load.run(number)) for number in range(len(people))]
    dice = random.Random(1)
    for _ in range(full(200, 5)):
        await asyncio.sleep(dice.uniform(0.2, 1.0))
        await process.kill()
        await load.lose_clients()
        await process.start()
    await asyncio.sleep(0.5)
    load.end()
    await asyncio.wait_for(asyncio.gather(*running), 30)
    await process.kill()
    for writer in load.writers:
        load.note(writer)
    found = Counter(tokens_in(words_of(await process.text(draft_id))))
    assert len(load.acknowledged) > full(2_000, 100)
    assert load.acknowledged - found.keys() == set()
    assert {token: count for token, count in found.items() if count > 1} == {}

    # Those who kept their clients bring the rest when they come back.
    await process.start()
    expected = set(found)
    for writer in load.writers[:WRITERS]:
        await writer.connect()
        await writer.settled()
        expected |= set(writer.written)
        await writer.close()
    again = Counter(tokens_in(words_of(await process.text(draft_id))))
    assert set(again) == expected
    assert max(again.values()) == 1


def test_the_measure_tells_a_lost_word() -> None:
    """The comparison above is no tautology."""
    content: Any = {"type": "doc", "content": [{"type": "text", "text": "[00000000000a]"}]}
    assert tokens_in(words_of(content)) == ["[00000000000a]"]
