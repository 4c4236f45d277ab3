"""A6, for co-editing: what somebody no longer may is over within five seconds, on every replica.

Two served replicas. Each time one writer is on each of them, and a third person, who may write on,
writes afterwards: nothing of that reaches the two, and nothing of theirs is taken.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from websockets.exceptions import InvalidStatus, WebSocketException

from policylab import identity, labs
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.coediting.harness import Person, Writer, eventually, tokens_in, words_of
from tests.promises.drafting import Drafting, writer_at
from tests.serving import Served

pytestmark = pytest.mark.promise
SOON = 5.0


@pytest.fixture
async def replicas(house: Database, tmp_path: Path) -> AsyncGenerator[list[Served]]:
    url = house.engine.url.render_as_string(hide_password=False)
    servers = [Served(url, tmp_path) for _ in range(2)]
    await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))
    yield servers
    await asyncio.gather(*(asyncio.to_thread(server.stop) for server in servers))


@dataclass
class Loss:
    """One way to lose what one had: who, and how it is taken."""

    person: Person
    take: Callable[[], Awaitable[None]]
    reads_on: bool = False
    """Whether she may still read afterwards."""


async def run(database: Database, query: str, **values: Any) -> None:
    async with database.write(SYSTEM) as uow:
        await (await uow.session.connection()).execute(text(query), values)


class Ways:
    """Each way of losing it, made ready."""

    def __init__(self, database: Database, drafting: Drafting) -> None:
        self.database = database
        self.drafting = drafting

    async def role(self) -> Loss:
        """A role in the dialogue ends."""
        person = await self.drafting.writer()
        async with self.database.rows(SYSTEM) as connection:
            grant = await connection.fetchval(
                "SELECT id FROM dialogue_grant WHERE person_id = $1", person.id
            )

        async def take() -> None:
            async with self.database.write(SYSTEM) as uow:
                await labs.end_grant(uow, SYSTEM, grant_id=grant)

        return Loss(person, take)

    async def account(self) -> Loss:
        person = await self.drafting.writer()

        async def take() -> None:
            async with self.database.write(SYSTEM) as uow:
                await identity.suspend_person(uow, SYSTEM, person_id=person.id, suspended=True)

        return Loss(person, take)

    async def token(self) -> Loss:
        """The token is revoked with which she came."""
        person = await self.drafting.writer()
        viewer = Viewer(person_id=person.id)
        async with self.database.rows(SYSTEM) as connection:
            token = await connection.fetchval(
                "SELECT id FROM access_token WHERE person_id = $1", person.id
            )

        async def take() -> None:
            async with self.database.write(viewer) as uow:
                await identity.revoke_access_token(uow, viewer, token_id=token)

        return Loss(person, take)

    async def token_time(self) -> Loss:
        """The token comes to its end by itself."""
        person = await self.drafting.writer()
        ends = "UPDATE access_token SET expires_at = now() + '6 seconds' WHERE person_id = :id"
        await run(self.database, ends, id=person.id)

        async def take() -> None:
            left = "SELECT expires_at > clock_timestamp() FROM access_token WHERE person_id = $1"
            async with self.database.raw() as connection:
                while await connection.fetchval(left, person.id):
                    await asyncio.sleep(0.1)

        return Loss(person, take)

    async def phase(self) -> Loss:
        """The dialogue moves on to a phase in which nobody writes."""
        person = await self.drafting.writer()
        here = self.drafting.desk.table

        async def take() -> None:
            await make.enter(self.database, here, "positions")
            async with self.database.write(SYSTEM) as uow:
                uow.announce(
                    labs.PhaseMoved(
                        lab_id=here.lab_id,
                        dialogue_id=here.dialogue_id,
                        phase_id="positions",
                        backwards=False,
                    )
                )

        return Loss(person, take, reads_on=True)


async def test_whoever_loses_it_is_cut_off_on_every_replica(
    house: Database, replicas: list[Served]
) -> None:
    found: dict[str, str] = {}
    for name in ("role", "account", "token", "token_time", "phase"):
        drafting = await Drafting.begin(house)
        loss = await getattr(Ways(house, drafting), name)()
        stays = await drafting.writer("Stays")
        found[name] = await outcome(drafting, replicas, loss, stays)
    assert {name: said for name, said in found.items() if said != "in order"} == {}


async def outcome(drafting: Drafting, replicas: list[Served], loss: Loss, stays: Person) -> str:
    """What happened when it was taken."""
    hers = [writer_at(served, drafting.draft_id, loss.person) for served in replicas]
    other = writer_at(replicas[0], drafting.draft_id, stays)
    for writer in [*hers, other]:
        await writer.connect()
        writer.write_token()
        await writer.settled()
    try:
        await loss.take()
        began = time.perf_counter()
        with suppress(TimeoutError):
            await eventually(lambda: all(writer.code for writer in hers), SOON)
        if not all(writer.code for writer in hers):
            return f"still there after {time.perf_counter() - began:.1f} s: {hers[0].code}"
        if {writer.code for writer in hers} != {4501}:
            return f"closed with {[writer.code for writer in hers]}"
        return await afterwards(drafting, hers, other, loss)
    finally:
        for writer in [*hers, other]:
            with suppress(WebSocketException, OSError):
                await writer.close()


async def afterwards(drafting: Drafting, hers: list[Writer], other: Writer, loss: Loss) -> str:
    """She comes back with late words; the other writes what she must not see."""
    for writer in hers:
        writer.frames.clear()
    secret = "" if loss.reads_on else other.write_token()
    if secret:
        await other.settled()
    late = [writer.write_token() for writer in hers]
    for writer in hers:
        try:
            await writer.connect()
        except InvalidStatus as answer:
            if loss.reads_on or answer.response.status_code not in (401, 404):
                return f"turned away with {answer.response.status_code}"
            continue
        if not loss.reads_on:
            return "let in again"
        await eventually(lambda writer=writer: writer.refused)
    if secret:
        heard = {token for writer in hers for data in writer.frames for token in tokens_in(data)}
        if secret in heard:
            return "heard what was written afterwards"
    kept = tokens_in(words_of(await drafting.text()))
    return "late words were kept" if set(late) & set(kept) else "in order"
