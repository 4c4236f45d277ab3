"""Pandoc as a program: JSON of its own tree in, a file out, in a sandbox and within a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import orjson

from policylab.documents.tree import Json
from policylab.kit.errors import RefusalCode, Refused

API = [1, 23, 1]
LONGEST = 60.0
AT_ONCE = 2
_MEMORY = "-M1G"
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def convert(
    blocks: Sequence[Json],
    meta: Mapping[str, Json],
    *,
    to: str,
    moment: int,
    options: Sequence[str] = (),
    reference: bytes | None = None,
) -> bytes:
    """The document in another form. The program sees no file of ours but the reference document."""
    tree = {"pandoc-api-version": API, "meta": dict(meta), "blocks": list(blocks)}
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)):
        with tempfile.TemporaryDirectory(prefix="policylab-export-") as name:
            out = Path(name) / "out"
            command = ["-f", "json", "-t", to, "--sandbox", "-o", str(out), *options]
            if reference is not None:
                given = Path(name) / f"reference.{to}"
                await asyncio.to_thread(given.write_bytes, reference)
                command += ["--reference-doc", str(given)]
            await _run([*command, "+RTS", _MEMORY, "-RTS"], orjson.dumps(tree), name, moment)
            return await asyncio.to_thread(out.read_bytes)


@cache
def program() -> str:
    """The pandoc that comes with the package."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


async def _run(arguments: Sequence[str], data: bytes, folder: str, moment: int) -> None:
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": folder}
    environment["SOURCE_DATE_EPOCH"] = str(moment)
    process = await asyncio.create_subprocess_exec(
        program(),
        *arguments,
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(data), LONGEST)
    except TimeoutError as problem:
        message = "This text took too long to be written. Take it away in another form."
        raise Refused(RefusalCode.TEMPORARILY_UNAVAILABLE, message) from problem
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise PandocFailed(f"pandoc ended with {process.returncode}: {said.decode()[-500:]}")


class PandocFailed(Exception):
    """The program did not do what it was asked: a bug of ours, never a person's mistake."""
