"""Who took which words out of a text: Yjs does not say, the rows of the log do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting.carrying import Carried, Origins
from policylab.coediting.heavy import ROW_WEIGHT, apart
from policylab.coediting.history import merged, owners_in, record_at
from policylab.coediting.items import (
    Budget,
    Items,
    Key,
    Range,
    TooMuch,
    attribute_of,
    overlap,
    utf16_slice,
)
from policylab.coediting.items import merged as joined_ranges
from policylab.coediting.outline import SECTIONS, blocks_of, identifier
from policylab.coediting.reader import Kind, Struct, Update, read_update
from policylab.coediting.reading import text_of
from policylab.coediting.session import Owner
from policylab.coediting.stored import carried_in, head_of
from policylab.coediting.tables import DraftUpdate
from policylab.kit.errors import RefusalCode, Refused

MOST_ROWS: Final = 5_000
"""How many rows can be looked through at once."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Words that somebody took out, of one author, side by side."""

    seq: int
    at: datetime
    person_id: UUID | None
    capacity_id: UUID | None
    """Who took them out; None for the house."""
    section_id: UUID | None
    """The clause they stood in; None before the first heading, and where that clause is unknown."""
    words: str
    author: Owner
    """Who had written them."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The same without names: words of one client that one row took out."""

    row: int
    """Which of the rows that were looked through."""
    section_id: UUID | None
    words: str
    client: int


async def removed_by(
    session: AsyncSession, draft_id: UUID, *, after: int, until: int
) -> list[Removal]:
    """What was taken out by the rows after one position and up to another, in the log's order.

    Words that were only moved are not among it. A session of the house. INVALID_INPUT for more than
    5,000 rows, and for positions that are none.
    """
    head = await head_of(session, draft_id)
    if not after <= until <= min(head.seq, after + MOST_ROWS):
        message = "Ask for at most 5,000 positions of a text, from the earlier to the later."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="to")
    before = await record_at(session, draft_id, after)
    rows = await _rows(session, draft_id, after, until)
    owners, carried = await owners_in(session, draft_id), await carried_in(session, draft_id)
    updates = [row.update for row in rows]
    weight = before.weight + sum(map(len, updates)) + ROW_WEIGHT * len(updates)
    found = await apart(weight, taken_out, before.updates, updates, carried)
    return [
        Removal(
            rows[each.row].seq,
            rows[each.row].created_at,
            rows[each.row].person_id,
            rows[each.row].capacity_id,
            each.section_id,
            each.words,
            owners.get(each.client, (None, None)),
        )
        for each in found
    ]


async def _rows(
    session: AsyncSession, draft_id: UUID, after: int, until: int
) -> Sequence[DraftUpdate]:
    rows = (
        select(DraftUpdate)
        .where(col(DraftUpdate.draft_id) == draft_id)
        .where(col(DraftUpdate.seq) > after, col(DraftUpdate.seq) <= until)
        .order_by(col(DraftUpdate.seq))
    )
    return (await session.exec(rows)).all()


# ── pure ──


def taken_out(
    before: Sequence[bytes], rows: Sequence[bytes], carried: Sequence[Carried]
) -> list[Taken]:
    """What each of these rows took out of the text that `before` makes, and the rows before it."""
    start = merged(before)
    return list(_Search(start, rows, Origins(carried)).found())


