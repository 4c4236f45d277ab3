"""What a process tells of itself at `/metrics`, asked of a real one."""

from collections.abc import Generator
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests.serving import Served, free_port, token_of

PORT = free_port()


@pytest.fixture
def served(
    postgres_server: EmbeddedPostgres, template_database: str, tmp_path: Path
) -> Generator[Served]:
    name = f"metrics_{uuid7().hex[-12:]}"
    postgres_server.create_database(name, template=template_database)
    settings = {"POLICYLAB_METRICS_ADDRESS": f"127.0.0.1:{PORT}"}
    server = Served(postgres_server.url(name, SERVICE), tmp_path, settings=settings)
    server.start()
    yield server
    server.stop()
    postgres_server.drop_database(name)


def told() -> dict[str, float]:
    """The figures at the address, those with reasons added up."""
    page = httpx2.get(f"http://127.0.0.1:{PORT}/metrics").text
    return {
        family.name: sum(sample.value for sample in family.samples)
        for family in text_string_to_metric_families(page)
    }


async def test_it_is_told_how_operations_were_answered_and_what_is_open(served: Served) -> None:
    house = await Database.connect(served.database_url, size=1)
    async with house.write(SYSTEM) as uow:
        person = await identity.create_person(uow, SYSTEM, display_name="Programme")
    token = await token_of(house, person.id)
    await house.close()
    before = told()
    assert (before["policylab_graphql_compiled"], before["policylab_graphql_given_up"]) == (0, 0)
    assert before["policylab_coediting_texts"] == before["policylab_coediting_connections"] == 0
    for _ in range(3):
        assert "errors" not in await served.ask("{ workflowTemplates { title } }", token=token)
    assert "errors" in await served.ask('{ node(id: "nothing") { id } }', token=token)
    after = told()
    assert after["policylab_graphql_compiled"] == 3
    assert after["policylab_graphql_given_up"] + after["policylab_graphql_not_compiled"] == 1
