"""A real server of live texts and real clients, for tests that go through sockets."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import uvicorn
from pycrdt import Doc, XmlElement, XmlFragment, XmlText
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from policylab import coediting, identity
from policylab.coediting import Right, Standing
from policylab.coediting.lib0 import Cursor, write_bytes, write_uint
from policylab.coediting.reading import read_text
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.settings import Settings
from policylab.transport import coediting as transport
from policylab.transport import middleware, signin
from policylab.transport.coediting_doorway import Doorway
from policylab.transport.relay import Neighbours
from tests.serving import token_of

PATIENCE = 15.0


@dataclass
class Doors(coediting.Gate):
    """Who may do what to which draft, said outright: the gate of these tests."""

    standings: dict[tuple[UUID, UUID], Standing] = field(default_factory=dict[Any, Standing])

    async def may(self, viewer: Viewer, draft_id: UUID) -> Standing:
        assert viewer.person_id is not None
        return self.standings.get((viewer.person_id, draft_id), coediting.NOBODY)


@dataclass
class Person:
    """Somebody with a token, who takes part in one capacity."""

    id: UUID
    token: str
    standing: Standing

    @property
    def capacity(self) -> str:
        return str(self.standing.capacity_id)


@dataclass
class Doorstep:
    """What the co-editing routes need of a house."""

    settings: Settings
    database: Database
    hub: coediting.Hub
    polls: Any = None

    async def viewer_of(self, connection: HTTPConnection) -> Viewer:
        return await signin.viewer_of(connection, self.database, self.settings)


@dataclass
class Open:
    """A server of live texts, and how people come to it."""

    database: Database
    hub: coediting.Hub
    doors: Doors
    port: int

    def url(self, draft_id: UUID, **parameters: str) -> str:
        query = "&".join(f"{key}={value}" for key, value in parameters.items())
        path = f"/coedit/{to_global('Draft', draft_id)}"
        return f"ws://localhost:{self.port}{path}{'?' if query else ''}{query}"

    async def draft(self, content: Any = None) -> UUID:
        draft_id = uuid7()
        async with self.database.write(SYSTEM) as uow:
            await coediting.open_draft(uow, draft_id=draft_id, dialogue_id=uuid7(), content=content)
        return draft_id

    async def person(
        self,
        draft_id: UUID,
        right: Right = Right.WRITE,
        *,
        label: str = "Delegate",
        locale: str = "en",
    ) -> Person:
        """Somebody new who may do this to the draft."""
        async with self.database.write(SYSTEM) as uow:
            row = await identity.create_person(uow, SYSTEM, display_name=label, locale=locale)
        standing = Standing(
            right,
            person_id=row.id,
            capacity_id=uuid7(),
            level="local",
            function="adviser",
            organisation="City",
            label=label,
        )
        self.doors.standings[(row.id, draft_id)] = standing
        return Person(row.id, await token_of(self.database, row.id), standing)

    def now_may(self, person: Person, draft_id: UUID, right: Right) -> None:
        old = self.doors.standings[(person.id, draft_id)]
        new = Standing(
            right, old.person_id, old.capacity_id, old.level, old.function, old.organisation
        )
        self.doors.standings[(person.id, draft_id)] = new

    async def text(self, draft_id: UUID) -> Any:
        async with self.database.read(SYSTEM) as session:
            return (await coediting.committed_text(session, draft_id)).content

    @asynccontextmanager
    async def writer(
        self, draft_id: UUID, person: Person, **arguments: Any
    ) -> AsyncGenerator[Writer]:
        writer = Writer(self.url(draft_id, frames="1"), person, **arguments)
        await writer.connect()
        try:
            yield writer
        finally:
            await writer.close()


@asynccontextmanager
async def serving(
    database: Database,
    folder: Path,
    doors: Doors | None = None,
    *,
    neighbours: Neighbours | None = None,
    log_json: bool = False,
) -> AsyncGenerator[Open]:
    """Serve the co-editing routes over a real socket, as one of several where it has neighbours."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)  # stalls show soon
    port = listening.getsockname()[1]
    settings = Settings(port=port, data_folder=folder, log_json=log_json)
    doors = doors or Doors()
    hub = coediting.Hub(database, doors)
    step = Doorstep(settings, database, hub)
    app = Starlette(
        routes=transport.routes(step),  # pyright: ignore[reportArgumentType]
        middleware=middleware.stack(settings),
    )
    app.state.house = step
    doorway = Doorway(transport.Door(step), settings, neighbours)
    if neighbours is not None:
        step.polls.relay_through(neighbours)
    config = uvicorn.Config(
        app,
        ws=doorway,
        ws_max_size=1_048_576,
        log_config=None,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    await hub.start()
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await eventually(lambda: server.started)
        await doorway.open()
        yield Open(database, hub, doors, port)
    finally:
        await doorway.close()
        await step.polls.stop()
        server.should_exit = True
        await task
        await hub.stop()


def text(*paragraphs: str) -> Any:
    """A text of these paragraphs, each with an identifier of its own."""
    return {
        "type": "doc",
        "content": [
            {
                "type": "paragraph",
                "attrs": {"id": str(UUID(int=number + 1))},
                "content": [{"type": "text", "text": words}],
            }
            for number, words in enumerate(paragraphs)
        ],
    }


async def eventually(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait until something has come true."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def frame(*numbers: int, data: bytes = b"") -> bytes:
    return b"".join(map(write_uint, numbers)) + (write_bytes(data) if data else b"")


class Writer:
    """A client that understands our frames, on a Yjs document of pycrdt."""

    def __init__(
        self, url: str, person: Person | None, *, client_id: int | None = None, doc: Any = None
    ) -> None:
        self.url = url
        self.person = person
        self.way: int | None = None
        """The port through which it goes, where something stands in between."""
        self.doc: Doc[Any] = doc if doc is not None else Doc(client_id=client_id)
        self.sent = 0
        self.stored = 0
        self.seq = 0
        self.welcome: dict[str, Any] | None = None
        self.refused: dict[str, Any] | None = None
        self.presences: dict[int, Any] = {}
        self.frames: list[bytes] = []
        self.synced = False
        self.code: int | None = None
        self.offline = False
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._observer: Any = None
        self._outgoing: list[bytes] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        self._own_run: XmlText | None = None
        self.numbers: dict[str, int] = {}
        """For each token that is not acknowledged: with which change it was sent."""
        self.written: list[str] = []
        self.acknowledged: set[str] = set()
        """Tokens that the server said are stored."""

    async def connect(self) -> None:
        """Connect, and wait until both sides know what the other has."""
        self.sent = self.stored = 0
        self._outgoing.clear()
        self.synced = False
        self.code = self.refused = None
        headers = {"authorization": f"Bearer {self.person.token}"} if self.person else {}
        way: dict[str, Any] = {} if self.way is None else {"port": self.way}
        self._socket = await connect(self.url, additional_headers=headers, max_size=None, **way)
        self._reader = asyncio.create_task(self._read())
        if self._observer is None:
            self._observer = self.doc.observe(self._say)
        await self.send(frame(0, 0, data=self.doc.get_state()))
        await eventually(lambda: self.synced or self.code is not None)

    def _say(self, event: Any) -> None:
        if not (self.offline or self._socket is None or self.code is not None):
            self._queue(frame(0, 2, data=event.update))

    def _queue(self, message: bytes) -> None:
        """Send a change, after those before it; answers at once."""
        self.sent += 1
        self._outgoing.append(message)
        task = asyncio.get_running_loop().create_task(self._send_outgoing())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_outgoing(self) -> None:
        async with self._sending:
            while self._outgoing and self._socket is not None:
                message = self._outgoing.pop(0)
                with suppress(ConnectionClosed):
                    await self._socket.send(message)

    async def send(self, data: bytes) -> None:
        """Send a frame as it is."""
        assert self._socket is not None
        await self._socket.send(data)

    async def change(self, update: bytes, *, kind: int = 2) -> None:
        """Send an update as it is; it counts."""
        self._queue(frame(0, kind, data=update))

    async def _read(self) -> None:
        assert self._socket is not None
        socket_ = self._socket
        try:
            async for data in socket_:
                assert isinstance(data, bytes)
                self.frames.append(data)
                await self._take(Cursor(data))
        except ConnectionClosed:
            pass
        finally:
            self.code = socket_.close_code

    async def _take(self, cursor: Cursor) -> None:
        kind = cursor.uint()
        if kind == 0:
            await self._sync(cursor)
        elif kind == 1:
            self._presence(Cursor(cursor.chunk()))
        elif kind == 100:
            self.refused = orjson.loads(cursor.string())
        elif kind == 101:
            self.seq, self.stored = cursor.uint(), cursor.uint()
            self._acknowledge()
        elif kind == 102:
            self.welcome = orjson.loads(cursor.string())

    async def _sync(self, cursor: Cursor) -> None:
        step, data = cursor.uint(), cursor.chunk()
        if step == 0:
            await self.change(self.doc.get_update(data), kind=1)
            self.numbers = dict.fromkeys(self.numbers, self.sent)
            return
        self.offline, before = True, self.offline  # what comes from the server is not sent back
        self.doc.apply_update(data)
        self.offline = before
        self.synced = self.synced or step == 1

    def _presence(self, cursor: Cursor) -> None:
        for _ in range(cursor.uint()):
            client, _, state = cursor.uint(), cursor.uint(), orjson.loads(cursor.string())
            if state is None:
                self.presences.pop(client, None)
            else:
                self.presences[client] = state

    async def show(self, client: int, clock: int, state: Any) -> None:
        """Send presence for one client id."""
        said = orjson.dumps(state)
        entry = write_uint(1) + write_uint(client) + write_uint(clock) + write_bytes(said)
        await self.send(frame(1, data=entry))

    # ── writing ──

    @property
    def root(self) -> XmlFragment:
        return self.doc.get("default", type=XmlFragment)

    def add_paragraph(self, words: str, marks: dict[str, Any] | None = None) -> XmlText:
        """A new paragraph at the end."""
        run = XmlText()
        with self.doc.transaction():
            element = self.root.children.append(XmlElement("paragraph"))
            element.attributes["id"] = str(uuid7())
            element.children.append(run)
            run.insert(0, words, marks)
        return run

    def run(self, paragraph: int = 0) -> XmlText:
        """The words of a paragraph."""
        element = self.root.children[paragraph]
        assert isinstance(element, XmlElement)
        run = element.children[0]
        assert isinstance(run, XmlText)
        return run

    def write_token(self) -> str:
        """Words that nobody else writes, at the end of this writer's own paragraph."""
        token = f"[{os.urandom(6).hex()}]"
        if self._own_run is None:
            self._own_run = self.add_paragraph("")
        self.written.append(token)
        self._own_run.insert(len(self._own_run), token)
        self.numbers[token] = self.sent
        return token

    def _acknowledge(self) -> None:
        """The server says that so many changes of this connection are stored."""
        done = {token for token, number in self.numbers.items() if number <= self.stored}
        self.acknowledged |= done
        for token in done:
            del self.numbers[token]

    @property
    def text(self) -> Any:
        return read_text(self.doc)

    async def settled(self) -> None:
        """Wait until everything this connection sent is stored."""
        await eventually(lambda: not self._outgoing and self.stored == self.sent)

    async def closed(self) -> int | None:
        await eventually(lambda: self.code is not None)
        return self.code

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def drop(self) -> None:
        """Lose the line without a word."""
        if self._socket is not None:
            self._socket.transport.abort()
        if self._reader is not None:
            await self._reader


TOKEN = re.compile(r"\[[0-9a-f]{12}\]")


def tokens_in(data: bytes | str) -> list[str]:
    """The tokens of `Writer.write_token` in a frame or a text."""
    words = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return TOKEN.findall(words)


def words_of(content: Any) -> str:
    """All words of a text."""
    if content["type"] == "text":
        return content["text"]
    return "".join(words_of(child) for child in content.get("content", []))
