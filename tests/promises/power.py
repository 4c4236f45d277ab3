"""Takes a database its power: every process of it ends at the same moment, and nothing is said."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from policylab.kit.embedded import EmbeddedPostgres


def processes_of(server: EmbeddedPostgres) -> list[int]:
    """The postmaster, and everything that it has started (Linux)."""
    data = server.folder / "data"
    first = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    return [first, *_children(first)]


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.name))
    return found


def cut(server: EmbeddedPostgres) -> int:
    """Kill -9 of all of them at once; how many there were."""
    pids = processes_of(server)
    for number in (signal.SIGSTOP, signal.SIGKILL):  # nobody notices that another is gone
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    return len(pids)


async def back(server: EmbeddedPostgres) -> None:
    await asyncio.to_thread(server.start)
