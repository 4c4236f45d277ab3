"""How single values are written: as graphql-core would, only faster where the database's own type
leaves no doubt. Moments and days stay what they are: orjson writes them, alike and sooner."""

from binascii import b2a_base64
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLLeafType
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, String, Uuid
from sqlalchemy import Column as Stored

from policylab.api.origins import Column

Write = Callable[[Any], Any]
ANY_JSON = "JSON"


class Unequal(Exception):
    """An answer that graphql-core must give: one with an error in it."""


def some(value: Any) -> Any:
    """The value, where null may not be."""
    if value is None:
        raise Unequal("null where there is always something")
    return value


def writer(leaf: GraphQLLeafType) -> Write:
    """From a value that is not None to what stands in the answer."""
    if isinstance(leaf, GraphQLEnumType):
        return _enum(leaf)
    coerce = leaf.coerce_output_value
    if leaf.name in ("String", "ID"):
        return lambda value: value if type(value) is str else some(coerce(value))
    if leaf.name == "Int":
        return lambda value: value if type(value) is int and _short(value) else some(coerce(value))
    if leaf.name == "Boolean":
        return lambda value: value if type(value) is bool else some(coerce(value))
    if leaf.name == "DateTime":
        return lambda value: value if _at_utc(value) else some(coerce(value))
    if leaf.name == "Date":
        return lambda value: value if type(value) is date else some(coerce(value))
    if leaf.name == ANY_JSON:
        return some
    return lambda value: some(coerce(value))


def _short(value: int) -> bool:
    return -(2**31) <= value < 2**31


def _at_utc(value: Any) -> bool:
    return type(value) is datetime and value.tzinfo is UTC


def _enum(leaf: GraphQLEnumType) -> Write:
    coerce = leaf.coerce_output_value
    names: dict[Any, str] = {}

    def write(value: Any) -> str:
        if not isinstance(value, Enum):
            return some(coerce(value))
        if value not in names:
            names[value] = some(coerce(value))
        return names[value]

    return write


def of_column(
    leaf: GraphQLLeafType, column: Column, stored: Stored[Any] | None
) -> Write | str | dict[Any, str]:
    """How a column's value, not null, is written: a function, a Python expression of `it`, or all
    that there may be."""
    kind, convert = stored.type if stored is not None else None, column.convert
    if leaf.name in ("String", "ID") and convert in (None, str):
        if isinstance(kind, String):
            return "it"
        if isinstance(kind, Uuid) and convert is str:
            return "str(it)"
    plain = convert is None
    if plain and leaf.name == "Int" and _fits(kind):
        return "it"
    if plain and leaf.name == "Boolean" and isinstance(kind, Boolean):
        return "it"
    if plain and leaf.name == "DateTime" and isinstance(kind, DateTime):
        return "it"
    if plain and leaf.name == "Date" and isinstance(kind, Date):
        return "it"
    if plain and leaf.name == ANY_JSON:
        return "it"
    if isinstance(leaf, GraphQLEnumType) and isinstance(convert, type):
        return {member.value: _enum(leaf)(member) for member in convert}
    write = writer(leaf)
    return write if convert is None else lambda value: write(convert(value))


def _fits(kind: Any) -> bool:
    return isinstance(kind, Integer) and not isinstance(kind, BigInteger)


def identifier_writer(kind: str) -> Callable[[Sequence[UUID]], list[str]]:
    """The identifiers of things of one kind: as `kit.ids.to_global`, of many at a time.

    All are written in one go, each filled up with zeros to whole groups of three bytes; what those
    add to the text is left out.
    """
    head = kind.encode() + b":"
    filled = head.ljust(len(head) + -(len(head) + 16) % 3, b"\0")
    fill, group = filled[len(head) :], (len(filled) + 16) // 3 * 4
    size = -(-(len(head) + 16) * 8 // 6)
    swap = bytes.maketrans(b"+/", b"-_")

    def write(keys: Sequence[UUID]) -> list[str]:
        plain = head + (fill + head).join([key.bytes for key in keys])
        text = b2a_base64(plain).translate(swap).decode()
        return [text[start : start + size] for start in range(0, len(keys) * group, group)]

    return write
