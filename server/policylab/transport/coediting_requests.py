"""The requests that co-editing without websockets is made of (`coediting_poll`): each is let in,
finds its session, and is answered here or by the process that the text belongs to."""

import asyncio
import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from policylab.coediting.lib0 import BadBytes, Cursor, write_string
from policylab.kit.viewer import Viewer
from policylab.settings import Settings
from policylab.transport.coediting_doorway import Turned
from policylab.transport.coediting_poll import Poll, unpacked
from policylab.transport.coediting_wire import BAD_FRAME, COME_BACK
from policylab.transport.relay import Neighbours, NotAnswered
from policylab.transport.request_lines import Lines

if TYPE_CHECKING:
    from policylab.transport.coediting import Admitted

PATH: Final = "/coedit/{draft_id}/poll"
SESSION_HEADER: Final = "x-policylab-session"
IDLE_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 5.0
MOST_OF_A_PERSON: Final = 50
MOST: Final = 2_000
"""Sessions in one process."""
IDLE: Final = 1001


class Admitting(Protocol):
    """Who decides who comes in."""

    def draft_of(self, path: str) -> UUID | None: ...

    async def admit(self, connection: HTTPConnection, draft_id: UUID | None) -> "Admitted": ...

    def check_origin(self, connection: HTTPConnection) -> None: ...

    async def credentials(self, connection: HTTPConnection) -> tuple[str | None, str | None]: ...

    async def viewer(self, credentials: tuple[str | None, str | None]) -> Viewer: ...


