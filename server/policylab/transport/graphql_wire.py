"""The wire under GraphQL's websockets: uvicorn's own, with a way to write whole messages at once.

What a subscription delivers is encoded once for all (api/deliveries.py); here it becomes a text
frame and is written, with no task to wake and no message object between. Whoever does not read is
cut off, by the bytes that wait for her and by the time she takes.
"""

import asyncio
import os
import sys
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MOST_WAITING = 1_000_000
"""Bytes that may wait for somebody who reads slowly."""
STALLED_SECONDS = 20.0
NAME = "policylab.wire"
DIRECTLY = sys.platform != "win32"
"""Sockets are files: what is written to one need not wait for the event loop's next round."""
_TEXT = 0x81


class GraphQLWire(WebSocketsSansIOProtocol):
    """One connection; the application finds it in its scope."""

    _stalled: asyncio.TimerHandle | None = None
    _directly = False
    _file = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        plain = transport.get_extra_info("socket")
        if DIRECTLY and self.scheme == "ws" and plain is not None:
            self._directly, self._file = True, plain.fileno()

    async def run_asgi(self) -> None:
        scope: dict[str, Any] = self.scope  # pyright: ignore[reportAssignmentType]
        scope["extensions"] = {**scope.get("extensions", {}), NAME: self}
        try:
            await super().run_asgi()
        finally:
            del scope["extensions"][NAME]  # or scope and wire would keep one another

    def push(self, message: bytes) -> None:
        """Write a text message; cuts the line of somebody for whom too much is waiting."""
        transport = self.transport
        if self.close_sent or transport.is_closing():
            return
        waiting = transport.get_write_buffer_size()
        frame = _head(len(message)) + message
        if waiting > MOST_WAITING:
            self.cut()
        elif waiting or not self._directly:
            transport.write(frame)
        else:
            self._put(frame)

    def _put(self, frame: bytes) -> None:
        """Hand it to the system at once; the event loop sends what it does not take."""
        try:
            sent = os.write(self._file, frame)
        except OSError:  # full, or gone: the event loop waits, or finds out
            sent = 0
        if sent < len(frame):
            self.transport.write(frame[sent:] if sent else frame)

    def cut(self) -> None:
        """End the connection without a word: nobody would read it."""
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self.cut)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._no_longer_stalled()

    def connection_lost(self, exc: Exception | None) -> None:
        self._no_longer_stalled()
        super().connection_lost(exc)

    def _no_longer_stalled(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


def wire_in(scope: Scope) -> GraphQLWire | None:
    """The wire of a websocket; None under a server that is not ours."""
    return (scope.get("extensions") or {}).get(NAME)


def _head(length: int) -> bytes:
    if length < 126:
        return bytes((_TEXT, length))
    if length < 65_536:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
