"""Work on large texts, in processes of its own: pycrdt never lets go of the interpreter.

What is small is done at once, where it is asked for; a text that breaks a process breaks no other.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, ParamSpec, TypeVar

from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.workers import Hung, Workers

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

_workers = Workers(PROCESSES, longest=LONGEST)
_asked = 0


async def apart(weight: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work`, a function of a module, makes of this; elsewhere if it weighs much.

    TEMPORARILY_UNAVAILABLE when it takes longer than anybody would wait, or too many wait.
    """
    global _asked
    if weight < LIGHT:
        return work(*args, **kwargs)
    if _asked >= MOST_WAITING:
        raise _busy()
    _asked += 1
    try:
        return await _workers.do(partial(work, *args, **kwargs))
    except Hung as problem:
        raise _busy() from problem
    finally:
        _asked -= 1


def _busy() -> Refused:
    message = "This text is too large to be looked at now. Try again in a while."
    return Refused(RefusalCode.TEMPORARILY_UNAVAILABLE, message)
