"""Everything a text is made of, found by id: where it hangs, in which order, and what is deleted.

Made from bytes, without a document: pycrdt does not tell of ids. Pure.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from policylab.coediting.reader import Kind, Struct, Update, read_update

Key = tuple[int, int]
Parent = Key | None | Literal[False]
"""The id of what something hangs in, None for the text itself, False when nobody knows."""
Range = tuple[int, int]

MOST_STEPS: Final = 50_000
"""How much work putting things in order may be for one change: texts of people need far less."""


class TooMuch(Exception):
    """This would take too long to put in order."""


class Budget:
    """What one change may still cost."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self._left = steps

    def spend(self, steps: int = 1) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuch


@dataclass(slots=True, eq=False)
class _Node:
    """A stretch of a sequence that nothing has been put into."""

    client: int
    start: int
    end: int
    left: Key | None
    right: Key | None
    struct: Struct
    after: "_Node | None" = None


class Items:
    """The structs of a text, and the ranges of ids that are deleted."""

    def __init__(self, whole: bytes) -> None:
        self._own: dict[int, list[Struct]] = {}
        self._deleted: dict[int, list[Range]] = {}
        self._parents: dict[Key, Parent] = {}
        self._children: dict[Parent, list[Struct]] = {}
        self.add(read_update(whole, trusted=True), {})

    def add(self, update: Update, known: dict[int, int]) -> None:
        """Take in what is new in an update; `known` is how far each client was known before."""
        new: list[Struct] = []
        for struct in update.structs:
            before = known.get(struct.client, 0)
            if struct.clock >= before:
                new.append(struct)
            elif struct.clock + struct.length > before:
                new.append(_rest(struct, before))
        for struct in new:
            self._own.setdefault(struct.client, []).append(struct)
        for struct in new:
            if struct.kind is not Kind.VALUE:
                self._children.setdefault(self.parent_of(struct), []).append(struct)
        for client, start, end in update.deletes:
            self._deleted.setdefault(client, []).append((start, end))
        for client in {client for client, _, _ in update.deletes}:
            self._deleted[client] = merged(self._deleted[client])

    def structs(self) -> Iterator[Struct]:
        for own in self._own.values():
            yield from own

    def find(self, key: Key) -> Struct | None:
        """The struct that holds this id."""
        own = self._own.get(key[0], [])
        at = bisect_right(own, key[1], key=lambda each: each.clock) - 1
        found = own[at] if at >= 0 else None
        return found if found and key[1] < found.clock + found.length else None

    def within(self, client: int, start: int, end: int) -> Iterator[Struct]:
        """The structs that hold ids of this range."""
        own = self._own.get(client, [])
        at = max(0, bisect_right(own, start, key=lambda each: each.clock) - 1)
        for struct in own[at:]:
            if struct.clock >= end:
                return
            if struct.clock + struct.length > start:
                yield struct

    def deleted(self, client: int, start: int, end: int) -> list[Range]:
        """What of this range of ids is deleted."""
        return overlap(self._deleted.get(client, []), start, end)

    def parent_of(self, struct: Struct) -> Parent:
        """What it hangs in; what stands beside something hangs in the same."""
        path: list[Key] = []
        parent: Parent = False
        at: Struct | None = struct
        while at is not None:
            key = (at.client, at.clock)
            if key in self._parents:
                parent = self._parents[key]
                break
            path.append(key)
            if at.kind is Kind.GONE:
                break
            if at.hangs:
                parent = at.place
                break
            at = self.find(at.place) if at.place else None
        for key in path:
            self._parents[key] = parent
        return parent

    def in_order(
        self, parent: Parent, budget: Budget | None = None
    ) -> Iterator[tuple[Struct, int, int]]:
        """What hangs in this, as it is read: structs and which of their ids, tombstones included.

        The order is Yjs's own (YATA): the same on every device. Raises TooMuch.
        """
        sequence = _Sequence(self._children.get(parent, []), budget or Budget())
        at = sequence.first
        while at is not None:
            yield at.struct, at.start, at.end
            at = at.after


