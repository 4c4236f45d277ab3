"""A draft's log inside a unit of work: its head, the text that it makes, and one more row."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting.carrying import Carried, Origins
from policylab.coediting.live import Live
from policylab.coediting.session import Knowledge, Owner
from policylab.coediting.tables import (
    DraftCarried,
    DraftClient,
    DraftHead,
    DraftSnapshot,
    DraftUpdate,
)
from policylab.kit.errors import RefusalCode, Refused


async def keep_row(
    session: AsyncSession, draft_id: UUID, seq: int, client_id: int, owner: Owner, update: bytes
) -> None:
    """Keep what a new client id wrote, and whose that id is."""
    person_id, capacity_id = owner
    whose: dict[str, Any] = {
        "draft_id": draft_id,
        "person_id": person_id,
        "capacity_id": capacity_id,
    }
    session.add(DraftClient(client_id=client_id, **whose))
    session.add(DraftUpdate(seq=seq, update=update, **whose))
    await session.flush()


async def head_of(session: AsyncSession, draft_id: UUID, *, lock: bool = False) -> DraftHead:
    """The head of a draft's log, locked as every edit locks it if asked; NOT_FOUND without one."""
    wanted = select(DraftHead).where(col(DraftHead.id) == draft_id)
    if lock:
        wanted = wanted.with_for_update(key_share=True)
    wanted = wanted.execution_options(populate_existing=True)
    head = (await session.exec(wanted)).one_or_none()
    if head is None:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such draft.")
    return head


async def text_at(session: AsyncSession, head: DraftHead) -> Live:
    """The text up to what its head says, from the newest snapshot and the rows after it."""
    snapshots = (
        select(DraftSnapshot)
        .where(col(DraftSnapshot.draft_id) == head.id, col(DraftSnapshot.seq) <= head.seq)
        .order_by(col(DraftSnapshot.seq).desc())
        .limit(1)
    )
    snapshot = (await session.exec(snapshots)).one_or_none()
    rows = (
        select(DraftUpdate.update)
        .where(
            col(DraftUpdate.draft_id) == head.id,
            col(DraftUpdate.seq) > (snapshot.seq if snapshot else 0),
            col(DraftUpdate.seq) <= head.seq,
        )
        .order_by(col(DraftUpdate.seq))
    )
    tail = (await session.exec(rows)).all()
    clients = (
        await session.exec(select(DraftClient).where(col(DraftClient.draft_id) == head.id))
    ).all()
    owners = {client.client_id: (client.person_id, client.capacity_id) for client in clients}
    state, shape = (snapshot.state, snapshot.shape) if snapshot else (None, None)
    return Live.load(state, shape, tail, Knowledge(owners=owners))


async def origins_in(session: AsyncSession, draft_id: UUID) -> Origins:
    """Which words were moved, and what they were before."""
    return Origins(await carried_in(session, draft_id))


async def carried_in(session: AsyncSession, draft_id: UUID) -> list[Carried]:
    """The same, as it was noted."""
    rows = await session.exec(select(DraftCarried).where(col(DraftCarried.draft_id) == draft_id))
    return [
        Carried(row.client_id, row.clock, row.length, row.from_client, row.from_clock)
        for row in rows
    ]


async def log_positions(session: AsyncSession, draft_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How far the log of each of these drafts goes: what was projected before is out of date.

    For whoever listens to TextChanged, after a time in which nobody listened.
    """
    heads = select(DraftHead.id, DraftHead.seq).where(col(DraftHead.id).in_(draft_ids))
    return dict((await session.exec(heads)).all())
