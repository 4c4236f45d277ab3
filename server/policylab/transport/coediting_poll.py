"""Co-editing for networks that let no websocket through: the same frames over plain requests.

A client sends its frames in one request and has the server's brought by another, which is held
until there is something to bring (long poll). Frames are numbered in both directions and kept until
the other side has said that it has them, so a request that is sent again neither doubles nor loses
one. Nothing is decided here: see choices/coediting-wire.md.
"""

import asyncio
import hashlib
import json
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from policylab.coediting.lib0 import BadBytes, Cursor, read_json, write_bytes, write_string
from policylab.coediting.protocol import BadFrame, read_frame
from policylab.coediting.room import Room
from policylab.coediting.session import Session
from policylab.kit.viewer import Viewer
from policylab.settings import Settings
from policylab.transport.coediting_doorway import Turned
from policylab.transport.coediting_wire import (
    BAD_FRAME,
    BURST,
    COME_BACK,
    LARGE,
    MOST_UNJUDGED,
    MOST_WAITING,
    RATE,
    SMALL,
    TOO_SLOW,
)
from policylab.transport.relay import Neighbours, NotAnswered
from policylab.transport.request_lines import Lines

if TYPE_CHECKING:
    from policylab.transport.coediting import Admitted

PATH: Final = "/coedit/{draft_id}/poll"
SESSION_HEADER: Final = "x-policylab-session"
HOLD_SECONDS: Final = 20.0
"""Proxies that end what is silent mostly wait for half a minute."""
TOGETHER_SECONDS: Final = 0.02
"""What comes within this time is brought in one answer."""
IDLE_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 5.0
MOST_OF_A_PERSON: Final = 50
MOST: Final = 2_000
"""Sessions in one process."""
COST: Final = 64
"""What a frame that waits costs besides its bytes."""
IDLE: Final = 1001


class Admitting(Protocol):
    """Who decides who comes in."""

    def draft_of(self, path: str) -> UUID | None: ...

    async def admit(self, connection: HTTPConnection, draft_id: UUID | None) -> "Admitted": ...

    def check_origin(self, connection: HTTPConnection) -> None: ...

    def credentials(self, connection: HTTPConnection) -> tuple[str | None, str | None]: ...

    async def viewer(self, credentials: tuple[str | None, str | None]) -> Viewer: ...


