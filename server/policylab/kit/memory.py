"""What the C library does with memory that is free again. Another library than glibc does as it
likes."""

import ctypes
import sys
from typing import Any, Final

_MMAP_THRESHOLD: Final = -3
LARGE: Final = 256 * 1024
"""Bytes; what is as large or larger goes back to the system as soon as it is free."""
ENVIRONMENT: Final = {
    "MALLOC_MMAP_THRESHOLD_": str(LARGE),
    "MALLOC_TRIM_THRESHOLD_": str(16 * LARGE),
}
"""The same for a program that is started with it. Of small pieces so much may stay free: PostgreSQL
wants them again for the next statement."""


def keep_nothing_large() -> None:
    """From now on; otherwise the first large piece that is let go raises the bound to 32 MiB."""
    _call("mallopt", _MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Once large texts have been let go: what is free between pieces that are not."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    function: Any = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)
