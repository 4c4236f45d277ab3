"""The reference documents that give Word and OpenDocument files their look. Made here, not drawn.

Pandoc takes page, header, footer and styles from them; a reference is made for each file, because
its header carries the title.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

_FOLDER = Path(__file__).with_name("reference")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Running:
    """What stands on every page."""

    title: str
    version: str
    mark: str
    page: str
    language: str


def docx_reference(running: Running) -> bytes:
    """A .docx with our page, header, footer and styles, and no text."""
    return _zipped(_parts("docx"), running)


def odt_reference(running: Running) -> bytes:
    """An .odt with the same; its first member names its type, uncompressed, as it must."""
    return _zipped(_parts("odt"), running)


@cache
def _parts(kind: str) -> tuple[tuple[str, str], ...]:
    """Name → text of the parts, in the order in which they are written."""
    home = _FOLDER / kind
    names = sorted(
        (str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()),
        key=lambda name: (name != "mimetype", name),
    )
    return tuple((name, (home / name).read_text("utf-8")) for name in names)


def _zipped(parts: tuple[tuple[str, str], ...], running: Running) -> bytes:
    made = io.BytesIO()
    fill = {f"@{name.upper()}@": escape(value) for name, value in vars(running).items()}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts:
            for gap, value in fill.items():
                text = text.replace(gap, value)
            entry = zipfile.ZipInfo(name, _EPOCH)
            stored = name == "mimetype"
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            package.writestr(entry, text.strip() if stored else text)
    return made.getvalue()
