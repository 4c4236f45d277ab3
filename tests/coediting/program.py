"""Any bytes read as a recipe for updates that are nearly right: what random bytes never reach.

Each byte chooses among few things, so that a change of one byte is a change of one thing.
"""

from __future__ import annotations

from typing import Any

from policylab.coediting.lib0 import write_string, write_uint
from tests.coediting import crafted
from tests.coediting.crafted import Id

CLIENTS = (7, 9, 11, 3_000_000_000, 2**53 - 1)
BLOCKS = (
    *("paragraph", "heading", "clause", "measure", "bulletList", "orderedList", "listItem"),
    *("table", "tableRow", "tableHeader", "tableCell", "blockquote", "image", "hardBreak"),
    *("footnote", "script", "doc", ""),
)
MARKS = ("bold", "link", "insertion", "insertion--abcdefgh", "deletion", "onclick", "")
JSON = (
    *("{}", "null", "true", '{"href":"https://x.eu"}', '{"capacity":"a","id":"1"}', "1e999"),
    *("12345678901234567890123", "-0", '"\\ud83c"', '"\\u0000"', "[[[]]]", "{", " {} ", "1.5e-9"),
    *('{"a":1,"a":2}', "NaN", "", '"' + "x" * 40 + '"'),
)
WORDS = ("a", "ab", "🌍", "é", "x🌍y", "\0", "default", "", "long " * 9)
KEYS = ("id", "level", "proposal", "default", "", "k" * 65)
VALUES = (
    *(b"\x7f", b"\x7e", b"\x78", b"\x79", b"\x7d\x05", b"\x7d\xc1\x80\x01", b"\x77\x02hi"),
    *(b"\x7c\x7f\x80\x00\x00", b"\x7b\x3f\xf8" + bytes(6), b"\x7a" + b"\xff" * 8, b"\x75\x00"),
    *(b"\x76\x01\x08capacity\x77\x01a", b"\x75\x01" * 30 + b"\x7e", b"\x74\x01x", b"\x77\x01\xff"),
    *(b"\x76\x02\x01k\x7e\x01k\x7f", b"\x7d" + b"\xbf" + b"\xff" * 6 + b"\x7f"),
)


class Recipe:
    """Bytes, read one after the other; zeros when they are used up."""

    def __init__(self, data: bytes, known: dict[int, int]) -> None:
        self._data = data
        self._at = 0
        self.known = known

    def updates(self) -> list[bytes]:
        return [self._update() for _ in range(1 + self._pick(4))]

    def _pick(self, count: int) -> int:
        at = self._at
        self._at += 1
        return self._data[at] % count if at < len(self._data) else 0

    def _of(self, things: tuple[Any, ...]) -> Any:
        return things[self._pick(len(things))]

    def _update(self) -> bytes:
        order = sorted({self._pick(len(CLIENTS)) for _ in range(1 + self._pick(3))}, reverse=True)
        if self._pick(16) == 15:
            order.reverse()
        out = write_uint(len(order))
        for number in order:
            out += self._section(CLIENTS[number])
        return out + self._deletes()

    def _section(self, client: int) -> bytes:
        end = self.known.get(client, 0)
        clock = max(0, end + (0, 0, 0, 0, 0, 0, -1, -2, 1, -end)[self._pick(10)])
        structs = [self._struct() for _ in range(self._pick(7))]
        count = len(structs) + (1 if self._pick(32) == 31 else 0)
        return write_uint(count) + write_uint(client) + write_uint(clock) + b"".join(structs)

    def _id(self) -> Id:
        client = self._of(CLIENTS)
        end = self.known.get(client, 0)
        return client, max(0, end + self._pick(24) - 14)

    def _struct(self) -> bytes:
        reference, body = self._content()
        beside = self._pick(5)
        left = self._id() if beside in (1, 3) else None
        right = self._id() if beside in (2, 3) else None
        key = self._of(KEYS) if self._pick(6) == 5 or reference == 8 else None
        parent: Id | str = self._id() if self._pick(4) else self._of(("default", "elsewhere"))
        if reference in (0, 10):
            return bytes((reference,)) + body
        return crafted.content(reference, body, parent, left=left, right=right, key=key)

    def _content(self) -> tuple[int, bytes]:
        kind = self._pick(16)
        if kind < 4:
            return 7, b"\x03" + write_string(self._of(BLOCKS))
        if kind < 7:
            return 7, b"\x06"
        if kind < 10:
            return 4, write_string(self._of(WORDS))
        if kind < 11:
            return 6, write_string(self._of(MARKS)) + write_string(self._of(JSON))
        if kind < 13:
            count = self._pick(3)
            return 8, write_uint(count) + b"".join(self._of(VALUES) for _ in range(count))
        if kind == 13:
            return 1, write_uint(self._pick(5))
        if kind == 14:
            return self._of((0, 10)), write_uint(self._pick(5))
        return self._of((2, 3, 5, 9, 7, 11, 31)), write_string(self._of(WORDS))

    def _deletes(self) -> bytes:
        out = write_uint(count := self._pick(3))
        for _ in range(count):
            ranges = [self._id()[1] for _ in range(self._pick(3))]
            out += write_uint(self._of(CLIENTS)) + write_uint(len(ranges))
            out += b"".join(write_uint(at) + write_uint(self._pick(4)) for at in ranges)
        return out
