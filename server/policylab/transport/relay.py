"""One text, one process: a connection that comes to another process of the house is handed over.

The processes on a machine share one port, so a connection may land anywhere. Whose a text is
follows from its id and from who is alive (rendezvous hashing). The connection itself is given to
that process, as an open file through a unix socket, before anything is answered on it: nothing is
relayed afterwards. Where that fails the text is served where the connection came in, which is as
right and costs a little more: two processes then hear of each other through the log.

A connection that is made of plain requests (coediting_requests) can't be handed over: each may
come over a connection that carries others as well. There the request itself is passed on, and its
answer comes back.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final
from uuid import UUID

from policylab.kit.log import log

LONGEST_HEAD: Final = 65_536
PATIENCE: Final = 2.0
LONGEST_ANSWER: Final = 90.0
"""Seconds: an answer may be held until there is something to tell."""
_TAKEN: Final = b"+"


class NotAnswered(Exception):
    """The process that was asked has gone, and may have acted on the question."""


Answer = Callable[[bytes], Awaitable[bytes]]


def order(draft_id: UUID, count: int) -> Sequence[int]:
    """The processes by whose turn it is to own a text: the first that is alive does."""
    key = draft_id.bytes

    def weight(number: int) -> bytes:
        return blake2b(key + number.to_bytes(2, "big"), digest_size=8).digest()

    return sorted(range(count), key=weight)


class Neighbours:
    """The processes of this house on this machine, of which this is one."""

    def __init__(self, folder: Path, number: int, count: int) -> None:
        self._folder = folder
        self._number = number
        self._count = count
        self._listening: socket.socket | None = None
        self._receiving: set[asyncio.Task[None]] = set()
        self._answer: Answer | None = None
        self._answering: set[asyncio.Task[None]] = set()

    def answer_with(self, answer: Answer) -> None:
        """How a question that another process passes on is answered here."""
        self._answer = answer

    def _address(self, number: int) -> str:
        return str(self._folder / f"{number}.sock")

    async def open(self, take: Callable[[socket.socket, bytes], None]) -> None:
        """Be given connections from now on, each with the request that came over it."""
        address = self._address(self._number)
        _remove(address)  # of an earlier life of this process
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.setblocking(False)
        listening.bind(address)
        listening.listen(1_024)
        self._listening = listening
        asyncio.get_running_loop().add_reader(listening, self._accept, listening, take)

    async def close(self) -> None:
        """Own nothing any more: the others take over what comes in."""
        if self._listening is None:
            return
        asyncio.get_running_loop().remove_reader(self._listening)
        _remove(self._address(self._number))
        self._listening.close()
        self._listening = None
        await asyncio.gather(*self._receiving)

    async def hand_over(self, draft_id: UUID, connection: socket.socket, head: bytes) -> bool:
        """Give a connection to the process that owns the text; False when that is this one."""
        if len(head) > LONGEST_HEAD:
            return False
        for number in order(draft_id, self._count):
            if number == self._number:
                return False
            try:
                async with asyncio.timeout(PATIENCE):
                    await _give(self._address(number), connection, head)
            except (OSError, TimeoutError):
                continue  # it is not there: whoever comes next owns the text
            return True
        return False

    async def ask(self, draft_id: UUID, question: bytes) -> bytes | None:
        """Have the process that owns the text answer; None when that is this one."""
        for number in order(draft_id, self._count):
            if number == self._number:
                return None
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as way:
                way.setblocking(False)
                try:
                    async with asyncio.timeout(PATIENCE):
                        await asyncio.get_running_loop().sock_connect(way, self._address(number))
                except (OSError, TimeoutError):
                    continue  # it is not there: whoever comes next owns the text
                try:
                    async with asyncio.timeout(LONGEST_ANSWER):
                        return await _ask(way, question)
                except (OSError, TimeoutError, ValueError) as error:
                    raise NotAnswered(str(error)) from error
        return None

    def _accept(
        self, listening: socket.socket, take: Callable[[socket.socket, bytes], None]
    ) -> None:
        """A neighbour has come; what waits behind it is called for next. Accepted here and not by
        the event loop: what that accepts while it is told to stop, it loses."""
        try:
            neighbour, _ = listening.accept()
        except BlockingIOError:
            return  # it has gone again
        except OSError as error:
            log.warning("relay.not_received", error=repr(error))
            return
        work = self._receive_one(neighbour, take)
        task = asyncio.get_running_loop().create_task(work, name="relay.receive")
        self._receiving.add(task)
        task.add_done_callback(self._receiving.discard)

    async def _receive_one(
        self, neighbour: socket.socket, take: Callable[[socket.socket, bytes], None]
    ) -> None:
        try:
            await self._receive(neighbour, take)
        except (OSError, TimeoutError, ValueError) as error:
            log.warning("relay.not_received", error=repr(error))

    async def _receive(
        self, neighbour: socket.socket, take: Callable[[socket.socket, bytes], None]
    ) -> None:
        """Take a connection that is given; a question is answered later, beside what comes next."""
        neighbour.setblocking(False)
        asked = False
        try:
            async with asyncio.timeout(PATIENCE):
                size, connection = await _begin(neighbour)
                if connection is None:
                    asked = True
                    self._answer_later(neighbour, size)
                    return
                head = await _rest_of_head(neighbour, size, connection)
                await asyncio.get_running_loop().sock_sendall(neighbour, _TAKEN)
        finally:
            if not asked:
                neighbour.close()
        take(connection, head)

    def _answer_later(self, neighbour: socket.socket, size: int) -> None:
        work = self._answer_one(neighbour, size)
        task = asyncio.get_running_loop().create_task(work, name="relay.answer")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer_one(self, neighbour: socket.socket, size: int) -> None:
        loop = asyncio.get_running_loop()
        with neighbour:
            try:
                async with asyncio.timeout(PATIENCE):
                    question = await _exactly(neighbour, size)
                assert self._answer is not None, "questions come only where they are answered"
                answer = await self._answer(question)
                async with asyncio.timeout(PATIENCE):
                    await loop.sock_sendall(neighbour, len(answer).to_bytes(4, "big") + answer)
            except (OSError, TimeoutError, ValueError) as error:
                log.warning("relay.not_answered", error=repr(error))
            except Exception:  # noqa: BLE001 it is logged, and whoever asked sees no answer
                log.exception("relay.answer_failed")


def _remove(address: str) -> None:
    Path(address).unlink(missing_ok=True)


async def _give(address: str, connection: socket.socket, head: bytes) -> None:
    """Send an open connection and what has been read of it; returns once it was received."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as way:
        way.setblocking(False)
        await loop.sock_connect(way, address)
        socket.send_fds(way, [len(head).to_bytes(4, "big")], [connection.fileno()])
        await loop.sock_sendall(way, head)
        if await loop.sock_recv(way, 1) != _TAKEN:
            raise ConnectionError("the connection was not taken")


