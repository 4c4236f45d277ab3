"""A5: an event is judged by the reader's rights when it is sent, not when she subscribed."""

import asyncio
from typing import Any

import orjson

from policylab import identity
from policylab.api.context import Context
from policylab.api.deliveries import deliveries
from policylab.api.execution import Executor, read_request
from policylab.kit.db import Database
from policylab.kit.ids import from_global
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs.events import DialogueCreated
from tests.promises import walking
from tests.promises.walking import Walker

LISTEN = "subscription($id: ID!) { dialogueChanged(id: $id) { kind subjectId revision } }"
WHEN_QUIET = 1.5
NOT_THERE = {"message": "There is nothing here with this id.", "extensions": {"code": "NOT_FOUND"}}


async def hear(database: Database, viewer: Viewer, identifier: str, heard: list[Any]) -> None:
    """Everything that one viewer's subscription delivers, until it ends."""
    context = Context(database, viewer)

    async def renew() -> Viewer:
        return viewer

    context.renew = renew
    executor = Executor(free_documents=True)
    request = read_request({"query": LISTEN, "variables": {"id": identifier}})
    async for answer in deliveries(executor, request, context):
        heard.append(answer if isinstance(answer, dict) else orjson.loads(answer))


async def a_delegate(database: Database) -> tuple[Viewer, str]:
    """Somebody with a seat, and the dialogue it is in."""
    ids = await walking.identifiers(database)
    for entry in await identity.list_people(database, illustrative_only=True):
        viewer = Viewer(person_id=entry.id)
        for identifier in ids["Dialogue"]:
            answer = await Walker(database, viewer).node("Dialogue", identifier)
            seats = await walking.seats_of(database, entry.id, from_global(identifier)[1])
            if answer["data"]["node"] and seats:
                return viewer, identifier
    raise AssertionError("the demo seats nobody")


async def stir(database: Database, identifier: str) -> None:
    """Something happens in the dialogue that everybody in it hears of."""
    dialogue_id = from_global(identifier)[1]
    async with database.rows(SYSTEM) as connection:
        lab_id = await connection.fetchval("SELECT lab_id FROM dialogue WHERE id = $1", dialogue_id)
    async with database.write(SYSTEM) as uow:
        uow.announce(DialogueCreated(lab_id=lab_id, dialogue_id=dialogue_id))


async def test_a_delegate_hears_until_her_seat_ends(arvenia: Database) -> None:
    viewer, identifier = await a_delegate(arvenia)
    heard: list[Any] = []
    listening = asyncio.create_task(hear(arvenia, viewer, identifier, heard))
    await asyncio.sleep(0.5)
    await stir(arvenia, identifier)
    await asyncio.sleep(WHEN_QUIET)
    before = len(heard)
    assert before >= 1
    async with arvenia.raw() as connection:
        for table in ("delegate", "dialogue_grant", "lab_grant"):
            ended = f"UPDATE {table} SET until = now() WHERE person_id = $1"  # noqa: S608
            await connection.execute(ended, viewer.person_id)
    await stir(arvenia, identifier)
    await asyncio.sleep(WHEN_QUIET)
    assert heard[before:] == [{"errors": [NOT_THERE]}]
    listening.cancel()


async def test_an_outsider_hears_nothing(arvenia: Database) -> None:
    _, identifier = await a_delegate(arvenia)
    async with arvenia.write(SYSTEM) as uow:
        person = await identity.create_person(uow, SYSTEM, display_name="A stranger")
    heard: list[Any] = []
    outsider = Viewer(person_id=person.id)
    listening = asyncio.create_task(hear(arvenia, outsider, identifier, heard))
    await asyncio.sleep(0.5)
    await stir(arvenia, identifier)
    await asyncio.sleep(WHEN_QUIET)
    assert [answer for answer in heard if answer.get("data")] == []
    listening.cancel()
