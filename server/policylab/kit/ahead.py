"""What begins or ends a transaction goes to PostgreSQL together with a statement.

asyncpg waits for what each statement answers before it sends another. The protocol asks for that
only once it is told to sum up (Sync), which asyncpg does after each statement: what goes before
that goes along with it, and is carried out in the same order. Commands say nothing but that they
are done, and asyncpg passes over that; where one fails, what follows is passed over by PostgreSQL,
and the statement raises why.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import asyncpg

_CARRY_OUT: Final = b"B\0\0\0\x0c\0\0\0\0\0\0\0\0" + b"E\0\0\0\x09\0\0\0\0\0"
"""Bind without parameters, and Execute: of the statement without a name."""
_BIND: Final = b"B"
_SYNC: Final = b"S\0\0\0\x04"
_HEADER: Final = 5
_MOST_KNOWN: Final = 1_000


def begin(connection: Any, commands: str) -> None:
    """Have commands, separated by semicolons, carried out right before the next statement: those
    that begin a transaction, and return no rows. Without a statement nothing is sent."""
    connection._protocol.wire.ahead = _messages(commands)


def not_yet(connection: Any) -> None:
    """Take back what was to be carried out before the next statement."""
    connection._protocol.wire.ahead = b""


async def begin_now(connection: Any, commands: str) -> None:
    """The same in a round trip of its own: for cursors, which ask whether a transaction has begun
    before there is a statement."""
    connection._protocol.wire.begun = True
    await connection.execute(commands)


async def fetch_last(connection: Any, statement: str, *values: Any) -> list[Any]:
    """The rows of the last statement of a transaction, which is committed in the same round trip.
    Whatever PostgreSQL has against it or against the commit is raised, and nothing is committed;
    whoever gives up waiting, or loses the connection, does not know.

    Only a statement that this connection has prepared before takes the end along: else it might be
    carried out after what asyncpg itself asks for when a statement is new to it.
    """
    wire = connection._protocol.wire
    rows = await wire.last(connection.fetch, statement, values)
    if connection.is_in_transaction():
        await connection.execute("COMMIT")
    wire.begun = False
    return rows


async def end(connection: Any, command: str = "COMMIT") -> None:
    """Commit what has begun, or roll it back; nothing to do where nothing has."""
    wire = connection._protocol.wire
    wire.ahead = b""
    if wire.begun:
        await connection.execute(command)
        wire.begun = False


class _Wire:
    """The transport of a connection, which adds to what asyncpg writes."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.ahead = b""
        """What goes before whatever is written next."""
        self.begun = False
        """Whether that was sent, and what it began has not ended."""
        self._known: dict[str, bytes] = {}
        """By their text, the names under which statements were carried out last."""
        self._last: bytes | None = None
        """The one that ends the transaction; b"" while its name is not known."""
        self._bound = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: Any) -> None:
        if self._last is not None and data[:1] == _BIND:
            self._bound = _prepared(data)
            if self._bound and self._bound == self._last and data[-len(_SYNC) :] == _SYNC:
                data = b"".join((data[: -len(_SYNC)], _messages("COMMIT"), _SYNC))
        if self.ahead:
            data, self.ahead, self.begun = b"".join((self.ahead, data)), b"", True
        self._transport.write(data)

    def writelines(self, data: Any) -> None:
        self._transport.writelines([self.ahead, *data])
        self.begun, self.ahead = self.begun or bool(self.ahead), b""

    async def last(self, fetch: Any, statement: str, values: tuple[Any, ...]) -> list[Any]:
        """Carry out a statement that ends the transaction, if that can go along with it."""
        self._last, self._bound = self._known.get(statement, b""), b""
        try:
            return await fetch(statement, *values)
        finally:
            self._last = None
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[statement] = self._bound


class _Protocol(asyncpg.protocol.Protocol):  # pyright: ignore[reportMissingTypeArgument]
    """asyncpg's own, over such a wire."""

    def connection_made(self, transport: Any) -> None:
        self.wire = _Wire(transport)
        super().connection_made(self.wire)


asyncpg.protocol.Protocol = _Protocol  # asyncpg has no place where one could be given


def _prepared(data: Any) -> bytes:
    """The name of the statement that this Bind is of: after that of the portal."""
    _, name, _ = bytes(data[_HEADER : _HEADER + 200]).split(b"\0", 2)
    return name


@lru_cache(1_000)
def _messages(commands: str) -> bytes:
    return b"".join(_parse(each.strip()) + _CARRY_OUT for each in commands.split(";"))


def _parse(command: str) -> bytes:
    said = b"\0" + command.encode() + b"\0\0\0"
    return b"P" + (len(said) + 4).to_bytes(4, "big") + said
