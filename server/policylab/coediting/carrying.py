"""Words that one change takes out and puts in again elsewhere are the same words.

An editor splits a paragraph, or moves a block, by deleting and writing anew. Yjs then knows new
words by whoever pressed the key. Here it is noted which they were before, so that their authors and
the comments on them go with them. Only what stood together, unchanged, counts: nobody can make a
sentence of somebody else's letters. Pure.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from policylab.coediting.items import (
    Budget,
    Items,
    Key,
    Parent,
    Range,
    TooMuch,
    merged,
    overlap,
    utf16_slice,
)
from policylab.coediting.lib0 import utf16_length
from policylab.coediting.reader import Kind, Struct, Update

SHORTEST: Final = 2
"""Of single letters nobody can tell."""
MOST_STRINGS: Final = 100
"""More new strings than this are no split and no drag."""


@dataclass(frozen=True, slots=True)
class Carried:
    """These ids are what those ids were."""

    client: int
    clock: int
    length: int
    from_client: int
    from_clock: int


Letters = list[tuple[str, int, int]]
"""Letters that stood side by side, each with its id."""


def may_carry(update: Update, known: dict[int, int]) -> bool:
    """Whether it is worth looking: something that was there goes, and words come in."""
    return any(start < known.get(client, 0) for client, start, _ in update.deletes) and bool(
        0 < len(_strings(update, known)) <= MOST_STRINGS
    )


def carried(items: Items, update: Update, known: dict[int, int]) -> list[Carried]:
    """What of the new words in an update stood in the text before; `items` is the text before."""
    if not may_carry(update, known):
        return []
    try:
        stretches = _taken_out(items, update)
    except TooMuch:
        return []  # the words are then the mover's
    joined = [("".join(letter for letter, _, _ in letters), letters) for letters in stretches]
    found: list[Carried] = []
    for struct in _strings(update, known):
        for words, letters in joined:
            at = words.find(struct.said)
            if at >= 0:
                same = letters[at : at + len(struct.said)]
                found += _ranges(struct.client, struct.clock, same)
                break
    return found


def _strings(update: Update, known: dict[int, int]) -> list[Struct]:
    """The new words in an update."""
    return [
        struct
        for struct in update.structs
        if struct.kind is Kind.INLINE
        and isinstance(struct.said, str)
        and len(struct.said) >= SHORTEST
        and struct.clock >= known.get(struct.client, 0)
    ]


def _taken_out(items: Items, update: Update) -> list[Letters]:
    """What the update deletes, as far as it stood side by side."""
    deletes: dict[int, list[Range]] = {}
    for client, start, end in update.deletes:
        deletes.setdefault(client, []).append((start, end))
    deletes = {client: merged(ranges) for client, ranges in deletes.items()}
    parents: set[Parent] = {
        items.parent_of(struct)
        for client, ranges in deletes.items()
        for start, end in ranges
        for struct in items.within(client, start, end)
        if struct.kind is Kind.INLINE and isinstance(struct.said, str)
    }
    budget = Budget()
    stretches: list[Letters] = []
    for parent in parents - {False}:
        stretches += _stretches(items, parent, deletes, budget)
    return stretches


def _stretches(
    items: Items, parent: Parent, deletes: dict[int, list[Range]], budget: Budget
) -> list[Letters]:
    stretches: list[Letters] = [[]]
    for struct, start, end in items.in_order(parent, budget):
        if not isinstance(struct.said, str):
            continue  # a border of a mark, or long gone
        budget.spend(end - start)
        dead = items.deleted(struct.client, start, end)
        going = overlap(deletes.get(struct.client, []), start, end)
        words = utf16_slice(struct.said, start - struct.clock, end - struct.clock)
        clock = start
        for letter in words:
            if not _in(dead, clock):
                if _in(going, clock):
                    stretches[-1].append((letter, struct.client, clock))
                elif stretches[-1]:
                    stretches.append([])
            clock += utf16_length(letter)
    return [letters for letters in stretches if letters]


def _in(ranges: list[Range], clock: int) -> bool:
    return any(start <= clock < end for start, end in ranges)


def _ranges(client: int, clock: int, letters: Letters) -> list[Carried]:
    """The same letters as ranges of ids."""
    found: list[Carried] = []
    for letter, from_client, from_clock in letters:
        length = utf16_length(letter)
        last = found[-1] if found else None
        if (
            last is not None
            and last.from_client == from_client
            and last.from_clock + last.length == from_clock
        ):
            found[-1] = Carried(
                client, last.clock, last.length + length, from_client, last.from_clock
            )
        else:
            found.append(Carried(client, clock, length, from_client, from_clock))
        clock += length
    return found


class Origins:
    """Where words came from, and where they went."""

    def __init__(self, rows: Iterable[Carried]) -> None:
        self._to: dict[int, list[Carried]] = {}
        self._from: dict[int, list[Carried]] = {}
        for row in rows:
            self._to.setdefault(row.client, []).append(row)
            self._from.setdefault(row.from_client, []).append(row)
        for rows_to in self._to.values():
            rows_to.sort(key=lambda row: row.clock)

    def authors(self, client: int, start: int, end: int) -> list[tuple[int, int, int]]:
        """Who wrote a range of ids first: parts of the range, each with a client id."""
        parts: list[tuple[int, int, int]] = []
        at = start
        rows = self._to.get(client, [])
        for row in rows[max(0, bisect_right(rows, start, key=lambda each: each.clock) - 1) :]:
            if row.clock >= end:
                break
            first, last = max(at, row.clock), min(end, row.clock + row.length)
            if first >= last:
                continue
            if at < first:
                parts.append((at, first, client))
            shift = row.from_clock - row.clock
            before = self.authors(row.from_client, first + shift, last + shift)
            parts += [(one - shift, two - shift, who) for one, two, who in before]
            at = last
        return [*parts, (at, end, client)] if at < end else parts

    def brought(self, client: int, start: int, end: int) -> list[Carried]:
        """What in a range of ids, as it was written, was there before under other ids."""
        return [row for row in self._to.get(client, []) if start <= row.clock < end]

    def now(self, client: int, clock: int) -> Key:
        """Which id has taken the place of this one."""
        for _ in range(1_000):
            for row in self._from.get(client, []):
                if row.from_clock <= clock < row.from_clock + row.length:
                    client, clock = row.client, row.clock + clock - row.from_clock
                    break
            else:
                break
        return client, clock
