"""One statement for whoever asks: a connection that reads, or the session of a unit of work."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

Fetch = Callable[..., Awaitable[Sequence[Any]]]
"""`fetch(sql, *values)`: the rows of a statement whose values are called $1, $2 …"""


def fetch_of(session: AsyncSession) -> Fetch:
    """Reads through a session as its `connection.fetch` would, inside its transaction."""

    async def fetch(sql: str, *values: Any) -> Sequence[Any]:
        connection = await session.connection()
        return (await connection.exec_driver_sql(sql, values)).mappings().all()

    return fetch