class _Search:
    """Everything that stood in a text while these rows were written, found by id."""

    def __init__(self, start: bytes, rows: Sequence[bytes], origins: Origins) -> None:
        self._origins = origins
        self._updates = [read_update(row, trusted=True) for row in rows]
        self._items = Items(start)
        known = {client: end for client, _, end in read_update(start, trusted=True).sections}
        for update in self._updates:
            self._items.add(replace(update, deletes=[]), known)
            known |= {client: end for client, _, end in update.sections}
        self._names = _block_names(self._items.structs(), self._items)
        self._sections: dict[UUID, UUID | None] = {}
        for content in (text_of(start, *rows), text_of(start)):
            for block, section in blocks_of(content):
                name = identifier((block.get("attrs") or {}).get("id"))
                if name is not None:
                    self._sections[name] = section

    def found(self) -> Iterator[Taken]:
        for number, update in enumerate(self._updates):
            stretches = self._stretches(update)
            last: Taken | None = None
            for struct, start, end in stretches:
                section = self._section_of(struct)
                for first, stop, client in self._origins.authors(struct.client, start, end):
                    words = utf16_slice(struct.said, first - struct.clock, stop - struct.clock)
                    if last and (last.section_id, last.client) == (section, client):
                        last = replace(last, words=last.words + words)
                        continue
                    if last is not None:
                        yield last
                    last = Taken(number, section, words, client)
            if last is not None:
                yield last

    def _stretches(self, update: Update) -> list[tuple[Struct, int, int]]:
        """The words that a row takes out for good, as they stood side by side."""
        going = self._going(update)
        runs: dict[Any, None] = {}
        stretches: dict[Key, tuple[Struct, int, int]] = {}
        for client, ranges in going.items():
            for start, end in ranges:
                for struct in self._items.within(client, start, end):
                    if struct.kind is Kind.INLINE and isinstance(struct.said, str):
                        first = max(start, struct.clock)
                        last = min(end, struct.clock + struct.length)
                        stretches[(client, first)] = (struct, first, last)
                        runs[self._items.parent_of(struct)] = None
        return self._ordered(runs, going, stretches)

    def _ordered(
        self,
        runs: Iterable[Any],
        going: dict[int, list[Range]],
        stretches: dict[Key, tuple[Struct, int, int]],
    ) -> list[tuple[Struct, int, int]]:
        """As they were read; as they were written where putting them in order takes too long."""
        if len(stretches) < 2:
            return list(stretches.values())
        budget, ordered = Budget(), list[tuple[Struct, int, int]]()
        try:
            for run in runs:
                if run is False:
                    return list(stretches.values())
                for struct, start, end in self._items.in_order(run, budget):
                    if isinstance(struct.said, str):
                        ranges = overlap(going.get(struct.client, []), start, end)
                        ordered += [(struct, first, last) for first, last in ranges]
        except TooMuch:
            return list(stretches.values())
        return ordered

    def _going(self, update: Update) -> dict[int, list[Range]]:
        """What the row deletes, without what it puts in again elsewhere."""
        going: dict[int, list[Range]] = {}
        for client, start, end in update.deletes:
            going.setdefault(client, []).append((start, end))
        kept: dict[int, list[Range]] = {}
        for client, start, end in update.sections:
            for row in self._origins.brought(client, start, end):
                own = kept.setdefault(row.from_client, [])
                own.append((row.from_clock, row.from_clock + row.length))
        return {
            client: _without(joined_ranges(ranges), joined_ranges(kept.get(client, [])))
            for client, ranges in going.items()
        }

    def _section_of(self, struct: Struct) -> UUID | None:
        """The clause that a letter stood in, by the block of the text itself that it was in."""
        at: Struct | None = struct
        while at is not None:
            parent = self._items.parent_of(at)
            if parent is None:
                name = self._names.get((at.client, at.clock))
                own = name if at.said in SECTIONS else None
                return self._sections.get(name, own) if name else None
            at = self._items.find(parent) if parent else None
        return None


def _without(ranges: list[Range], others: list[Range]) -> list[Range]:
    left: list[Range] = []
    for start, end in ranges:
        at = start
        for first, last in overlap(others, start, end):
            if at < first:
                left.append((at, first))
            at = last
        if at < end:
            left.append((at, end))
    return left


def _block_names(structs: Iterable[Struct], items: Items) -> dict[Key, UUID]:
    """The attribute `id` of every block that ever had one."""
    names: dict[Key, UUID] = {}
    for struct in structs:
        if struct.kind is Kind.VALUE:
            name, parent = identifier(struct.said), items.parent_of(struct)
            if name is not None and parent and attribute_of(items, struct) == "id":
                names[parent] = name
    return names
