"""Which core a program runs on, and how it is ended: by its id, with all that it started."""

import os
import signal
import subprocess
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

SERVER, GENERATOR = 0, 1
"""Which of this process's cores; with one alone both share it."""


@contextmanager
def on_core(which: int) -> Generator[None]:
    """What is started meanwhile runs on this core, and so do its children."""
    before = os.sched_getaffinity(0)
    cores = sorted(before)
    os.sched_setaffinity(0, {cores[which % len(cores)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(roots: Iterable[int]) -> list[int]:
    """These processes and all that descend from them."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found = list(roots)
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def kill_all(roots: Iterable[int]) -> None:
    """As a power cut does it: all of them at once, no signal handler runs."""
    for pid in family(roots):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> None:
    """End a program of ours and wait; what does not go is killed."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
