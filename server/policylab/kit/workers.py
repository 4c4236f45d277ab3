"""Heavy work in processes of its own, so that what hangs or breaks there breaks nothing here."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")


class Hung(Exception):
    """The work took too long, or ended its process."""


class Workers:
    """So many processes, started by whoever needs one first, and anew after one broke."""

    def __init__(self, count: int, *, longest: float) -> None:
        self._count = count
        self._longest = longest
        """Seconds."""
        self._pool: ProcessPoolExecutor | None = None

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` makes, which must be picklable; Hung when nothing comes of it in time."""
        pool = self._pool = self._pool or ProcessPoolExecutor(
            self._count, mp_context=get_context("spawn")
        )
        try:
            return await asyncio.wait_for(asyncio.wrap_future(pool.submit(work)), self._longest)
        except (TimeoutError, BrokenProcessPool) as problem:
            self._discard(pool)
            raise Hung from problem

    def _discard(self, pool: ProcessPoolExecutor) -> None:
        """End the processes of a pool that hangs or broke; what comes next starts new ones."""
        if self._pool is pool:
            self._pool = None
        for process in list((pool._processes or {}).values()):  # pyright: ignore[reportPrivateUsage]
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
