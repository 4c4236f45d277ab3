"""How deeply a text is nested and where its words stand, known by id without opening the document.

Kept for each live text, so that depth built up over many updates is bounded, and nobody puts words
where blocks belong (no browser could open such a text). Pure.
"""

import json
import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from policylab.coediting.cutting import cut_known
from policylab.coediting.lib0 import MAX_DEPTH, BadBytes, Cursor, write_string, write_uint
from policylab.coediting.reader import Kind, Struct, Update, read_update
from policylab.coediting.rules import CONTENT

ELEMENT: Final = 0
WORDS: Final = 1
DELETED: Final = 2
"""A code ends in one of these two bits. Before them stand five for an element's own name, five for
the name of what it is in, and its depth; a child of the text itself has depth 1."""

GONE: Final = 3
VALUE: Final = 7
"""The value of an attribute."""
INLINE: Final = 11
"""Letters and the borders of marks, inside a run of words."""

_NAMES: Final = ("", *CONTENT)
_NUMBERS: Final = {name: number for number, name in enumerate(_NAMES)}
_DOC: Final = 1 << 5 | _NUMBERS["doc"]
"""Depth and name of what a child of the text itself is in."""

_FORMAT: Final = b"\xff\x02"

Spot: TypeAlias = tuple[int, int, int]
"""What stands somewhere, and in what: a code, and the id of what it hangs in."""
_TEXT: Final = (0, 2**32 - 1)
"""Stands for the id of the text itself."""
_GONE: Final = (GONE, *_TEXT)

Spots: TypeAlias = dict[tuple[int, int], Spot]


class _Client:
    """The spots of one client's ids: a new range begins where the spot changes."""

    __slots__ = ("breaks", "clients", "clocks", "codes", "end", "halves", "starts")

    def __init__(self) -> None:
        self.end = 0
        self.breaks = array("I")
        """Where words, or what was deleted, do not stand behind the id before."""
        self.starts = array("I")
        self.codes = array("I")
        self.clients = array("Q")
        self.clocks = array("I")
        self.halves = array("I")
        """Ids of second halves: what UTF-16 needs two units for is one letter, never cut."""

    def put(self, start: int, end: int, spot: Spot) -> None:
        if end <= self.end:
            return  # known before
        code, client, clock = spot
        if not (
            self.codes
            and self.codes[-1] == code
            and self.clocks[-1] == clock
            and self.clients[-1] == client
        ):
            self.starts.append(max(start, self.end))
            self.codes.append(code)
            self.clients.append(client)
            self.clocks.append(clock)
        self.end = end

    def is_half(self, clock: int) -> bool:
        at = bisect_left(self.halves, clock)
        return at < len(self.halves) and self.halves[at] == clock

    def breaks_off(self, after: int, until: int) -> bool:
        if after >= self.end:
            return False
        at = bisect_right(self.starts, after)
        if at < len(self.starts) and self.starts[at] <= until:
            return True
        code = self.codes[at - 1]
        if code != INLINE and code & 3 != DELETED:
            return True  # blocks are never of one piece
        at = bisect_right(self.breaks, after)
        return at < len(self.breaks) and self.breaks[at] <= until

    def arrays(self) -> "tuple[array[int], ...]":
        return self.starts, self.codes, self.clients, self.clocks, self.halves, self.breaks


