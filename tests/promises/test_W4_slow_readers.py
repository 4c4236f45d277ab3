"""W4: fifty readers who stall on the busiest text cost little memory each, and are cut off."""

import asyncio
import time

import pytest

from policylab.coediting import Right
from tests.coediting.harness import Writer, eventually
from tests.coediting.process import Process
from tests.promises.conftest import full
from tests.promises.line import PONG, Line

pytestmark = [pytest.mark.promise, pytest.mark.alone]
EACH = 2 * 2**20
READERS = full(50, 20)
SOON = 30.0


async def stalled(live: Process, url: str, draft_id: object) -> list[Line]:
    lines: list[Line] = []
    for _ in range(READERS):
        person = await live.person(draft_id, Right.READ)  # pyright: ignore[reportArgumentType]
        lines.append(await Line.open(url, person, receives=4_096))
        assert lines[-1].status == 101
        lines[-1].stall()
    return lines


async def test_stalled_readers_are_cut_off_and_nobody_else_waits(live: Process) -> None:
    draft_id = await live.draft()
    author, reader = await live.person(draft_id), await live.person(draft_id, Right.READ)
    writer, other = Writer(live.url(draft_id), author), Writer(live.url(draft_id), reader)
    await writer.connect()
    await other.connect()
    lines = await stalled(live, live.url(draft_id), draft_id)
    lying = asyncio.create_task(seem_alive(lines))
    before = most = live.memory
    began = time.perf_counter()
    took: list[float] = []
    while time.perf_counter() - began < 4 and len(took) < 180:  # a text has an end, too
        asked = time.perf_counter()
        run = writer.add_paragraph("x" * 60_000)
        await writer.settled()
        del run[0:59_990]  # apart: what is gone by the time it is stored is not passed on
        await writer.settled()
        took.append(time.perf_counter() - asked)
        most = max(most, live.memory)
    # From here on nothing is said that would fill anything: time alone must tell.
    await eventually(lambda: live.connections == 2, SOON - (time.perf_counter() - began))
    assert most - before < READERS * EACH
    assert live.alive
    assert sorted(took)[len(took) // 2] < full(1, 5) * 0.5
    lying.cancel()
    await asyncio.gather(lying, return_exceptions=True)
    token = writer.write_token()
    await writer.settled()
    await eventually(lambda: token in str(other.text))
    for line in lines:
        await line.close()
    for each in (writer, other):
        assert each.code is None
        await each.close()


async def seem_alive(lines: list[Line]) -> None:
    """They read nothing, and answer pings that they have not seen."""
    while True:
        for line in lines:
            await line.say(PONG)
        await asyncio.sleep(1)


async def test_a_reader_who_takes_her_time_is_not_cut_off(live: Process) -> None:
    """A whole text is more than may wait; who reads on is given it."""
    draft_id = await live.draft()
    author, reader = await live.person(draft_id), await live.person(draft_id, Right.READ)
    writer = Writer(live.url(draft_id), author)
    await writer.connect()
    for _ in range(6):
        writer.add_paragraph("x" * 400_000)
        await writer.settled()
    line = await Line.open(live.url(draft_id), reader, receives=16_384)
    await line.say(2, b"\x00\x00\x01\x00")
    got = 0
    async with asyncio.timeout(20):
        while got < 2_400_000:
            got += len(await line.reader.read(65_536))
            await asyncio.sleep(0.01)
    await line.close()
    await writer.close()
