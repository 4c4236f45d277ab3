"""C10: after very many operations a text opens quickly and in little memory, and is the same.

Whole: a million operations. In the short form fifty thousand. Two people type, strike out and go on
elsewhere; what was said half-way, and who wrote what, is the same after compaction and a restart.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pycrdt import Doc, XmlText

from policylab import coediting
from policylab.coediting.protocol import read_state
from policylab.kit.db import Database, connect_arguments
from policylab.kit.viewer import SYSTEM
from tests.coediting.harness import Writer, words_of
from tests.coediting.process import Process
from tests.promises.conftest import WHOLE, full

pytestmark = pytest.mark.promise

OPENS = 2.0 if WHOLE else 6.0
"""Seconds. The short form runs beside other tests."""
MEMORY = 300 * 2**20
AHEAD = 2_000
"""So many changes may be on their way."""


class Typist:
    """Somebody who types in paragraphs of her own, strikes out, and begins new ones."""

    def __init__(self, writer: Writer, letter: str, dice: random.Random) -> None:
        self.writer = writer
        self.letter = letter
        self.dice = dice
        self.runs: list[XmlText] = []

    async def work(self, count: int, ahead: int = AHEAD) -> None:
        for number in range(count):
            self.type()
            if number % 50 == 0 or ahead < 50:
                await self._keep_pace(ahead)
        await self._keep_pace(0)

    def type(self) -> None:
        dice = self.dice
        if not self.runs or dice.random() < 0.002:
            self.runs.append(self.writer.add_paragraph(self.letter))
            return
        run = self.runs[-1] if dice.random() < 0.9 else dice.choice(self.runs)
        length = len(run)
        if length and dice.random() < 0.3:
            at = dice.randrange(length)
            del run[at : at + 1]
        else:
            run.insert(length if dice.random() < 0.8 else dice.randrange(length + 1), self.letter)

    async def _keep_pace(self, ahead: int) -> None:
        async with asyncio.timeout(120):
            while self.writer.sent - self.writer.stored > ahead:
                await asyncio.sleep(0.005)
        self.writer.frames.clear()


async def test_growth_is_bounded(
    house: Database, tmp_path: Path, owner_url: Callable[[str], str]
) -> None:
    process = Process(house, tmp_path)
    await process.start()
    seed = secrets.randbelow(2**31)
    print(f"seed {seed}")
    dice = random.Random(seed)
    draft_id = await process.draft()
    people = [await process.person(draft_id) for _ in range(2)]
    writers = [Writer(process.url(draft_id), person) for person in people]
    typists = [Typist(each, letter, dice) for each, letter in zip(writers, "ab", strict=True)]
    try:
        for writer in writers:
            await writer.connect()
        half = full(1_000_000, 50_000) // 4
        await asyncio.gather(*(typist.work(half) for typist in typists))
        middle = await past_of(house, draft_id)
        await asyncio.gather(*(typist.work(1_200, 0) for typist in typists))
        await asyncio.gather(*(typist.work(half) for typist in typists))
        await asyncio.gather(*(typist.work(30, 0) for typist in typists))  # after the newest of all
        for writer in writers:
            await writer.close()
    finally:
        await process.kill()
    assert await compactions(house, draft_id) > 0
    text = await process.text(draft_id)
    authors = await authors_of(house, draft_id)
    assert authors == {
        person.standing.capacity_id: words_of(text).count(letter)
        for person, letter in zip(people, "ab", strict=True)
    }
    state = await state_of(house, draft_id)
    await opens(process, draft_id, people[0], text, state)
    assert await process.text(draft_id) == text
    assert await authors_of(house, draft_id) == authors
    assert (await past_at(house, draft_id, middle[0])) == middle[1]
    url = owner_url(house.engine.url.render_as_string(hide_password=False))
    assert await forget_what_is_in_the_newest_snapshot(url, draft_id) > 0
    await opens(process, draft_id, people[0], text, state)  # so nothing else is read for it
    assert await process.text(draft_id) == text


async def forget_what_is_in_the_newest_snapshot(owner_url: str, draft_id: UUID) -> int:
    """Take the rows before it out of the log; answers how many follow it."""
    connection = await asyncpg.connect(**connect_arguments(owner_url))
    try:
        query = "SELECT max(seq) FROM draft_snapshot WHERE draft_id = $1"
        newest = await connection.fetchval(query, draft_id)
        await connection.execute(
            "DELETE FROM draft_update WHERE draft_id = $1 AND seq <= $2", draft_id, newest
        )
        query = "SELECT count(*) FROM draft_update WHERE draft_id = $1"
        return await connection.fetchval(query, draft_id)
    finally:
        await connection.close()


async def opens(
    process: Process, draft_id: UUID, person: Any, text: Any, state: dict[int, int]
) -> None:
    """After a start the text opens soon, and in little memory; and after a rest, again."""
    await process.start()
    try:
        for _ in range(2):
            process.admit(person, draft_id, person.standing.right)
            writer = Writer(process.url(draft_id), person)
            began = time.perf_counter()
            await writer.connect()
            async with asyncio.timeout(OPENS):
                while read_state(writer.doc.get_state()) != state or writer.text != text:
                    await asyncio.sleep(0.005)
            assert time.perf_counter() - began < OPENS
            assert process.memory < MEMORY
            await writer.close()
            await asyncio.sleep(1)
    finally:
        await process.stop()


async def state_of(house: Database, draft_id: UUID) -> dict[int, int]:
    """How far each client is in the text, by the log."""
    doc: Doc[Any] = Doc()
    async with house.rows(SYSTEM) as connection:
        query = "SELECT update FROM draft_update WHERE draft_id = $1 ORDER BY seq"
        for row in await connection.fetch(query, draft_id):
            doc.apply_update(row["update"])
    return read_state(doc.get_state())


async def compactions(house: Database, draft_id: UUID) -> int:
    async with house.rows(SYSTEM) as connection:
        query = "SELECT count(*) FROM draft_snapshot WHERE draft_id = $1"
        return await connection.fetchval(query, draft_id)


async def authors_of(house: Database, draft_id: UUID) -> dict[UUID | None, int]:
    """How many letters each capacity wrote."""
    found: dict[UUID | None, int] = {}
    async with house.read(SYSTEM) as session:
        for share in await coediting.written_by(session, draft_id):
            found[share.capacity_id] = found.get(share.capacity_id, 0) + share.characters
    return found


async def past_of(house: Database, draft_id: UUID) -> tuple[int, Any]:
    """Where the log is, and what the text says there."""
    async with house.read(SYSTEM) as session:
        text = await coediting.committed_text(session, draft_id)
    return text.seq, text.content


async def past_at(house: Database, draft_id: UUID, position: int) -> Any:
    async with house.read(SYSTEM) as session:
        return (await coediting.text_at(session, draft_id, position)).content
