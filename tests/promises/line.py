"""A websocket spoken by hand, so that it can be spoken wrongly, slowly, or not at all."""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from websockets.frames import Opcode

from tests.coediting.harness import Person

PATIENCE = 10.0
LOST = 1006
"""The line ended without a word; what RFC 6455 reserves for exactly this."""
BINARY, TEXT, CONT = Opcode.BINARY, Opcode.TEXT, Opcode.CONT
CLOSE, PING, PONG = Opcode.CLOSE, Opcode.PING, Opcode.PONG


def packed(
    opcode: int,
    data: bytes = b"",
    *,
    fin: bool = True,
    reserved: int = 0,
    masked: bool = True,
    says: int | None = None,
) -> bytes:
    """One frame as a client sends it; `says` lies about its length."""
    length = len(data) if says is None else says
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    mask = 0x80 if masked else 0
    if length < 126:
        head = bytes((first, mask | length))
    elif length < 65_536:
        head = bytes((first, mask | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((first, mask | 127)) + length.to_bytes(8, "big")
    if not masked:
        return head + data
    key = os.urandom(4)
    pad = key * (len(data) // 4 + 1)
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(pad[: len(data)], "big")
    return head + key + mixed.to_bytes(len(data), "big")


def asking(url: str, person: Person | None = None, **headers: str) -> bytes:
    """The request that opens a websocket."""
    parts = urlsplit(url)
    wanted = {
        "Host": parts.netloc,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    if person is not None:
        wanted["Authorization"] = f"Bearer {person.token}"
    wanted |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in wanted.items()]
    return "\r\n".join([*lines, "", ""]).encode()


class Line:
    """One connection; `status` is the answer to its handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.status = 0
        self.answer = ""
        """The head of that answer, in small letters."""

    @classmethod
    async def dial(cls, url: str, *, receives: int | None = None) -> Self:
        """A connection on which nothing has been said yet."""
        parts = urlsplit(url)
        plain = socket.socket()
        if receives is not None:  # before connecting: later it is too late
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", parts.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(*await asyncio.open_connection(sock=plain, limit=2**24))

    @classmethod
    async def open(
        cls, url: str, person: Person | None = None, *, receives: int | None = None, **headers: str
    ) -> Self:
        line = await cls.dial(url, receives=receives)
        line.writer.write(asking(url, person, **headers))
        async with asyncio.timeout(PATIENCE):
            head = await line.reader.readuntil(b"\r\n\r\n")
        line.answer = head.decode().lower()
        line.status = int(line.answer.split(" ", 2)[1])
        return line

    async def say(self, opcode: int, data: bytes = b"", **how: bool | int) -> None:
        await self.put(packed(opcode, data, **how))  # pyright: ignore[reportArgumentType]

    async def put(self, data: bytes, *, slices: int | None = None) -> None:
        """Send bytes as they are; in slices, each leaves by itself."""
        with suppress(ConnectionError):
            for at in range(0, len(data), slices or len(data) or 1):
                self.writer.write(data[at : at + (slices or len(data))])
                await self.writer.drain()
                if slices:
                    await asyncio.sleep(0)

    async def hear(self) -> tuple[int, bytes]:
        """The next frame; a server's are short in form, whole and unmasked."""
        head = await self.reader.readexactly(2)
        assert head[0] & 0x80
        assert not head[0] & 0x70
        assert not head[1] & 0x80
        length = head[1]
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2), "big")
            assert length > 125
        elif length == 127:
            length = int.from_bytes(await self.reader.readexactly(8), "big")
            assert length > 65_535
        return head[0] & 0x0F, await self.reader.readexactly(length)

    def stall(self) -> None:
        """Take nothing any more from the system, which takes little itself."""
        transport = self.writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()

    async def pong(self) -> bytes:
        """The next answer to a ping."""
        async with asyncio.timeout(PATIENCE):
            while True:
                opcode, data = await self.hear()
                if opcode == PONG:
                    return data

    async def code(self, seconds: float = PATIENCE) -> int:
        """With which code the server ends this connection; 1005 when it names none."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    opcode, data = await self.hear()
                    if opcode == CLOSE:
                        await self.say(CLOSE, data)
                        await self.ended()
                        return int.from_bytes(data[:2], "big") if data else 1005
        except (asyncio.IncompleteReadError, ConnectionError):
            return LOST

    async def ended(self) -> None:
        """After its last word the server ends the connection, and says nothing more."""
        with suppress(ConnectionError):
            assert await self.reader.read() == b""

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()
