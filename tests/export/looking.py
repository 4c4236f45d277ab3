"""Opening exported files with the programs that people open them with."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image


def need(program: str) -> str:
    """The program; without it a test fails in CI and is skipped aloud elsewhere."""
    found = shutil.which(program)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"CI needs {program} (.ci/run installs it).")
    if found is None:
        pytest.skip(f"{program} is not here, so nobody looked at the file as people see it")
    return found


def as_pdf(data: bytes, ending: str, folder: Path) -> bytes:
    """An office file as LibreOffice prints it."""
    source = folder / f"file.{ending}"
    source.write_bytes(data)
    home = f"-env:UserInstallation=file://{folder}/office"
    command = [need("soffice"), "--headless", home, "--convert-to", "pdf", "--outdir"]
    subprocess.run(
        [*command, str(folder), str(source)], check=True, capture_output=True, timeout=180
    )
    return (folder / "file.pdf").read_bytes()


def pages(pdf: bytes, folder: Path) -> list[Image.Image]:
    """The pages of a PDF as pictures."""
    source = folder / "pages.pdf"
    source.write_bytes(pdf)
    command = [need("pdftoppm"), "-r", "40", "-png", str(source), str(folder / "page")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return [_loaded(path) for path in sorted(folder.glob("page-*.png"))]


def _loaded(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def words_of(pdf: bytes, folder: Path) -> str:
    """The words of a PDF in reading order, on one line."""
    source = folder / "words.pdf"
    source.write_bytes(pdf)
    command = [need("pdftotext"), "-enc", "UTF-8", str(source), "-"]
    said = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()
    return " ".join(said.split())


def inked(page: Image.Image) -> float:
    """The share of a page that is not paper."""
    grey = page.convert("L")
    dark = sum(count for shade, count in enumerate(grey.histogram()) if shade < 200)
    return dark / (page.width * page.height)


def margin_is_free(page: Image.Image, share: float = 0.05) -> bool:
    """Whether nothing runs over the left or right edge."""
    grey = page.convert("L")
    width = int(page.width * share)
    edges = [
        grey.crop((0, 0, width, page.height)),
        grey.crop((page.width - width, 0, page.width, page.height)),
    ]
    return all(min(edge.getextrema()) > 200 for edge in edges)
