"""Snapshots that stay, so that a text at any moment is near one of them.

Each snapshot follows the one before after a bounded number of rows, parts and bytes (`tail`). They
are numbered, and of many only every second, fourth, eighth … stays; so do the newest, and what was
frozen.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

MOST: Final = 32
"""How many stay beside the newest and the frozen ones. A million rows are then some 30,000 from one
to the next: a third of a second."""

_NUMBER: Final = "SELECT coalesce(max(number), 0) AS number FROM draft_snapshot WHERE draft_id = $1"
_INSERT: Final = (
    "INSERT INTO draft_snapshot (draft_id, seq, state, shape, number, frozen) "
    "VALUES ($1, $2, $3, $4, $5, false) ON CONFLICT DO NOTHING"
)
_THIN: Final = (
    "DELETE FROM draft_snapshot WHERE draft_id = $1 AND NOT frozen "
    "AND number < $2 AND number % $3 <> 0"
)
_FREEZE: Final = text(
    "INSERT INTO draft_snapshot (draft_id, seq, state, shape, number, frozen) "
    "SELECT :draft, :seq, :state, :shape, coalesce(max(number), 0) + 1, true "
    "FROM draft_snapshot WHERE draft_id = :draft "
    "ON CONFLICT (draft_id, seq) DO UPDATE SET frozen = true"
)


def stride(newest: int) -> int:
    """Every how many-th snapshot stays when there have been so many: a power of two."""
    step = 1
    while newest // step > MOST:
        step *= 2
    return step


async def keep(connection: Any, draft_id: UUID, seq: int, state: bytes, shape: bytes) -> None:
    """Keep the whole text at a log position, and let go of what now stands too close together.

    An asyncpg connection in a transaction of the house.
    """
    number = await connection.fetchval(_NUMBER, draft_id) + 1
    await connection.execute(_INSERT, draft_id, seq, state, shape, number)
    await connection.execute(_THIN, draft_id, number, stride(number))


async def keep_frozen(
    session: AsyncSession, draft_id: UUID, seq: int, state: bytes, shape: bytes
) -> None:
    """Keep the text at which a draft was closed, for good."""
    values = {"draft": draft_id, "seq": seq, "state": state, "shape": shape}
    await (await session.connection()).execute(_FREEZE, values)
