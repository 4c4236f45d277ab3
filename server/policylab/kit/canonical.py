"""Canonical JSON: RFC 8785, narrowed to integers and to text in NFC.

One value has one sequence of bytes, on every machine and in every language. What could be read in
two ways is refused: fractions, numbers beyond 2^53 - 1, doubled keys, text that is not in NFC.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

import orjson

GREATEST = 2**53 - 1
"""The greatest integer that every reader of JSON keeps exactly."""
DEEPEST = 128
"""How far values may be nested: more than any text needs, less than a reader's stack."""


class NotCanonical(ValueError):
    """The value or the bytes have no canonical form; the message says where."""


def canonical_json(value: Any) -> bytes:
    """The one sequence of bytes for this value. Mappings and lists only; raises NotCanonical."""
    if _is_plain(value, 0):
        with suppress(orjson.JSONEncodeError):  # half of a surrogate pair
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return _thorough(value)


def _is_plain(value: Any, depth: int) -> bool:
    """Whether orjson writes this value in canonical form: nearly all that we ever freeze or seal.

    What is not plain may still have a canonical form; `_thorough` writes it, or says why not.
    """
    kind = type(value)
    if kind is str:
        return value.isascii() or unicodedata.is_normalized("NFC", value)
    if kind is dict:
        return depth < DEEPEST and all(
            type(key) is str
            and (key.isascii() or (max(key) < _BEYOND and unicodedata.is_normalized("NFC", key)))
            and _is_plain(item, depth + 1)
            for key, item in value.items()
        )
    if kind is list:
        return depth < DEEPEST and all(_is_plain(item, depth + 1) for item in value)
    return value is None or kind is bool or (kind is int and -GREATEST <= value <= GREATEST)


_BEYOND = "\ud800"
"""Keys whose characters all come before this sort alike by code points and by UTF-16 code units."""


def _thorough(value: Any) -> bytes:
    """The canonical form written piece by piece, knowing its place in the value."""
    pieces: list[str] = []
    _write(value, pieces, "$", 0)
    return "".join(pieces).encode()


def canonical_hash(value: Any) -> bytes:
    """SHA-256 over the canonical bytes of this value."""
    return hashlib.sha256(canonical_json(value)).digest()


def read_canonical(data: bytes) -> Any:
    """The value of canonical bytes; raises NotCanonical for any other spelling of it."""
    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=_pairs,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as error:
        raise NotCanonical("these bytes are not JSON in UTF-8") from error
    if canonical_json(value) != data:
        raise NotCanonical("these bytes are JSON, but not in canonical form")
    return value


def normalised(value: Any) -> Any:
    """The same value with every text in NFC, keys included; what goes in before it is frozen."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        result = {unicodedata.normalize("NFC", key): normalised(item) for key, item in items}
        if len(result) != len(cast("Mapping[str, Any]", value)):
            raise NotCanonical("two keys become one in NFC")
        return result
    if isinstance(value, list | tuple):
        return [normalised(item) for item in cast("list[Any]", value)]
    return value


def _write(value: Any, pieces: list[str], place: str, depth: int) -> None:
    if depth > DEEPEST:
        raise NotCanonical(f"{place[:80]}…: nested too deeply")
    if value is None or isinstance(value, bool):
        pieces.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, int):
        if abs(value) > GREATEST:
            raise NotCanonical(f"{place}: {value} is beyond what JSON readers keep exactly")
        pieces.append(str(int(value)))
    elif isinstance(value, str):
        pieces.append(_text(value, place))
    elif isinstance(value, Mapping):
        _write_object(cast("Mapping[Any, Any]", value), pieces, place, depth)
    elif isinstance(value, list | tuple):
        _write_list(cast("list[Any]", value), pieces, place, depth)
    else:
        raise NotCanonical(f"{place}: {type(value).__name__} has no canonical form")


def _write_object(value: Mapping[Any, Any], pieces: list[str], place: str, depth: int) -> None:
    for key in value:
        if not isinstance(key, str):
            raise NotCanonical(f"{place}: the key {key!r} is not text")
    opening = "{"
    for key in sorted(value, key=_utf16):
        pieces.append(f"{opening}{_text(key, place)}:")
        _write(value[key], pieces, f"{place}.{key}", depth + 1)
        opening = ","
    pieces.append("{}" if opening == "{" else "}")


def _write_list(value: list[Any], pieces: list[str], place: str, depth: int) -> None:
    opening = "["
    for index, item in enumerate(value):
        pieces.append(opening)
        _write(item, pieces, f"{place}[{index}]", depth + 1)
        opening = ","
    pieces.append("[]" if opening == "[" else "]")


def _utf16(key: str) -> bytes:
    """RFC 8785 sorts keys by UTF-16 code units, which differs from code points beyond the BMP."""
    return key.encode("utf-16-be", "surrogatepass")


def _text(value: str, place: str) -> str:
    if not unicodedata.is_normalized("NFC", value):
        raise NotCanonical(f"{place}: text is not in NFC")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise NotCanonical(f"{place}: half of a surrogate pair")
    return json.dumps(str(value), ensure_ascii=False)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotCanonical("a key is there twice")
    return result


def _no_number(text: str) -> Any:
    raise NotCanonical(f"{text} is not an integer")
