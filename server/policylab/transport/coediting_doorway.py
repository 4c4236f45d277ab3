"""Where connections to drafts come in: our own protocol class under the web server.

Given to uvicorn as `ws=`. It keeps the co-editing path and hands every other websocket on to
uvicorn's own class. Whoever may come in goes on as a `coediting_wire.Wire`, here or in the process
that owns the text.
"""

import asyncio
import json
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast
from uuid import UUID

from starlette.requests import HTTPConnection
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from policylab.coediting.room import Room
from policylab.coediting.turn import Peer
from policylab.kit.log import log
from policylab.settings import Settings
from policylab.transport.coediting_wire import PATH, Wire, Wires
from policylab.transport.graphql_wire import GraphQLWire
from policylab.transport.handshake import (
    PREFIX,
    BadRequest,
    Opening,
    read_opening,
    refusal,
    welcome,
)
from policylab.transport.relay import Neighbours
from policylab.transport.request_lines import NOWHERE, Lines

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState


class Turned(Exception):
    """The handshake is answered with a status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Porter(Protocol):
    """Who decides on a handshake."""

    def draft_of(self, path: str) -> UUID | None:
        """The draft that an address names; None when it names none."""
        ...

    async def judge(self, connection: HTTPConnection) -> Callable[[Peer], Room]:
        """How the connection joins its draft, at once; raises `Turned` for whoever may not."""
        ...


class Doorway:
    """Takes in each connection that asks for a websocket."""

    def __init__(
        self, porter: Porter, settings: Settings, neighbours: Neighbours | None = None
    ) -> None:
        self.porter = porter
        self.neighbours = neighbours
        self.lines = Lines(settings)
        self.wires = Wires(self.lines)
        self._connections: set[Any] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> "Arrival":
        """What uvicorn calls when a request asks for a websocket."""

        def other() -> WebSocketsSansIOProtocol:
            return GraphQLWire(config, server_state, app_state, _loop)

        self._connections = server_state.connections
        return Arrival(self, self._connections, other)

    async def open(self) -> None:
        """Take what the other processes hand over."""
        if self.neighbours is not None:
            await self.neighbours.open(self._take)

    async def close(self) -> None:
        if self.neighbours is not None:
            await self.neighbours.close()

    def _take(self, connection: socket.socket, head: bytes) -> None:
        """Go on with a connection where another process left it."""
        arrival = Arrival(self, self._connections, None)

        async def go_on() -> None:
            loop = asyncio.get_running_loop()
            await loop.connect_accepted_socket(lambda: arrival, connection)
            arrival.data_received(head)

        task = asyncio.get_running_loop().create_task(go_on(), name="coediting.go_on")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Arrival(asyncio.Protocol):
    """A connection until it is decided who goes on with it."""

    def __init__(
        self,
        doorway: Doorway,
        connections: set[Any],
        other: Callable[[], WebSocketsSansIOProtocol] | None,
    ) -> None:
        self._doorway = doorway
        self._connections = connections
        """Those whom uvicorn tells when it stops."""
        self._other = other
        """Who takes other websockets; None where another process has handed the connection over,
        which it does with those to drafts alone."""
        self._transport: asyncio.Transport
        self._since = asyncio.get_running_loop().time()
        self._judging: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._judging is not None:  # an honest client waits for our answer
            self._transport.abort()
            return
        if self._other is not None and not data.split(b" ", 2)[1:2][0].startswith(PREFIX):
            self._hand_on(self._other(), data)
            return
        try:
            opening = read_opening(data)
        except BadRequest as bad:
            self._answer(NOWHERE, bad.status, bad.sentence)
            return
        self._connections.add(self)
        self._transport.pause_reading()
        task = self._judge(opening, data)
        self._judging = asyncio.get_running_loop().create_task(task, name="coediting.enter")

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._judging is not None:
            self._judging.cancel()

    def shutdown(self) -> None:
        """The server stops, and nothing has been answered here."""
        self._transport.close()

    def _hand_on(self, other: WebSocketsSansIOProtocol, data: bytes) -> None:
        """Let uvicorn's own class go on. It becomes what we are: uvicorn makes us its transport's
        protocol only when this has returned."""
        other.connection_made(self._transport)
        for name in (
            "data_received",
            "eof_received",
            "connection_lost",
            "pause_writing",
            "resume_writing",
            "shutdown",
        ):
            setattr(self, name, getattr(other, name))
        other.data_received(data)

    async def _judge(self, opening: Opening, head: bytes) -> None:
        if await self._handed_to_owner(opening, head):
            return
        scope = {
            "type": "websocket",
            "path": opening.path,
            "query_string": opening.query,
            "headers": opening.headers,
        }
        try:
            join = await self._doorway.porter.judge(HTTPConnection(scope))
        except Turned as turned:
            self._answer(PATH, turned.status, turned.sentence)
            return
        except Exception:  # noqa: BLE001 it is logged, and told to this client alone
            log.exception("coediting.door_failed")
            self._answer(PATH, 500, "Something went wrong here.")
            return
        if not self._transport.is_closing():
            self._enter(opening, join)

    def _enter(self, opening: Opening, join: Callable[[Peer], Room]) -> None:
        self._connections.discard(self)
        wire = Wire(self._transport, self._doorway.wires, self._connections)
        self._transport.set_protocol(wire)
        self._transport.write(welcome(opening))
        wire.enter(join)

    async def _handed_to_owner(self, opening: Opening, head: bytes) -> bool:
        """Give the connection to the process that owns the text, unless that is this one."""
        neighbours = self._doorway.neighbours
        if neighbours is None or self._other is None:
            return False
        draft_id = self._doorway.porter.draft_of(opening.path)
        if draft_id is None or self._transport.get_extra_info("sslcontext") is not None:
            return False
        ours = self._transport.get_extra_info("socket")
        with socket.socket(fileno=os.dup(ours.fileno())) as connection:
            if not await neighbours.hand_over(draft_id, connection, head):
                return False
        self._judging = None
        self._transport.abort()  # our end of it; the other process has its own
        return True

    def _answer(self, path: str, status: int, sentence: str) -> None:
        self._transport.write(refusal(status, json.dumps({"error": sentence}).encode()))
        self._transport.close()
        seconds = asyncio.get_running_loop().time() - self._since
        self._doorway.lines.answered("WEBSOCKET", path, status, seconds)
