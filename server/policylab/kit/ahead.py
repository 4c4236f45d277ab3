"""What begins a transaction goes to PostgreSQL together with its first statement.

asyncpg waits for what each statement answers before it sends another. The protocol asks for that
only once it is told to sum up (Sync), which asyncpg does after each statement: what goes before
that goes along with it, and is carried out first. Commands say nothing but that they are done, and
asyncpg passes over that; where one fails, what follows is passed over by PostgreSQL, and the
statement after it raises why.
"""

from functools import lru_cache
from typing import Any, Final

_CARRY_OUT: Final = b"B\0\0\0\x0c\0\0\0\0\0\0\0\0" + b"E\0\0\0\x09\0\0\0\0\0"
"""Bind without parameters, and Execute: of the statement without a name."""


def send_ahead(connection: Any, commands: str) -> None:
    """Have commands, separated by semicolons, carried out right before the next statement.

    They return no rows. Nothing but that statement waits for them.
    """
    if not connection.is_closed():  # else the next statement says so
        connection._transport.write(_messages(commands))


@lru_cache(1_000)
def _messages(commands: str) -> bytes:
    return b"".join(_parse(each.strip()) + _CARRY_OUT for each in commands.split(";"))


def _parse(command: str) -> bytes:
    said = b"\0" + command.encode() + b"\0\0\0"
    return b"P" + (len(said) + 4).to_bytes(4, "big") + said
