"""Several serving processes on one port of one machine, and one that looks after them."""

import asyncio
import contextlib
import multiprocessing
import signal
import socket
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from policylab.kit.log import log
from policylab.settings import Settings

AGAIN_AFTER: Final = 1.0
PATIENCE: Final = 20.0
"""Seconds in which a process finishes what is under way before it is ended."""
_context = multiprocessing.get_context("spawn")


class Crew:
    """The processes; each is its own server with its own connections to the database."""

    def __init__(
        self, settings: Settings, listening: socket.socket, count: int, folder: Path
    ) -> None:
        self._settings = settings
        self._listening = listening
        self._count = count
        self._folder = folder
        self._members: dict[int, BaseProcess] = {}
        self._lines: dict[int, Any] = {}
        """Our ends of lines on which nothing is said: they end with us, and so do the processes."""
        self._stopping = asyncio.Event()

    async def work(self, *, ready: Callable[[], None]) -> None:
        """Keep all of them running until a signal comes; then let them finish and go."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        keeping = [asyncio.create_task(self._keep(number)) for number in range(self._count)]
        try:
            said = asyncio.create_task(self._stopping.wait())
            opened = asyncio.gather(*(self._opened(number) for number in range(self._count)))
            await asyncio.wait({said, opened}, return_when=asyncio.FIRST_COMPLETED)
            if opened.done() and not self._stopping.is_set():
                ready()
            await said
            opened.cancel()
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            await self._end_all()

    async def _opened(self, number: int) -> None:
        member = self._folder / f"{number}.sock"
        while not member.exists():  # noqa: ASYNC110 another process makes it
            await asyncio.sleep(0.05)

    async def _keep(self, number: int) -> None:
        """One process, started again whenever it has ended."""
        while True:
            member = self._members[number] = self._start(number)
            await _ended(member)
            log.warning("crew.ended", number=number, exit=member.exitcode)
            await asyncio.sleep(AGAIN_AFTER)

    def _start(self, number: int) -> BaseProcess:
        settings = self._settings
        if number > 0:  # one of them does the background work, and answers whoever watches
            settings = settings.model_copy(update={"work": False, "metrics_address": None})
        line, self._lines[number] = _context.Pipe(duplex=False)
        member = _context.Process(
            target=_serve,
            args=(settings, self._listening, number, self._count, self._folder, line),
            name=f"policylab-{number}",
        )
        member.start()
        line.close()
        return member

    async def _end_all(self) -> None:
        for member in self._members.values():
            if member.is_alive():
                member.terminate()
        for member in self._members.values():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_ended(member), PATIENCE)
            if member.is_alive():
                member.kill()
                await _ended(member)


def _serve(
    settings: Settings,
    listening: socket.socket,
    number: int,
    count: int,
    folder: Path,
    line: Any,
) -> None:
    """What each process does."""
    from policylab import serving
    from policylab.kit import log as logging
    from policylab.transport.relay import Neighbours

    logging.configure(json=settings.log_json)

    async def run() -> None:
        neighbours = Neighbours(folder, number, count)
        server = serving.server_of(settings, ready=lambda: None, neighbours=neighbours)

        def stop() -> None:
            server.should_exit = True

        asyncio.get_running_loop().add_reader(line.fileno(), stop)
        await server.serve(sockets=[listening])

    with serving.runner() as runner:
        runner.run(run())


async def _ended(member: BaseProcess) -> None:
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    loop.add_reader(member.sentinel, lambda: over.done() or over.set_result(None))
    try:
        await over
    finally:
        loop.remove_reader(member.sentinel)
    member.join()
