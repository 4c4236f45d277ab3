"""Work on large texts, in processes of its own: pycrdt never lets go of the interpreter.

What is small is done at once, where it is asked for; a text that breaks a process breaks no other.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, Final, ParamSpec, TypeVar

from policylab.kit.errors import RefusalCode, Refused

LIGHT: Final = 256 * 1024
"""What weighs less is done on the spot: some ten milliseconds."""
ROW_WEIGHT: Final = 64
"""What one row of a log weighs beside its bytes."""
PROCESSES: Final = 2
MOST_WAITING: Final = 16
"""Whoever comes when so many are at it or wait is asked to come back."""
LONGEST: Final = 60.0

P = ParamSpec("P")
T = TypeVar("T")

_pools: list[ProcessPoolExecutor] = []


async def apart(weight: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work`, a function of a module, makes of this; elsewhere if it weighs much.

    TEMPORARILY_UNAVAILABLE when it takes longer than anybody would wait, or too many wait.
    """
    if weight < LIGHT:
        return work(*args, **kwargs)
    if len(_asked) >= MOST_WAITING:
        raise _busy()
    pool = _pool()
    future = asyncio.wrap_future(pool.submit(work, *args, **kwargs))
    _asked.add(future)
    try:
        return await asyncio.wait_for(future, LONGEST)
    except (TimeoutError, BrokenProcessPool) as problem:
        _discard(pool)
        raise _busy() from problem
    finally:
        _asked.discard(future)


_asked: set[asyncio.Future[Any]] = set()


def _busy() -> Refused:
    message = "This text is too large to be looked at now. Try again in a while."
    return Refused(RefusalCode.TEMPORARILY_UNAVAILABLE, message)


def _pool() -> ProcessPoolExecutor:
    """The pool of this process, started by whoever needs it first."""
    if not _pools:
        _pools.append(ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")))
    return _pools[0]


def _discard(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool that hangs or broke; what comes next starts new ones."""
    if pool in _pools:
        _pools.remove(pool)
    for process in list((pool._processes or {}).values()):  # pyright: ignore[reportPrivateUsage]
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
