"""C7: what could cost the square of its number costs innocents neither time nor us memory.

Innocents write another text in the same process all the while. Frames that are merely many are in
W3; here is what is hard to take in.
"""

import asyncio
import time
from contextlib import suppress
from uuid import UUID

import pytest

from policylab.coediting.lib0 import Cursor, write_bytes, write_uint
from policylab.kit.viewer import SYSTEM
from tests.coediting import crafted
from tests.coediting.harness import Writer, frame, words_of
from tests.coediting.process import Process
from tests.promises.conftest import full
from tests.promises.line import BINARY, PING, PONG, Line, packed
from tests.promises.test_W3_bounded import Siege, siege

__all__ = ["siege"]
pytestmark = [pytest.mark.promise, pytest.mark.alone]

EACH = 8
"""So many new client ids may write on one connection."""
FIRST = 5_000
"""The first client id of an attacker."""


def change(update: bytes) -> bytes:
    return packed(BINARY, frame(0, 2, data=update))


async def rows_of(live: Process, draft_id: UUID) -> int:
    async with live.database.rows(SYSTEM) as connection:
        query = "SELECT count(*) FROM draft_update WHERE draft_id = $1"
        return await connection.fetchval(query, draft_id)


def hanging(number: int) -> bytes:
    """A change of words that builds on what nobody has."""
    part = crafted.string("x" * 50, left=(9, 10 * number + 3))
    return change(crafted.update(9, part, clock=10 * number + 5))


async def test_what_goes_before_is_asked_for_and_not_hoarded(siege: Siege) -> None:
    """20,000 updates on top of what nobody has: few questions, nothing kept, and then an end."""
    line = await siege.enter()
    number = full(20_000, 5_000)
    for each in range(number):
        await line.put(hanging(each))
    await line.say(PING, b"all said")
    questions, refused = await heard_until(line, b"all said")
    assert questions <= 7
    for each in range(20):  # now as whoever answers that she has nothing more to say
        await line.put(packed(BINARY, frame(0, 1, data=b"\x00\x00")) + hanging(number + each))
        await line.say(PING, str(each).encode())
        more, refused = await heard_until(line, str(each).encode())
        questions += more
        if refused:
            break
        await asyncio.sleep(0.1)
    assert refused
    assert questions <= 7
    assert await rows_of(siege.live, siege.draft_id) == 0
    await siege.check()


async def heard_until(line: Line, last: bytes) -> tuple[int, bool]:
    """How often the server asked what it lacks until it answered this ping; and if it refused."""
    questions, refused = 0, False
    async with asyncio.timeout(60):
        while True:
            opcode, data = await line.hear()
            if opcode == PONG and data == last:
                return questions, refused
            if opcode == PING:
                await line.say(PONG, data)
            elif opcode == BINARY:
                questions += data[:2] == b"\x00\x00"
                refused = refused or data[:1] == bytes((100,))


async def test_thousands_of_ids_at_one_spot_are_taken_in(siege: Siege) -> None:
    """Each in front of all before it, which makes libraries look at every one of them."""
    live, draft_id = siege.live, siege.draft_id
    writer = Writer(live.url(draft_id), siege.person)
    await writer.connect()
    await writer.change(crafted.paragraph(7, "ab"))
    await writer.settled()
    await writer.close()
    number = full(20_000, 400)
    for first in range(0, number, EACH):
        line = await Line.open(live.url(draft_id), siege.person)
        for client in range(FIRST + first, FIRST + first + EACH):
            part = crafted.string("c", left=(7, 2), right=(7, 3))
            await line.put(change(crafted.update(client, part)))
        await stored(line, EACH)
        line.writer.transport.abort()
    assert words_of(await live.text(draft_id)) == f"a{'c' * number}b"
    await siege.check()
    began = time.perf_counter()
    await writer.connect()
    assert time.perf_counter() - began < 3
    assert words_of(writer.text) == f"a{'c' * number}b"
    await writer.close()


async def stored(line: Line, count: int) -> None:
    """Wait until so many changes of this connection are stored."""
    async with asyncio.timeout(30):
        while True:
            opcode, data = await line.hear()
            if opcode == PING:
                await line.say(PONG, data)
                continue
            cursor = Cursor(data)
            if cursor.uint() == 101:
                cursor.uint()
                if cursor.uint() == count:
                    return


async def test_a_crowd_of_ids_in_one_update_is_refused(siege: Siege) -> None:
    writer = Writer(siege.live.url(siege.draft_id), siege.person)
    await writer.connect()
    section = crafted.element()
    sections = [
        write_uint(1) + write_uint(client) + write_uint(0) + section
        for client in range(20_000, 0, -1)
    ]
    await writer.change(write_uint(len(sections)) + b"".join(sections) + b"\x00")
    async with asyncio.timeout(10):
        while writer.refused is None:
            await asyncio.sleep(0.01)
    assert writer.refused["code"] == "TOO_LARGE"
    await writer.close()
    await siege.check()


async def test_asking_for_the_text_again_and_again_costs_each_time_the_same(siege: Siege) -> None:
    live, draft_id = siege.live, siege.draft_id
    writer = Writer(live.url(draft_id), siege.person)
    await writer.connect()
    for _ in range(20):
        writer.add_paragraph("Words that are asked for. " * 60)
    await writer.settled()
    await writer.close()
    line = await siege.enter()
    for _ in range(full(3_000, 300)):
        await line.put(packed(BINARY, frame(0, 0, data=b"\x00")))
        await answered(line)
    await siege.check()


async def test_who_asks_many_times_at_once_is_answered_a_few_times(siege: Siege) -> None:
    live, draft_id = siege.live, siege.draft_id
    writer = Writer(live.url(draft_id), siege.person)
    await writer.connect()
    writer.add_paragraph("Words that are asked for. " * 60)
    await writer.settled()
    await writer.close()
    line = await siege.enter()
    number = full(3_000, 1_000)
    await line.put(packed(BINARY, frame(0, 0, data=b"\x00")) * number)
    await line.say(PING, b"all asked")
    answers, deadline = 0, time.perf_counter() + 30
    while time.perf_counter() < deadline:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                answers += (await line.hear())[1][:2] == b"\x00\x01"
            continue
        break  # it has nothing more to say
    assert 0 < answers < number / 10
    await siege.check()


async def answered(line: Line) -> None:
    """Read until a sync request is answered."""
    async with asyncio.timeout(30):
        while (await line.hear())[1][:2] != b"\x00\x01":
            pass


async def test_presence_without_end_is_passed_on_now_and_then(siege: Siege) -> None:
    line, other = await siege.enter(), await siege.enter()
    heard = [0]

    async def listen() -> None:
        while True:
            _, data = await other.hear()
            heard[0] += data[:1] == b"\x01"

    listening = asyncio.create_task(listen())
    number = full(20_000, 3_000)
    for clock in range(1, number + 1):
        entry = b"\x01\x05" + write_uint(clock) + write_bytes(b'{"cursor":null}')
        await line.put(packed(BINARY, frame(1, data=entry)))
    await asyncio.sleep(0.5)
    listening.cancel()
    assert 0 < heard[0] < number / 5
    await siege.check()