class _Sequence:
    """The children of one thing, put in order one after the other."""

    def __init__(self, structs: list[Struct], budget: Budget) -> None:
        self.first: _Node | None = None
        self._starts: dict[int, list[int]] = {}
        self._nodes: dict[Key, _Node] = {}
        self._budget = budget
        budget.spend(len(structs))
        cuts: dict[int, set[int]] = {}
        for struct in structs:
            if struct.left:
                cuts.setdefault(struct.left[0], set()).add(struct.left[1] + 1)
            if struct.right:
                cuts.setdefault(struct.right[0], set()).add(struct.right[1])
        sorted_cuts = {client: sorted(own) for client, own in cuts.items()}
        for struct in structs:
            self._cut(struct, sorted_cuts.get(struct.client, []))
        placed: set[Key] = set()
        for key in list(self._nodes):
            self._place(key, placed)

    def _cut(self, struct: Struct, cuts: list[int]) -> None:
        end = struct.clock + struct.length
        inner = cuts[bisect_right(cuts, struct.clock) : bisect_right(cuts, end - 1)]
        left = struct.left
        for start, stop in zip([struct.clock, *inner], [*inner, end], strict=True):
            node = _Node(struct.client, start, stop, left, struct.right, struct)
            self._nodes[(struct.client, start)] = node
            self._starts.setdefault(struct.client, []).append(start)
            left = (struct.client, stop - 1)

    def _at(self, key: Key | None) -> _Node | None:
        """The node that holds an id."""
        if key is None:
            return None
        starts = self._starts.get(key[0], [])
        at = bisect_right(starts, key[1]) - 1
        node = self._nodes[(key[0], starts[at])] if at >= 0 else None
        return node if node and key[1] < node.end else None

    def _place(self, key: Key, placed: set[Key]) -> None:
        """Put a node in its place, those beside which it was put first."""
        waiting, underway = [key], {key}
        while waiting:
            node = self._nodes[waiting[-1]]
            needs = [each for each in (self._at(node.left), self._at(node.right)) if each]
            missing = [(each.client, each.start) for each in needs]
            missing = [each for each in missing if each not in placed and each not in underway]
            if missing:
                waiting.append(missing[0])
                underway.add(missing[0])
                continue
            own = waiting.pop()
            if own not in placed:
                placed.add(own)
                self._integrate(node)

    def _integrate(self, node: _Node) -> None:
        left, right = self._at(node.left), self._at(node.right)
        before: set[_Node] = set()
        conflicting: set[_Node] = set()
        other = left.after if left else self.first
        while other is not None and other is not right:
            self._budget.spend()
            before.add(other)
            conflicting.add(other)
            origin = self._at(other.left)
            if other.left == node.left:
                if other.client < node.client:
                    left = other
                    conflicting.clear()
                elif other.right == node.right:
                    break
            elif origin is not None and origin in before:
                if origin not in conflicting:
                    left = other
                    conflicting.clear()
            else:
                break
            other = other.after
        if left is None:
            node.after, self.first = self.first, node
        else:
            node.after, left.after = left.after, node


def _rest(struct: Struct, start: int) -> Struct:
    """The part of a struct from an id on."""
    gone, said = start - struct.clock, struct.said
    if isinstance(said, str):
        said = utf16_slice(said, gone, struct.length)
    left = (struct.client, start - 1)
    return replace(
        struct,
        clock=start,
        length=struct.length - gone,
        hangs=False,
        place=left,
        left=left,
        said=said,
    )


def utf16_slice(words: str, start: int, end: int) -> str:
    """A part of a string, counted as JavaScript and Yjs count."""
    if words.isascii():
        return words[start:end]
    return words.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")


def merged(ranges: list[Range]) -> list[Range]:
    """Neighbouring and overlapping ranges as one, in order."""
    together: list[Range] = []
    for start, end in sorted(ranges):
        if together and start <= together[-1][1]:
            together[-1] = (together[-1][0], max(end, together[-1][1]))
        else:
            together.append((start, end))
    return together


def overlap(ranges: list[Range], start: int, end: int) -> list[Range]:
    """What ranges, in order, have in common with this one."""
    found: list[Range] = []
    at = max(0, bisect_right(ranges, (start, 0)) - 1)
    for first, last in ranges[at:]:
        if first >= end:
            break
        if last > start:
            found.append((max(first, start), min(last, end)))
    return found


def attribute_of(items: Items, struct: Struct) -> str | None:
    """The name of the attribute whose value this is; later values stand beside earlier."""
    at: Struct | None = struct
    while at is not None and at.kind is not Kind.GONE and not at.hangs:
        at = items.find(at.place) if at.place else None
    return at.key if at is not None else None
