"""The co-editing websocket: frames in and out, nothing decided here.

The wire is described in choices/coediting-wire.md.
"""

import asyncio
import base64
import hashlib
import json
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

import asyncpg
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from policylab.coediting import Hub, Right
from policylab.coediting.protocol import BadFrame, read_frame
from policylab.coediting.room import Room
from policylab.coediting.session import Session
from policylab.kit.errors import Refused
from policylab.kit.french import said_in
from policylab.kit.ids import key_of
from policylab.kit.log import log
from policylab.kit.viewer import Viewer
from policylab.transport.house import locale_of
from policylab.transport.middleware import origin_allowed
from policylab.transport.signin import viewer_of_headers

if TYPE_CHECKING:
    from policylab.transport.house import House

MOST_WAITING: Final = 1_000_000
"""Bytes that may wait for somebody who reads slowly."""
LARGE: Final = 65_536
MOST_UNJUDGED: Final = 1_048_576
"""Bytes that one connection may send ahead of what has been dealt with."""
SMALL: Final = 256
"""What a frame costs besides its bytes, so that many empty ones are not for nothing."""
TICKET_SECONDS: Final = 30
PARTING_SECONDS: Final = 5.0
TOO_SLOW: Final = 4502
BAD_FRAME: Final = 4400


def routes(house: "House") -> list[BaseRoute]:
    """The websocket of each draft, and tickets for clients that can set no headers on it."""
    door = Door(house)
    return [
        WebSocketRoute("/coedit/{draft_id}", door.enter, name="coedit"),
        Route("/coedit/{draft_id}/ticket", door.ticket, methods=["POST"], name="coedit_ticket"),
    ]