class Poll:
    """One connection that is made of requests, as a draft sees it (`coediting.turn.Peer`)."""

    session: Session

    def __init__(
        self, draft_id: UUID, viewer: Viewer, credentials: bytes, told: Callable[[int, float], None]
    ) -> None:
        self.id = secrets.token_urlsafe(24)
        self.draft_id = draft_id
        self.viewer = viewer
        self.credentials = credentials
        """A digest of what its opener came with: whoever comes with the same is the same."""
        self.taken = 0
        """Frames taken from the client."""
        self.closed: tuple[int, str] | None = None
        self.heard_at = 0.0
        self.under_way = 0
        self._room: Room | None = None
        self._first = 0
        """The number of frames that the client has: what is kept begins after them."""
        self._kept: deque[tuple[bytes, int]] = deque()
        """Frames, and what each counts against `MOST_WAITING`."""
        self._kept_cost = 0
        self._large_until = 0
        self._waiter: asyncio.Future[None] | None = None
        self._sending = False
        self._unjudged = 0
        self._resumed: asyncio.Future[None] | None = None
        self._budget = float(BURST)
        self._since = self._budget_at = asyncio.get_running_loop().time()
        self._told = told
        """Hears with which code it has ended, after how many seconds."""

    def enter(self, join: Callable[["Poll"], Room]) -> None:
        self._room = join(self)

    # ── for the draft ──

    def write(self, messages: Sequence[bytes]) -> None:
        """Keep these for the client; one that fetches nothing is cut off."""
        if self.closed is not None:
            return
        cost = sum(map(len, messages)) + COST * len(messages)
        counts = cost <= LARGE or self._first < self._large_until
        for message in messages:
            each = len(message) + COST if counts else 0
            self._kept.append((message, each))
        if counts:
            self._kept_cost += cost
        else:  # a whole text may take its time
            self._large_until = self._first + len(self._kept)
        if self._kept_cost > MOST_WAITING:
            self.close(TOO_SLOW, "You read too slowly; please come back.")
        else:
            self._wake()

    def close(self, code: int, reason: str) -> None:
        """It is over; the client hears why with what it has not been brought yet."""
        if self.closed is not None:
            return
        self.closed = code, reason
        self._told(code, asyncio.get_running_loop().time() - self._since)
        if code == TOO_SLOW:
            self._kept.clear()
        if self._room is not None:
            self._room.leave(self)
        self._wake()
        self.resume()

    def resume(self) -> None:
        """What this connection sent has been dealt with; it may send on."""
        self._unjudged = 0
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)

    # ── for the client ──

    async def settle(self) -> None:
        """Wait until what it sent is dealt with."""
        if self._room is not None:
            await self._room.settle()

    def acknowledge(self, got: int) -> None:
        """The client has so many of the frames."""
        if got > self._first + len(self._kept):
            if self.closed is None:
                self.close(BAD_FRAME, "Frames are acknowledged that were never sent.")
            return
        while self._first < got:
            _, cost = self._kept.popleft()
            self._kept_cost -= cost
            self._first += 1

    async def take(self, first: int, frames: Sequence[bytes]) -> bool:
        """Take the frames that are new, after the `first` ones; False when it is not its turn."""
        if self._sending or self._unjudged > MOST_UNJUDGED:
            return False
        if first > self.taken:
            self.close(BAD_FRAME, "Frames are missing.")
        for frame in frames[self.taken - first :]:
            if self.closed is None:
                self.taken += 1
                self._take_one(frame)
        self._sending = True
        try:
            await self._be_fair()
        finally:
            self._sending = False
        return True

    def _take_one(self, frame: bytes) -> None:
        try:
            message = read_frame(frame)
        except BadFrame as bad:
            self.close(BAD_FRAME, str(bad))
            return
        cost = len(frame) + SMALL
        self._unjudged += cost
        self._budget -= cost
        assert self._room is not None
        self._room.receive(self, message)

    async def _be_fair(self) -> None:
        """Answer no sooner than its share of the time, and of the memory, allows."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._budget = min(BURST, self._budget + (now - self._budget_at) * RATE)
        self._budget_at = now
        if self._budget < 0:
            await asyncio.sleep(-self._budget / RATE)
        if self._unjudged > MOST_UNJUDGED and self.closed is None:
            self._resumed = loop.create_future()
            await asyncio.wait([self._resumed], timeout=HOLD_SECONDS)
            self._resumed = None

    async def wait(self) -> bool:
        """Wait until there is something to bring; False when a newer request has come for it."""
        self._wake(superseded=True)
        if self.closed is None and not self._kept:
            waiter = self._waiter = asyncio.get_running_loop().create_future()
            await asyncio.wait([waiter], timeout=HOLD_SECONDS)
            if waiter.cancelled():
                return False
            self._waiter = None
        if self.closed is None and self._kept:
            await asyncio.sleep(TOGETHER_SECONDS)
        return True

    def _wake(self, *, superseded: bool = False) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is None or waiter.done():
            return
        if superseded:
            waiter.cancel()
        else:
            waiter.set_result(None)

    def answer(self, *, frames: bool, opened: bool = False) -> bytes:
        """What the client is told: its frames that were taken, ours that it lacks, the end."""
        brought = [frame for frame, _ in self._kept] if frames else []
        said: dict[str, object] = {"taken": self.taken, "first": self._first}
        if opened:
            said["session"] = self.id
        if self.closed is not None and (frames or not self._kept):
            code, reason = self.closed
            said["closed"] = {"code": code, "reason": reason}
        return packed(said, brought)


def packed(said: object, frames: Sequence[bytes]) -> bytes:
    """A head and frames, each preceded by its length."""
    return write_string(json.dumps(said)) + b"".join(map(write_bytes, frames))


def unpacked(body: bytes) -> tuple[int, int, list[bytes]]:
    """How many of our frames the client has, how many of its own it sent before, and these."""
    cursor = Cursor(body)
    said = read_json(cursor.string())
    frames: list[bytes] = []
    while cursor.at < cursor.end:
        frames.append(cursor.chunk())
    got, first = (said.get("got"), said.get("first")) if isinstance(said, dict) else (None, None)
    # JSON knows no difference between true and 1; a count is not true.
    if type(got) is not int or type(first) is not int or got < 0 or first < 0:
        raise BadBytes("The head says no counts.")
    return got, first, frames


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
        admitted = await self._door.admit(connection, draft_id)
        viewer = admitted.viewer
        connection.state.person = viewer.person_id  # for the log
        self._check_room_for(viewer)
        assert draft_id is not None
        request = connection.state.request_id
        told = partial(self._lines.ended, PATH, person=viewer.person_id, request=request)
        poll = Poll(draft_id, viewer, self._digest(connection), told)
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
        if poll.credentials != self._digest(connection):
            viewer = await self._door.viewer(self._door.credentials(connection))
            if _who(viewer) != _who(poll.viewer):
                raise Turned(404, "There is no such session.")
        return poll

    def _digest(self, connection: HTTPConnection) -> bytes:
        said = json.dumps(self._door.credentials(connection))
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
