"""Work that hangs or breaks is given up, and what comes next is done."""

import asyncio
import os
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from policylab.kit.workers import Hung, Workers


async def test_what_hangs_or_breaks_is_given_up_and_the_next_is_done() -> None:
    workers = Workers(1, longest=20.0)
    here = await workers.do(os.getpid)
    assert here != os.getpid()
    with pytest.raises(Hung):
        await workers.do(partial(os._exit, 1))
    assert await workers.do(os.getpid) not in {here, os.getpid()}
    hurried = Workers(1, longest=0.2)
    with pytest.raises(Hung):
        await hurried.do(partial(time.sleep, 60))


async def test_an_error_of_the_work_itself_is_told() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await Workers(1, longest=20.0).do(partial(int, "seven"))


async def test_workers_give_way_and_end_when_nobody_needs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("policylab.kit.workers.IDLE_SECONDS", 0.2)
    workers = Workers(1, longest=20.0)
    here = await workers.do(os.getpid)
    assert await workers.do(partial(os.nice, 0)) == min(os.nice(0) + 10, 19)
    async with asyncio.timeout(20):
        while Path(f"/proc/{here}").exists():
            await asyncio.sleep(0.05)
    assert await workers.do(os.getpid) != here


KILLED = """
import asyncio, os, signal
from policylab.kit.workers import Workers

async def main():
    print(await Workers(1, longest=20.0).do(os.getpid), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_workers_do_not_outlive_a_server_that_is_killed() -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    worker = int(await server.stdout.readline())
    async with asyncio.timeout(20):
        await server.wait()
        while lives(worker):
            await asyncio.sleep(0.05)


def lives(pid: int) -> bool:
    """Whether there is such a process that is not over (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
