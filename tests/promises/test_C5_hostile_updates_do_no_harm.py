"""C5 and C6: hostile updates are refused before they touch anything, and leave no poison.

The attacker may write; innocents write another text of the same process all the while. Afterwards
the process is killed, and every text opens again: here, and in a real Yjs.
"""

import asyncio
import random
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc
from websockets.exceptions import WebSocketException

from policylab.coediting.reading import read_text, text_of
from policylab.coediting.shape import shape_of
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from tests.coediting import crafted
from tests.coediting.harness import Person, Writer, eventually, words_of
from tests.coediting.node import WEB, yjs
from tests.coediting.process import Process
from tests.coediting.test_reader import edited, mutated
from tests.promises.conftest import WHOLE, busy, full

pytestmark = [pytest.mark.promise, pytest.mark.alone]

GROWTH = 50 * 2**20
AT_ONCE = 4
P95 = 0.1 if WHOLE else 0.3
"""Seconds. The short form runs beside other tests."""


class Innocent:
    """Somebody who writes another text, and notes how long it takes to be stored."""

    def __init__(self, process: Process, draft_id: UUID, person: Person) -> None:
        self.draft_id = draft_id
        self.writer = Writer(process.url(draft_id), person)
        self.took: list[float] = []
        self._ending = False

    async def run(self) -> None:
        await self.writer.connect()
        while not self._ending:
            began = time.perf_counter()
            self.writer.write_token()
            await self.writer.settled()
            self.took.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)
        assert self.writer.code is None
        await self.writer.close()

    def end(self) -> None:
        self._ending = True


async def attack(process: Process, draft_id: UUID, person: Person, data: bytes, kind: int) -> Any:
    """Send bytes as an update on a connection of its own; what became of it."""
    writer = Writer(process.url(draft_id), person)
    with suppress(WebSocketException):
        await writer.connect()
        await writer.settled()
        await writer.change(data, kind=kind)
        await eventually(
            lambda: (
                writer.refused
                or writer.code is not None
                or writer.stored == writer.sent
                or len(writer.frames) > 200
            )
        )
    await writer.close()
    return writer.refused["code"] if writer.refused else writer.code


async def test_hostile_updates_do_no_harm_and_leave_no_poison(process: Process) -> None:
    target, other = await process.draft(), await process.draft()
    attacker = await process.person(target)
    innocent = Innocent(process, other, await process.person(other))
    good = Writer(process.url(target), await process.person(target))
    await good.connect()
    good.write_token()
    await good.settled()
    running = asyncio.create_task(innocent.run())
    await asyncio.sleep(0.5)
    before = process.memory

    for _ in range(full(20, 1)):
        for problem, data in crafted.hostile().items():
            for kind in (1, 2):
                answer = await attack(process, target, attacker, data, kind)
                expected = (4400,) if not data else ("INVALID_INPUT", "TOO_LARGE")
                assert answer in expected, problem
    await _many_client_ids(process, target, attacker)
    await _built_up_depth(process, target, attacker)
    await _mutations(process, target, attacker)

    innocent.end()
    await running
    assert process.alive
    assert process.memory - before < GROWTH
    took = sorted(innocent.took)
    assert took[int(len(took) * 0.95)] < P95 * busy()
    assert took[-1] < 1.0 * busy()
    assert good.code is None
    good.write_token()
    await good.settled()
    await good.close()
    await process.kill()
    await _no_poison(process, target, attacker, expected=good.acknowledged)
    await _no_poison(process, other, attacker, expected=innocent.writer.acknowledged)


async def _many_client_ids(process: Process, draft_id: UUID, person: Person) -> None:
    writer = Writer(process.url(draft_id), person)
    await writer.connect()
    for number in range(9):
        await writer.change(crafted.paragraph(1_000 + number, "x"))
    await eventually(lambda: writer.refused)
    assert writer.refused is not None
    assert writer.refused["code"] == "TOO_LARGE"
    await writer.close()


async def _built_up_depth(process: Process, draft_id: UUID, person: Person) -> None:
    """Block in block in block, each in an update of its own."""
    writer = Writer(process.url(draft_id), person)
    await writer.connect()
    await writer.change(crafted.update(2_000, crafted.element("blockquote")))
    for clock in range(1, 70):
        inside = crafted.element("blockquote", (2_000, clock - 1))
        await writer.change(crafted.update(2_000, inside, clock=clock))
    await eventually(lambda: writer.refused)
    assert writer.refused is not None
    assert writer.refused["code"] == "TOO_LARGE"
    await writer.close()


async def _mutations(process: Process, draft_id: UUID, person: Person) -> None:
    """Honest updates with a few bytes changed: refused, asked about, or as good as honest."""
    sources = [update for seed in range(40) for update in edited(seed)]

    async def several(seed: int, count: int) -> None:
        dice = random.Random(seed)
        writer = Writer(process.url(draft_id), person)
        await writer.connect()
        for _ in range(count):
            if writer.refused or writer.code is not None:
                await writer.close()
                writer = Writer(process.url(draft_id), person)
                await writer.connect()
                await writer.settled()
            await writer.change(mutated(dice.choice(sources), dice))
            await eventually(lambda writer=writer: _answered(writer))
            writer.frames.clear()
        await writer.close()

    await asyncio.gather(*(several(seed, full(100_000, 800) // AT_ONCE) for seed in range(AT_ONCE)))


def _answered(writer: Writer) -> bool:
    return bool(writer.refused or writer.code is not None or writer.stored == writer.sent)


async def _no_poison(
    process: Process, draft_id: UUID, person: Person, *, expected: set[str]
) -> None:
    """C6: every row can be applied and read, and the text opens everywhere."""
    async with process.database.rows(SYSTEM) as connection:
        rows = await connection.fetch(
            "SELECT update FROM draft_update WHERE draft_id = $1 ORDER BY seq", draft_id
        )
    updates = [row["update"] for row in rows]
    doc: Doc[Any] = Doc()
    for update in updates:
        doc.apply_update(update)
        read_text(doc)
    shape_of(updates)
    content = await process.text(draft_id)
    assert content == text_of(*updates)
    words = words_of(content)
    assert all(token in words for token in expected)

    await process.start()
    process.admit(person, draft_id, person.standing.right)
    writer = Writer(process.url(draft_id), person)
    await writer.connect()
    assert writer.text == content
    token = writer.write_token()
    await writer.settled()
    await writer.close()
    if (WEB / "node_modules" / "yjs").exists():
        url = f"ws://localhost:{process.port}/coedit"
        async with yjs(url, to_global("Draft", draft_id), person.token) as client:
            client.tell(connect=True)
            await client.hear("synced", bool)
            await eventually(lambda: token in client.words)
    await process.kill()