async def _ask(way: socket.socket, question: bytes) -> bytes:
    """Put a question; without a connection beside its length it is one."""
    await asyncio.get_running_loop().sock_sendall(way, len(question).to_bytes(4, "big") + question)
    return await _exactly(way, int.from_bytes(await _exactly(way, 4), "big"))


async def _begin(neighbour: socket.socket) -> tuple[int, socket.socket | None]:
    """How much will come, and the connection that is given with it, if one is."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(neighbour.fileno(), ready.set_result, None)
    try:
        await ready
    finally:
        loop.remove_reader(neighbour.fileno())
    size, files, _, _ = socket.recv_fds(neighbour, 4, 1)
    if len(size) != 4:
        raise ValueError("nothing came")
    if not files:
        return int.from_bytes(size, "big"), None
    connection = socket.socket(fileno=files[0])
    connection.setblocking(False)
    return int.from_bytes(size, "big"), connection


async def _rest_of_head(neighbour: socket.socket, size: int, connection: socket.socket) -> bytes:
    try:
        return await _exactly(neighbour, size)
    except BaseException:
        connection.close()
        raise


async def _exactly(way: socket.socket, size: int) -> bytes:
    loop = asyncio.get_running_loop()
    parts: list[bytes] = []
    while size > 0:
        part = await loop.sock_recv(way, min(size, LONGEST_HEAD))
        if not part:
            raise ValueError("what was sent is cut off")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
