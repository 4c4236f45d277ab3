"""What a connection of GraphQL leaves behind when it has ended: nothing."""

import asyncio
import gc
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn
from websockets.asyncio.client import connect

from policylab.api.context import Context
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.transport.graphql_wire import GraphQLWire
from tests import make
from tests.coediting.harness import eventually
from tests.transport.graphql_house import BASE, GraphQLHouse

LISTEN = "subscription Listen($id: ID!) { dialogueChanged(id: $id) { kind } }"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[tuple[GraphQLHouse, int]]:
    asked = GraphQLHouse(database, tmp_path)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(asked.app, ws=GraphQLWire, log_config=None, lifespan="off")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    await eventually(lambda: server.started)
    yield asked, listening.getsockname()[1]
    server.should_exit = True
    await task


@pytest.fixture
def no_collector() -> Any:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def listen(house: GraphQLHouse, port: int, token: str, dialogue: str) -> None:
    """Subscribe, and leave once it is heard that the subscription stands."""
    theirs: Any = {
        "subprotocols": ["graphql-transport-ws"],
        "additional_headers": {"authorization": f"Bearer {token}"},
    }
    subscribe = {"query": LISTEN, "variables": {"id": dialogue, "since": 0}}
    ask = {"query": "{ viewer { locale } }"}
    url = BASE.replace("http", "ws") + "/graphql"
    async with connect(url, host="127.0.0.1", port=port, **theirs) as line:
        for message in (
            {"type": "connection_init"},
            {"id": "1", "type": "subscribe", "payload": subscribe},
            {"id": "2", "type": "subscribe", "payload": ask},
        ):
            await line.send(orjson.dumps(message).decode())
        heard = [orjson.loads(await line.recv())["type"] for _ in range(3)]
        assert heard == ["connection_ack", "next", "complete"]


def _alive(kind: type) -> list[Any]:
    return [each for each in gc.get_objects() if type(each) is kind]


async def test_a_connection_that_has_ended_is_gone_before_anybody_looks_for_cycles(
    database: Database, house: tuple[GraphQLHouse, int], no_collector: None
) -> None:
    table = await make.table(database)
    asked, port = house
    token = await asked.token(table.moderator)
    for _ in range(3):
        await listen(asked, port, token, to_global("Dialogue", table.dialogue_id))
    await eventually(lambda: not _alive(GraphQLWire))
    for context in _alive(Context):  # graphql-core's circles hold those of subscriptions
        assert context.renew is None
        assert not context._loaders
