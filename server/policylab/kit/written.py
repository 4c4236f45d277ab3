"""Statements with their values written into them: for one whose values the database knows itself.

A change is carried out with values that stand for others, and its last statement is taken down
(`UnitOfWork.ending`); what they stand for is then put in their place, in SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from policylab.kit.change import Statement

_PLACE = re.compile(r"\$(\d+)")


class Known(NamedTuple):
    """What a value stands for: as it is, and in the middle of a text."""

    value: str
    text: str


def written(statement: Statement, known: Mapping[str, Known], *, source: str = "") -> str:
    """The text of a statement with its values in it.

    `known` says what values stand for, by how they are written in a text. Its expressions may read
    the one row of `source`; where that has no row, the values and texts in which they stand are
    NULL. Without a source they read from what the statement itself does.
    """
    stand_ins = re.compile("|".join(map(re.escape, known)))

    def put(place: re.Match[str]) -> str:
        value = statement.values[int(place[1]) - 1]
        told = str(value) if isinstance(value, str | UUID | datetime) else ""
        if not stand_ins.search(told):
            return _literal(value)
        said = known[told].value if told in known else _put_together(told, stand_ins, known)
        reads = source and f"{source}." in said
        return f"(SELECT {said} FROM {source})" if reads else said  # noqa: S608 our own words

    return _PLACE.sub(put, statement.sql)


def _put_together(text: str, stand_ins: re.Pattern[str], known: Mapping[str, Known]) -> str:
    parts = [_literal(part) for part in stand_ins.split(text)]
    between = [known[each].text for each in stand_ins.findall(text)]
    pieces = [parts[0], *(p for pair in zip(between, parts[1:], strict=True) for p in pair)]
    return f"concat({', '.join(pieces)})"


def _literal(value: Any) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"No value of this kind is written into a statement: {value!r}")
