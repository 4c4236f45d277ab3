"""lib0's encoding, read strictly: each value is within its bounds, or BadBytes. Pure."""

import json
import re
import struct
from collections.abc import Callable
from typing import Any, Final

MAX_NUMBER: Final = 2**53 - 1
MAX_DEPTH: Final = 64
MAX_DIGITS: Final = 300
"""A whole number in JSON with more is no float, which is what it becomes elsewhere."""


class BadBytes(Exception):
    """These bytes are not what they should be. `message` is for people, without the bytes."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.too_large = too_large


def uint_at(data: bytes, at: int) -> tuple[int, int]:
    """A varUint of at most 53 bits, and the place after it. IndexError where the bytes end."""
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value, shift, stop = byte & 0x7F, 7, at + 8
    at += 1
    while at < stop:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value > MAX_NUMBER:
                raise BadBytes("A number is too large.")
            return value, at
        shift += 7
    raise BadBytes("A number is too large.")


def uint_of(raw: bytes) -> int:
    """A varUint that is known to be whole."""
    size = len(raw)
    if size == 1:
        return raw[0]
    if size == 2:
        return raw[0] - 128 | raw[1] << 7
    if size == 3:
        return raw[0] - 128 | raw[1] - 128 << 7 | raw[2] << 14
    return uint_at(raw, 0)[0]


class Cursor:
    """A place in bytes, from which values are read one after the other."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.end = len(data)

    def byte(self) -> int:
        at = self.at
        if at >= self.end:
            raise BadBytes("The bytes end too early.")
        self.at = at + 1
        return self.data[at]

    def uint(self) -> int:
        """A varUint of at most 53 bits."""
        try:
            value, self.at = uint_at(self.data, self.at)
        except IndexError:
            raise BadBytes("The bytes end too early.") from None
        return value

    def signed(self) -> int:
        """A varInt: six bits and the sign in the first byte, seven in those that follow."""
        byte = self.byte()
        negative, value, shift = byte & 0x40, byte & 0x3F, 6
        while byte >= 0x80:
            if shift > 55:
                raise BadBytes("A number is too large.")
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
        if value > MAX_NUMBER:
            raise BadBytes("A number is too large.")
        return -value if negative else value

    def chunk(self) -> bytes:
        """Bytes preceded by their length."""
        length = self.uint()
        at = self.at
        stop = at + length
        if stop > self.end:
            raise BadBytes("A length goes beyond the end.")
        self.at = stop
        return self.data[at:stop]

    def string(self) -> str:
        """UTF-8 preceded by its length in bytes."""
        try:
            length, at = uint_at(self.data, self.at)
            self.at = stop = at + length
            if stop > self.end:
                raise BadBytes("A length goes beyond the end.")
            return self.data[at:stop].decode()
        except IndexError:
            raise BadBytes("The bytes end too early.") from None
        except UnicodeDecodeError:
            raise BadBytes("A string is not UTF-8.") from None

    def done(self) -> None:
        """Refuse whatever follows."""
        if self.at != self.end:
            raise BadBytes("Something follows the end.")

    def value(self, depth: int = 0) -> Any:
        """A value as lib0's `writeAny` writes it."""
        if depth > MAX_DEPTH:
            raise BadBytes("A value is nested too deeply.", too_large=True)
        kind = self.byte()
        if kind == 118:
            return {self.string(): self.value(depth + 1) for _ in range(self._count())}
        if kind == 117:
            return [self.value(depth + 1) for _ in range(self._count())]
        reader = _SCALARS.get(kind)
        if reader is None:
            raise BadBytes("A value is of no known kind.")
        return reader(self)

    def _count(self) -> int:
        count = self.uint()
        if count > self.end - self.at:
            raise BadBytes("A count goes beyond the end.")
        return count

    def fixed(self, form: struct.Struct) -> Any:
        """A number of fixed width."""
        if self.at + form.size > self.end:
            raise BadBytes("The bytes end too early.")
        value = form.unpack_from(self.data, self.at)[0]
        self.at += form.size
        return value


_FLOAT32 = struct.Struct(">f")
_FLOAT64 = struct.Struct(">d")
_INT64 = struct.Struct(">q")


def _finite(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        raise BadBytes("A number is not finite.")
    return value


_SCALARS: Final[dict[int, Callable[[Cursor], Any]]] = {
    127: lambda _: None,
    126: lambda _: None,
    125: Cursor.signed,
    124: lambda cursor: _finite(cursor.fixed(_FLOAT32)),
    123: lambda cursor: _finite(cursor.fixed(_FLOAT64)),
    122: lambda cursor: cursor.fixed(_INT64),
    121: lambda _: False,
    120: lambda _: True,
    119: Cursor.string,
}
_COMMON_JSON: Final[dict[str, Any]] = {"null": None, "true": True, "{}": {}}


def read_json(source: str) -> Any:
    """A JSON value nested at most 64 deep, without NaN and lone surrogates."""
    if source in _COMMON_JSON:
        return _COMMON_JSON[source] if source != "{}" else {}
    if _nesting(source) > MAX_DEPTH:
        raise BadBytes("A value is nested too deeply.", too_large=True)
    try:
        value = _JSON.decode(source)
        if "\\u" in source:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadBytes("A value is not JSON.") from None
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number too large for a float")
    return int(digits)


_JSON = json.JSONDecoder(
    parse_constant=_no_constant, parse_int=_whole, parse_float=lambda digits: _finite(float(digits))
)


_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def _nesting(source: str) -> int:
    """How deeply brackets are nested, strings left out."""
    if source.count("[") + source.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for character in _JSON_STRING.sub("", source):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def write_uint(value: int) -> bytes:
    """A varUint."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value > 0x7F:
        out.append(0x80 | (value & 0x7F))
        value >>= 7
    out.append(value)
    return bytes(out)


def write_bytes(data: bytes) -> bytes:
    """Bytes preceded by their length."""
    return write_uint(len(data)) + data


def write_string(value: str) -> bytes:
    """UTF-8 preceded by its length in bytes."""
    return write_bytes(value.encode())


def utf16_length(value: str) -> int:
    """How long JavaScript and Yjs think this string is."""
    if value.isascii():
        return len(value)
    return len(value.encode("utf-16-le")) // 2
