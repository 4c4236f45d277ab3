"""`policylab serve --processes`: one port, several processes, each text in one of them.

Which process holds a connection is read from the system (Linux), not asked of the program.
"""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest

from policylab.kit.db import Database
from policylab.transport.relay import order
from tests.coediting.harness import Writer, eventually
from tests.promises.drafting import (
    Drafting,
    Pen,
    check_all_there,
    check_asked_to_come_back,
    writer_at,
)
from tests.serving import Served

pytestmark = pytest.mark.promise
COUNT = 2
PATIENCE = 90.0
"""Seconds: on a machine that does much else a process takes long to start."""


class Crew:
    """The processes of a served house, seen from outside."""

    def __init__(self, served: Served) -> None:
        self.served = served

    @property
    def pids(self) -> set[int]:
        assert self.served.process is not None
        return set(_children(self.served.process.pid))

    @property
    def members(self) -> dict[int, int]:
        """The process id of each number: whoever listens for what the others hand over."""
        found: dict[int, int] = {}
        mine = {inode: pid for pid in self.pids for inode in _sockets(pid)}
        for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
            fields = line.split()
            if len(fields) == 8 and fields[7].endswith(".sock") and fields[6] in mine:
                found[int(Path(fields[7]).stem)] = mine[fields[6]]
        return found

    def way_to(self, number: int) -> Path:
        """Where the others reach that process."""
        pid = self.members[number]
        for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[-1].endswith(f"/{number}.sock") and fields[6] in _sockets(pid):
                return Path(fields[-1])
        raise AssertionError("it does not listen")

    def owner_of(self, draft_id: UUID) -> int:
        return order(draft_id, COUNT)[0]

    def holder_of(self, writer: Writer) -> int | None:
        """The process that has this connection."""
        assert writer._socket is not None  # pyright: ignore[reportPrivateUsage]
        port = writer._socket.local_address[1]  # pyright: ignore[reportPrivateUsage]
        inodes: set[str] = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[2].endswith(f":{port:04X}"):
                    inodes.add(fields[9])
        return next((pid for pid in self.pids if inodes & _sockets(pid)), None)

    async def whole(self) -> None:
        """Wait until every process is there again."""
        await eventually(lambda: len(self.members) == COUNT, PATIENCE)


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def _sockets(pid: int) -> set[str]:
    found: set[str] = set()
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                kind, _, inode = os.readlink(entry).partition(":")
                if kind == "socket":
                    found.add(inode.strip("[]"))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
async def served(
    lasting: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Served]:
    url = lasting.engine.url.render_as_string(hide_password=False)
    served = Served(url, tmp_path_factory.mktemp("crew"), processes=COUNT)
    yield served
    await asyncio.to_thread(served.stop)


@pytest.fixture
async def crew(served: Served) -> Crew:
    """The whole crew, whatever the test before this one did to it."""
    if served.process is None or served.process.poll() is not None:
        await asyncio.to_thread(served.start)
    crew = Crew(served)
    await crew.whole()
    return crew


@pytest.fixture
async def drafting(emptied: Database) -> Drafting:
    return await Drafting.begin(emptied)


async def pens_of(drafting: Drafting, crew: Crew, draft_id: UUID, count: int) -> list[Pen]:
    people = [await drafting.writer() for _ in range(count)]
    return [Pen(writer_at(crew.served, draft_id, person)) for person in people]


async def test_a_text_is_in_one_process_whichever_its_people_came_to(
    crew: Crew, drafting: Drafting
) -> None:
    drafts = [drafting.draft_id, *[await drafting.another() for _ in range(3)]]
    assert {crew.owner_of(draft_id) for draft_id in drafts} <= {0, 1}
    people = [await drafting.writer() for _ in range(3)]
    members = crew.members
    for draft_id in drafts:
        pens = [Pen(writer_at(crew.served, draft_id, person)) for person in people]
        for pen in pens:
            pen.begin()
        await eventually(lambda pens=pens: all(pen.writer.acknowledged for pen in pens))
        owner = members[crew.owner_of(draft_id)]
        assert {crew.holder_of(pen.writer) for pen in pens} == {owner}
        one, two, three = [pen.writer for pen in pens]
        await one.show(one.doc.client_id, 1, {"cursor": None})
        for other in (two, three):
            await eventually(lambda one=one, other=other: one.doc.client_id in other.presences)
        await together(pens)
        await check_all_there(pens, await drafting.text(draft_id))
        for pen in pens:
            await pen.writer.close()


async def together(pens: list[Pen]) -> None:
    """Everybody stops writing, and hears the last word of everybody else."""
    for pen in pens:
        await pen.end()
    wrote = {token for pen in pens for token in pen.writer.written}
    for pen in pens:
        await eventually(lambda pen=pen: all(token in str(pen.writer.text) for token in wrote))
        pen.note()


