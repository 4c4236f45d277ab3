"""W4, for GraphQL's socket: who stalls costs little memory, is cut off, and nobody else waits."""

import asyncio
import socket
import time
from pathlib import Path

import orjson
import pytest
import websockets

from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from policylab.labs.events import DialogueCreated
from tests import make
from tests.promises.conftest import full
from tests.serving import Served, token_of

pytestmark = [pytest.mark.promise, pytest.mark.alone]
READERS = full(50, 8)
EACH = 2 * 2**20
SOON = 30.0
QUERY = "subscription($id: ID!) { dialogueChanged(id: $id) { %s } }"
LONG = " ".join(f"a{i}: kind b{i}: subjectId c{i}: at" for i in range(30))


async def stalled(served: Served, token: str, dialogue: str) -> socket.socket:
    """Somebody who subscribes a hundred times over and then reads nothing."""
    line = socket.create_connection(("localhost", served.port))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    head = (
        "GET /graphql HTTP/1.1\r\nHost: localhost:{0}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
        "Authorization: Bearer {1}\r\n\r\n"
    )
    await loop.sock_sendall(line, head.format(served.port, token).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += await loop.sock_recv(line, 1)
    assert b" 101 " in answer
    await loop.sock_sendall(line, framed({"type": "connection_init"}))
    for number in range(40):
        payload = {"query": QUERY % LONG, "variables": {"id": dialogue}}
        asked = {"id": str(number), "type": "subscribe", "payload": payload}
        await loop.sock_sendall(line, framed(asked))
    return line


def framed(message: object) -> bytes:
    """A text frame as a client writes it, under a mask of noughts."""
    data = orjson.dumps(message)
    length = bytes((0x80 | 126,)) + len(data).to_bytes(2, "big")
    if len(data) < 126:
        length = bytes((0x80 | len(data),))
    return b"\x81" + length + bytes(4) + data


async def test_who_stalls_is_cut_off_and_nobody_else_waits(house: Database, served: Served) -> None:
    table = await make.table(house)
    person_id = table.head().person_id
    assert person_id is not None
    token, dialogue = await token_of(house, person_id), to_global("Dialogue", table.dialogue_id)
    lines = [await stalled(served, token, dialogue) for _ in range(READERS)]
    await asyncio.sleep(2)
    assert all(connected(served, line) for line in lines)
    before = most = served.memory
    began = time.perf_counter()
    heard: list[float] = []
    async with websockets.connect(
        f"ws://localhost:{served.port}/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        additional_headers={"authorization": f"Bearer {token}"},
    ) as reader:
        await reader.send('{"type":"connection_init"}')
        await reader.recv()
        payload = {"query": QUERY % "kind", "variables": {"id": dialogue}}
        asked = {"id": "1", "type": "subscribe", "payload": payload}
        await reader.send(orjson.dumps(asked).decode())
        await asyncio.sleep(1)
        while any(connected(served, line) for line in lines):
            assert time.perf_counter() - began < SOON + 15
            said = time.perf_counter()
            async with house.write(SYSTEM) as uow:
                changed = DialogueCreated(lab_id=table.lab_id, dialogue_id=table.dialogue_id)
                uow.announce(changed)
            await asyncio.wait_for(reader.recv(), 10)
            heard.append(time.perf_counter() - said)
            most = max(most, served.memory)
            await asyncio.sleep(0.05)
    assert most - before < READERS * EACH
    assert sorted(heard)[len(heard) // 2] < full(1, 5) * 0.2
    for line in lines:
        line.close()


def connected(served: Served, line: socket.socket) -> bool:
    """Whether the server still has this line open."""
    mine, theirs = line.getsockname()[1], served.port
    rows = [row.split() for row in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    pairs = {(row[1].split(":")[1], row[2].split(":")[1]): row[3] for row in rows}
    return pairs.get((f"{theirs:04X}", f"{mine:04X}")) == "01"
