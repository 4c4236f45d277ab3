"""W3: whoever floods the co-editing socket costs neither innocents their time nor us our memory.

Innocents write another text in the same process all the while; "unharmed" and the memory are
measured from outside. What is over a mebibyte is in W2.
"""

import asyncio
import base64
import json
import os
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID

import pytest

from policylab.coediting.lib0 import write_bytes
from tests.coediting.harness import Person, Writer, eventually, frame
from tests.coediting.process import Process
from tests.promises.conftest import WHOLE, busy, full
from tests.promises.line import BINARY, CONT, PING, PONG, Line, asking, packed

pytestmark = [pytest.mark.promise, pytest.mark.alone]
GROWTH = 50 * 2**20
P95 = 0.1 if WHOLE else 0.8
"""Seconds. The short form may run on a machine that is busy otherwise; unguarded it is ten."""
ENOUGH = 10
"""Times that are looked at, at least."""
SLOWEST = 1.0 if WHOLE else 2.5
ASKED = frame(0, 0, data=b"\x00")
TICKS = os.sysconf("SC_CLK_TCK")


class Innocent:
    """Somebody who writes another text, and notes how long it takes to be stored."""

    def __init__(self, live: Process, draft_id: UUID, person: Person) -> None:
        self.writer = Writer(live.url(draft_id), person)
        self.took: list[float] = []
        self._began = 0.0
        self._running: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        await self.writer.connect()
        self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            self._began = time.perf_counter()
            self.writer.write_token()
            await self.writer.settled()
            self.took.append(time.perf_counter() - self._began)
            self._began = 0.0
            await asyncio.sleep(0.02)

    async def end(self) -> None:
        assert self._running is not None
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        assert self.writer.code is None
        await self.writer.close()

    async def check(self) -> None:
        await eventually(lambda: len(self.took) >= ENOUGH)
        under_way = time.perf_counter() - self._began if self._began else 0.0
        took = sorted([*self.took, under_way])
        assert took[int(len(took) * 0.95)] < P95 * busy(), took[-10:]
        assert took[-1] < SLOWEST * busy()


class Siege:
    """One draft that is attacked; what it costs the process."""

    def __init__(self, live: Process, draft_id: UUID, person: Person, innocent: Innocent) -> None:
        self.live = live
        self.draft_id = draft_id
        self.person = person
        self.innocent = innocent
        self.before = live.memory
        self.most = 0
        self.lines: list[Line] = []

    async def enter(self) -> Line:
        line = await Line.open(self.live.url(self.draft_id), self.person)
        self.lines.append(line)
        assert line.status == 101
        return line

    async def flood(self, frames: bytes, *, lines: int, seconds: float) -> int:
        """Send the same frames again and again, as fast as they are taken; how many bytes it was.

        Another process does it: whoever measures must not be held up by what is measured.
        """
        order = {
            "port": self.live.port,
            "head": _text(asking(self.live.url(self.draft_id), self.person)),
            "frames": _text(frames),
            "lines": lines,
            "seconds": seconds,
        }
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, str(Path(__file__).with_name("flood.py"))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        saying = asyncio.create_task(program.communicate(json.dumps(order).encode()))
        while not saying.done():
            self.most = max(self.most, self.live.memory)
            await asyncio.sleep(0.05)
        assert program.returncode == 0
        return int(saying.result()[0])

    async def check(self) -> None:
        assert self.live.alive
        assert max(self.most, self.live.memory) - self.before < GROWTH
        await self.innocent.check()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
async def siege(live: Process) -> AsyncGenerator[Siege]:
    draft_id, other = await live.draft(), await live.draft()
    person = await live.person(draft_id)
    innocent = Innocent(live, other, await live.person(other))
    await innocent.begin()
    await asyncio.sleep(0.3)
    siege = Siege(live, draft_id, person, innocent)
    yield siege
    for line in siege.lines:
        line.writer.transport.abort()
    await innocent.end()


def cpu_seconds(live: Process) -> float:
    """Processor time that the server has used so far (Linux)."""
    fields = Path(f"/proc/{live.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


PRESENCE = frame(1, data=b"\x01\x05\x01" + write_bytes(b'{"cursor":null}'))
FLOODS: dict[str, bytes] = {
    "questions": packed(BINARY, ASKED) * 500,
    "presence": packed(BINARY, PRESENCE) * 500,
    "who is here": packed(BINARY, b"\x03") * 500,
    "empty updates": packed(BINARY, frame(0, 2, data=b"\x00\x00")) * 500,
    "pings": packed(PING, b"x" * 125) * 500,
    "empty pings": packed(PING) * 5_000,
    "pongs": packed(PONG) * 5_000,
}


@pytest.mark.parametrize("kind", FLOODS)
async def test_a_flood_of_frames_harms_nobody_else(siege: Siege, kind: str) -> None:
    sent = await siege.flood(FLOODS[kind], lines=full(8, 2), seconds=full(30, 1))
    assert sent > len(FLOODS[kind])
    await siege.check()


@pytest.mark.parametrize("size", [0, 1, 2])
async def test_a_message_in_a_million_fragments_is_cut_off_or_taken_in(
    siege: Siege, size: int
) -> None:
    piece = packed(CONT, b"\x01" * size, fin=False)
    frames = packed(BINARY, b"\x00", fin=False) + piece * full(2_000_000, 1_000_000)
    sent = await siege.flood(frames, lines=full(8, 1), seconds=full(60, 3))
    assert sent > 0
    await siege.check()


async def test_a_large_frame_in_small_slices_takes_linear_time(siege: Siege) -> None:
    await siege.innocent.end()
    spent: list[float] = []
    for size in (262_144, 1_048_000):
        line = await Line.open(siege.live.url(siege.draft_id, ""), siege.person)
        siege.lines.append(line)
        before = cpu_seconds(siege.live)
        await line.put(packed(BINARY, frame(0, 2, data=b"x" * size)), slices=50)
        assert await line.code() == 4500  # read to its end: it is no update
        spent.append(cpu_seconds(siege.live) - before)
    assert spent[1] < 8 * spent[0] + 0.1
    assert spent[1] < 3
    await siege.innocent.begin()


async def test_half_a_handshake_costs_little_and_holds_nobody_up(siege: Siege) -> None:
    url = siege.live.url(siege.draft_id)
    whole = asking(url, siege.person)
    for number in range(full(1_000, 150)):
        line = await Line.dial(url)
        siege.lines.append(line)
        await line.put(whole[: 10 + number % (len(whole) - 11)])
    late = await siege.enter()
    await late.say(PING, b"here")
    assert await late.pong() == b"here"
    await siege.check()


async def test_compression_is_not_offered_so_there_is_no_bomb(siege: Siege) -> None:
    line = await Line.open(
        siege.live.url(siege.draft_id),
        siege.person,
        Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits",
    )
    siege.lines.append(line)
    assert line.status == 101
    assert "sec-websocket-extensions" not in line.answer
    await line.say(BINARY, b"\x00" * 1_000, reserved=4)
    assert await line.code() == 1002


async def test_who_has_spent_her_share_is_read_again_a_little_later(siege: Siege) -> None:
    """Pings are dear; the last one that her share allows must not be the last that is read."""
    line = await siege.enter()
    for number in range(3):
        await line.put(packed(PING, b"x") * 2_100)
        await line.say(PING, b"last of %d" % number)
        async with asyncio.timeout(20):
            while await line.pong() != b"last of %d" % number:
                pass
    await siege.check()
