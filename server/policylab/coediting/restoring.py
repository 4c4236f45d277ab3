"""An older text written anew: an edit like any other, in which old words stay whose they were."""

from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting.blame import MOST_CODES, code_of, number_of, painted
from policylab.coediting.carrying import Carried
from policylab.coediting.heavy import apart
from policylab.coediting.history import merged, record_at, whole_at
from policylab.coediting.items import merged as joined_ranges
from policylab.coediting.items import overlap
from policylab.coediting.lib0 import utf16_length
from policylab.coediting.reader import Struct, read_update
from policylab.coediting.reading import text_of
from policylab.coediting.service import edit_text
from policylab.coediting.stored import head_of
from policylab.coediting.tables import DraftCarried, DraftUpdate
from policylab.kit.db import UnitOfWork

Json = dict[str, Any]

MOST_PARTS: Final = min(20_000, MOST_CODES)
"""In a text of more strings, words that come back are theirs who bring them back: to find out takes
seconds, in which everybody would wait."""


async def restore_text(
    uow: UnitOfWork,
    *,
    draft_id: UUID,
    position: int,
    change: Callable[[Json, Json], Json],
    person_id: UUID | None,
    capacity_id: UUID | None,
) -> int:
    """Make a live text say again what it said at an earlier position of its log.

    `change` is given the text as it is stored, under the lock, and the older one, and answers what
    it shall be; it may raise Refused. What says the same is left alone. Words that come back are
    their authors', and comments that hung on them find them. Answers the log position.
    CLOSED for a closed draft; refuses positions as `text_at`.
    """
    older = await whole_at(uow.session, draft_id, position)
    before = (await head_of(uow.session, draft_id, lock=True)).seq
    seq = await edit_text(
        uow,
        draft_id=draft_id,
        change=lambda now: change(now, text_of(older)),
        person_id=person_id,
        capacity_id=capacity_id,
    )
    if seq > before:
        await _carry(uow.session, draft_id, seq, older)
    return seq


async def _carry(session: AsyncSession, draft_id: UUID, seq: int, older: bytes) -> None:
    """Note which words of the last row stood in the older text."""
    row = await session.get_one(DraftUpdate, (draft_id, seq))
    clients = {client for client, _, _ in read_update(row.update, trusted=True).sections}
    record = await record_at(session, draft_id, seq)
    carried = await apart(record.weight, _reinstated, older, record.updates, clients)
    session.add_all(
        DraftCarried(
            draft_id=draft_id,
            client_id=each.client,
            clock=each.clock,
            length=each.length,
            from_client=each.from_client,
            from_clock=each.from_clock,
        )
        for each in carried
    )
    await session.flush()


def _reinstated(older: bytes, updates: list[bytes], clients: set[int]) -> list[Carried]:
    return reinstated(older, merged(updates), clients)


def reinstated(older: bytes, newer: bytes, clients: set[int]) -> list[Carried]:
    """Which ids the letters of these clients had in an older text that says the same.

    Nothing when the two differ: then nobody can tell.
    """
    had, have = list(_letters(older)), list(_letters(newer))
    if [letter for letter, *_ in had] != [letter for letter, *_ in have]:
        return []
    found: list[Carried] = []
    for (letter, from_client, from_clock), (_, client, clock) in zip(had, have, strict=True):
        if client not in clients:
            continue
        length = utf16_length(letter)
        last = found[-1] if found else None
        if (
            last is not None
            and (last.client, last.clock + last.length) == (client, clock)
            and (last.from_client, last.from_clock + last.length) == (from_client, from_clock)
        ):
            length += last.length
            clock, from_clock = last.clock, last.from_clock
            found.pop()
        found.append(Carried(client, clock, length, from_client, from_clock))
    return found


def _letters(whole: bytes) -> Iterator[tuple[str, int, int]]:
    """Every letter of a text in reading order, with its id; none where there are too many parts."""
    deleted: dict[int, list[tuple[int, int]]] = {}
    update = read_update(whole, trusted=True)
    if sum(isinstance(struct.said, str) for struct in update.structs) > MOST_PARTS:
        return
    for client, start, end in update.deletes:
        deleted.setdefault(client, []).append((start, end))
    deleted = {client: joined_ranges(ranges) for client, ranges in deleted.items()}
    standing: list[Iterator[int]] = []
    strings: list[Struct] = []

    def paint(struct: Struct) -> str:
        strings.append(struct)
        standing.append(_standing(struct, deleted.get(struct.client, [])))
        return code_of(len(strings) - 1) * struct.length

    shadow = text_of(painted(whole, paint))
    for letter, code in _pairs(text_of(whole), shadow):
        number = number_of(code)
        assert number is not None
        clock, *_ = [next(standing[number]) for _ in range(utf16_length(letter))]
        yield letter, strings[number].client, clock


def _standing(struct: Struct, deleted: list[tuple[int, int]]) -> Iterator[int]:
    """The clocks of a string that are not deleted."""
    at, end = struct.clock, struct.clock + struct.length
    for first, last in [*overlap(deleted, at, end), (end, end)]:
        yield from range(at, first)
        at = last


def _pairs(node: Json, shadow: Json) -> Iterator[tuple[str, str]]:
    """Each letter with the one that is painted over it."""
    if node["type"] == "text":
        at = 0
        for letter in node["text"]:
            yield letter, shadow["text"][at]
            at += utf16_length(letter)
    children = zip(node.get("content") or [], shadow.get("content") or [], strict=True)
    for child, painted_child in children:
        yield from _pairs(child, painted_child)
