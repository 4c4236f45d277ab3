"""Promises are tested on a real server process with a database of its own."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest

from policylab import migrations
from policylab.kit.db import Database
from policylab.kit.embedded import OWNER, SERVICE, SUPERUSER, EmbeddedPostgres
from policylab.kit.ids import uuid7
from policylab.settings import Settings
from tests.coediting.process import Process
from tests.conftest import empty
from tests.serving import Served

WHOLE = os.environ.get("POLICYLAB_WHOLE") == "1"


def full(number: int, short: int) -> int:
    """How often: in full with --whole, else the short form."""
    return number if WHOLE else short


def busy() -> float:
    """How much more is to be done on this machine than it does at a time: 1 where it keeps up, and
    always 1 with --whole, which measures on a quiet machine."""
    return 1.0 if WHOLE else max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture
def new_house(
    postgres_server: EmbeddedPostgres, template_database: str
) -> Generator[Callable[[], str]]:
    """Makes migrated, empty databases of this test's own; answers their addresses."""
    made: list[str] = []

    def make() -> str:
        name = f"promise_{uuid7().hex[-12:]}"
        postgres_server.create_database(name, template=template_database)
        made.append(name)
        return postgres_server.url(name, SERVICE)

    yield make
    for name in made:
        postgres_server.drop_database(name)


@pytest.fixture
def owner_url(postgres_server: EmbeddedPostgres) -> Callable[[str], str]:
    """The owner's address of a service address."""
    return lambda url: url.replace(f"//{SERVICE}@", f"//{OWNER}@")


@pytest.fixture
async def house(new_house: Callable[[], str]) -> AsyncGenerator[Database]:
    """A migrated, empty house of this test's own, opened in this process as well."""
    database = await Database.connect(await asyncio.to_thread(new_house), size=6)
    yield database
    await database.close()


@pytest.fixture
async def arvenia(
    postgres_server: EmbeddedPostgres, furnished: tuple[str, Settings]
) -> AsyncGenerator[Database]:
    """A house of this test's own with the dialogues of Arvenia in it, at work."""
    name = f"arvenia_{uuid7().hex[-12:]}"
    create = postgres_server.create_database
    await asyncio.to_thread(create, name, template=furnished[0])
    database = await Database.connect(postgres_server.url(name, SERVICE), size=6)
    yield database
    await database.close()
    await asyncio.to_thread(postgres_server.drop_database, name)


@pytest.fixture
def served(house: Database, tmp_path: Path) -> Generator[Served]:
    """That house, served by a process of its own; stopped afterwards."""
    url = house.engine.url.render_as_string(hide_password=False)
    server = Served(url, tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
async def lasting(
    postgres_server: EmbeddedPostgres, template_database: str
) -> AsyncGenerator[Database]:
    """A house for all tests of a module: a server takes its time to start."""
    name = f"lasting_{uuid7().hex[-12:]}"
    await asyncio.to_thread(postgres_server.create_database, name, template=template_database)
    database = await Database.connect(postgres_server.url(name, SERVICE), size=6)
    yield database
    await database.close()
    await asyncio.to_thread(postgres_server.drop_database, name)


@pytest.fixture
async def emptied(lasting: Database) -> AsyncGenerator[Database]:
    """That house with nobody in it; emptied afterwards, while it is served."""
    yield lasting
    await empty(lasting.engine.url.set(username=SUPERUSER).render_as_string(hide_password=False))


@pytest.fixture(scope="module")
async def running(
    lasting: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Served]:
    """That house, served by a process of its own, for all tests of a module."""
    url = lasting.engine.url.render_as_string(hide_password=False)
    server = Served(url, tmp_path_factory.mktemp("running"))
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def process(house: Database, tmp_path: Path) -> AsyncGenerator[Process]:
    """A server of live texts in a process of its own, for one test."""
    process = Process(house, tmp_path)
    await process.start()
    yield process
    await process.kill()


@pytest.fixture
async def replicas(house: Database, tmp_path: Path) -> AsyncGenerator[list[Process]]:
    """Two of them, on one database."""
    processes = [Process(house, tmp_path) for _ in range(2)]
    for process in processes:
        await process.start()
    yield processes
    for process in processes:
        await process.kill()


@pytest.fixture(scope="module")
async def live(
    lasting: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Process]:
    """A server of live texts in a process of its own, for all tests of a module."""
    process = Process(lasting, tmp_path_factory.mktemp("live"))
    await process.start()
    yield process
    assert process.alive  # whatever was done to it
    await process.kill()


@pytest.fixture(scope="module")
def solid(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedPostgres]:
    """A server as it is in earnest: nothing is switched off that keeps what was committed."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("solid"))
    server.start()
    server.ensure_database("policylab")
    asyncio.run(migrations.upgrade(server.url("policylab", OWNER)))
    yield server
    server.stop()
