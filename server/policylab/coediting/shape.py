"""Where everything in a text stands, known by id without opening the document.

Kept for each live text: what comes in is judged against it (`placing`). Pure.
"""

import json
import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any, Final

from policylab.coediting.cutting import cut_known
from policylab.coediting.lib0 import BadBytes, Cursor, write_string, write_uint
from policylab.coediting.placing import (
    DELETED,
    INLINE,
    MERGED,
    Judgement,
    Spot,
    Spots,
    breaks_off,
    second_halves,
)
from policylab.coediting.reader import Kind, Update, read_update

_FORMAT: Final = b"\xff\x02"


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
        return Judgement(self, update, known, strict=strict).spots()

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
            or (update.deletes and second_halves(struct))
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
            (struct.client, clock) for struct in update.structs for clock in second_halves(struct)
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
            for half in second_halves(struct):
                if half >= own.end:
                    own.halves.append(half)
                    self._halves = True
            if clock >= own.end and struct.kind in MERGED and breaks_off(struct):
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
