"""What is in the bytes of a Yjs update (format v1), before anything else touches them.

Total and linear: any bytes give an `Update` or `BadBytes`. Only what a text may hold passes:
elements and runs of words with known names, their attributes and marks; no subdocuments, no other
root types.
"""

import re
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

from policylab.coediting.lib0 import (
    MAX_NUMBER,
    BadBytes,
    Cursor,
    read_json,
    uint_at,
    uint_of,
    utf16_length,
)
from policylab.coediting.rules import BLOCKS, MARKS, ROOT

MAX_BYTES: Final = 512 * 1024
MAX_STRUCTS: Final = 20_000
MAX_DELETES: Final = 20_000
MAX_CLIENTS: Final = 2_000
MAX_CLOCK: Final = 2**31 - 1
MAX_RUN: Final = 2**24
MAX_NAME: Final = 64


class Kind(IntEnum):
    """What one struct of an update is, as far as the shape of the text goes."""

    GONE = 0
    """Collected: only the length is known, and whatever hangs on it is gone too."""
    DELETED = 1
    ELEMENT = 2
    WORDS = 3
    """A run of words (Y.XmlText)."""
    INLINE = 4
    """What stands inside a run of words: letters and the borders of marks."""
    VALUE = 5
    """The value of an attribute."""


_DELETED: Final = Kind.DELETED
_INLINE: Final = Kind.INLINE
_VALUE: Final = Kind.VALUE
Place = tuple[int, int] | None
"""An id (client, clock); None stands for the root."""


@dataclass(slots=True)
class Struct:
    """One struct: where its ids begin, how many they are, and on what it hangs."""

    client: int
    clock: int
    length: int
    kind: Kind
    hangs: bool
    """Directly in `place`, as a child; otherwise beside it."""
    place: Place
    left: Place = None
    """What it was put behind, and before what, where these are named."""
    right: Place = None
    key: str | None = None
    """The name of an attribute, where it is spelled out."""
    said: Any = None
    """The words of a string, the first value of an attribute, the name of an element."""


