"""N5: asked for more than it can do, the server turns new work away and finishes what it took."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

import httpx2
import pytest

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests.promises.conftest import busy, full
from tests.serving import Served, token_of

pytestmark = [pytest.mark.promise, pytest.mark.alone]
SECONDS = full(20, 4)
TIMES = 3
SOON = 10.0
MOST_GROWTH = 64 * 1024 * 1024
PHASES = "phases { id title explanation } daySettings { key label } rule { code levels }"
HEAVY = "{ " + " ".join(f"a{i}: workflowTemplates {{ title {PHASES} }}" for i in range(40)) + " }"


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    retry_after: str | None
    whole: bool


class Asking:
    """Many programs with one token, each with a connection of its own while it asks."""

    def __init__(self, served: Served, token: str, *, kept_for: float) -> None:
        self.url = f"{served.url}/graphql"
        headers = {"authorization": f"Bearer {token}"}
        limits = httpx2.Limits(max_connections=None, keepalive_expiry=kept_for)
        self.client = httpx2.AsyncClient(headers=headers, limits=limits, timeout=60)
        self.well: list[float] = []

    async def ask(self) -> Answer:
        begun = time.perf_counter()
        answer = await self.client.post(self.url, json={"query": HEAVY})
        whole = answer.status_code == 200 and "errors" not in answer.json()
        took = time.perf_counter() - begun
        return Answer(answer.status_code, took, answer.headers.get("retry-after"), whole)

    async def capacity(self) -> float:
        """Requests that it answers in a second when four ask one after the other."""
        seconds, count = 2.0, 0
        end = time.perf_counter() + seconds

        async def one() -> None:
            nonlocal count
            while time.perf_counter() < end:
                assert (await self.ask()).whole
                count += 1

        await asyncio.gather(*(one() for _ in range(4)))
        return count / seconds

    async def whether_well(self) -> None:
        """Ask so now and then, as whatever watches over the server does; how long it took."""
        url = self.url.replace("/graphql", "/healthz")
        while True:
            begun = time.perf_counter()
            assert (await self.client.get(url)).status_code == 200
            self.well.append(time.perf_counter() - begun)
            await asyncio.sleep(0.2)

    async def offer(self, rate: float, seconds: float) -> list[Answer]:
        """So many each second, whatever becomes of the others."""
        loop = asyncio.get_running_loop()
        begun, asked = loop.time(), list[asyncio.Task[Answer]]()
        while (now := loop.time() - begun) < seconds:
            asked += [asyncio.create_task(self.ask()) for _ in range(int(now * rate) - len(asked))]
            await asyncio.sleep(0.01)
        return await asyncio.gather(*asked)


KEPT_SECONDS = 2.0
"""Less than the server keeps one: none is closed just as the next question is on its way."""


@pytest.mark.parametrize("kept_for", [KEPT_SECONDS, 0], ids=["kept", "each its own"])
async def test_what_is_too_much_is_turned_away_and_what_was_taken_is_finished(
    served: Served, house: Database, kept_for: float
) -> None:
    async with house.write(SYSTEM) as uow:
        person = await identity.create_person(uow, SYSTEM, display_name="Programme")
    asking = Asking(served, await token_of(house, person.id), kept_for=kept_for)
    capacity = await asking.capacity()
    before = served.memory
    watching = asyncio.create_task(asking.whether_well())
    answers = await asking.offer(TIMES * capacity, SECONDS)
    watching.cancel()
    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) == {200, 503}, statuses
    assert all(answer.whole for answer in answers if answer.status == 200)
    refused = [answer for answer in answers if answer.status == 503]
    assert {answer.retry_after for answer in refused} == {"1"}
    assert max(asking.well) < SOON / 2 * busy()
    assert statuses[200] > capacity * SECONDS / 4  # it went on working
    assert served.memory - before < MOST_GROWTH
    async with asyncio.timeout(SOON):
        while not all([(await asking.ask()).whole for _ in range(3)]):
            await asyncio.sleep(0.1)
    await asking.client.aclose()
