"""Yjs updates made by hand, byte by byte: what no library would write."""

from typing import Any

from policylab.coediting.lib0 import write_string, write_uint

Id = tuple[int, int]


def update(client: int, *structs: bytes, clock: int = 0, deletes: bytes = b"\x00") -> bytes:
    """An update of one client."""
    head = write_uint(1) + write_uint(len(structs)) + write_uint(client) + write_uint(clock)
    return head + b"".join(structs) + deletes


def deleting(client: int, clock: int, length: int) -> bytes:
    """A delete set of one range."""
    return b"\x01" + write_uint(client) + b"\x01" + write_uint(clock) + write_uint(length)


def _place(parent: Id | str) -> bytes:
    if isinstance(parent, str):
        return b"\x01" + write_string(parent)
    return b"\x00" + write_uint(parent[0]) + write_uint(parent[1])


def _beside(left: Id | None, right: Id | None) -> tuple[int, bytes]:
    info, places = 0, b""
    for bit, place in ((0x80, left), (0x40, right)):
        if place is not None:
            info |= bit
            places += write_uint(place[0]) + write_uint(place[1])
    return info, places


def content(
    reference: int,
    body: bytes,
    parent: Id | str = "default",
    *,
    left: Id | None = None,
    right: Id | None = None,
    key: str | None = None,
) -> bytes:
    """One struct with any content."""
    info, places = _beside(left, right)
    if not places:
        places = _place(parent) + (write_string(key) if key is not None else b"")
    return bytes((info | reference | (0x20 if key is not None else 0),)) + places + body


def element(name: str = "paragraph", parent: Id | str = "default", **beside: Any) -> bytes:
    return content(7, b"\x03" + write_string(name), parent, **beside)


def run(parent: Id | str, **beside: Any) -> bytes:
    """A run of words (Y.XmlText)."""
    return content(7, b"\x06", parent, **beside)


def string(words: str, parent: Id | str = "default", **beside: Any) -> bytes:
    return content(4, write_string(words), parent, **beside)


def attribute(key: str, value: bytes, parent: Id) -> bytes:
    """An attribute with one value, given as lib0 writes it."""
    return content(8, b"\x01" + value, parent, key=key)


def text(value: str) -> bytes:
    """A string as a lib0 value."""
    return b"\x77" + write_string(value)


def mapping(**fields: bytes) -> bytes:
    """An object as a lib0 value."""
    inside = b"".join(write_string(key) + value for key, value in fields.items())
    return b"\x76" + write_uint(len(fields)) + inside


def mark(name: str, value: str, **beside: Any) -> bytes:
    """Where a mark begins or ends; its value is JSON."""
    return content(6, write_string(name) + write_string(value), **beside)


def paragraph(client: int, words: str) -> bytes:
    """A whole update: one paragraph with these words."""
    return update(client, element(), run((client, 0)), string(words, (client, 1)))


def nested_value(depth: int) -> bytes:
    """Lists in lists, as a lib0 value."""
    return b"\x75\x01" * depth + b"\x7e"


def nested_blocks(client: int, depth: int) -> bytes:
    """Blocks in blocks."""
    blocks = [element("blockquote")]
    blocks += [element("blockquote", (client, clock)) for clock in range(depth - 1)]
    return update(client, *blocks)


def hostile() -> dict[str, bytes]:
    """Updates that must be refused, by what is wrong with them."""
    block = [element(), run((7, 0))]
    many = b"".join(write_uint(1 + 2 * number) + b"\x01" for number in range(20_001))
    return {
        "nothing": b"",
        "cut off": paragraph(7, "words")[:-3],
        "something follows": paragraph(7, "words") + b"\x00",
        "a value too deep": update(7, *block, attribute("id", nested_value(20_000), (7, 0))),
        "a value just too deep": update(7, *block, attribute("id", nested_value(66), (7, 0))),
        "JSON too deep": update(
            7, *block, mark("bold", "[" * 20_000 + "]" * 20_000, parent=(7, 1))
        ),
        "blocks too deep": nested_blocks(7, 65),
        "blocks far too deep": nested_blocks(7, 5_000),
        "over 512 KiB": update(7, *block, string("x" * 530_000, (7, 1))),
        "too many structs": update(7, *([element()] * 20_001)),
        "lies about the structs": b"\x01" + write_uint(2**40) + b"\x07\x00" + element() + b"\x00",
        "lies about the clients": write_uint(2**50) + b"\x00",
        "lies about a length": update(7, *block, content(4, b"\xff\xff\xff\x7fwords", (7, 1))),
        "a number without end": b"\xff" * 12,
        "a huge run of nothing": update(7, content(1, write_uint(2**31), "default")),
        "a huge delete set": b"\x00" + b"\x01\x07" + write_uint(20_001) + many,
        "a delete set that lies": b"\x00" + b"\x01\x07" + write_uint(2**40),
        "an endless deletion": b"\x00" + b"\x01\x07\x01\x00" + write_uint(2**52),
        "broken UTF-8": update(7, *block, content(4, b"\x02\xc3\x28", (7, 1))),
        "half a letter": update(7, *block, content(4, b"\x03\xed\xa0\x80", (7, 1))),
        "half a letter in JSON": update(7, *block, mark("bold", '"\\ud800"', parent=(7, 1))),
        "NaN in JSON": update(7, *block, mark("bold", "NaN", parent=(7, 1))),
        "a float that is no number": update(
            7, element(), attribute("id", b"\x7b\x7f\xf8\x00\x00\x00\x00\x00\x00", (7, 0))
        ),
        "another root": update(7, element(parent="elsewhere")),
        "a map": update(7, content(7, b"\x01")),
        "an array": update(7, content(7, b"\x00")),
        "a hook": update(7, content(7, b"\x05" + write_string("hook"))),
        "a subdocument": update(7, content(9, write_string("id") + b"\x76\x00")),
        "bytes": update(7, content(3, b"\x01x")),
        "an embed": update(7, *block, content(5, write_string("{}"), (7, 1))),
        "JSON content": update(7, content(2, b"\x01" + write_string("1"))),
        "an unknown kind": update(7, content(29, b"")),
        "an unknown block": update(7, element("script")),
        "an unknown mark": update(7, *block, mark("onclick", "{}", parent=(7, 1))),
        "a block among words": update(7, *block, element(parent=(7, 1))),
        "words among blocks": update(7, string("words")),
        "words in a block itself": update(7, element(), string("words", (7, 0))),
        "a run of words at the root": update(7, run("default")),
        "a paragraph in a paragraph": update(7, element(), element(parent=(7, 0))),
        "a paragraph beside a list item": update(
            7,
            element("bulletList"),
            element("listItem", (7, 0)),
            element(left=(7, 1)),
        ),
        "a list item at the root": update(7, element("listItem")),
        "a value as a child": update(7, content(8, b"\x01" + text("x"))),
        "words as an attribute": update(
            7, element(), content(4, write_string("x"), (7, 0), key="id")
        ),
        "a part that refers to itself": update(7, element(left=(7, 0))),
        "a part that refers to what follows": update(7, element(parent=(7, 1)), element()),
        "clients out of order": b"\x02" + (b"\x01\x07\x00" + element()) * 2 + b"\x00",
        "a clock too large": update(7, element(), clock=2**31 - 1),
        "a client id too large": b"\x01\x01" + b"\xff" * 7 + b"\x7f\x00" + element() + b"\x00",
    }
