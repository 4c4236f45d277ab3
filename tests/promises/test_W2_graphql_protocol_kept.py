"""W2 and W3, for GraphQL: each violation closes with its documented code, and all is bounded."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests.serving import Served, token_of

pytestmark = pytest.mark.promise
PROTOCOL = websockets.Subprotocol("graphql-transport-ws")
INIT = {"type": "connection_init"}
SLOW = {
    "id": "1",
    "type": "subscribe",
    "payload": {"query": "subscription { noticesChanged { at } }"},
}

VIOLATIONS: dict[str, tuple[int, list[Any]]] = {
    "no JSON": (4400, [b"{nonsense"]),
    "nothing": (4400, [b""]),
    "a list": (4400, [[INIT]]),
    "a text": (4400, [b'"connection_init"']),
    "null": (4400, [b"null"]),
    "a number of 100,000 digits": (4400, [b"1" * 100_000]),
    "no type": (4400, [{"id": "1"}]),
    "a type that is none": (4400, [{"type": 1}]),
    "an unknown type": (4400, [INIT, {"type": "start", "id": "1"}]),
    "the legacy protocol's terminate": (4400, [INIT, {"type": "connection_terminate"}]),
    "a payload that is none": (4400, [{"type": "connection_init", "payload": 3}]),
    "brackets without bottom": (4400, [INIT, b'{"type":"ping","payload":' + b"[" * 50_000]),
    "subscribe before init": (4401, [SLOW]),
    "init twice": (4429, [INIT, INIT]),
    "an id twice": (4409, [INIT, SLOW, SLOW]),
    "no id": (4400, [INIT, {"type": "subscribe", "payload": {"query": "{ a }"}}]),
    "an empty id": (4400, [INIT, {"type": "subscribe", "id": "", "payload": {"query": "{ a }"}}]),
    "an id that is none": (4400, [INIT, {"type": "complete", "id": 7}]),
    "no query": (4400, [INIT, {"type": "subscribe", "id": "1", "payload": {}}]),
    "a query that is none": (
        4400,
        [INIT, {"type": "subscribe", "id": "1", "payload": {"query": 1}}],
    ),
    "fifty-one at a time": (4429, [INIT, *({**SLOW, "id": str(i)} for i in range(51))]),
    "more than a mebibyte": (1009, [INIT, {"type": "ping", "payload": {"a": "x" * 1_100_000}}]),
}


@pytest.fixture
async def token(house: Database) -> str:
    async with house.write(SYSTEM) as uow:
        person = await identity.create_person(uow, SYSTEM, display_name="Somebody")
    return await token_of(house, person.id)


@asynccontextmanager
async def line(served: Served, token: str) -> AsyncGenerator[websockets.ClientConnection]:
    async with websockets.connect(
        f"ws://localhost:{served.port}/graphql",
        subprotocols=[PROTOCOL],
        additional_headers={"authorization": f"Bearer {token}"},
        max_size=None,
    ) as opened:
        yield opened


def written(message: Any) -> str:
    return message.decode() if isinstance(message, bytes) else orjson.dumps(message).decode()


async def code_after(served: Served, token: str, messages: list[Any]) -> int | None:
    """The code with which the connection is closed."""
    async with line(served, token) as opened:
        try:
            for message in messages:
                await opened.send(written(message))
            async with asyncio.timeout(5):
                while True:
                    await opened.recv()
        except ConnectionClosed:
            return opened.close_code
        except TimeoutError:
            return None


async def test_each_violation_is_closed_with_its_code(served: Served, token: str) -> None:
    found = {
        name: await code_after(served, token, messages)
        for name, (_, messages) in VIOLATIONS.items()
    }
    assert found == {name: code for name, (code, _) in VIOLATIONS.items()}


async def test_binary_is_4400_and_the_legacy_subprotocol_4406(served: Served, token: str) -> None:
    async with line(served, token) as opened, asyncio.timeout(5):
        await opened.send(orjson.dumps(INIT))
        await opened.wait_closed()
        assert opened.close_code == 4400
    old = websockets.Subprotocol("graphql-ws")
    address = f"ws://localhost:{served.port}/graphql"
    async with websockets.connect(address, subprotocols=[old]) as legacy, asyncio.timeout(5):
        await legacy.wait_closed()
        assert legacy.close_code == 4406


async def test_who_says_nothing_for_ten_seconds_is_closed(served: Served, token: str) -> None:
    async with line(served, token) as opened, asyncio.timeout(15):
        await opened.wait_closed()
        assert opened.close_code == 4408


async def test_what_is_in_order_works_on_the_same_line(served: Served, token: str) -> None:
    async with line(served, token) as opened:
        await opened.send(written(INIT))
        assert orjson.loads(await opened.recv())["type"] == "connection_ack"
        await opened.send(written({"type": "ping"}))
        assert orjson.loads(await opened.recv())["type"] == "pong"
        for payload in ({"query": "{ viewer { locale } }"}, {"query": "{ nonsense }"}):
            await opened.send(written({"id": "x", "type": "subscribe", "payload": payload}))
            said = orjson.loads(await opened.recv())
            assert said["type"] == ("error" if "nonsense" in payload["query"] else "next")
            if said["type"] == "next":
                assert orjson.loads(await opened.recv()) == {"id": "x", "type": "complete"}
