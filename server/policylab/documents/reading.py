"""A file that somebody brings: what kind it is, and its contents by way of pandoc.

pandoc runs as a program of its own: in its sandbox (it reads and fetches nothing but what it is
given), with a limit of time and memory. What it says is read strictly, as whatever comes in.
"""

import asyncio
import contextlib
import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from policylab.documents.tree import Json
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.log import log

LARGEST_FILE = 32 * 1024 * 1024
LARGEST_UNPACKED = 256 * 1024 * 1024
LARGEST_ANSWER = 32 * 1024 * 1024
LARGEST_PICTURE = 8 * 1024 * 1024
MOST_PICTURES = 100
SECONDS = 30.0
AT_ONCE = 2
MEMORY = "-M768M"

_MARKDOWN = "markdown-raw_html-raw_tex-raw_attribute-citations-tex_math_dollars-yaml_metadata_block"
FORMATS = {
    ".docx": ("docx", "Word"),
    ".odt": ("odt", "OpenDocument"),
    ".html": ("html-raw_tex", "HTML"),
    ".htm": ("html-raw_tex", "HTML"),
    ".md": (_MARKDOWN, "Markdown"),
    ".markdown": (_MARKDOWN, "Markdown"),
    ".txt": (_MARKDOWN, "Markdown"),
}
_INSIDE = {"docx": "word/document.xml", "odt": "content.xml"}
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True)
class Picture:
    """A picture that came inside a file."""

    media_type: str
    data: bytes


@dataclass(frozen=True)
class ReadFile:
    """What a file says, as pandoc's tree, and the pictures in it by name."""

    tree: Json
    pictures: dict[str, Picture]


async def read_file(name: str, data: bytes) -> ReadFile:
    """A Word, OpenDocument, HTML or Markdown file; BAD_FILE with a sentence that says what to do.

    Tracked changes are read as if they had been accepted.
    """
    form, called = _format_of(name, data)
    if form in _INSIDE:
        await asyncio.to_thread(_check_archive, data, form, called)
    else:
        _check_words(data)
    tree = await _ask_pandoc(form, called, data)
    pictures = await asyncio.to_thread(_pictures_in, data) if form in _INSIDE else {}
    return ReadFile(tree, pictures)


def bad_file(message: str) -> Refused:
    """A file that can't be taken, and what to do about it."""
    return Refused(RefusalCode.BAD_FILE, message, field="file")


def _format_of(name: str, data: bytes) -> tuple[str, str]:
    if not data:
        raise bad_file("The file is empty.")
    if len(data) > LARGEST_FILE:
        message = f"A file has at most {LARGEST_FILE // 1024 // 1024} MB."
        raise Refused(RefusalCode.TOO_LARGE, message, field="file")
    ending = os.path.splitext(name.lower())[1]
    if ending == ".doc":
        raise bad_file("This is an old Word file. Save it as .docx in Word, and bring that.")
    if ending not in FORMATS:
        raise bad_file("Bring a Word (.docx), OpenDocument (.odt), HTML or Markdown (.md) file.")
    return FORMATS[ending]


def _check_archive(data: bytes, form: str, called: str) -> None:
    """Refuse what is no such file, or unpacks to more than any text needs."""
    if data.startswith(_OLD_OFFICE):
        raise bad_file(f"This {called} file is old or has a password. Save it anew without one.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            archive.getinfo(_INSIDE[form])
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError) as error:
        raise bad_file(f"This is no {called} file, or it is damaged.") from error
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise Refused(RefusalCode.TOO_LARGE, "This file unpacks to too much.", field="file")
    if any(entry.flag_bits & 1 for entry in entries):
        raise bad_file("This file has a password. Save it without one.")


def _check_words(data: bytes) -> None:
    try:
        if "\0" in data.decode("utf-8-sig"):
            raise bad_file("This file holds no plain text.")
    except UnicodeDecodeError as error:
        raise bad_file("Save this file as UTF-8, and bring it again.") from error


async def _ask_pandoc(form: str, called: str, data: bytes) -> Json:
    arguments = ["-f", form, "-t", "json", "--sandbox", "--track-changes=accept"]
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)):
        answer = await _run([*arguments, "+RTS", MEMORY, "-RTS"], data)
    if answer is None:
        message = f"This can't be read as a {called} text. Open it, save it anew, and bring it."
        raise bad_file(message)
    tree: Any = await asyncio.to_thread(orjson.loads, answer)
    return tree


@cache
def program() -> str:
    """The pandoc that comes with the package."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


async def _run(arguments: Sequence[str], data: bytes) -> bytes | None:
    """What pandoc answers; None when it does not understand the file."""
    process = await asyncio.create_subprocess_exec(
        program(),
        *arguments,
        cwd="/",
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/nonexistent"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS):
            answer = await _talk(process, data)
    except TimeoutError as error:
        raise bad_file("This file takes too long to be read. Bring it in parts.") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        log.info("documents.unreadable_file", code=process.returncode)
        return None
    return answer


async def _talk(process: asyncio.subprocess.Process, data: bytes) -> bytes:
    """Send it all and take what comes back, within a bound."""
    assert process.stdin is not None
    assert process.stdout is not None
    sending = asyncio.create_task(_send(process.stdin, data))
    answer = bytearray()
    try:
        while chunk := await process.stdout.read(65_536):
            answer += chunk
            if len(answer) > LARGEST_ANSWER:
                raise Refused(RefusalCode.TOO_LARGE, "This file holds too much text.", field="file")
        await sending
    finally:
        sending.cancel()
    await process.wait()
    return bytes(answer)


async def _send(stream: asyncio.StreamWriter, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # its exit code says why
        stream.write(data)
        await stream.drain()
        stream.close()
        await stream.wait_closed()


def _pictures_in(data: bytes) -> dict[str, Picture]:
    """The pictures of a file by the end of their name, as pandoc cites them."""
    found: dict[str, Picture] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            folder = entry.filename.removeprefix("word/")
            if not folder.startswith(("media/", "Pictures/")) or len(found) >= MOST_PICTURES:
                continue
            picture = _picture(archive, entry)
            if picture is not None:
                found[folder] = picture
    return found


def _picture(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Picture | None:
    """PNG, JPEG or GIF of a moderate size; anything else stays a description in words."""
    try:
        with archive.open(entry) as stream:
            data = stream.read(LARGEST_PICTURE + 1)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if len(data) > LARGEST_PICTURE:
        return None
    kinds = (kind for start, kind in _SIGNATURES.items() if data.startswith(start))
    kind = next(kinds, None)
    return Picture(kind, data) if kind else None
