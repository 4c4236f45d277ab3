"""A client for networks without websockets, for tests."""

import asyncio
from contextlib import suppress
from typing import Any

import httpx2
import orjson

from policylab.coediting.lib0 import Cursor
from policylab.transport.coediting_poll import packed
from tests.coediting.harness import Person, Writer, eventually, frame

PATIENCE = 30.0
LOST = 1006


def bearer(person: Person) -> dict[str, str]:
    return {"authorization": f"Bearer {person.token}"}


class Told:
    """What an answer says."""

    def __init__(self, body: bytes) -> None:
        cursor = Cursor(body)
        self.head = orjson.loads(cursor.string())
        self.frames: list[bytes] = []
        while cursor.at < cursor.end:
            self.frames.append(cursor.chunk())

    @property
    def closed(self) -> int | None:
        return self.head["closed"]["code"] if "closed" in self.head else None


def body_of(got: int, first: int = 0, *frames: bytes) -> bytes:
    return packed({"got": got, "first": first}, frames)


class Line:
    """The requests of one session, one by one."""

    def __init__(self, url: str, headers: dict[str, str], session: str = "") -> None:
        self.url = url.replace("ws:", "http:")
        self.headers = headers | ({"x-policylab-session": session} if session else {})
        self.client = httpx2.AsyncClient(timeout=PATIENCE)

    async def post(self, body: bytes = b"") -> httpx2.Response:
        return await self.client.post(self.url, content=body, headers=self.headers)

    async def insist(self, body: bytes) -> httpx2.Response:
        """The same request again while it can't be answered, as an honest client does."""
        for _ in range(5):
            answer = await self.post(body)
            if answer.status_code != 503:
                return answer
            await asyncio.sleep(0.1)
        raise AssertionError("There was no answer.")

    async def told(self, body: bytes = b"") -> Told:
        answer = await self.insist(body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return Told(answer.content)

    async def open(self) -> Told:
        told = await self.told()
        self.headers["x-policylab-session"] = told.head["session"]
        return told

    async def end(self) -> int:
        answer = await self.client.delete(self.url, headers=self.headers)
        return answer.status_code


class PollWriter(Writer):
    """`Writer` over requests that come and go."""

    line: Line | None = None
    got = 0
    given = 0
    requests = 0

    async def connect(self) -> None:
        self.sent = self.stored = self.got = self.given = 0
        self._outgoing.clear()
        self.synced = False
        self.code = self.refused = None
        path, _, query = self.url.partition("?")
        assert self.person is not None
        if self.line is not None:
            await self.line.client.aclose()
        self.line = Line(f"{path}/poll?{query}", bearer(self.person))
        await self._hear(await self.line.open())
        self._reader = asyncio.create_task(self._read())
        if self._observer is None:
            self._observer = self.doc.observe(self._say)
        await self.send(frame(0, 0, data=self.doc.get_state()))
        await eventually(lambda: self.synced or self.code is not None)

    def _say(self, event: Any) -> None:
        if not self.offline and self.line is not None and self.code is None:
            self._queue(frame(0, 2, data=event.update))

    async def _send_outgoing(self) -> None:
        async with self._sending:
            messages, self._outgoing = self._outgoing, []
            if messages:
                await self._post(messages)

    async def send(self, data: bytes) -> None:
        async with self._sending:
            await self._post([data])

    async def _post(self, frames: list[bytes]) -> None:
        assert self.line is not None
        self.requests += 1
        told = await self.line.told(body_of(self.got, self.given, *frames))
        self.given += len(frames)
        if told.closed is None:
            assert told.head["taken"] == self.given
        else:
            self.code = told.closed

    async def _read(self) -> None:
        assert self.line is not None
        while self.code is None:
            self.requests += 1
            try:
                answer = await self.line.insist(body_of(self.got))
            except httpx2.TransportError:
                self.code = LOST
                return
            if answer.status_code == 404:  # its process has gone before it could say so
                self.code = LOST
            else:
                assert answer.status_code == 200, answer.text
                await self._hear(Told(answer.content))

    async def _hear(self, told: Told) -> None:
        first = told.head["first"]
        for number, data in enumerate(told.frames, first):
            if number == self.got:
                self.got += 1
                self.frames.append(data)
                await self._take(Cursor(data))
        if told.closed is not None:
            self.code = told.closed

    async def close(self) -> None:
        assert self.line is not None
        if self.code is None:
            assert await self.line.end() == 204
        if self._reader is not None:
            await self._reader
        await self.line.client.aclose()

    async def drop(self) -> None:
        """Vanish: nothing is said, and nobody fetches any more."""
        assert self.line is not None
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader
        await self.line.client.aclose()
        self.line, self.code = None, LOST
