"""One house with Arvenia in it, for tests that only look; and empty ones for those that load."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest

from policylab import demo
from policylab.kit.db import Database
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.kit.ids import uuid7
from policylab.settings import Settings


@pytest.fixture(scope="session")
def furnished(
    postgres_server: EmbeddedPostgres,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Settings]:
    """The address of a house in which the demo was loaded once, with its settings."""
    postgres_server.create_database("house_demo", template=template_database)
    url = postgres_server.url("house_demo", SERVICE)
    settings = Settings(data_folder=tmp_path_factory.mktemp("demo"))

    async def furnish() -> None:
        database = await Database.connect(url, size=4, listen=False)
        try:
            assert await demo.load(database, settings)
        finally:
            await database.close()

    asyncio.run(furnish())
    return url, settings


@pytest.fixture
async def arvenia(furnished: tuple[str, Settings]) -> AsyncGenerator[Database]:
    """That house, to look at."""
    database = await Database.connect(furnished[0], size=4, listen=False)
    yield database
    await database.close()


@pytest.fixture
def new_house(
    postgres_server: EmbeddedPostgres, template_database: str
) -> Generator[Callable[[], str]]:
    """Makes migrated, empty databases; answers their addresses."""
    made: list[str] = []

    def make() -> str:
        made.append(f"demo_{uuid7().hex[-12:]}")
        postgres_server.create_database(made[-1], template=template_database)
        return postgres_server.url(made[-1], SERVICE)

    yield make
    for name in made:
        postgres_server.drop_database(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a house whose key lies in a folder of this test."""
    return Settings(data_folder=tmp_path)
