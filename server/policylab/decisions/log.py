"""The record log: entries in their order, each size with its signed head. Append-only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.decisions import merkle
from policylab.decisions.log_rules import (
    LeafKind,
    key_in_use,
    make_entry,
    make_head,
    make_key_entry,
)
from policylab.decisions.package import Entry, SignedHead, Tree
from policylab.decisions.signing import Signer
from policylab.decisions.tables import LogLeaf, TreeHead
from policylab.kit.canonical import read_canonical
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused

LOCK = 9_162


async def append(
    uow: UnitOfWork, signer: Signer, *, kind: LeafKind, subject: str, content: bytes
) -> Entry:
    """Seal this content: a signed entry at the end of the log, and a new head."""
    leaves = await _hold(uow, signer)
    entry = make_entry(
        signer, index=len(leaves), kind=kind, subject=subject, content=content, at=uow.now
    )
    _write(uow, entry, kind)
    leaves.append(merkle.leaf_hash(entry.data))
    _sign(uow, signer, leaves, at=uow.now)
    await uow.session.flush()
    return entry


async def rotate(uow: UnitOfWork, signer: Signer, fresh: Signer) -> Entry:
    """Make another key the service's; the present one endorses it in the log."""
    leaves = await _hold(uow, signer)
    entry = make_key_entry(signer, fresh.public, index=len(leaves), at=uow.now)
    _write(uow, entry, LeafKind.KEY)
    leaves.append(merkle.leaf_hash(entry.data))
    _sign(uow, fresh, leaves, at=uow.now)
    await uow.session.flush()
    uow.audit(
        action="key.rotated",
        object_type="LogLeaf",
        object_id=None,
        detail={"before": signer.id, "after": fresh.id},
    )
    return entry


async def tree_of(session: AsyncSession) -> Tree | None:
    """The log as packages and proofs need it; None while nothing was ever sealed."""
    head = await head_of(session)
    if head is None:
        return None
    leaves = await leaf_hashes(session, head.size)
    return Tree(leaves=leaves, head=head, keys=await keys_of(session))


async def head_of(session: AsyncSession, size: int | None = None) -> SignedHead | None:
    """The latest signed head, or the one at a size."""
    statement = select(TreeHead).order_by(col(TreeHead.size).desc()).limit(1)
    if size is not None:
        statement = statement.where(col(TreeHead.size) == size)
    row = (await session.exec(statement)).first()
    return SignedHead(read_canonical(row.head), row.signature) if row else None


async def leaf_hashes(session: AsyncSession, size: int) -> list[bytes]:
    """The hashes of the first `size` entries."""
    rows = await session.exec(
        select(LogLeaf.leaf_hash).where(col(LogLeaf.index) < size).order_by(col(LogLeaf.index))
    )
    return list(rows)


async def entry_at(session: AsyncSession, index: int) -> Entry | None:
    """The entry at this place of the log."""
    row = (await session.exec(select(LogLeaf).where(col(LogLeaf.index) == index))).first()
    return _entry(row) if row else None


async def keys_of(session: AsyncSession) -> list[Entry]:
    """The entries that say which key signs from where on, oldest first."""
    rows = await session.exec(
        select(LogLeaf).where(col(LogLeaf.kind) == LeafKind.KEY).order_by(col(LogLeaf.index))
    )
    return [_entry(row) for row in rows]


async def present_key(session: AsyncSession) -> str | None:
    """The short name of the key that seals now; None while nothing was ever sealed."""
    keys = await keys_of(session)
    return key_in_use(keys) if keys else None


async def size_of(session: AsyncSession) -> int:
    """How many entries the log has."""
    return (await session.exec(select(func.count()).select_from(LogLeaf))).one()


async def _hold(uow: UnitOfWork, signer: Signer) -> list[bytes]:
    """The log as it is, with nobody else writing to it before this transaction ends."""
    connection = await uow.session.connection()
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    leaves = await leaf_hashes(uow.session, await size_of(uow.session))
    keys = await keys_of(uow.session)
    if not keys:
        first = make_key_entry(signer, signer.public, index=0, at=uow.now)
        _write(uow, first, LeafKind.KEY)
        keys, leaves = [first], [merkle.leaf_hash(first.data)]
    if key_in_use(keys) != signer.id:
        message = (
            "Nothing can be sealed now: the service has another key than the one in its log. "
            "An operator must put the key back; `policylab rotate-key` takes a new one."
        )
        raise Refused(RefusalCode.TEMPORARILY_UNAVAILABLE, message)
    return leaves


def _write(uow: UnitOfWork, entry: Entry, kind: LeafKind) -> None:
    uow.session.add(
        LogLeaf(
            index=entry.index,
            kind=kind,
            entry=entry.data,
            signature=entry.signature,
            leaf_hash=merkle.leaf_hash(entry.data),
        )
    )


def _sign(uow: UnitOfWork, signer: Signer, leaves: list[bytes], *, at: datetime) -> None:
    head = make_head(signer, leaves, at=at)
    uow.session.add(TreeHead(size=head.size, head=head.data, signature=head.signature))


def _entry(row: LogLeaf) -> Entry:
    return Entry(read_canonical(row.entry), row.signature)