class Shape:
    """Where everything in a text stands, by id; and the signatures the text knows."""

    __slots__ = ("_clients", "_halves", "signatures")

    def __init__(self) -> None:
        self._clients: dict[int, _Client] = {}
        self._halves = False
        self.signatures: set[str] = set()

    def spot(self, client: int, clock: int) -> Spot | None:
        """What stands under this id; None for what is not known."""
        own = self._clients.get(client)
        if own is None or clock >= own.end:
            return None
        at = bisect_right(own.starts, clock) - 1
        return (own.codes[at], own.clients[at], own.clocks[at]) if at >= 0 else None

    def judge(self, update: Update, known: dict[int, int], *, strict: bool = True) -> Spots:
        """The spots of what is new in the update; BadBytes when it has no place in a text.

        What is known already is cut off the update where a part of it is half known. Not strict,
        for what we stored ourselves: what has no place is passed over.
        """
        if len(update.structs) == 1:
            spot = self._among_words(update, known)
            if spot is not None:
                struct = update.structs[0]
                return {(struct.client, struct.clock): spot}
        if strict:
            if any(start < known.get(client, 0) < end for client, start, end in update.sections):
                cut_known(update, known)
            self._check_letters(update)
        return _Judgement(self, update, known, strict=strict).spots()

    def _among_words(self, update: Update, known: dict[int, int]) -> Spot | None:
        """The spot of new words among words, in a text without letters that could be cut.

        None where there is more to think about.
        """
        struct = update.structs[0]
        left, right = struct.left, struct.right
        if (
            struct.kind is not Kind.INLINE
            or left is None
            or (right is not None and right[0] == left[0] and right[1] <= left[1])
            or self._halves
            or (update.deletes and _second_halves(struct))
            or struct.clock != known.get(struct.client, 0)
        ):
            return None
        spot = self.spot(*left)
        if spot is None or spot[0] != INLINE:
            return None
        return spot if right is None or self.spot(*right) == spot else None

    def breaks_off(self, client: int, after: int, until: int) -> bool:
        """Does any of these ids stand elsewhere than behind the one before?"""
        own = self._clients.get(client)
        return own is not None and own.breaks_off(after, until)

    def _check_letters(self, update: Update) -> None:
        """Nothing is put into, and nothing deletes, half of a letter."""
        new = {
            (struct.client, clock) for struct in update.structs for clock in _second_halves(struct)
        }
        if not new and not self._halves:
            return
        cuts: set[tuple[int, int]] = set()
        for struct in update.structs:
            if struct.left is not None:
                cuts.add((struct.left[0], struct.left[1] + 1))
            if struct.right is not None:
                cuts.add(struct.right)
        for client, start, end in update.deletes:
            cuts.add((client, start))
            cuts.add((client, end))
        if any(cut in new or self._is_half(*cut) for cut in cuts):
            raise BadBytes("Half of a letter is changed.")

    def _is_half(self, client: int, clock: int) -> bool:
        own = self._clients.get(client)
        return own is not None and own.is_half(clock)

    def add(self, update: Update, spots: Spots, known: dict[int, int]) -> None:
        """Remember what was judged."""
        clients = self._clients
        for struct in update.structs:
            client, clock = struct.client, struct.clock
            spot = spots.get((client, clock))
            if spot is None:
                continue
            own = clients.get(client)
            if own is None:
                own = clients[client] = _Client()
            for half in _second_halves(struct):
                if half >= own.end:
                    own.halves.append(half)
                    self._halves = True
            if clock >= own.end and struct.kind in _MERGED and _breaks_off(struct):
                own.breaks.append(clock)
            own.put(clock, clock + struct.length, spot)
        if update.signed:
            self.signatures.update(signature(value) for value in update.signed)

    def encode(self) -> bytes:
        """To be kept beside a snapshot."""
        out = bytearray(write_uint(len(self._clients)))
        for client, own in self._clients.items():
            out += write_uint(client) + write_uint(own.end)
            for numbers in own.arrays():
                out += write_uint(len(numbers)) + _little(numbers).tobytes()
        out += write_uint(len(self.signatures))
        for value in sorted(self.signatures):
            out += write_string(value)
        return _FORMAT + zlib.compress(out, 1)

    @classmethod
    def decode(cls, data: bytes) -> "Shape":
        """BadBytes for what an earlier release has kept: then it is learnt anew."""
        if not data.startswith(_FORMAT):
            raise BadBytes("A shape is of another format.")
        shape, cursor = cls(), Cursor(zlib.decompress(data[len(_FORMAT) :]))
        for _ in range(cursor.uint()):
            own = shape._clients[cursor.uint()] = _Client()
            own.end = cursor.uint()
            for numbers in own.arrays():
                _fill(numbers, cursor)
            shape._halves = shape._halves or bool(own.halves)
        shape.signatures = {cursor.string() for _ in range(cursor.uint())}
        return shape


def _breaks_off(struct: Struct) -> bool:
    """Can it not become one with the id before, or does it stand elsewhere than behind it?"""
    return struct.kind not in _MERGED or struct.left != (struct.client, struct.clock - 1)


