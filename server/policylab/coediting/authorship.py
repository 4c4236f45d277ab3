"""Who wrote what of a text: each character's client id, and whose that is. Pure.

Nothing is opened or integrated: the bytes of a whole text name for each word what it hangs on.
"""

from bisect import bisect_right
from collections import Counter
from typing import Any, Literal
from uuid import UUID

from policylab.coediting.outline import identifier
from policylab.coediting.reader import Kind, Struct, read_update

Key = tuple[int, int]
Parent = Key | None | Literal[False]
"""The id of what something hangs in, None for the text itself, False when nobody knows."""


def written(whole: bytes) -> dict[UUID | None, Counter[int]]:
    """For each block of the text itself, by its id: how many characters each client wrote.

    None stands for blocks without an id.
    """
    text = _Text(whole)
    counts: dict[UUID | None, Counter[int]] = {}
    for struct in text.structs():
        if isinstance(struct.said, str) and struct.kind is Kind.INLINE:
            characters = text.living(struct)
            block = text.block_of(struct) if characters else None
            if block is not None:
                counts.setdefault(text.name_of(block), Counter())[struct.client] += characters
    return counts


class _Text:
    """The structs of a whole text, found by id."""

    def __init__(self, whole: bytes) -> None:
        update = read_update(whole, trusted=True)
        self._own: dict[int, list[Struct]] = {}
        for struct in update.structs:
            self._own.setdefault(struct.client, []).append(struct)
        self._deleted: dict[int, list[tuple[int, int]]] = {}
        for client, start, end in sorted(update.deletes):
            self._deleted.setdefault(client, []).append((start, end))
        self._parents: dict[Key, Parent] = {}
        self._names: dict[Key, UUID] | None = None

    def structs(self) -> list[Struct]:
        return [struct for own in self._own.values() for struct in own]

    def living(self, struct: Struct) -> int:
        """How many of its characters are still there."""
        gone = [
            (max(start, struct.clock), min(end, struct.clock + struct.length))
            for start, end in self._overlapping(struct)
        ]
        if not gone:
            return len(struct.said)
        units = struct.said.encode("utf-16-le")
        kept, at = b"", struct.clock
        for start, end in [*gone, (struct.clock + struct.length,) * 2]:
            kept += units[2 * (at - struct.clock) : 2 * (start - struct.clock)]
            at = end
        return len(kept.decode("utf-16-le", "replace"))

    def _overlapping(self, struct: Struct) -> list[tuple[int, int]]:
        ranges = self._deleted.get(struct.client)
        if not ranges:
            return []
        end = struct.clock + struct.length
        at = max(0, bisect_right(ranges, (struct.clock, 0)) - 1)
        found: list[tuple[int, int]] = []
        for start, stop in ranges[at:]:
            if start >= end:
                break
            if stop > struct.clock:
                found.append((start, stop))
        return found

    def _find(self, key: Key) -> Struct | None:
        own = self._own.get(key[0], [])
        at = bisect_right(own, key[1], key=lambda each: each.clock) - 1
        found = own[at] if at >= 0 else None
        return found if found and key[1] < found.clock + found.length else None

    def block_of(self, struct: Struct) -> Struct | None:
        """The block of the text itself in which this stands; None when that is gone."""
        while True:
            parent = self._parent_of(struct)
            if parent is False:
                return None
            if parent is None:
                return struct
            above = self._find(parent)
            if above is None:
                return None
            struct = above

    def _parent_of(self, struct: Struct) -> Parent:
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
            at = self._find(at.place) if at.place else None
        for key in path:
            self._parents[key] = parent
        return parent

    def name_of(self, block: Struct) -> UUID | None:
        """The attribute `id` of a block."""
        if self._names is None:
            self._names = self._all_names()
        return self._names.get((block.client, block.clock))

    def _all_names(self) -> dict[Key, UUID]:
        names: dict[Key, UUID] = {}
        for struct in self.structs():
            if struct.kind is Kind.VALUE and not self._overlapping(struct):
                name, parent = identifier(struct.said), self._parent_of(struct)
                if name is not None and parent and self._attribute(struct) == "id":
                    names[parent] = name
        return names

    def _attribute(self, struct: Struct) -> str | None:
        """The name of the attribute whose value this is; later values stand beside earlier."""
        at: Any = struct
        while at is not None and at.kind is not Kind.GONE and not at.hangs:
            at = self._find(at.place) if at.place else None
        return at.key if at is not None else None
