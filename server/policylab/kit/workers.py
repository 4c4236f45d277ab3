"""Heavy work in processes of its own, so that what hangs or breaks there breaks nothing here.

They give way to the server where both want the same core, end when nobody needs them, and never
outlive the server, however it ends.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class Hung(Exception):
    """The work took too long, or ended its process."""


IDLE_SECONDS = 20.0
NICENESS = 10


class Workers:
    """So many processes, started by whoever needs one first, and anew after one broke."""

    def __init__(self, count: int, *, longest: float) -> None:
        self._count = count
        self._longest = longest
        """Seconds."""
        self._pool: ProcessPoolExecutor | None = None
        self._working = 0
        self._end: asyncio.TimerHandle | None = None

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` makes, which must be picklable; Hung when nothing comes of it in time."""
        pool = self._pool = self._pool or ProcessPoolExecutor(
            self._count, get_context("spawn"), _settle_in
        )
        if self._end is not None:
            self._end.cancel()
        self._working += 1
        try:
            return await asyncio.wait_for(asyncio.wrap_future(pool.submit(work)), self._longest)
        except (TimeoutError, BrokenProcessPool) as problem:
            self._discard(pool)
            raise Hung from problem
        finally:
            self._working -= 1
            if not self._working:
                loop = asyncio.get_running_loop()
                self._end = loop.call_later(IDLE_SECONDS, self._leave)

    def _leave(self) -> None:
        """Nobody has needed them for a while."""
        if self._pool is not None and not self._working:
            self._pool.shutdown(wait=False)
            self._pool = None

    def _discard(self, pool: ProcessPoolExecutor) -> None:
        """End the processes of a pool that hangs or broke; what comes next starts new ones."""
        if self._pool is pool:
            self._pool = None
        for process in list((pool._processes or {}).values()):  # pyright: ignore[reportPrivateUsage]
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)


def _settle_in() -> None:
    """What each process does first."""
    _give_way()
    Thread(target=_end_with_the_server, daemon=True).start()


def _give_way() -> None:
    """To everything on this machine; where processes are weighed by session, the database, too."""
    os.nice(NICENESS)
    with suppress(OSError):  # another system, or a Linux that weighs each process by itself
        os.setsid()
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def _end_with_the_server() -> None:
    """A server that was killed tells nobody; its processes would wait for work for ever."""
    server = parent_process()
    assert server is not None
    server.join()
    os._exit(0)
