"""Arvenia for tests that only look; empty houses for those that load it."""

from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest

from policylab.kit.db import Database
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.kit.ids import uuid7
from policylab.settings import Settings


@pytest.fixture(scope="session")
def looked_at(postgres_server: EmbeddedPostgres, furnished: tuple[str, Settings]) -> str:
    """The address of a copy of Arvenia that no test of this folder changes."""
    postgres_server.create_database("house_demo", template=furnished[0])
    return postgres_server.url("house_demo", SERVICE)


@pytest.fixture
async def arvenia(looked_at: str) -> AsyncGenerator[Database]:
    """Arvenia, to look at."""
    database = await Database.connect(looked_at, size=4, listen=False)
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
