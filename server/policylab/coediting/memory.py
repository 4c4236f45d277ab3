"""Giving memory back to the system once large texts have been let go."""

import ctypes
import sys


def give_back() -> None:
    """Let the C library return what it holds free; where it is another one, it does so itself."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
