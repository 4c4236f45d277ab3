"""C1: real Yjs clients write at random, lose their lines and work offline; all end with one text.

Whole: 50 clients for a minute. In the short form fewer, for some seconds.
"""

import asyncio
import base64
import secrets
from pathlib import Path
from typing import Any

import orjson
import pytest

from policylab.coediting.reading import text_of
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from tests.coediting.harness import words_of
from tests.coediting.node import NODE, WEB
from tests.coediting.process import Process
from tests.promises.conftest import WHOLE, full

pytestmark = [
    pytest.mark.promise,
    pytest.mark.skipif(not (WEB / "node_modules" / "yjs").exists(), reason="no npm ci in web/"),
]

EQUAL_AGAIN = 5.0 if WHOLE else 15.0
"""Seconds after the last is back. The short form runs beside other tests."""


async def test_everybody_ends_with_the_same_text(house: Database, tmp_path: Path) -> None:
    process = Process(house, tmp_path)
    await process.start()
    try:
        draft_id = await process.draft()
        people = [await process.person(draft_id) for _ in range(full(50, 12))]
        seed = secrets.randbelow(2**31)
        print(f"seed {seed}")
        said = await crowd(
            f"ws://localhost:{process.port}/coedit",
            *(to_global("Draft", draft_id), str(seed), str(full(60, 6))),
            *(person.token for person in people),
        )
        assert said["equal"]
        assert said["seconds"] <= EQUAL_AGAIN
        check_tokens(said["written"], said["words"])
        assert len(said["written"]) > full(5_000, 100)
        content: Any = await process.text(draft_id)
        assert content == text_of(base64.b64decode(said["update"]))
        check_tokens(said["written"], words_of(content))
        stopped = {int(code) for each in said["closed"] for code in each}
        assert not stopped & set(range(4400, 4500))
    finally:
        await process.kill()
    content_after: Any = await process.text(draft_id)
    assert content_after == content


def check_tokens(written: list[str], words: str) -> None:
    """Every word that was put in is there exactly once."""
    for token in written:
        assert words.count(token) == 1, token


async def crowd(*arguments: str) -> dict[str, Any]:
    """What many clients say at their end."""
    script = Path(__file__).parents[1] / "coediting" / "crowd.mjs"
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(script), str(WEB), *arguments, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return orjson.loads(said)
