"""A real PostgreSQL for every test that asks for it, emptied after each."""

import asyncio
import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import asyncpg
import pytest

from policylab import migrations
from policylab.kit.db import Database, bus_of, connect_arguments
from policylab.kit.embedded import OWNER, SERVICE, SUPERUSER, EmbeddedPostgres
from policylab.settings import Settings
from tests import kept

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Tests of rules don't need a disk; tests of durability start a server of their own."""
CONNECTIONS = 8


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The mark `postgres` sets itself."""
    for item in items:
        if "postgres_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


def pytest_collection_finish() -> None:
    """What is there before the first test stays: the search for garbage passes over it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_server() -> Generator[EmbeddedPostgres]:
    """One server for the whole run of this worker."""
    folder = Path(tempfile.mkdtemp(prefix="policylab-test-"))
    server = EmbeddedPostgres(folder, settings=FAST)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)  # some hundred megabytes a run


@pytest.fixture(scope="session")
def template_database(postgres_server: EmbeddedPostgres) -> str:
    """A migrated, empty database that others are copied from."""
    postgres_server.ensure_database("template_house")
    asyncio.run(migrations.upgrade(postgres_server.url("template_house", OWNER)))
    return "template_house"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have in common, and all its parts (`./lab test`)."""
    ours = os.environ.get("LAB_TEST_FOLDER")
    if ours:
        return Path(ours)
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def furnished(
    postgres_server: EmbeddedPostgres,
    template_database: str,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Settings]:
    """A database with Arvenia in it that others are copied from, and the settings it was made
    with: its records are sealed with the key in their data folder. Made once in a run."""
    from policylab import demo  # here, so that tests of rules need no room but their own

    postgres_server.create_database("template_arvenia", template=template_database)
    settings = Settings(data_folder=tmp_path_factory.mktemp("arvenia"))
    made = shared_folder / "arvenia"

    async def furnish() -> None:
        url = postgres_server.url("template_arvenia", SERVICE)
        house = await Database.connect(url, size=4, listen=False)
        try:
            if made.exists():
                rows = kept.read(made / "rows")
                assert await kept.put_back(house, rows)
                shutil.copytree(made / "data", settings.data_folder, dirs_exist_ok=True)
                return
            assert await demo.load(house, settings)
            fresh = made.with_suffix(".new")
            shutil.copytree(settings.data_folder, fresh / "data")
            kept.write(fresh / "rows", await kept.rows_of(house))
            fresh.rename(made)
        finally:
            await house.close()

    with (shared_folder / "arvenia.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(furnish())
    return "template_arvenia", settings


@pytest.fixture(scope="session")
def database_name(postgres_server: EmbeddedPostgres, template_database: str) -> str:
    """This worker's own database."""
    name = f"house_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    postgres_server.create_database(name, template=template_database)
    return name


@pytest.fixture(scope="session")
async def pools(postgres_server: EmbeddedPostgres, database_name: str) -> AsyncGenerator[Database]:
    """This worker's connections: opened once, so that statements are made ready once."""
    opened = await Database.connect(
        postgres_server.url(database_name, SERVICE), size=CONNECTIONS, listen=False
    )
    yield opened
    await opened.close()


@pytest.fixture
async def database(
    pools: Database, postgres_server: EmbeddedPostgres, database_name: str
) -> AsyncGenerator[Database]:
    """A migrated house with nobody in it and nobody who listens; emptied afterwards."""
    url = postgres_server.url(database_name, SERVICE)
    bus = bus_of(pools.pool, url)
    house = Database(pools.engine, pools.changing, pools.reading, pools.pool, bus)
    await house.bus.start()
    yield house
    await house.desk.close()
    await house.bus.stop()
    await empty(postgres_server.url(database_name, SUPERUSER))


async def empty(superuser_url: str) -> None:
    """Delete every row of every table but the migrations' own, in one pass of DELETE."""
    connection = await asyncpg.connect(**connect_arguments(superuser_url))
    try:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename <> 'alembic_version'"
        )
        deletions = "; ".join(f"DELETE FROM {row['tablename']}" for row in tables)  # noqa: S608
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(deletions)
    finally:
        await connection.close()
