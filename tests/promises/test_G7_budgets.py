"""G7: beyond her budget a person is refused with the time to wait, the same on every transport."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
import websockets

from policylab import identity
from policylab.api.budget import Budgets, OverBudget
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests.serving import Served, token_of

pytestmark = pytest.mark.promise
DEAR = "{ labs(first: 30) { nodes { id } } }"
CHEAP = "{ viewer { locale } }"


def test_a_purse_fills_by_the_minute_and_each_person_has_her_own() -> None:
    now = 0.0
    budgets = Budgets(600, clock=lambda: now)
    budgets.spend("her", 500)
    with pytest.raises(OverBudget) as over:
        budgets.spend("her", 200)
    assert over.value.seconds == 10
    budgets.spend("him", 500)
    now += over.value.seconds
    budgets.spend("her", 200)
    now += 3_600
    budgets.spend("her", 10_000)  # dearer than a whole minute: it empties the purse, and passes
    with pytest.raises(OverBudget):
        budgets.spend("her", 1)


def test_without_a_budget_nothing_is_counted() -> None:
    budgets = Budgets(0)
    for _ in range(10):
        budgets.spend("her", 10**9)


@pytest.fixture
def thrifty(house: Database, tmp_path: Path) -> Generator[Served]:
    url = house.engine.url.render_as_string(hide_password=False)
    server = Served(url, tmp_path, settings={"POLICYLAB_QUERY_BUDGET": "100"})
    server.start()
    yield server
    server.stop()


async def by_socket(served: Served, token: str, query: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"}
    async with websockets.connect(
        f"ws://localhost:{served.port}/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        additional_headers=headers,
    ) as line:
        await line.send('{"type":"connection_init"}')
        await line.recv()
        asked = {"id": "1", "type": "subscribe", "payload": {"query": query}}
        await line.send(orjson.dumps(asked).decode())
        return orjson.loads(await line.recv())


async def test_who_has_spent_it_all_is_told_when_to_come_back(
    house: Database, thrifty: Served
) -> None:
    tokens: list[str] = []
    for name in ("Spender", "Saver"):
        async with house.write(SYSTEM) as uow:
            person = await identity.create_person(uow, SYSTEM, display_name=name)
        tokens.append(await token_of(house, person.id))
    hers = {"authorization": f"Bearer {tokens[0]}"}
    async with httpx2.AsyncClient(base_url=thrifty.url, headers=hers, timeout=30) as web:
        assert (await web.post("/graphql", json={"query": DEAR})).status_code == 200
        over = await web.post("/graphql", json={"query": DEAR})
        streamed = await web.post("/graphql/stream", json={"query": DEAR})
    assert (over.status_code, streamed.status_code) == (429, 429)
    assert 0 < int(over.headers["retry-after"]) <= 60
    told = over.json()["errors"][0]
    assert told["extensions"]["code"] == "TOO_MANY"
    assert told["extensions"]["retryAfter"] == int(over.headers["retry-after"])
    said = await by_socket(thrifty, tokens[0], DEAR)
    assert said["type"] == "error"
    for each in (streamed.json()["errors"][0], said["payload"][0]):
        assert each["extensions"]["code"] == "TOO_MANY"
        assert each["message"].split(". ")[0] == told["message"].split(". ")[0]
    saver = await thrifty.ask(CHEAP, token=tokens[1])
    assert saver["data"]["viewer"]["locale"] == "en"
