"""Which characters a font can draw, read from its `cmap` table. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def covered_by(font: bytes) -> Iterator[int]:
    """The code points of a TrueType font that have a glyph (cmap formats 4 and 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    for place in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * place)
        if tag == b"cmap":
            yield from _character_map(font, offset)


def _character_map(font: bytes, start: int) -> Iterator[int]:
    count = struct.unpack_from(">H", font, start + 2)[0]
    for place in range(count):
        offset = start + struct.unpack_from(">HHI", font, start + 4 + 8 * place)[2]
        kind = struct.unpack_from(">H", font, offset)[0]
        if kind == 4:
            yield from _segments(font, offset)
        elif kind == 12:
            yield from _groups(font, offset)


def _groups(font: bytes, start: int) -> Iterator[int]:
    count = struct.unpack_from(">I", font, start + 12)[0]
    for place in range(count):
        first, last, glyph = struct.unpack_from(">III", font, start + 16 + 12 * place)
        yield from range(first + (glyph == 0), last + 1)


def _segments(font: bytes, start: int) -> Iterator[int]:
    count = struct.unpack_from(">H", font, start + 6)[0] // 2
    ends, starts = start + 14, start + 16 + 2 * count
    deltas, ranges = starts + 2 * count, starts + 4 * count
    for place in range(count):
        at = 2 * place
        first = struct.unpack_from(">H", font, starts + at)[0]
        last = struct.unpack_from(">H", font, ends + at)[0]
        delta = struct.unpack_from(">H", font, deltas + at)[0]
        shift = struct.unpack_from(">H", font, ranges + at)[0]
        for point in range(first, min(last, 0xFFFE) + 1):
            if shift == 0:
                glyph = (point + delta) & 0xFFFF
            else:
                where = ranges + at + shift + 2 * (point - first)
                glyph = struct.unpack_from(">H", font, where)[0]
            if glyph:
                yield point
