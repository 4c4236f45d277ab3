"""The press: Typst in processes of its own, because typesetting is work for a whole core.

A text that stops the press stops one process of the pool and nothing else.
"""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from policylab.export.glyphs import covered_by
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.workers import Hung, Workers

FONTS = {
    "fontpkg_noto_sans": "Noto Sans",
    "fontpkg_noto_sans_arabic": "Noto Sans Arabic",
}
"""Packages of fonts that are taken when they are installed; the first one always is."""
STANDARDS = ("a-3a", "ua-1")
LONGEST = 120.0
PRESSES = 2
_presses = Workers(PRESSES, longest=LONGEST)
_TEMPLATE = Path(__file__).with_name("paper.typ")


def font_folders() -> dict[str, Path]:
    """Family → the folder with its files."""
    found: dict[str, Path] = {}
    for package, family in FONTS.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found[family] = Path(spec.origin).parent / "files"
    return found


@cache
def drawable() -> frozenset[int]:
    """The characters that our own fonts can draw: PDF/A allows no other."""
    files = [file for folder in font_folders().values() for file in sorted(folder.glob("*.ttf"))]
    return frozenset(point for file in files for point in covered_by(file.read_bytes()))


async def print_pdf(data: bytes, pictures: Mapping[str, bytes], moment: int) -> bytes:
    """The PDF of a prepared text. Refused when it takes longer than a reader would wait."""
    with tempfile.TemporaryDirectory(prefix="policylab-press-") as name:
        folder = Path(name)
        await asyncio.to_thread(_lay_out, folder, pictures)
        return await _pressed(_press(folder, data, moment))


async def _pressed(work: Callable[[], bytes]) -> bytes:
    try:
        return await _presses.do(work)
    except Hung as problem:
        message = "This text could not be set as a PDF. Take it away in another form."
        raise Refused(RefusalCode.TEMPORARILY_UNAVAILABLE, message) from problem


def _lay_out(folder: Path, pictures: Mapping[str, bytes]) -> None:
    """Template and pictures in a folder of their own: Typst reads nothing outside of it."""
    shutil.copyfile(_TEMPLATE, folder / "main.typ")
    (folder / "pictures").mkdir()
    for name, picture in pictures.items():
        (folder / "pictures" / name).write_bytes(picture)


def _press(folder: Path, data: bytes, moment: int) -> Callable[[], bytes]:
    """One piece of work for the pool: Typst's own function, so that a press loads nothing else."""
    import typst

    return partial(
        typst.compile,
        str(folder / "main.typ"),
        root=str(folder),
        font_paths=[str(each) for each in font_folders().values()],
        ignore_system_fonts=True,
        sys_inputs={"doc": data.decode()},
        pdf_standards=list(STANDARDS),
        timestamp=moment,
    )
