"""W5: the co-editing socket keeps RFC 6455; the cases are those of the Autobahn suite.

That suite runs on Python 2 alone, and expects an endpoint that echoes text. So its cases 1 to 5, 7
and 10 are written out here for an endpoint that takes binary messages of its own protocol; where
Autobahn awaits an echo, the words must reach somebody else. Case 6 (text in UTF-8) does not apply:
text of any kind is refused with 4400, as choices/coediting-wire.md says.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab.kit.ids import uuid7
from tests.coediting.harness import Person, Writer, eventually, frame, words_of
from tests.coediting.process import Process
from tests.promises.line import BINARY, CLOSE, CONT, LOST, PING, PONG, TEXT, Line, packed

pytestmark = pytest.mark.promise
WRONG = 1002
REFUSED = 4400
Talk = Callable[[Line], Awaitable[None]]


class Author:
    """Makes messages of exactly so many bytes, each with new words in one paragraph."""

    def __init__(self) -> None:
        self._doc: Doc[Any] = Doc()
        self.written = 0

    def begin(self) -> bytes:
        """The paragraph."""
        element = XmlElement("paragraph")
        root = self._doc.get("default", type=XmlFragment)
        with self._doc.transaction():
            root.children.append(element)
            element.attributes["id"] = str(uuid7())
            element.children.append(XmlText())
        return frame(0, 2, data=self._doc.get_update())

    def message(self, size: int) -> bytes:
        count = next(
            count for count in range(size - 60, size) if len(self._of(count, aside=True)) >= size
        )
        message = self._of(count)
        assert len(message) - size in (0, 1)  # a size that has one digit more
        self.written += count
        return message

    def _of(self, count: int, *, aside: bool = False) -> bytes:
        doc = self._doc
        if aside:
            doc = Doc(client_id=doc.client_id)
            doc.apply_update(self._doc.get_update())
        return _words(doc, count)


def _words(doc: Doc[Any], count: int) -> bytes:
    """The message with so many letters more."""
    before = doc.get_state()
    element = doc.get("default", type=XmlFragment).children[0]
    assert isinstance(element, XmlElement)
    run = element.children[0]
    assert isinstance(run, XmlText)
    run.insert(0, "x" * count)
    return frame(0, 2, data=doc.get_update(before))


class Meeting:
    """A draft, who speaks there by hand, and a writer who must stay unharmed by it."""

    def __init__(self, process: Process, draft_id: UUID, person: Person, other: Writer) -> None:
        self.process = process
        self.draft_id = draft_id
        self.person = person
        self.other = other
        self._lines: list[Line] = []

    async def enter(self) -> Line:
        line = await Line.open(self.process.url(self.draft_id), self.person)
        self._lines.append(line)
        assert line.status == 101
        return line

    async def end(self) -> None:
        for line in self._lines:
            await line.close()

    async def code_of(self, talk: Talk) -> int:
        """With which code a connection is ended on which somebody talks like this."""
        line = await self.enter()
        await talk(line)
        return await line.code(5)


@pytest.fixture
async def meeting(live: Process) -> AsyncGenerator[Meeting]:
    draft_id = await live.draft()
    person, other = [await live.person(draft_id) for _ in range(2)]
    writer = Writer(live.url(draft_id), other)
    await writer.connect()
    meeting = Meeting(live, draft_id, person, writer)
    yield meeting
    await meeting.end()
    assert writer.code is None  # whatever was said by others
    writer.write_token()
    await writer.settled()
    await writer.close()


def words(writer: Writer) -> int:
    return words_of(writer.text).count("x")


def frames(*each: tuple[Any, ...], **how: Any) -> Talk:
    """Say these frames, one after the other."""

    async def talk(line: Line) -> None:
        for opcode, *rest in each:
            await line.say(opcode, *rest, **how)

    return talk


def saying(data: bytes, *, slices: int | None = None) -> Talk:
    async def talk(line: Line) -> None:
        await line.put(data, slices=slices)

    return talk


# ── 1, 5 and 10: messages of every size, whole, in fragments, in slices ──


async def test_a_message_arrives_whatever_its_size_and_however_it_is_cut(meeting: Meeting) -> None:
    author = Author()
    line = await meeting.enter()
    await line.say(BINARY, author.begin())
    for size in (125, 126, 127, 128, 65_535, 65_536):  # 1.2.2 to 1.2.7
        await line.say(BINARY, author.message(size))
    for slices, size in ((1, 140), (997, 65_536)):  # 1.2.8, 2.6
        await line.put(packed(BINARY, author.message(size)), slices=slices)
    for pieces in (1, 64, 1_300):  # 5.3 to 5.5, 10.1.1
        await in_fragments(line, author.message(65_536 if pieces > 1 else 150), pieces)
    await eventually(lambda: words(meeting.other) == author.written)


async def in_fragments(line: Line, message: bytes, size: int) -> None:
    """A message in pieces, with a ping between two of them, which is answered at once."""
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    await line.say(BINARY, pieces[0], fin=False)
    await line.say(PING, b"between")
    assert await line.pong() == b"between"
    for piece in pieces[1:-1]:
        await line.say(CONT, piece, fin=False)
    await line.say(CONT, pieces[-1])


async def test_several_frames_in_one_segment_are_several_messages(meeting: Meeting) -> None:
    author = Author()
    line = await meeting.enter()
    await line.put(
        packed(BINARY, author.begin())
        + packed(PING, b"one")
        + packed(BINARY, author.message(200))
        + packed(PONG, b"of nothing")
        + packed(BINARY, author.message(70_000))
        + packed(PING, b"two")
    )
    assert [await line.pong(), await line.pong()] == [b"one", b"two"]
    await eventually(lambda: words(meeting.other) == author.written)


# ── 2: pings and pongs ──


async def test_pings_are_answered_with_their_words_in_their_order(meeting: Meeting) -> None:
    line = await meeting.enter()
    said = [b"", b"Hello", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125]  # 2.1 to 2.4
    said += [b"%d" % number for number in range(10)]  # 2.10, 2.11
    await line.say(PONG, b"unasked")  # 2.7 to 2.9
    for number, words_said in enumerate(said):
        await line.put(packed(PING, words_said), slices=1 if number % 2 else None)
    assert [await line.pong() for _ in said] == said


# ── 3, 4 and 5: what no frame may be ──

WRONGS: dict[str, Talk] = {
    "2.5 a long ping": saying(packed(PING, b"\xfe" * 126)),
    **{f"3 reserved bits {n}": frames((BINARY, b"\x03"), reserved=n) for n in range(1, 8)},
    **{f"3 on a ping {n}": frames((PING,), reserved=n) for n in (1, 2, 4)},
    **{f"4 opcode {n}": frames((n, b"words")) for n in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "5.1 a ping in fragments": frames((PING, b"a"), fin=False),
    "5.2 a pong in fragments": frames((PONG, b"a"), fin=False),
    "a close in fragments": frames((CLOSE, b"\x03\xe8"), fin=False),
    "5.9 nothing to continue": frames((CONT, b"a")),
    "5.12 nothing to continue, not the last": frames((CONT, b"a"), fin=False),
    "5.18 a second beginning": frames((BINARY, b"a"), (BINARY, b"b"), fin=False),
    "a close before the end of a message": saying(
        packed(BINARY, b"\x03", fin=False) + packed(CLOSE, b"\x03\xe8")
    ),
    "unmasked": saying(packed(BINARY, b"\x03", masked=False)),
    "an unmasked ping": saying(packed(PING, masked=False)),
    "an unmasked large one": saying(packed(BINARY, b"\x03" * 70_000, masked=False)),
    "a length below nought": saying(b"\x82\xff" + b"\xff" * 8 + b"mask" + b"words"),
    "7.3.2 half a code": frames((CLOSE, b"\x03")),
    "7.3.6 a long reason": frames((CLOSE, b"\x03\xe8" + b"x" * 124)),
}
CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
NO_CODES = (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535)


async def test_what_breaks_the_protocol_is_answered_with_1002(meeting: Meeting) -> None:
    found = {name: await meeting.code_of(talk) for name, talk in WRONGS.items()}
    large = {"a length below nought"}  # no length of a frame, and larger than any
    assert {name for name, code in found.items() if code == 1009} <= large
    assert {name: code for name, code in found.items() if code not in (WRONG, 1009)} == {}


async def test_text_is_no_message_of_this_wire_whether_it_is_utf_8_or_not(meeting: Meeting) -> None:
    talks = [
        frames((TEXT, "κόσμε".encode())),
        frames((TEXT, b"\xce\xba\xff")),
        frames((TEXT,)),
        frames((TEXT, b"first"), (CONT, b"second"), fin=False),
    ]
    assert [await meeting.code_of(talk) for talk in talks] == [REFUSED] * len(talks)


# ── 7: the end ──


async def test_a_clients_close_is_answered_with_its_own_code(meeting: Meeting) -> None:
    ends = [(code, code.to_bytes(2, "big") + b"bye") for code in CODES]  # 7.7
    ends += [(1005, b""), (1000, b"\x03\xe8" + b"x" * 123), (1000, b"\x03\xe8")]  # 7.3.1 to 7.3.5
    found = [await meeting.code_of(frames((CLOSE, data))) for _, data in ends]
    assert found == [code for code, _ in ends]
    wrong = [code.to_bytes(2, "big") for code in NO_CODES]  # 7.9, 7.13
    found = [await meeting.code_of(frames((CLOSE, data))) for data in wrong]
    assert found == [WRONG] * len(NO_CODES)
    assert await meeting.code_of(frames((CLOSE, b"\x03\xe8\xce\xba\xff"))) == 1007  # 7.5.1


async def test_after_its_close_nothing_a_client_says_counts(meeting: Meeting) -> None:
    author = Author()
    bye = packed(CLOSE, b"\x03\xe8")
    first = author.begin()
    after = [packed(BINARY, first), packed(PING, b"late"), bye]  # 7.1.2 to 7.1.5
    for late in after:
        line = await meeting.enter()
        await line.put(bye + late)
        assert await line.code() == 1000
        await asyncio.sleep(0.2)
    assert words_of(meeting.other.text) == ""
    assert len(meeting.other.root.children) == 0


async def test_a_line_that_ends_without_a_word_ends_its_connection(meeting: Meeting) -> None:
    line = await meeting.enter()
    line.writer.write_eof()  # 7.1.1 without its close
    assert await line.code() in (LOST, 1005)
