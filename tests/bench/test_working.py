"""The load generator at work: with a server that only passes on, and with ours."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from policylab.kit.db import Database
from policylab.kit.ids import to_global
from tests.coediting.harness import serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="The benchmark needs /proc.")

SHORT = {"warm": 0.1, "seconds": 0.4}
READERS, WRITERS = 5, 4


def test_it_takes_in_all_that_is_passed_on(tmp_path: Path) -> None:
    from bench.coedit.generating import generate
    from bench.coedit.peers import PassingOn

    server = PassingOn(tmp_path)
    server.start()
    try:
        found = generate("ceiling", server.spec(server.fresh(1)), SHORT | {"writers": WRITERS})
    finally:
        server.stop()
    assert found["delivered"] > 10 * found["seconds"]
    assert found["cpu"] >= 0
    assert found["cut"] == []


async def test_ours_takes_what_the_generator_writes(database: Database, tmp_path: Path) -> None:
    from bench.coedit.generating import generate

    async with serving(database, tmp_path) as here:
        draft_id = await here.draft()
        people = [await here.person(draft_id) for _ in range(3)]
        server = {
            "name": "ours",
            "kind": "plain",
            "host": "localhost",
            "port": here.port,
            "path": "coedit/",
            "query": "frames=1",
            "bearer": True,
            "tokens": [person.token for person in people],
            "pids": [os.getpid()],
            "documents": [to_global("Draft", draft_id)],
        }
        options = SHORT | {"readers": READERS}
        found = await asyncio.to_thread(generate, "oneWriter", server, options)
        words = str(await here.text(draft_id))
    for part in ("pacedTen", "one", "many"):
        assert found[part]["cut"] == []
        assert found[part]["delivered"] >= READERS * (found[part]["sent"] > 0)
    assert found["one"]["sent"] > 10
    assert words.count("b") >= sum(found[part]["sent"] for part in ("pacedTen", "one", "many"))
