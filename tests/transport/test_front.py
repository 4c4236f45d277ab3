"""Who reads a connection: told by its first bytes."""

import asyncio
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from policylab.transport import front
from tests.transport.test_handshake import request


class Reader(asyncio.Protocol):
    """Notes what it is given, in place of either."""

    made: ClassVar[list["Reader"]]

    def __init__(self, *given: Any) -> None:
        self.given = given
        self.data = b""
        self.made.append(self)

    def data_received(self, data: bytes) -> None:
        self.data += data


class Wires(Reader):
    made: ClassVar[list[Reader]] = []


class WebServer(Reader):
    made: ClassVar[list[Reader]] = []


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "HttpToolsProtocol", WebServer)
    Wires.made.clear()
    WebServer.made.clear()


async def say(*pieces: bytes) -> set[Any]:
    """Connect to a server of fronts, and say this; who was still in front when all was said."""
    state: Any = SimpleNamespace(connections=set())
    config: Any = SimpleNamespace(ws_protocol_class=Wires)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: front.Front(config, state, {}), "127.0.0.1", 0)
    async with server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)
        writer.close()
        await writer.wait_closed()
        return set(state.connections)


@pytest.mark.usefixtures("noted")
async def test_a_whole_opening_of_a_text_is_ours_and_all_that_follows() -> None:
    assert await say(request(), b"\x82\x80\x00\x00\x00\x00") == set()
    assert [wire.data for wire in Wires.made] == [request() + b"\x82\x80\x00\x00\x00\x00"]
    assert WebServer.made == []


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize(
    "pieces",
    [
        (request()[:40], request()[40:]),
        (request(b"GET /graphql HTTP/1.1"),),
        (b"POST /coedit/abc/poll HTTP/1.1\r\nContent-Length: 0\r\n\r\n",),
        (b"\x16\x03\x01",),
    ],
)
async def test_everything_else_is_the_web_servers(pieces: tuple[bytes, ...]) -> None:
    assert await say(*pieces) == set()
    assert [server.data for server in WebServer.made] == [b"".join(pieces)]
    assert Wires.made == []


async def test_a_connection_that_says_nothing_is_closed_when_the_server_stops() -> None:
    state: Any = SimpleNamespace(connections=set())
    config: Any = SimpleNamespace(ws_protocol_class=Wires)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: front.Front(config, state, {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        async with asyncio.timeout(5):
            while not state.connections:
                await asyncio.sleep(0.01)
            for waiting in set(state.connections):
                waiting.shutdown()
            assert await reader.read() == b""
        assert state.connections == set()
        writer.close()


def test_uvicorns_own_class_is_made_as_front_makes_it() -> None:
    """Its arguments are not part of what it promises."""
    assert front.HttpToolsProtocol is HttpToolsProtocol
    assert list(HttpToolsProtocol.__init__.__annotations__)[:3] == [
        "config",
        "server_state",
        "app_state",
    ]
