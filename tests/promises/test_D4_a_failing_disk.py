"""D4: what a failing disk did not take is not acknowledged; when it is well, all goes on by itself.

The disk is made bad with a few lines of C before the C library: an fsync answers EIO, or no file
can grow any more. Skipped where there is no compiler to make it with.
"""

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from policylab.kit import embedded_home
from policylab.kit.db import Database
from policylab.kit.embedded import EmbeddedPostgres
from tests.coediting.harness import Writer, eventually, tokens_in, words_of
from tests.coediting.process import Process
from tests.promises.conftest import full
from tests.promises.drafting import Pen

pytestmark = pytest.mark.promise
SOON = 30.0
PENS = 6
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


@pytest.fixture
def disk(
    tmp_path: Path, solid: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> Generator[Path]:
    """The folder by which the database's disk is made bad (see failing_disk.c)."""
    if COMPILER is None:
        pytest.skip("no compiler to make a failing disk with")
    folder = solid.folder / "disk"  # where the database's user may read
    folder.mkdir()
    library = folder / "disk.so"
    source = Path(__file__).with_name("failing_disk.c")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    folder.chmod(0o777)  # the database's user takes the sign away
    clean = embedded_home._clean_environment  # pyright: ignore[reportPrivateUsage]
    more = {"LD_PRELOAD": str(library), "FAILING_DISK": str(folder)}
    monkeypatch.setattr(embedded_home, "_clean_environment", lambda: clean() | more)
    solid.stop()
    solid.start()
    yield folder
    (folder / "full").unlink(missing_ok=True)
    monkeypatch.undo()
    solid.stop()
    solid.start()
    shutil.rmtree(folder)


@pytest.fixture
async def process(solid: EmbeddedPostgres, tmp_path: Path) -> AsyncGenerator[Process]:
    database = await Database.connect(solid.url("policylab"), size=4)
    process = Process(database, tmp_path)
    await process.start()
    yield process
    await process.kill()
    await database.close()


class Ward:
    """People who write while the disk fails, and what they were told meanwhile."""

    def __init__(self, process: Process, draft_id: object, pens: list[Pen]) -> None:
        self.process = process
        self.draft_id = draft_id
        self.pens = pens
        self.told: set[str] = set()
        """What clients that are no more had been told."""
        self.gone: set[str] = set()
        """What they wrote, stored or not."""

    async def lose_all_but_one(self) -> None:
        """Clients die, so that nobody brings back what they were told is stored; others come."""
        for number, pen in enumerate(self.pens[1:], 1):
            await pen.die()
            self.told |= pen.told | pen.writer.acknowledged
            self.gone |= set(pen.writer.written)
            self.pens[number] = Pen(Writer(pen.writer.url, pen.writer.person))
            self.pens[number].begin()

    @property
    def acknowledged(self) -> int:
        return sum(len(pen.writer.acknowledged) for pen in self.pens)

    async def well_again(self) -> None:
        """Everybody writes on; nothing that anybody was told is missing."""
        began = time.perf_counter()
        before = [len(pen.writer.acknowledged) for pen in self.pens]
        await eventually(
            lambda: all(
                len(pen.writer.acknowledged) > n for pen, n in zip(self.pens, before, strict=True)
            ),
            SOON,
        )
        assert time.perf_counter() - began < SOON
        for pen in self.pens:
            await pen.end()
        await self.process.kill()
        text = await self.process.text(self.draft_id)  # pyright: ignore[reportArgumentType]
        found = tokens_in(words_of(text))
        told = {token for pen in self.pens for token in pen.told | pen.writer.acknowledged}
        assert (told | self.told) - set(found) == set()
        assert len(found) == len(set(found))
        kept = {token for pen in self.pens for token in pen.writer.written}
        assert kept <= set(found) <= kept | self.gone
        for pen in self.pens:
            await pen.writer.close()


@pytest.fixture
async def cared_for(solid: EmbeddedPostgres) -> AsyncGenerator[None]:
    """The database is started again when it has ended, as `policylab serve` does it."""
    caring = asyncio.create_task(solid.supervise())
    yield
    caring.cancel()
    await asyncio.gather(caring, return_exceptions=True)


@pytest.fixture
async def ward(process: Process, cared_for: None) -> AsyncGenerator[Ward]:
    draft_id = await process.draft()
    pens = [Pen(Writer(process.url(draft_id), await process.person(draft_id))) for _ in range(PENS)]
    for pen in pens:
        pen.begin()
    await eventually(lambda: all(pen.writer.acknowledged for pen in pens))
    yield Ward(process, draft_id, pens)
    for pen in pens:
        await pen.die()


async def test_what_fsync_refuses_is_not_acknowledged(disk: Path, ward: Ward) -> None:
    for _ in range(full(50, 3)):
        codes = len(ward.pens[0].codes)
        (disk / "broken").touch()
        await eventually(lambda: not (disk / "broken").exists())
        await ward.lose_all_but_one()
        await eventually(lambda codes=codes: len(ward.pens[0].codes) > codes, SOON)
        known = ward.acknowledged
        await eventually(lambda known=known: ward.acknowledged > known + 10, SOON)
        assert ward.process.alive
    await ward.well_again()


async def test_what_a_full_disk_refuses_is_not_acknowledged(disk: Path, ward: Ward) -> None:
    for _ in range(full(20, 1)):
        codes = [len(pen.codes) for pen in ward.pens]
        (disk / "full").touch()
        await eventually(
            lambda codes=codes: all(
                len(pen.codes) > n + 1 for pen, n in zip(ward.pens, codes, strict=True)
            ),
            SOON,
        )
        for pen, n in zip(ward.pens, codes, strict=True):
            assert set(pen.codes[n:]) <= {1013, None}
        known = ward.acknowledged
        await asyncio.sleep(1)
        assert ward.acknowledged <= known + 5  # what still had its place
        assert ward.process.alive
        (disk / "full").unlink()
        await eventually(lambda known=known: ward.acknowledged > known + 10, SOON)
    await ward.well_again()