async def test_kill_9_of_one_process_loses_nothing_and_its_people_come_back(
    crew: Crew, drafting: Drafting
) -> None:
    pens = await pens_of(drafting, crew, drafting.draft_id, 4)
    for pen in pens:
        pen.begin()
    for _ in range(2):  # whoever owns the text, and whoever takes over
        await eventually(lambda: all(pen.writer.acknowledged for pen in pens), PATIENCE)
        victim = crew.holder_of(pens[0].writer)
        assert victim is not None
        lines = [pen.lines for pen in pens]
        os.kill(victim, signal.SIGKILL)
        await eventually(
            lambda lines=lines: all(pen.lines > n for pen, n in zip(pens, lines, strict=True)),
            PATIENCE,
        )
    await crew.whole()
    await together(pens)
    await check_all_there(pens, await drafting.text())
    for pen in pens:
        await pen.writer.close()


async def test_a_process_that_is_to_stop_asks_its_people_to_come_back(
    crew: Crew, drafting: Drafting
) -> None:
    pens = await pens_of(drafting, crew, drafting.draft_id, 3)
    for pen in pens:
        pen.begin()
    await eventually(lambda: all(pen.writer.acknowledged for pen in pens), PATIENCE)
    leaving = crew.holder_of(pens[0].writer)
    assert leaving is not None
    lines = [pen.lines for pen in pens]
    for pen in pens:
        pen.codes.clear()
    os.kill(leaving, signal.SIGTERM)
    await eventually(
        lambda: all(pen.lines > n for pen, n in zip(pens, lines, strict=True)), PATIENCE
    )
    await check_asked_to_come_back(pens)
    await crew.whole()
    assert leaving not in crew.pids
    await together(pens)
    await check_all_there(pens, await drafting.text())
    for pen in pens:
        await pen.writer.close()


async def test_the_crew_stops_in_order(crew: Crew, drafting: Drafting) -> None:
    drafts = [drafting.draft_id, *[await drafting.another() for _ in range(3)]]
    pens = [pen for each in drafts for pen in await pens_of(drafting, crew, each, 1)]
    for pen in pens:
        pen.begin()
    await eventually(lambda: all(pen.writer.acknowledged for pen in pens), PATIENCE)
    pids, serving = crew.pids, _serving(crew)
    for pen in pens:
        pen.codes.clear()
    await asyncio.to_thread(crew.served.stop)
    assert crew.served.process is not None
    assert crew.served.process.returncode in (0, 128 + signal.SIGTERM, -signal.SIGTERM)
    assert [pid for pid in serving if alive(pid)] == []
    # What worked for them, or watched over shared things, notices the end and goes last.
    await eventually(lambda: not [pid for pid in pids if alive(pid)], PATIENCE)
    await check_asked_to_come_back(pens)
    await asyncio.to_thread(crew.served.start)
    await eventually(lambda: all(pen.lines > 1 for pen in pens), PATIENCE)
    for draft_id, pen in zip(drafts, pens, strict=True):
        await together([pen])
        await check_all_there([pen], await drafting.text(draft_id))
        await pen.writer.close()


async def test_the_processes_end_when_whoever_looks_after_them_is_killed(crew: Crew) -> None:
    pids = crew.pids
    assert len(pids) >= COUNT
    await asyncio.to_thread(crew.served.kill)
    await eventually(lambda: not [pid for pid in pids if alive(pid)], PATIENCE)


async def test_who_cannot_be_handed_over_is_served_where_she_came_in(
    crew: Crew, drafting: Drafting
) -> None:
    owner = crew.owner_of(drafting.draft_id)
    crew.way_to(owner).unlink()  # it still serves, but nobody can reach it
    pens: list[Pen] = []
    for _ in range(10):  # which of them takes a connection is the system's affair
        new = await pens_of(drafting, crew, drafting.draft_id, 12)
        for pen in new:
            pen.begin()
        await eventually(lambda new=new: all(pen.writer.acknowledged for pen in new), PATIENCE)
        pens += new
        holders = {crew.holder_of(pen.writer) for pen in pens}
        if holders == crew.pids & set(_serving(crew)):
            break
    assert holders == crew.pids & set(_serving(crew))
    await together(pens)  # two processes have the text, and hear of each other
    await check_all_there(pens, await drafting.text())
    for pen in pens:
        await pen.writer.close()
    await asyncio.to_thread(crew.served.stop)  # the next test gets one whose ways are all open


def _serving(crew: Crew) -> list[int]:
    """Those of the processes that have the port (another watches over shared things)."""
    return [pid for pid in crew.pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
