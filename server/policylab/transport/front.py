"""The first bytes of a connection tell who reads it: a text that is opened, or the web server.

Given to uvicorn as `http=`. When a server starts again, everybody's texts are opened at once; the
web server's parser, and what it keeps for requests to come, would be half of that work.
"""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from policylab.transport.handshake import opens_a_text

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState


class Front(asyncio.Protocol):
    """A connection until its first bytes have come."""

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._wires: Any = config.ws_protocol_class
        self._given = (config, server_state, app_state)
        self._connections = cast("set[Any]", server_state.connections)
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Whoever reads these bytes reads all that come after them."""
        self._connections.discard(self)
        make = self._wires if self._wires and opens_a_text(data) else HttpToolsProtocol
        reader = make(*self._given)
        self._transport.set_protocol(reader)
        reader.connection_made(self._transport)
        reader.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)

    def shutdown(self) -> None:
        """The server stops, and nothing has been asked here."""
        self._transport.close()
