"""G4: all public audits of GraphQL-over-HTTP as a signed-in user; the real clients of others."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import orjson
import pytest

from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from policylab.labs.events import DialogueCreated
from tests import make
from tests.coediting.node import NODE, WEB
from tests.serving import Served, token_of

pytestmark = [
    pytest.mark.promise,
    pytest.mark.skipif(
        not (WEB / "node_modules" / "graphql-http").exists(), reason="npm ci has not run in web/"
    ),
]
SCRIPT = Path(__file__).with_name("clients.mjs")
AUDITS = 61


async def said(*arguments: str) -> AsyncGenerator[dict[str, Any]]:
    """What the script prints, line by line."""
    process = await asyncio.create_subprocess_exec(
        NODE, str(SCRIPT), str(WEB), *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async for line in process.stdout:
        yield orjson.loads(line)
    assert await process.wait() == 0


async def test_every_audit_is_passed(house: Database, served: Served) -> None:
    table = await make.table(house)
    person_id = table.head().person_id
    assert person_id is not None
    token = await token_of(house, person_id)
    found = [each async for each in said("audits", served.url, token)]
    assert len(found) == AUDITS
    assert [each for each in found if each["status"] != "ok"] == []


@pytest.mark.parametrize("client", ["socket", "stream"])
async def test_a_real_client_asks_is_refused_and_listens(
    house: Database, served: Served, client: str
) -> None:
    table = await make.table(house)
    person_id = table.head().person_id
    assert person_id is not None
    token = await token_of(house, person_id)
    dialogue = to_global("Dialogue", table.dialogue_id)
    told: dict[str, Any] = {}
    async for line in said(client, served.url, token, dialogue):
        told |= line
        if "listening" in line:
            async with house.write(SYSTEM) as uow:
                changed = DialogueCreated(lab_id=table.lab_id, dialogue_id=table.dialogue_id)
                uow.announce(changed)
    assert told["who"][0]["data"]["viewer"]["person"]["id"] == to_global("Person", person_id)
    assert "nothingOfTheKind" in str(told["wrong"])
    assert told["changed"][0]["data"]["dialogueChanged"]["kind"] == DialogueCreated.kind