class _Turned(Exception):
    """The handshake is answered with a status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Door:
    """Who comes in: decided before anything is read."""

    def __init__(self, house: "House") -> None:
        self._house = house
        key = hashlib.sha256(b"coedit ticket" + house.settings.secret().encode()).digest()
        self._tickets = Fernet(base64.urlsafe_b64encode(key))

    async def enter(self, websocket: WebSocket) -> None:
        try:
            socket, room = await self._judge(websocket)
        except _Turned as turned:
            answer = JSONResponse(
                {"error": turned.sentence}, turned.status, headers={"cache-control": "no-store"}
            )
            await websocket.send_denial_response(answer)
            return
        try:
            await websocket.accept()
            await socket.run(room)
        finally:
            room.leave(socket)

    async def _judge(self, websocket: WebSocket) -> tuple["Socket", Room]:
        """Bring the connection into its draft, or turn it away.

        Nothing is awaited between the gate's answer and joining: what changes afterwards reaches
        the connection like any other.
        """
        if not origin_allowed(websocket, self._house.settings):
            raise _Turned(403, "A page of another site asked for this.")
        draft_id = _draft_id(websocket)
        try:
            viewer = await self._viewer_of(websocket)
            if not viewer.signed_in:
                raise _Turned(401, "Sign in first.")
            standing = await self._hub().standing(viewer, draft_id)
        except (OSError, TimeoutError, asyncpg.PostgresError, SQLAlchemyError) as error:
            log.warning("coediting.door", error=repr(error))
            raise _Turned(503, "This draft can't be opened at the moment.") from error
        if standing.right is Right.NONE:
            raise _Turned(404, "There is no such draft.")
        own_frames = websocket.query_params.get("frames") == "1"
        tell = partial(said_in, locale=locale_of(websocket, viewer))
        socket = Socket(websocket, Session(standing, own_frames=own_frames, tell=tell))
        return socket, self._hub().join(draft_id, socket)

    async def ticket(self, request: Request) -> JSONResponse:
        """What stands for one's cookie or token on this draft's websocket for half a minute."""
        viewer = await self._house.viewer_of(request)
        headers = {"cache-control": "no-store"}
        if not viewer.signed_in:
            return JSONResponse({"error": "Sign in first."}, 401, headers=headers)
        said = {
            "draft": request.path_params["draft_id"],
            "cookie": request.headers.get("cookie"),
            "authorization": request.headers.get("authorization"),
        }
        ticket = self._tickets.encrypt(json.dumps(said).encode()).decode()
        return JSONResponse({"ticket": ticket, "seconds": TICKET_SECONDS}, headers=headers)

    async def _viewer_of(self, connection: HTTPConnection) -> Viewer:
        ticket = connection.query_params.get("ticket")
        if ticket is None:
            return await self._house.viewer_of(connection)
        try:
            said = json.loads(self._tickets.decrypt(ticket.encode(), ttl=TICKET_SECONDS))
        except InvalidToken as error:
            raise _Turned(401, "This ticket is no longer valid.") from error
        if said["draft"] != connection.path_params["draft_id"]:
            raise _Turned(401, "This ticket is for another draft.")
        return await viewer_of_headers(
            self._house.database,
            self._house.settings,
            cookie=said["cookie"],
            authorization=said["authorization"],
        )

    def _hub(self) -> Hub:
        return self._house.hub


def _draft_id(websocket: WebSocket) -> UUID:
    try:
        return key_of(websocket.path_params["draft_id"], "Draft")
    except Refused as refused:
        raise _Turned(404, "There is no such draft.") from refused


class Socket:
    """One connection, as a draft sees it (`coediting.turn.Peer`)."""

    def __init__(self, websocket: WebSocket, session: Session) -> None:
        self.session = session
        self._websocket = websocket
        self._waiting: deque[tuple[bytes, int]] = deque()
        """Messages, and what each counts against `MOST_WAITING`."""
        self._waiting_bytes = 0
        self._large_waits = False
        self._news = asyncio.Event()
        self._unjudged = 0
        self._judged = asyncio.Event()
        self._end: tuple[int, str] | None = None
        self._writing: asyncio.Task[None] | None = None

    # ── for the draft ──

    def write(self, messages: Sequence[bytes]) -> None:
        """Send these messages, a frame each; a connection that reads too slowly is cut off."""
        if self._end is not None:
            return
        for message in messages:
            cost = len(message)
            if cost > LARGE and not self._large_waits:  # a whole text may take its time
                self._large_waits, cost = True, 0
            self._waiting.append((message, cost))
            self._waiting_bytes += cost
        if self._waiting_bytes > MOST_WAITING:
            self._waiting.clear()
            self.close(TOO_SLOW, "You read too slowly; please come back.")
        self._news.set()

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then close; to whoever does not take it, in any case soon."""
        if self._end is None:
            self._end = (code, reason)
            self._news.set()
            asyncio.get_running_loop().call_later(PARTING_SECONDS, self._cut_off)

    def _cut_off(self) -> None:
        if self._writing is not None:
            self._writing.cancel()

    def resume(self) -> None:
        """What this connection sent has been dealt with; read on."""
        self._unjudged = 0
        self._judged.set()

    # ── for the transport ──

    async def run(self, room: Room) -> None:
        """Pass frames in and out until either side ends it."""
        reading = asyncio.create_task(self._read(room.receive), name="coediting.read")
        writing = asyncio.create_task(self._write(), name="coediting.write")
        self._writing = writing
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
            if self._end is not None:  # say why, to whoever still listens
                await asyncio.wait({writing})
        finally:
            for task in (reading, writing):
                task.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)
        if not reading.cancelled() and (error := reading.exception()) is not None:
            raise error

    async def _read(self, take: Callable[..., None]) -> None:
        while self._end is None:
            received = await self._websocket.receive()
            if received["type"] == "websocket.disconnect":
                return
            data = received.get("bytes")
            try:
                if not data:
                    raise BadFrame("A frame is empty, or text.")
                message = read_frame(data)
            except BadFrame as bad:
                self.close(BAD_FRAME, str(bad))
                return
            self._unjudged += len(data) + SMALL
            take(self, message)
            while self._unjudged > MOST_UNJUDGED:
                self._judged.clear()
                await self._judged.wait()

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # it has gone: the reader says so
            while True:
                while self._waiting:
                    message, cost = self._waiting.popleft()
                    self._waiting_bytes -= cost
                    self._large_waits = self._large_waits and cost > 0
                    await self._websocket.send_bytes(message)
                if self._end is not None:
                    await self._websocket.close(*self._end)
                    return
                self._news.clear()
                await self._news.wait()
