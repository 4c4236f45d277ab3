"""Arvenia, asked both ways."""

from collections.abc import AsyncGenerator, Generator

import pytest
from structlog.testing import capture_logs

from policylab.kit.db import Database
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.settings import Settings
from tests.compiled.asking import Asker, askers
from tests.compiled.comparing import Comparer


@pytest.fixture(scope="session")
def asked_house(postgres_server: EmbeddedPostgres, furnished: tuple[str, Settings]) -> str:
    """The address of a copy of Arvenia for this folder."""
    postgres_server.create_database("house_compiled", template=furnished[0])
    return postgres_server.url("house_compiled", SERVICE)


@pytest.fixture(autouse=True)
def quiet() -> Generator[None]:
    """Thousands of answers with errors are no news here, and telling them takes longest."""
    with capture_logs():
        yield


@pytest.fixture
async def arvenia(asked_house: str) -> AsyncGenerator[Database]:
    database = await Database.connect(asked_house, size=4, listen=False)
    yield database
    await database.close()


@pytest.fixture
async def asked_by(arvenia: Database) -> dict[str, Asker]:
    """One viewer of each role."""
    return {each.role: each for each in await askers(arvenia)}


@pytest.fixture
def both(arvenia: Database) -> Comparer:
    return Comparer(arvenia)
