"""One text, one process: a connection that comes to another process of the house is handed over.

The processes on a machine share one port, so a connection may land anywhere. Whose a text is
follows from its id and from who is alive (rendezvous hashing). The connection itself is given to
that process, as an open file through a unix socket, before anything is answered on it: nothing is
relayed afterwards. Where that fails the text is served where the connection came in, which is as
right and costs a little more: two processes then hear of each other through the log.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final
from uuid import UUID

from policylab.kit.log import log

LONGEST_HEAD: Final = 65_536
PATIENCE: Final = 2.0
_TAKEN: Final = b"+"


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
        self._accepting: asyncio.Task[None] | None = None

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
        self._accepting = asyncio.create_task(self._accept(listening, take), name="relay.accept")

    async def close(self) -> None:
        """Own nothing any more: the others take over what comes in."""
        if self._listening is None or self._accepting is None:
            return
        self._accepting.cancel()
        with suppress(asyncio.CancelledError):
            await self._accepting
        _remove(self._address(self._number))
        self._listening.close()
        self._listening = None

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

    async def _accept(
        self, listening: socket.socket, take: Callable[[socket.socket, bytes], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            neighbour, _ = await loop.sock_accept(listening)
            try:
                async with asyncio.timeout(PATIENCE):
                    given = await _receive(neighbour)
                    await loop.sock_sendall(neighbour, _TAKEN)
            except (OSError, TimeoutError, ValueError) as error:
                log.warning("relay.not_received", error=repr(error))
                continue
            finally:
                neighbour.close()
            take(*given)


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


async def _receive(neighbour: socket.socket) -> tuple[socket.socket, bytes]:
    loop = asyncio.get_running_loop()
    neighbour.setblocking(False)
    ready = loop.create_future()
    loop.add_reader(neighbour.fileno(), ready.set_result, None)
    try:
        await ready
    finally:
        loop.remove_reader(neighbour.fileno())
    size, files, _, _ = socket.recv_fds(neighbour, 4, 1)
    if len(files) != 1 or len(size) != 4:
        raise ValueError("no connection came")
    connection = socket.socket(fileno=files[0])
    connection.setblocking(False)
    try:
        head = b""
        while len(head) < int.from_bytes(size, "big"):
            part = await loop.sock_recv(neighbour, LONGEST_HEAD)
            if not part:
                raise ValueError("the request is cut off")
            head += part
    except BaseException:
        connection.close()
        raise
    return connection, head