class Polls:
    """All such connections of one process, and the requests that they are made of."""

    def __init__(self, door: Admitting, settings: Settings) -> None:
        self._door = door
        self._lines = Lines(settings)
        self._polls: dict[str, Poll] = {}
        self._neighbours: Neighbours | None = None
        self._stopping = False
        self._look: asyncio.TimerHandle | None = None

    def relay_through(self, neighbours: Neighbours) -> None:
        """Each text has a process of its own among these: it is asked what is asked of its text."""
        self._neighbours = neighbours
        neighbours.answer_with(self._for_neighbour)

    async def stop(self) -> None:
        """Finish what has come in, and ask everybody to come back."""
        self._stopping = True
        for poll in list(self._polls.values()):
            await poll.settle()
            poll.close(COME_BACK, "The server restarts.")

    # ── requests ──

    async def serve(self, request: Request) -> Response:
        """Answer here, or have the process answer that the text belongs to."""
        body = await request.body()
        draft_id = self._door.draft_of(_draft_path(request))
        if self._neighbours is not None and draft_id is not None:
            question = _question(request, body)
            try:
                answered = await self._neighbours.ask(draft_id, question)
            except NotAnswered:
                return _said(503, "This draft can't be opened at the moment.")
            if answered is not None:
                return _response(int.from_bytes(answered[:2], "big"), answered[2:])
        return _response(*await self._answered(request, body))

    async def _for_neighbour(self, question: bytes) -> bytes:
        cursor = Cursor(question)
        asked = json.loads(cursor.string())
        scope = {
            "type": "http",
            "method": asked["method"],
            "path": asked["path"],
            "state": {"request_id": asked["id"]},
            "query_string": asked["query"].encode("latin-1"),
            "headers": [
                (name.encode("latin-1"), value.encode("latin-1"))
                for name, value in asked["headers"]
            ],
        }
        status, body = await self._answered(HTTPConnection(scope), question[cursor.at :])
        return status.to_bytes(2, "big") + body

    async def _answered(self, connection: HTTPConnection, body: bytes) -> tuple[int, bytes]:
        try:
            self._door.check_origin(connection)
            if SESSION_HEADER not in connection.headers:
                return await self._open(connection)
            poll = await self._poll_of(connection)
            connection.state.person = poll.viewer.person_id  # for the log
            if connection.scope["method"] == "DELETE":
                self._end(poll)
                return 204, b""
            return await self._go_on(poll, body)
        except Turned as turned:
            return turned.status, json.dumps({"error": turned.sentence}).encode()

    async def _open(self, connection: HTTPConnection) -> tuple[int, bytes]:
        if connection.scope["method"] != "POST":
            raise Turned(404, "There is no such session.")
        draft_id = self._door.draft_of(_draft_path(connection))
        digest = await self._digest(connection)
        admitted = await self._door.admit(connection, draft_id)
        viewer = admitted.viewer
        connection.state.person = viewer.person_id  # for the log
        self._check_room_for(viewer)
        assert draft_id is not None
        request = connection.state.request_id
        told = partial(self._lines.ended, PATH, person=viewer.person_id, request=request)
        poll = Poll(draft_id, viewer, digest, told)
        poll.enter(admitted.join)
        self._polls[poll.id] = poll
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._let_go)
        async with _UnderWay(poll):
            await poll.wait()
            return 200, poll.answer(frames=True, opened=True)

    def _check_room_for(self, viewer: Viewer) -> None:
        if self._stopping or len(self._polls) >= MOST:
            raise Turned(503, "This draft can't be opened at the moment.")
        theirs = sum(
            poll.viewer.person_id == viewer.person_id and poll.closed is None
            for poll in self._polls.values()
        )
        if theirs >= MOST_OF_A_PERSON:
            raise Turned(429, "You have too many texts open.")

    async def _poll_of(self, connection: HTTPConnection) -> Poll:
        """The session that a request belongs to; whose it is not, for her it is not there."""
        poll = self._polls.get(connection.headers[SESSION_HEADER])
        if poll is None or poll.draft_id != self._door.draft_of(_draft_path(connection)):
            raise Turned(404, "There is no such session.")
        if poll.credentials != await self._digest(connection):
            viewer = await self._door.viewer(await self._door.credentials(connection))
            if _who(viewer) != _who(poll.viewer):
                raise Turned(404, "There is no such session.")
        return poll

    async def _digest(self, connection: HTTPConnection) -> bytes:
        said = json.dumps(await self._door.credentials(connection))
        return hashlib.sha256(said.encode()).digest()

    async def _go_on(self, poll: Poll, body: bytes) -> tuple[int, bytes]:
        """Take frames and answer at once; or, without frames, bring what comes."""
        try:
            got, first, frames = unpacked(body)
        except BadBytes as bad:
            poll.close(BAD_FRAME, bad.message)
            return 200, poll.answer(frames=True)
        poll.acknowledge(got)
        async with _UnderWay(poll):
            if not frames:
                newest = await poll.wait()
                return 200, poll.answer(frames=newest)
            if not await poll.take(first, frames):
                raise Turned(429, "Send one request after the other.")
            return 200, poll.answer(frames=False)

    # ── ends ──

    def _end(self, poll: Poll) -> None:
        poll.close(IDLE, "The session has ended.")
        self._polls.pop(poll.id, None)

    def _let_go(self) -> None:
        """End the sessions of which nothing has been heard."""
        loop = asyncio.get_running_loop()
        for poll in list(self._polls.values()):
            if not poll.under_way and loop.time() - poll.heard_at > IDLE_SECONDS:
                self._end(poll)
        self._look = loop.call_later(LOOK_SECONDS, self._let_go) if self._polls else None


class _UnderWay:
    """While a request is under way its session is not idle."""

    def __init__(self, poll: Poll) -> None:
        self._poll = poll

    async def __aenter__(self) -> None:
        self._poll.under_way += 1

    async def __aexit__(self, *_: object) -> None:
        self._poll.under_way -= 1
        self._poll.heard_at = asyncio.get_running_loop().time()


def _who(viewer: Viewer) -> tuple[object, ...]:
    """Whose request it is, and by which sign-in or with which powers it comes."""
    return viewer.person_id, viewer.session_id, viewer.scopes


def _draft_path(connection: HTTPConnection) -> str:
    return connection.scope["path"].removesuffix("/poll")


def _question(request: Request, body: bytes) -> bytes:
    """A request as another process of the house is asked it."""
    asked = {
        "method": request.method,
        "path": request.scope["path"],
        "id": request.state.request_id,
        "query": request.scope["query_string"].decode("latin-1"),
        "headers": [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in request.scope["headers"]
        ],
    }
    return write_string(json.dumps(asked)) + body


def _response(status: int, body: bytes) -> Response:
    kind = "application/octet-stream" if status == 200 else "application/json"
    return Response(body, status, {"cache-control": "no-store"}, kind if body else None)


def _said(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status, headers={"cache-control": "no-store"})
