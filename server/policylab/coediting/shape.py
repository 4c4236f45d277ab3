"""How deeply a text is nested and where its words stand, known by id without opening the document.

Kept for each live text, so that depth built up over many updates is bounded, and nobody puts words
where blocks belong (no browser could open such a text). Pure.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, Final

from policylab.coediting.lib0 import MAX_DEPTH, BadBytes, Cursor, write_string, write_uint
from policylab.coediting.reader import Kind, Struct, Update, read_update
from policylab.coediting.rules import CONTENT

ELEMENT: Final = 0
WORDS: Final = 1
DELETED: Final = 2
GONE: Final = 3
"""A code ends in one of these two bits. Before them stand five for an element's own name, five for
the name of what it is in, and its depth; a child of the text itself has depth 1."""

_NAMES: Final = ("", *CONTENT)
_NUMBERS: Final = {name: number for number, name in enumerate(_NAMES)}
_DOC: Final = 1 << 5 | _NUMBERS["doc"]
"""Depth and name of what a child of the text itself is in."""


class Shape:
    """The codes of all elements and runs of words, by id; and the signatures the text knows."""

    __slots__ = ("_codes", "_ends", "_starts", "signatures")

    def __init__(self) -> None:
        self._starts: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}
        self._codes: dict[int, list[int]] = {}
        self.signatures: set[str] = set()

    def code(self, client: int, clock: int) -> int | None:
        """What stands under this id; None for what is inside a run of words, or a value."""
        starts = self._starts.get(client)
        if starts is None:
            return None
        at = bisect_right(starts, clock) - 1
        if at < 0 or clock >= self._ends[client][at]:
            return None
        return self._codes[client][at]

    def judge(
        self, update: Update, known: dict[int, int], *, strict: bool = True
    ) -> dict[tuple[int, int], int]:
        """The codes of what is new in the update; BadBytes when it has no place in a text.

        Not strict, for what we stored ourselves: what has no place is passed over.
        """
        return _Judgement(self, update, known, strict=strict).codes()

    def add(self, update: Update, codes: dict[tuple[int, int], int], known: dict[int, int]) -> None:
        """Remember what was judged. `known` is how far each client was known before."""
        for struct in update.structs:
            code = codes.get((struct.client, struct.clock))
            if code is not None:
                start = max(struct.clock, known.get(struct.client, 0))
                self._put(struct.client, start, struct.clock + struct.length, code)
        self.signatures.update(signature(value) for value in update.signed)

    def _put(self, client: int, start: int, end: int, code: int) -> None:
        if start >= end:
            return
        starts = self._starts.setdefault(client, [])
        ends, codes = self._ends.setdefault(client, []), self._codes.setdefault(client, [])
        if starts and start < ends[-1]:
            return  # known before
        if starts and ends[-1] == start and codes[-1] == code:
            ends[-1] = end
        else:
            starts.append(start)
            ends.append(end)
            codes.append(code)

    def encode(self) -> bytes:
        """To be kept beside a snapshot."""
        out = bytearray(write_uint(len(self._starts)))
        for client, starts in self._starts.items():
            out += write_uint(client) + write_uint(len(starts))
            rows = zip(starts, self._ends[client], self._codes[client], strict=True)
            for start, end, code in rows:
                out += write_uint(start) + write_uint(end - start) + write_uint(code)
        out += write_uint(len(self.signatures))
        for value in sorted(self.signatures):
            out += write_string(value)
        return bytes(out)

    @classmethod
    def decode(cls, data: bytes) -> "Shape":
        shape, cursor = cls(), Cursor(data)
        for _ in range(cursor.uint()):
            client = cursor.uint()
            for _ in range(cursor.uint()):
                start, length, code = cursor.uint(), cursor.uint(), cursor.uint()
                shape._put(client, start, start + length, code)
        shape.signatures = {cursor.string() for _ in range(cursor.uint())}
        return shape


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


class _Judgement:
    """The judging of one update against the shape before it."""

    def __init__(
        self, shape: Shape, update: Update, known: dict[int, int], *, strict: bool
    ) -> None:
        self.shape = shape
        self.known = known
        self.strict = strict
        self.own: dict[int, list[Struct]] = {}
        for struct in update.structs:
            if struct.clock + struct.length > known.get(struct.client, 0):
                self.own.setdefault(struct.client, []).append(struct)
        self.found: dict[tuple[int, int], int | None] = {}

    def codes(self) -> dict[tuple[int, int], int]:
        for structs in self.own.values():
            for struct in structs:
                self._settle(struct)
        return {key: code for key, code in self.found.items() if code is not None}

    def _settle(self, struct: Struct) -> None:
        """Find the code of a struct, those on which it hangs first."""
        waiting = [struct]
        underway = {(struct.client, struct.clock)}
        while waiting:
            top = waiting[-1]
            below = self._unsettled(top)
            if below is None:
                self.found[(top.client, top.clock)] = self._settled(top)
                underway.discard((top.client, top.clock))
                waiting.pop()
                continue
            key = (below.client, below.clock)
            if key in underway:
                raise BadBytes("Parts of a change hang on each other.")
            underway.add(key)
            waiting.append(below)

    def _unsettled(self, struct: Struct) -> Struct | None:
        """The struct of this update that must be settled before this one, if any."""
        if struct.kind is Kind.GONE:
            return None
        for place in (struct.place, struct.right):
            below = self._own(*place) if place else None
            if below is not None and (below.client, below.clock) not in self.found:
                return below
        return None

    def _own(self, client: int, clock: int) -> Struct | None:
        structs = self.own.get(client)
        if structs is None or clock < self.known.get(client, 0):
            return None
        at = bisect_right(structs, clock, key=lambda each: each.clock) - 1
        if at < 0 or clock >= structs[at].clock + structs[at].length:
            return None
        return structs[at]

    def _at(self, place: tuple[int, int]) -> int | None:
        own = self._own(*place)
        if own is not None:
            return self.found[(own.client, own.clock)]
        return self.shape.code(*place)

    def _settled(self, struct: Struct) -> int | None:
        try:
            return self._code(struct)
        except BadBytes:
            if self.strict:
                raise
            return None

    def _code(self, struct: Struct) -> int | None:
        """The code of a struct whose place is settled; None inside words, and for values."""
        if struct.kind is Kind.GONE:
            return GONE
        if struct.place is None:
            return _in_sequence(struct, _DOC)
        return self._child(struct) if struct.hangs else self._beside(struct)

    def _beside(self, struct: Struct) -> int | None:
        assert struct.place is not None
        beside = self._at(struct.place)
        if struct.right is not None and _sequence(self._at(struct.right)) != _sequence(beside):
            raise BadBytes("A part stands between two that are not neighbours.")
        if struct.kind is Kind.VALUE:
            return None
        if beside is None:
            return _inside_words(struct.kind)
        return GONE if beside == GONE else _in_sequence(struct, beside >> 7)

    def _child(self, struct: Struct) -> int | None:
        assert struct.place is not None
        parent = self._at(struct.place)
        if parent is None:
            raise BadBytes("A part hangs in something that can't hold it.")
        if struct.kind is Kind.VALUE:
            return None
        if parent & 3 in (GONE, DELETED):
            return GONE
        if parent & 3 == WORDS:
            return _inside_words(struct.kind)
        return _in_sequence(struct, (parent >> 12) + 1 << 5 | parent >> 2 & 31)


def _sequence(code: int | None) -> int | None:
    """What neighbours share: their depth and what they are in; -1 for what is gone."""
    if code is None:
        return None
    return -1 if code == GONE else code >> 7


def _inside_words(kind: Kind) -> None:
    if kind in (Kind.ELEMENT, Kind.WORDS):
        raise BadBytes("A block stands inside a run of words.")


def _in_sequence(struct: Struct, inside: int) -> int:
    """The code of a child; `inside` is its depth and the name of what it is in."""
    kind = struct.kind
    if kind is Kind.INLINE:
        raise BadBytes("Words stand where blocks belong.")
    if inside >> 5 > MAX_DEPTH:
        raise BadBytes("A text is nested too deeply.", too_large=True)
    name = struct.said if kind is Kind.ELEMENT else "text"
    if kind is not Kind.DELETED and name not in CONTENT[_NAMES[inside & 31]]:
        raise BadBytes("A block stands where it has no place.")
    own = _NUMBERS[name] if kind is Kind.ELEMENT else 0
    return inside << 7 | own << 2 | _CODES[kind]


_CODES: Final = {Kind.ELEMENT: ELEMENT, Kind.WORDS: WORDS, Kind.DELETED: DELETED}
