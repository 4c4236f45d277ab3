"""W2: whatever is no message of the co-editing wire ends its connection with the documented code.

Never 1006 (no word) and never 1011 (a bug of ours). What breaks the websocket protocol itself is
W5's part. The socket of GraphQL has a protocol of its own and is not tried here.
"""

import random
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc, XmlElement, XmlFragment

from policylab.coediting.lib0 import write_bytes, write_uint
from tests.coediting.harness import Person, Writer, frame
from tests.coediting.process import Process
from tests.promises.conftest import full
from tests.promises.line import BINARY, CONT, LOST, TEXT, Line

pytestmark = pytest.mark.promise
BAD, REFUSED, TOO_BIG, STOPPED = 4400, 4500, 1009, 1012
ASKED = frame(0, 0, data=b"\x00")
LARGEST = 1_048_576

NO_MESSAGES: dict[str, bytes] = {
    "nothing": b"",
    "half a number": b"\x80",
    "a number without end": b"\xff" * 40,
    "a kind we don't know": b"\x02",
    "another": b"\x63" + b"words",
    "our own frame: refused": b"\x64\x02{}",
    "our own frame: stored": b"\x65\x01\x01",
    "our own frame: welcome": b"\x66\x02{}",
    "y-websocket's authentication": frame(2, 0) + write_bytes(b"no"),
    "a kind alone": b"\x00",
    "a step we don't know": frame(0, 3, data=b"\x00"),
    "a state vector that is missing": b"\x00\x00",
    "a state vector that is cut off": b"\x00\x00\x05\x01\x02",
    "a state vector of lies": frame(0, 0, data=write_uint(2**40)),
    "an update that is missing": b"\x00\x02",
    "an update that is cut off": b"\x00\x02\x05ab",
    "a length beyond everything": b"\x00\x02" + write_uint(2**53 - 1) + b"ab",
    "words after an update": frame(0, 2, data=b"\x00\x00") + b"more",
    "words after a question": b"\x03more",
    "presence that is missing": b"\x01",
    "presence that is cut off": b"\x01\x08\x01",
    "presence of lies": frame(1, data=write_uint(2**40)),
    "presence that is no JSON": frame(1, data=b"\x01\x05\x01" + write_bytes(b"{nonsense")),
    "presence that is no UTF-8": frame(1, data=b"\x01\x05\x01" + write_bytes(b"\xff\xfe")),
    "presence without bottom": frame(1, data=b"\x01\x05\x01" + write_bytes(b"[" * 100_000)),
}


class Bench:
    """Two drafts: somebody breaks the rules in one; somebody else writes in both."""

    def __init__(self, live: Process, draft_id: UUID, person: Person) -> None:
        self.live = live
        self.draft_id = draft_id
        self.person = person

    async def code_of(self, *messages: bytes, opcode: int = BINARY, pieces: int = 1) -> int:
        """The code after these messages; 0 when the connection is still there."""
        line = await Line.open(self.live.url(self.draft_id, ""), self.person)
        assert line.status == 101
        for message in messages:
            size = len(message) // pieces + 1
            for number in range(pieces):
                first = opcode if number == 0 else CONT
                piece = message[number * size :][:size]
                await line.say(first, piece, fin=number == pieces - 1)
        try:
            return await line.code(1 if len(messages) > 1 else 5)
        except TimeoutError:
            return 0
        finally:
            await line.close()


@pytest.fixture
async def bench(live: Process) -> AsyncGenerator[Bench]:
    draft_id = await live.draft()
    person, other = [await live.person(draft_id) for _ in range(2)]
    writer = Writer(live.url(draft_id), other)
    await writer.connect()
    yield Bench(live, draft_id, person)
    assert writer.code is None
    token = writer.write_token()
    await writer.settled()
    await writer.close()
    assert token in str(await live.text(draft_id))


async def test_what_is_no_message_is_4400_whole_and_in_pieces(bench: Bench) -> None:
    for pieces in (1, 3):
        found = {
            name: await bench.code_of(data, pieces=pieces) for name, data in NO_MESSAGES.items()
        }
        assert {name: code for name, code in found.items() if code != BAD} == {}
    good = {name: await bench.code_of(ASKED, data) for name, data in NO_MESSAGES.items()}
    assert {name: code for name, code in good.items() if code != BAD} == {}


async def test_text_is_4400_whatever_it_says(bench: Bench) -> None:
    for words in (b"", b"\x00\x00\x01\x00", b'{"type":"connection_init"}', "κόσμε".encode()):
        assert await bench.code_of(words, opcode=TEXT) == BAD
        assert await bench.code_of(words, opcode=TEXT, pieces=2) == BAD


async def test_more_than_a_mebibyte_is_1009(bench: Bench) -> None:
    allowed = frame(0, 2, data=b"x" * (LARGEST - 5))
    assert len(allowed) == LARGEST
    assert await bench.code_of(allowed) == REFUSED  # it came in, and is no update
    over = frame(0, 2, data=b"x" * (LARGEST - 4))
    assert await bench.code_of(over) == TOO_BIG
    assert await bench.code_of(over, pieces=9) == TOO_BIG
    line = await Line.open(bench.live.url(bench.draft_id), bench.person)
    await line.say(BINARY, b"", says=2**62)  # is not waited for
    assert await line.code(5) == TOO_BIG
    await line.close()


async def test_random_bytes_and_changed_messages_never_end_without_a_word(bench: Bench) -> None:
    dice = random.Random(2)
    codes: set[int] = set()
    for _ in range(full(5_000, 40)):
        whole = dice.choice([good_update(), ASKED, b"\x03", *NO_MESSAGES.values()])
        said = [_changed(whole[:4_000], dice) for _ in range(8)]
        codes.add(await bench.code_of(*said))
    assert codes <= {0, BAD, REFUSED}
    assert BAD in codes
    assert {LOST, 1011} & codes == set()


def good_update() -> bytes:
    doc: Doc[Any] = Doc()
    doc.get("default", type=XmlFragment).children.append(XmlElement("paragraph"))
    return frame(0, 2, data=doc.get_update())


def _changed(data: bytes, dice: random.Random) -> bytes:
    """Bytes flipped, cut off, doubled, or altogether others."""
    changed = bytearray(data or b"\x00")
    for _ in range(dice.randrange(4)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    match dice.randrange(5):
        case 0:
            return bytes(changed[: dice.randrange(len(changed) + 1)])
        case 1:
            return bytes(changed) * 2
        case 2:
            return dice.randbytes(dice.randrange(200))
        case _:
            return bytes(changed)
