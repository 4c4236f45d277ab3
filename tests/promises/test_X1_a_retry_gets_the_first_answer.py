"""X1: a retry with the same key returns the first answer, also across two replicas and a kill."""

import asyncio
from collections.abc import AsyncGenerator

import httpx2
import pytest

from policylab import identity
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests.promises.conftest import full
from tests.serving import Served, token_of

CREATE = """
mutation($input: CreateOrganisationInput!) {
  createOrganisation(input: $input) {
    __typename ... on Organisation { id name } ... on Refusal { code }
  }
}
"""


@pytest.fixture
def house(emptied: Database) -> Database:
    return emptied


@pytest.fixture
async def administrator(house: Database) -> str:
    async with house.write(SYSTEM) as uow:
        person = await identity.create_person(
            uow, SYSTEM, display_name="Service desk", administrator=True
        )
    return await token_of(house, person.id, TokenScope.READ, TokenScope.WRITE, TokenScope.ADMIN)


@pytest.fixture(scope="module")
async def replicas(
    running: Served, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[list[Served]]:
    other = Served(running.database_url, tmp_path_factory.mktemp("other"))
    await asyncio.to_thread(other.start)
    yield [running, other]
    await asyncio.to_thread(other.stop)


def asking(key: str, name: str) -> dict[str, object]:
    return {
        "input": {
            "clientMutationId": key,
            "kind": "CITY",
            "names": [{"language": "en", "text": name}],
        }
    }


async def count(house: Database) -> int:
    async with house.rows(SYSTEM) as connection:
        return await connection.fetchval("SELECT count(*) FROM organisation")


async def test_a_retry_changes_nothing_more(
    replicas: list[Served], house: Database, administrator: str
) -> None:
    key = uuid7().hex
    rounds = full(10_000, 200)
    async with httpx2.AsyncClient(timeout=30) as client:

        async def one(place: int) -> str:
            answer = await replicas[place % 2].ask(
                CREATE, asking(key, "Vessen"), token=administrator, client=client
            )
            return answer["data"]["createOrganisation"]["id"]

        first = await one(0)
        for start in range(0, rounds, 20):
            found = await asyncio.gather(*(one(start + each) for each in range(20)))
            assert set(found) == {first}
    assert await count(house) == 1


async def test_two_at_the_same_moment_have_one_effect(
    replicas: list[Served], house: Database, administrator: str
) -> None:
    pairs = full(100, 20)
    async with httpx2.AsyncClient(timeout=30) as client:
        for _ in range(pairs):
            key = uuid7().hex
            both = await asyncio.gather(
                *(
                    each.ask(CREATE, asking(key, "Hillgate"), token=administrator, client=client)
                    for each in replicas
                )
            )
            assert both[0] == both[1]
            assert both[0]["data"]["createOrganisation"]["__typename"] == "Organisation"
    assert await count(house) == pairs


async def test_after_a_kill_the_answer_is_still_the_first(
    replicas: list[Served], house: Database, administrator: str
) -> None:
    for round_ in range(full(50, 4)):
        key = uuid7().hex
        victim = replicas[round_ % 2]
        asked = asyncio.create_task(
            victim.ask(CREATE, asking(key, "Marrow Bay"), token=administrator)
        )
        await asyncio.sleep(0.002 * (round_ % 7))
        await asyncio.to_thread(victim.kill)
        told = None
        try:
            told = (await asked)["data"]["createOrganisation"]["id"]
        except (httpx2.HTTPError, ValueError, KeyError):
            told = None  # killed before it answered: the retry decides
        await asyncio.to_thread(victim.start)
        again = await victim.ask(CREATE, asking(key, "Marrow Bay"), token=administrator)
        identifier = again["data"]["createOrganisation"]["id"]
        assert told in {None, identifier}
        assert await count(house) == round_ + 1


async def test_the_same_key_with_another_input_is_refused(
    running: Served, house: Database, administrator: str
) -> None:
    key = uuid7().hex
    await running.ask(CREATE, asking(key, "Vessen"), token=administrator)
    other = await running.ask(CREATE, asking(key, "Hillgate"), token=administrator)
    assert other["data"]["createOrganisation"]["code"] == "IDEMPOTENCY_CONFLICT"
    assert await count(house) == 1


async def test_another_persons_key_is_another_key(
    running: Served, house: Database, administrator: str
) -> None:
    async with house.write(SYSTEM) as uow:
        person = await identity.create_person(
            uow, SYSTEM, display_name="Another", administrator=True
        )
    scopes = (TokenScope.READ, TokenScope.WRITE, TokenScope.ADMIN)
    other = await token_of(house, person.id, *scopes)
    key = uuid7().hex
    one = await running.ask(CREATE, asking(key, "Vessen"), token=administrator)
    two = await running.ask(CREATE, asking(key, "Vessen"), token=other)
    assert one != two
    assert await count(house) == 2
