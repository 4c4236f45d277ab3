"""What pandoc leaves undone in the ZIP of an office file. Pure."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

_EPOCH = b"1970-01-01T00:00:00Z"
_PROPERTIES = {"docProps/core.xml", "meta.xml"}
_MANIFEST = "META-INF/manifest.xml"
_CELLS = re.compile(
    rb'("Table(Header)?RowCell"[^>]*>\s*<style:table-cell-properties )fo:border="none"'
)
_STYLES = re.compile(rb'(?<=text:style-name=")[A-Za-z]+(?: [A-Za-z0-9]+)+(?=")')
_PICTURE = re.compile(rb"(<draw:image [^>]*/>)(</draw:frame>)")
_LINES = (
    b'fo:border="none" fo:border-top="0.5pt solid #c9ced6" fo:border-bottom="0.5pt solid #c9ced6"'
)
_ROOM = b' fo:padding="0.1cm"'
_SHADE = b' fo:background-color="#f3f5f8"'


def mended(data: bytes, frozen_at: datetime, pictures: Sequence[str]) -> bytes:
    """The same package with the day of the freeze in its properties.

    In its sandbox pandoc knows no day. In OpenDocument it also misses the media types that the
    specification asks for, names of styles without spaces, any style for tables that a reference
    document could set, and the words for pictures: `pictures` gives them in reading order.
    """
    day = frozen_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(made, "w") as package:
        for entry in given.infolist():
            content = given.read(entry)
            if entry.filename in _PROPERTIES:
                content = content.replace(_EPOCH, day)
            elif entry.filename == _MANIFEST:
                content = content.replace(b'"application/xml"', b'"text/xml"')
            elif entry.filename == "content.xml":
                content = _described(_CELLS.sub(_lined, content), pictures)
                content = _STYLES.sub(lambda name: name[0].replace(b" ", b"_20_"), content)
            kept = zipfile.ZipInfo(entry.filename, entry.date_time)
            kept.compress_type = entry.compress_type
            package.writestr(kept, content)
    return made.getvalue()


def _lined(style: re.Match[bytes]) -> bytes:
    return style[1] + _LINES + _ROOM + (_SHADE if style[2] else b"")


def _described(content: bytes, pictures: Sequence[str]) -> bytes:
    words = iter(pictures)

    def describe(frame: re.Match[bytes]) -> bytes:
        said = escape(next(words)).encode()
        return frame[1] + b"<svg:title>" + said + b"</svg:title>" + frame[2]

    return _PICTURE.sub(describe, content)
