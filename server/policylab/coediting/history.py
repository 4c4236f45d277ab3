"""The text at any moment of its life: from the milestone before it, and the log rows after that.

Nothing is kept open for it. Sessions are those of the house, as for `service.committed_text`:
whoever asks has judged who may see the text; who may see it may see how it came about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pycrdt import Doc
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting.heavy import LIGHT, ROW_WEIGHT, apart
from policylab.coediting.reading import text_of
from policylab.coediting.session import Owner
from policylab.coediting.stored import head_of
from policylab.coediting.tables import DraftClient, DraftSnapshot, DraftUpdate
from policylab.kit.errors import RefusalCode, Refused

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """All that is needed to make the text at one position of its log."""

    draft_id: UUID
    seq: int
    state: bytes | None
    """The milestone before it, if there is one."""
    shape: bytes | None
    tail: list[bytes]

    @property
    def updates(self) -> list[bytes]:
        return [*([self.state] if self.state is not None else []), *self.tail]

    @property
    def weight(self) -> int:
        updates = self.updates
        return sum(map(len, updates)) + ROW_WEIGHT * len(updates)

    @property
    def large(self) -> bool:
        """Whoever makes something of it waits for another process."""
        return self.weight >= LIGHT


@dataclass(frozen=True, slots=True)
class Past:
    """A text as it once was, and who had changed it last."""

    content: Json
    seq: int
    at: datetime | None
    """When it came to be so; None before the first row."""
    person_id: UUID | None
    capacity_id: UUID | None
    weight: int
    """How much there was to read: what is made of it is best made where `heavy.apart` says."""


async def text_at(session: AsyncSession, draft_id: UUID, position: int) -> Past:
    """The text after this many rows of its log; 0 is before the first.

    INVALID_INPUT for a position that the log has not come to, NOT_FOUND where there is no draft.
    """
    record = await record_at(session, draft_id, position)
    row = await session.get(DraftUpdate, (draft_id, position))
    content = await apart(record.weight, text_of, *record.updates)
    if row is None:
        return Past(content, position, None, None, None, record.weight)
    who = row.person_id, row.capacity_id
    return Past(content, position, row.created_at, *who, record.weight)


async def whole_at(session: AsyncSession, draft_id: UUID, position: int) -> bytes:
    """The same as one Yjs update."""
    record = await record_at(session, draft_id, position)
    return await apart(record.weight, merged, record.updates)


def merged(updates: Sequence[bytes]) -> bytes:
    """Updates in the order of the log as one; what is deleted in them has lost its words."""
    doc = Doc[Any]()
    with doc.transaction():
        for update in updates:
            doc.apply_update(update)
    return doc.get_update()


async def record_at(session: AsyncSession, draft_id: UUID, position: int | None = None) -> Record:
    """What the text at a position, or at the end of the log, is made from. Refuses as `text_at`."""
    head = await head_of(session, draft_id)
    seq = head.seq if position is None else position
    if not 0 <= seq <= head.seq:
        message = "The text has not come to this position."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="position")
    milestones = (
        select(DraftSnapshot)
        .where(col(DraftSnapshot.draft_id) == draft_id, col(DraftSnapshot.seq) <= seq)
        .order_by(col(DraftSnapshot.seq).desc())
        .limit(1)
    )
    milestone = (await session.exec(milestones)).one_or_none()
    tail = await updates_between(session, draft_id, milestone.seq if milestone else 0, seq)
    if milestone is None:
        return Record(draft_id, seq, None, None, tail)
    return Record(draft_id, seq, milestone.state, milestone.shape, tail)


async def updates_between(
    session: AsyncSession, draft_id: UUID, after: int, until: int
) -> list[bytes]:
    """The bytes of the rows after one position and up to another."""
    rows = (
        select(DraftUpdate.update)
        .where(
            col(DraftUpdate.draft_id) == draft_id,
            col(DraftUpdate.seq) > after,
            col(DraftUpdate.seq) <= until,
        )
        .order_by(col(DraftUpdate.seq))
    )
    return list((await session.exec(rows)).all())


async def owners_in(session: AsyncSession, draft_id: UUID) -> dict[int, Owner]:
    """Whose the client ids of a draft are."""
    rows = await session.exec(
        select(DraftClient.client_id, DraftClient.person_id, DraftClient.capacity_id).where(
            col(DraftClient.draft_id) == draft_id
        )
    )
    return {client: (person, capacity) for client, person, capacity in rows}


async def position_at(session: AsyncSession, draft_id: UUID, moment: datetime) -> int:
    """How far the log of a draft had come at a moment: positions follow the clock."""
    low, high = 0, (await head_of(session, draft_id)).seq
    while low < high:
        middle = (low + high + 1) // 2
        when = select(DraftUpdate.created_at).where(
            col(DraftUpdate.draft_id) == draft_id, col(DraftUpdate.seq) == middle
        )
        if (await session.exec(when)).one() <= moment:
            low = middle
        else:
            high = middle - 1
    return low