@dataclass(slots=True)
class Update:
    """What an update says, without having been applied."""

    data: bytes
    sections: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    """For each client: its id, the first clock, and the clock after the last."""
    needs: dict[int, int] = field(default_factory=dict[int, int])
    """For each other client that something refers to: the clock that must be known before."""
    deletes: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    structs: list[Struct] = field(default_factory=list[Struct])
    signed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Values with a field `capacity`: marks and proposals that somebody signs."""
    holes: bool = False
    """It says itself that something is missing (a Skip)."""


def read_update(data: bytes, *, trusted: bool = False) -> Update:
    """Read all of it. `trusted` lifts the limits of size, for what we stored ourselves."""
    try:
        return keystroke(data) or read_any(data, trusted=trusted)
    except IndexError:
        raise BadBytes("The bytes end too early.") from None


_ID: Final = rb"([\x80-\xff]{0,6}[\x00-\x7f])([\x80-\xff]{0,4}[\x00-\x7f])"
_KEYSTROKE: Final = re.compile(
    rb"\x01\x01" + _ID + rb"(?:\x84|(\xc4))" + _ID + rb"(?(3)" + _ID + rb")"
    rb"([\x01-\x7f])([\x00-\x7f]+)\x00",
    re.DOTALL,
).fullmatch
_client = lru_cache(4096)(uint_of)


def keystroke(data: bytes) -> Update | None:
    """A few letters put beside others, which is most of what people do; None for anything else.

    Says nothing that `read_any` would not say, and refuses nothing.
    """
    found = _KEYSTROKE(data)
    if found is None:
        return None
    own, first, between, left_name, left_at, right_name, right_at, size, words = found.groups()
    client, clock, length = _client(own), uint_of(first), size[0]
    if length != len(words) or clock + length > MAX_CLOCK:
        return None
    needs: dict[int, int] = {}
    left, right = (client if left_name == own else _client(left_name), uint_of(left_at)), None
    if left[0] != client:
        needs[left[0]] = left[1] + 1
    elif left[1] >= clock:
        return None
    if between:
        right = (client if right_name == own else _client(right_name), uint_of(right_at))
        if right[0] == client:
            if right[1] >= clock:
                return None
        elif needs.get(right[0], 0) <= right[1]:
            needs[right[0]] = right[1] + 1
    if needs and max(needs.values()) > MAX_CLOCK:
        return None
    struct = Struct(client, clock, length, _INLINE, False, left, left, right, None, words.decode())
    return Update(data, [(client, clock, clock + length)], needs, [], [struct], [], False)


def read_any(data: bytes, *, trusted: bool = False) -> Update:
    """What `read_update` does for every update. IndexError where the bytes end too early."""
    if len(data) > MAX_BYTES and not trusted:
        raise BadBytes("A change is larger than 512 KiB.", too_large=True)
    return Reader(data, trusted=trusted).read()


class Reader(Cursor):
    """One reading of one update. Bytes that end too early are a BadBytes or an IndexError."""

    __slots__ = ("room", "trusted", "update")

    def __init__(self, data: bytes, *, trusted: bool) -> None:
        super().__init__(data)
        self.update = Update(data)
        self.trusted = trusted
        self.room = self.end if trusted else MAX_STRUCTS

    def read(self) -> Update:
        clients = self.uint()
        if clients > MAX_CLIENTS and not self.trusted:
            raise BadBytes("A change comes from too many clients.", too_large=True)
        last = MAX_NUMBER + 1
        for _ in range(clients):
            last = self._section(last)
        self.deletes()
        self.done()
        return self.update

    def _section(self, last: int) -> int:
        count = self.uint()
        begin = self.at
        client = self.uint()
        raw = self.data[begin : self.at]
        clock = start = self.uint()
        if count > self.room or count > self.end - self.at:
            raise BadBytes("A change has too many parts.", too_large=True)
        if not count:
            raise BadBytes("A client of a change says nothing.")
        if client >= last:
            raise BadBytes("The clients of a change are out of order.")
        self.room -= count
        for _ in range(count):
            clock += self.struct(client, raw, clock)
            if clock > MAX_CLOCK:
                raise BadBytes("A clock is too large.")
        self.update.sections.append((client, start, clock))
        return client

    def struct(self, client: int, raw: bytes, clock: int) -> int:
        """Read one struct and return how many ids it takes; `raw` is the client's id in bytes."""
        info = self.data[self.at]
        self.at += 1
        reference = info & 0x1F
        if reference == 0 or reference == 10:
            return self._nothing(info, client, clock)
        hangs, place, left, right, key = False, None, None, None, None
        if info & 0xC0:
            if info & 0x80:
                place = left = self._id(client, raw, clock)
            if info & 0x40:
                right = self._id(client, raw, clock)
                place = left or right
        else:
            hangs = True
            place = self._parent(client, raw, clock)
            if info & 0x20:
                key = self._attribute(place)
        kind, length, said = self._content(reference)
        if info & 0x20:
            if kind is not _VALUE and kind is not _DELETED:
                raise BadBytes("An attribute holds something else than a value.")
            kind = _VALUE
        elif kind is _VALUE:
            raise BadBytes("A value stands where blocks or words belong.")
        self.update.structs.append(
            Struct(client, clock, length, kind, hangs, place, left, right, key, said)
        )
        return length

    def _nothing(self, info: int, client: int, clock: int) -> int:
        """Something that was collected, or is left out."""
        if info & 0xE0:
            raise BadBytes("A part is of no known kind.")
        length = self._run()
        if info == 10:
            self.update.holes = True
        else:
            gone = Struct(client, clock, length, Kind.GONE, False, (client, clock))
            self.update.structs.append(gone)
        return length

    def _parent(self, client: int, raw: bytes, clock: int) -> Place:
        named = self.uint()
        if named == 0:
            return self._id(client, raw, clock)
        if named != 1:
            raise BadBytes("A part has no known place.")
        if self.string() != ROOT:
            raise BadBytes("A change is to something else than the text.")
        return None

    def _id(self, client: int, raw: bytes, clock: int) -> tuple[int, int]:
        data, at = self.data, self.at
        if data.startswith(raw, at):
            other, at = client, at + len(raw)
        else:
            other, at = uint_at(data, at)
        number, self.at = uint_at(data, at)
        if number >= MAX_CLOCK:
            raise BadBytes("A clock is too large.")
        if other == client:
            if number >= clock:
                raise BadBytes("A part refers to what comes after it.")
            return client, number
        needs = self.update.needs
        if needs.get(other, 0) <= number:
            needs[other] = number + 1
        return other, number

    def _attribute(self, place: Place) -> str:
        key = self._name("attribute")
        if place is None:
            raise BadBytes("The text itself has no attributes.")
        return key

    def _name(self, what: str) -> str:
        name = self.string()
        if not 0 < len(name) <= MAX_NAME:
            raise BadBytes(f"The name of an {what} is empty or too long.")
        return name

    def _run(self) -> int:
        length = self.uint()
        if not 0 < length <= MAX_RUN:
            raise BadBytes("A run is empty or too long.", too_large=length > 0)
        return length

    def _content(self, reference: int) -> tuple[Kind, int, Any]:
        if reference == 4:
            words = self.string()
            if not words:
                raise BadBytes("A string is empty.")
            return _INLINE, utf16_length(words), words
        if reference == 1:
            return _DELETED, self._run(), None
        if reference == 6:
            return _INLINE, self._mark(), None
        if reference == 7:
            kind, name = self._type()
            return kind, 1, name
        if reference == 8:
            return _VALUE, *self._values()
        raise BadBytes("A part is of a kind that has no place in a text.")

    def _mark(self) -> int:
        name = self._name("mark")
        if name.partition("--")[0] not in MARKS:
            raise BadBytes("A mark is not one that a text may hold.")
        self._note(read_json(self.string()))
        return 1

    def _type(self) -> tuple[Kind, str | None]:
        reference = self.uint()
        if reference == 6:
            return Kind.WORDS, None
        if reference != 3:
            raise BadBytes("A part is of a type that has no place in a text.")
        name = self._name("element")
        if name not in BLOCKS:
            raise BadBytes("A block is not one that a text may hold.")
        return Kind.ELEMENT, name

    def _values(self) -> tuple[int, Any]:
        count = self.uint()
        if not 0 < count <= self.end - self.at:
            raise BadBytes("A list of values is empty or goes beyond the end.")
        values = [self.value() for _ in range(count)]
        for value in values:
            self._note(value)
        return count, values[0]

    def _note(self, value: Any) -> None:
        if isinstance(value, dict) and "capacity" in value:
            self.update.signed.append(value)  # pyright: ignore[reportUnknownArgumentType]

    def deletes(self) -> None:
        limit = self.end if self.trusted else MAX_DELETES
        add = self.update.deletes.append
        for _ in range(self._deletions(limit)):
            client = self.uint()
            count = self._deletions(limit)
            limit -= count
            for _ in range(count):
                clock, length = self.uint(), self.uint()
                if length == 0 or clock + length > MAX_CLOCK:
                    raise BadBytes("A deletion is empty or too long.")
                add((client, clock, clock + length))

    def _deletions(self, limit: int) -> int:
        count = self.uint()
        if count > limit or count > self.end - self.at:
            raise BadBytes("A change has too many deletions.", too_large=True)
        return count