_MERGED: Final = (Kind.INLINE, Kind.DELETED)


def _second_halves(struct: Struct) -> Iterable[int]:
    """The ids of second halves of letters in a struct."""
    words = struct.said
    if struct.kind is not Kind.INLINE or words is None or len(words) == struct.length:
        return ()
    clock, found = struct.clock, list[int]()
    for letter in words:
        clock += 1
        if letter > "\uffff":
            found.append(clock)
            clock += 1
    return found


def _fill(numbers: "array[int]", cursor: Cursor) -> None:
    size = cursor.uint() * numbers.itemsize
    numbers.frombytes(cursor.data[cursor.at : cursor.at + size])
    if sys.byteorder == "big":
        numbers.byteswap()
    cursor.at += size


def _little(numbers: "array[int]") -> "array[int]":
    """The same bytes on every machine."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers


def signature(value: dict[str, Any]) -> str:
    """One spelling for equal signatures, whichever way their numbers came."""
    return json.dumps(value, sort_keys=True, default=str, separators=(",", ":"), ensure_ascii=False)


def shape_of(updates: Iterable[bytes]) -> tuple[Shape, dict[int, int]]:
    """Shape and state vector of updates that we stored ourselves."""
    shape, known = Shape(), dict[int, int]()
    for data in updates:
        learn(shape, known, data)
    return shape, known


def learn(shape: Shape, known: dict[int, int], data: bytes) -> Update:
    """Take in one stored update."""
    update = read_update(data, trusted=True)
    shape.add(update, shape.judge(update, known, strict=False), known)
    for client, _, end in update.sections:
        known[client] = max(end, known.get(client, 0))
    return update


class _New:
    """What is new of one client, in order."""

    __slots__ = ("_breaks", "end", "spots", "start", "starts", "structs")

    def __init__(self, structs: list[Struct]) -> None:
        self.structs = structs
        self.starts = [struct.clock for struct in structs]
        self.spots: list[Spot | None] = [None] * len(structs)
        self.start = structs[0].clock
        self.end = structs[-1].clock + structs[-1].length
        self._breaks: list[int] | None = None

    def breaks_off(self, after: int, until: int) -> bool:
        """Does any of these ids stand elsewhere than behind the one before?"""
        if self._breaks is None:
            self._breaks = [each.clock for each in self.structs if _breaks_off(each)]
        at = bisect_right(self._breaks, after)
        return at < len(self._breaks) and self._breaks[at] <= until


class _Judgement:
    """The judging of one update against the shape before it."""

    def __init__(
        self, shape: Shape, update: Update, known: dict[int, int], *, strict: bool
    ) -> None:
        self.shape = shape
        self.strict = strict
        new: dict[int, list[Struct]] = {}
        for struct in update.structs:
            if struct.clock + struct.length > known.get(struct.client, 0):
                new.setdefault(struct.client, []).append(struct)
        self.new = {client: _New(structs) for client, structs in new.items()}

    def spots(self) -> Spots:
        for new in self.new.values():
            for at, spot in enumerate(new.spots):
                if spot is None and self._settle(new, at) is not None:
                    self._settle_all(new, at)
        return {
            (struct.client, struct.clock): spot
            for new in self.new.values()
            for struct, spot in zip(new.structs, new.spots, strict=True)
            if spot is not None
        }

    def _settle_all(self, new: _New, at: int) -> None:
        """Find the spot of a struct, those on which it hangs first."""
        waiting = [(new, at)]
        underway = {(id(new), at)}
        while waiting:
            below = self._settle(*waiting[-1])
            if below is None:
                top = waiting.pop()
                underway.discard((id(top[0]), top[1]))
                continue
            key = (id(below[0]), below[1])
            if key in underway:
                raise BadBytes("Parts of a change hang on each other.")
            underway.add(key)
            waiting.append(below)

    def _settle(self, new: _New, at: int) -> tuple[_New, int] | None:
        """Find the spot of a struct; else which struct of this update must be settled before.

        That is what it hangs on, and all that its client has said before: libraries take in each
        client's parts in order, and what waits for itself would wait for ever.
        """
        if at and new.spots[at - 1] is None:
            return new, at - 1
        struct = new.structs[at]
        if struct.kind is Kind.GONE:
            new.spots[at] = _GONE
            return None
        beside: list[Spot | None] = []
        for place in (struct.place, struct.right):
            if place is None:
                beside.append(None)
                continue
            client, clock = place
            other = self.new.get(client)
            if other is None or not other.start <= clock < other.end:
                beside.append(self.shape.spot(client, clock))
                continue
            below = bisect_right(other.starts, clock) - 1
            spot = other.spots[below]
            if spot is None:
                return other, below
            beside.append(spot)
        try:
            self._check_order(struct)
            new.spots[at] = _spot(struct, *beside)
        except BadBytes:
            if self.strict:
                raise
            new.spots[at] = _GONE
        return None

    def _check_order(self, struct: Struct) -> None:
        """Nothing is put behind something and before what stands further left in one row of ids.

        Libraries would take that for one place now and for another when the text is loaded again.
        """
        left, right = struct.left, struct.right
        if left is None or right is None or left[0] != right[0] or left[1] < right[1]:
            return
        client, until = left
        after, new = right[1], self.new.get(client)
        broken = self.shape.breaks_off(client, after, until) or (
            new is not None and new.breaks_off(after, until)
        )
        if left == right or not broken:
            raise BadBytes("A part stands between two that are the other way round.")


def _spot(struct: Struct, place: Spot | None, right: Spot | None) -> Spot:
    """Where a struct stands, from what it hangs in or stands beside."""
    if struct.place is None:
        return (_in_sequence(struct, _DOC), *_TEXT)
    if place is None:
        raise BadBytes("A part hangs on what is nowhere.")
    if struct.hangs:
        return _child(struct, struct.place, place[0])
    if struct.right is not None:
        _check_neighbours(place, right)
    code = place[0]
    if code == GONE:
        return _GONE
    if (code == VALUE) != (struct.kind is Kind.VALUE):
        raise BadBytes("A value stands beside something else.")
    if code == INLINE:
        _check_inside_words(struct)
    elif code != VALUE:
        code = _in_sequence(struct, code >> 7)
    return code, place[1], place[2]


def _check_neighbours(left: Spot, right: Spot | None) -> None:
    """What something is put between hangs in the same."""
    if (
        right is None
        or left[1:] != right[1:]
        or (left[0] == GONE) != (right[0] == GONE)
        or (left[0] == VALUE) != (right[0] == VALUE)
    ):
        raise BadBytes("A part stands between two that are not neighbours.")


def _child(struct: Struct, parent: tuple[int, int], code: int) -> Spot:
    if code in (INLINE, VALUE):
        raise BadBytes("A part hangs in something that can't hold it.")
    if code & 3 in (GONE, DELETED):
        return _GONE
    if struct.kind is Kind.VALUE:
        return (VALUE, *parent)
    if code & 3 == WORDS:
        _check_inside_words(struct)
        return (INLINE, *parent)
    return (_in_sequence(struct, (code >> 12) + 1 << 5 | code >> 2 & 31), *parent)


def _check_inside_words(struct: Struct) -> None:
    if struct.kind in (Kind.ELEMENT, Kind.WORDS):
        raise BadBytes("A block stands inside a run of words.")


def _in_sequence(struct: Struct, inside: int) -> int:
    """The code of a child; `inside` is its depth and the name of what it is in."""
    kind = struct.kind
    if kind is Kind.INLINE:
        raise BadBytes("Words stand where blocks belong.")
    if kind is Kind.VALUE:
        raise BadBytes("A value stands beside something else.")
    if inside >> 5 > MAX_DEPTH:
        raise BadBytes("A text is nested too deeply.", too_large=True)
    name = struct.said if kind is Kind.ELEMENT else "text"
    if kind is not Kind.DELETED and name not in CONTENT[_NAMES[inside & 31]]:
        raise BadBytes("A block stands where it has no place.")
    own = _NUMBERS[name] if kind is Kind.ELEMENT else 0
    return inside << 7 | own << 2 | _KINDS[kind]


_KINDS: Final = {Kind.ELEMENT: ELEMENT, Kind.WORDS: WORDS, Kind.DELETED: DELETED}
