"""A bad line: what is between people and us when they sit on a train."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass
class Weather:
    """How bad the line is; may be changed while it is used."""

    delay: float = 0.0
    """Seconds that everything takes, in each direction."""
    jitter: float = 0.0
    rate: float = 0.0
    """Bytes a second; nought for as fast as it goes."""
    slices: int = 65_536
    resets: float = 0.0
    """After so many seconds each connection is reset."""
    silent: bool = False
    """Everything is swallowed, and nobody is told."""

    def clear_up(self) -> None:
        self.delay = self.jitter = self.rate = self.resets = 0.0
        self.slices, self.silent = 65_536, False


class Proxy:
    """Passes bytes on between a port of its own and another, as the weather allows."""

    def __init__(self, port: int, weather: Weather) -> None:
        self.weather = weather
        self.port = 0
        self.resets = 0
        self._to = port
        self._tasks: set[asyncio.Task[None]] = set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.close()
            return
        ways = [
            asyncio.create_task(self._pass_on(reader, back)),
            asyncio.create_task(self._pass_on(there, writer)),
        ]
        if self.weather.resets:
            ways.append(asyncio.create_task(asyncio.sleep(self.weather.resets)))
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        self.resets += ways[-1].done() and len(ways) == 3
        for way in ways:
            way.cancel()
        for each in (writer, back):
            each.transport.abort()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """In order, each slice after its delay, no faster than the rate."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(4_096)
        sending = asyncio.create_task(self._send(waiting, writer))
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                late = self.weather.delay + random.uniform(-1, 1) * self.weather.jitter
                size = self.weather.slices
                for at in range(0, len(data), size):
                    await waiting.put((loop.time() + max(0, late), data[at : at + size]))
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

    async def _send(
        self, waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        free = loop.time()
        with suppress(ConnectionError):
            while True:
                due, data = await waiting.get()
                if self.weather.silent:
                    continue
                if self.weather.rate:
                    free = max(free, loop.time()) + len(data) / self.weather.rate
                    due = max(due, free)
                if due > loop.time() + 0.001:
                    await asyncio.sleep(due - loop.time())
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def bad_line(port: int, weather: Weather) -> AsyncGenerator[Proxy]:
    proxy = Proxy(port, weather)
    server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)  # pyright: ignore[reportPrivateUsage]
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
