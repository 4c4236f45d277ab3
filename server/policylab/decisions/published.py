"""What everybody may read: the records that have been made public, and the signed heads of the log.

Read from the views of `ddl.py`, which show public records and nothing else; so a session of nobody
at all is enough, and row-level security stands behind everything that these reads do not touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.decisions.package import SignedHead
from policylab.decisions.tables import TreeHead
from policylab.kit.canonical import read_canonical


@dataclass(frozen=True, kw_only=True)
class PublicRecord:
    """A record that everybody may read."""

    record_id: UUID
    dialogue_id: UUID
    content: dict[str, Any]
    """What was sealed (`content.record_content`)."""
    hash: str
    leaf_index: int
    published_at: datetime
    updated_at: datetime
    """When it was published, or a corrigendum or an adoption was added since."""


@dataclass(frozen=True, kw_only=True)
class PublicRecords:
    """One page of the public records, the latest first."""

    records: list[PublicRecord]
    total: int
    changed_at: datetime | None
    """When the list last changed; later than every record's own moment if one was taken back."""


_IN_DIALOGUE = "(CAST(:dialogue AS uuid) IS NULL OR dialogue_id = :dialogue)"
_COUNT = text(
    "SELECT count(*) AS total, greatest(max(updated_at), "  # noqa: S608 our own words
    f"(SELECT max(at) FROM policylab_published_change WHERE {_IN_DIALOGUE})) AS changed_at "
    f"FROM policylab_published_record WHERE {_IN_DIALOGUE}"
)
_PAGE = text(
    "SELECT record_id, dialogue_id, content, hash, leaf_index, "  # noqa: S608 our own words
    f"published_at, updated_at FROM policylab_published_record WHERE {_IN_DIALOGUE} "
    "ORDER BY updated_at DESC, record_id DESC OFFSET :skip LIMIT :most"
)
_ONE = text("SELECT 1 FROM policylab_published_record WHERE record_id = :record")


async def published_records(
    session: AsyncSession, *, dialogue_id: UUID | None = None, skip: int = 0, most: int = 50
) -> PublicRecords:
    """The records that are public now: of the whole house, or of one dialogue."""
    connection = await session.connection()
    count = (await connection.execute(_COUNT, {"dialogue": dialogue_id})).one()
    page = {"dialogue": dialogue_id, "skip": skip, "most": most}
    records = [_record(row) for row in await connection.execute(_PAGE, page)]
    return PublicRecords(records=records, total=count.total, changed_at=count.changed_at)


def _record(row: Any) -> PublicRecord:
    return PublicRecord(
        record_id=row.record_id,
        dialogue_id=row.dialogue_id,
        content=read_canonical(bytes(row.content)),
        hash=row.hash,
        leaf_index=row.leaf_index,
        published_at=row.published_at,
        updated_at=row.updated_at,
    )


async def is_published(session: AsyncSession, record_id: UUID) -> bool:
    """Whether everybody may read this record now."""
    found = await (await session.connection()).execute(_ONE, {"record": record_id})
    return found.first() is not None


async def heads_signed(
    session: AsyncSession, *, skip: int = 0, most: int = 50
) -> tuple[list[SignedHead], int]:
    """The signed heads of the log, the latest first, and how many there are."""
    total = (await session.exec(select(func.count()).select_from(TreeHead))).one()
    rows = await session.exec(
        select(TreeHead).order_by(col(TreeHead.size).desc()).offset(skip).limit(most)
    )
    return [SignedHead(read_canonical(row.head), row.signature) for row in rows], total
