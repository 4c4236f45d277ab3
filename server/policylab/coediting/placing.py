"""Where the parts of a change stand in a text: each finds its spot, or the change has no place.

Keeps depth bounded that is built up over many updates, and lets nobody put words where blocks
belong (no browser could open such a text). Pure.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

from policylab.coediting.lib0 import MAX_DEPTH, BadBytes
from policylab.coediting.reader import Kind, Struct, Update
from policylab.coediting.rules import CONTENT

if TYPE_CHECKING:
    from policylab.coediting.shape import Shape

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

Spot: TypeAlias = tuple[int, int, int]
"""What stands somewhere, and in what: a code, and the id of what it hangs in."""
_TEXT: Final = (0, 2**32 - 1)
"""Stands for the id of the text itself."""
_GONE: Final = (GONE, *_TEXT)

Spots: TypeAlias = dict[tuple[int, int], Spot]

MERGED: Final = (Kind.INLINE, Kind.DELETED)


def breaks_off(struct: Struct) -> bool:
    """Can it not become one with the id before, or does it stand elsewhere than behind it? Of
    what stands among letters marks have nothing to say, and become one with nothing."""
    mark = struct.kind is Kind.INLINE and struct.said is None
    return mark or struct.kind not in MERGED or struct.left != (struct.client, struct.clock - 1)


def second_halves(struct: Struct) -> Iterable[int]:
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
            self._breaks = [each.clock for each in self.structs if breaks_off(each)]
        at = bisect_right(self._breaks, after)
        return at < len(self._breaks) and self._breaks[at] <= until


class Judgement:
    """The judging of one update against the shape before it."""

    def __init__(
        self, shape: "Shape", update: Update, known: dict[int, int], *, strict: bool
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
        """Nothing is put behind something and before what stands further left, or is the same, in
        the middle of one row of ids.

        Libraries would cut the row, and take that for one place now and for another when the text
        is loaded again. Where a row begins with it nothing is cut: Yjs says so of what it brings
        back beside what was brought back twice.
        """
        left, right = struct.left, struct.right
        if left is None or right is None or left[0] != right[0] or left[1] < right[1]:
            return
        client, until = left
        before, new = right[1] - 1, self.new.get(client)
        if not self.shape.breaks_off(client, before, until) and not (
            new is not None and new.breaks_off(before, until)
        ):
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
