"""What is in the bytes of a Yjs update (format v1), before anything else touches them.

Total and linear: any bytes give an `Update` or `BadBytes`. Only what a text may hold passes:
elements and runs of words with known names, their attributes and marks; no subdocuments, no other
root types.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from policylab.coediting.lib0 import BadBytes, Cursor, read_json, utf16_length
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
    """For each client that something refers to: the clock that must be known before."""
    deletes: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    structs: list[Struct] = field(default_factory=list[Struct])
    signed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Values with a field `capacity`: marks and proposals that somebody signs."""
    holes: bool = False
    """It says itself that something is missing (a Skip)."""

    def needs_at_least(self, client: int, clock: int) -> None:
        if self.needs.get(client, 0) <= clock:
            self.needs[client] = clock + 1


def read_update(data: bytes, *, trusted: bool = False) -> Update:
    """Read all of it. `trusted` lifts the limits of size, for what we stored ourselves."""
    if len(data) > MAX_BYTES and not trusted:
        raise BadBytes("A change is larger than 512 KiB.", too_large=True)
    update = Update(data)
    _Reader(Cursor(data), update, trusted).read()
    return update


class _Reader:
    """One reading of one update."""

    __slots__ = ("cursor", "room", "trusted", "update")

    def __init__(self, cursor: Cursor, update: Update, trusted: bool) -> None:
        self.cursor = cursor
        self.update = update
        self.trusted = trusted
        self.room = cursor.end if trusted else MAX_STRUCTS

    def read(self) -> None:
        cursor = self.cursor
        clients = cursor.uint()
        if clients > MAX_CLIENTS and not self.trusted:
            raise BadBytes("A change comes from too many clients.", too_large=True)
        last: int | None = None
        for _ in range(clients):
            last = self._section(last)
        self._deletes()
        cursor.done()

    def _section(self, last: int | None) -> int:
        cursor = self.cursor
        count, client, clock = cursor.uint(), cursor.uint(), cursor.uint()
        if count > self.room or count > cursor.end - cursor.at:
            raise BadBytes("A change has too many parts.", too_large=True)
        if last is not None and client >= last:
            raise BadBytes("The clients of a change are out of order.")
        self.room -= count
        start = clock
        for _ in range(count):
            clock += self._struct(client, clock)
            if clock > MAX_CLOCK:
                raise BadBytes("A clock is too large.")
        if count:
            self.update.sections.append((client, start, clock))
        return client

    def _struct(self, client: int, clock: int) -> int:
        """Read one struct and return how many ids it takes."""
        info = self.cursor.byte()
        reference = info & 0x1F
        if reference in (0, 10):
            if info & 0xE0:
                raise BadBytes("A part is of no known kind.")
            length = self._run()
            if reference == 10:
                self.update.holes = True
            else:
                gone = Struct(client, clock, length, Kind.GONE, False, (client, clock))
                self.update.structs.append(gone)
            return length
        hangs, place, left, right, key = self._place(info, client, clock)
        kind, length, said = self._content(reference)
        if info & 0x20:
            if kind in (Kind.ELEMENT, Kind.WORDS, Kind.INLINE):
                raise BadBytes("An attribute holds something else than a value.")
            kind = Kind.VALUE
        elif kind is Kind.VALUE:
            raise BadBytes("A value stands where blocks or words belong.")
        struct = Struct(client, clock, length, kind, hangs, place, left, right, key, said)
        self.update.structs.append(struct)
        return length

    def _place(
        self, info: int, client: int, clock: int
    ) -> tuple[bool, Place, Place, Place, str | None]:
        cursor = self.cursor
        left = self._id(client, clock) if info & 0x80 else None
        right = self._id(client, clock) if info & 0x40 else None
        if info & 0xC0:
            return False, left or right, left, right, None
        place: Place = None
        named = cursor.uint()
        if named == 1:
            if cursor.string() != ROOT:
                raise BadBytes("A change is to something else than the text.")
        elif named == 0:
            place = self._id(client, clock)
        else:
            raise BadBytes("A part has no known place.")
        key = None
        if info & 0x20:
            key = self._name("attribute")
            if place is None:
                raise BadBytes("The text itself has no attributes.")
        return True, place, None, None, key

    def _id(self, client: int, clock: int) -> tuple[int, int]:
        other, at = self.cursor.uint(), self.cursor.uint()
        if at >= MAX_CLOCK:
            raise BadBytes("A clock is too large.")
        if other == client and at >= clock:
            raise BadBytes("A part refers to what comes after it.")
        self.update.needs_at_least(other, at)
        return other, at

    def _name(self, what: str) -> str:
        name = self.cursor.string()
        if not 0 < len(name) <= MAX_NAME:
            raise BadBytes(f"The name of an {what} is empty or too long.")
        return name

    def _run(self) -> int:
        length = self.cursor.uint()
        if not 0 < length <= MAX_RUN:
            raise BadBytes("A run is empty or too long.", too_large=length > 0)
        return length

    def _content(self, reference: int) -> tuple[Kind, int, Any]:
        cursor = self.cursor
        if reference == 4:
            words = cursor.string()
            if not words:
                raise BadBytes("A string is empty.")
            return Kind.INLINE, utf16_length(words), words
        if reference == 1:
            return Kind.DELETED, self._run(), None
        if reference == 6:
            return Kind.INLINE, self._mark(), None
        if reference == 7:
            kind, name = self._type()
            return kind, 1, name
        if reference == 8:
            return Kind.VALUE, *self._values()
        raise BadBytes("A part is of a kind that has no place in a text.")

    def _mark(self) -> int:
        name = self._name("mark")
        if name.partition("--")[0] not in MARKS:
            raise BadBytes("A mark is not one that a text may hold.")
        self._note(read_json(self.cursor.string()))
        return 1

    def _type(self) -> tuple[Kind, str | None]:
        reference = self.cursor.uint()
        if reference == 6:
            return Kind.WORDS, None
        if reference != 3:
            raise BadBytes("A part is of a type that has no place in a text.")
        name = self._name("element")
        if name not in BLOCKS:
            raise BadBytes("A block is not one that a text may hold.")
        return Kind.ELEMENT, name

    def _values(self) -> tuple[int, Any]:
        cursor = self.cursor
        count = cursor.uint()
        if not 0 < count <= cursor.end - cursor.at:
            raise BadBytes("A list of values is empty or goes beyond the end.")
        values = [cursor.value() for _ in range(count)]
        for value in values:
            self._note(value)
        return count, values[0]

    def _note(self, value: Any) -> None:
        if isinstance(value, dict) and "capacity" in value:
            self.update.signed.append(value)  # pyright: ignore[reportUnknownArgumentType]

    def _deletes(self) -> None:
        cursor, update = self.cursor, self.update
        limit = cursor.end if self.trusted else MAX_DELETES
        for _ in range(self._count(limit)):
            client = cursor.uint()
            count = self._count(limit)
            limit -= count
            for _ in range(count):
                clock, length = cursor.uint(), cursor.uint()
                if length == 0 or clock + length > MAX_CLOCK:
                    raise BadBytes("A deletion is empty or too long.")
                update.deletes.append((client, clock, clock + length))

    def _count(self, limit: int) -> int:
        count = self.cursor.uint()
        if count > limit or count > self.cursor.end - self.cursor.at:
            raise BadBytes("A change has too many deletions.", too_large=True)
        return count
