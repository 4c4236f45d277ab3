"""Subscriptions: made once and shared, judged when sent, without a gap between two connections."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text

from policylab.api import deliveries as delivering
from policylab.api import listening
from policylab.api.context import Context
from policylab.api.deliveries import deliveries
from policylab.api.execution import Executor, Request
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from policylab.labs.events import DialogueCreated
from tests import make

EXECUTOR = Executor(free_documents=True)
CHANGED = """subscription($id: ID!, $since: Int) {
  dialogueChanged(id: $id, since: $since) { kind revision subjectId at }
}"""


class Listener:
    """One subscription, and all that was delivered to it."""

    def __init__(self, database: Database, viewer: Viewer, document: str, **variables: Any) -> None:
        self.context = Context(database, viewer)
        self.raw: list[bytes] = []
        self.ended: list[dict[str, Any]] = []
        self._answers = deliveries(
            EXECUTOR, Request(query=document, variables=variables), self.context
        )
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for answer in self._answers:
            if isinstance(answer, dict):
                self.ended.append(answer)
            else:
                self.raw.append(answer)

    @property
    def kinds(self) -> list[str]:
        return [orjson.loads(each)["data"]["dialogueChanged"]["kind"] for each in self.raw]

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self._answers.aclose()


@pytest.fixture
async def table(database: Database) -> make.Table:
    return await make.table(database)


@pytest.fixture
async def listeners(database: Database) -> AsyncGenerator[list[Listener]]:
    opened: list[Listener] = []
    yield opened
    for listener in opened:
        await listener.close()


async def until(ready: Any) -> None:
    async with asyncio.timeout(10):
        while not ready():
            await asyncio.sleep(0.02)


async def stir(database: Database, table: make.Table, **more: Any) -> None:
    async with database.write(SYSTEM) as uow:
        uow.announce(DialogueCreated(lab_id=table.lab_id, dialogue_id=table.dialogue_id, **more))


def ears(database: Database) -> int:
    house = listening.listening(database)
    return sum(map(len, house._ears.values()))


async def opened(database: Database, count: int) -> None:
    await until(lambda: ears(database) == count and listening.listening(database)._ready.is_set())


async def test_what_many_hear_is_made_once_for_each_operation(
    database: Database,
    table: make.Table,
    listeners: list[Listener],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Any] = []
    original = delivering.execute
    counted = lambda *given, **more: made.append(given) or original(*given, **more)
    monkeypatch.setattr(delivering, "execute", counted)
    known = to_global("Dialogue", table.dialogue_id)
    people = [table.head(), table.delegate(), table.moderator, table.observer]
    for viewer in people * 2:
        listeners.append(Listener(database, viewer, CHANGED, id=known))
    short = CHANGED.replace("revision subjectId at", "")
    listeners.append(Listener(database, table.head(), short, id=known))
    await opened(database, 9)
    await stir(database, table)
    await until(lambda: all(listener.raw for listener in listeners))
    assert len(made) == 2
    assert len({id(listener.raw[0]) for listener in listeners}) == 2


async def test_all_who_listen_are_judged_in_one_statement(
    database: Database, table: make.Table, listeners: list[Listener]
) -> None:
    known = to_global("Dialogue", table.dialogue_id)
    for viewer in (table.head(), table.moderator, table.observer):
        listeners.append(Listener(database, viewer, CHANGED, id=known))
    await opened(database, 3)
    asked: list[str] = []
    connections = [holder._con for holder in database.pool._holders if holder._con]
    for connection in connections:
        connection.add_query_logger(lambda query: asked.append(query.query))
    await stir(database, table)
    await until(lambda: all(listener.raw for listener in listeners))
    assert len([statement for statement in asked if "policylab_access" in statement]) <= 1
    for connection in connections:
        connection._query_loggers.clear()


async def test_what_stays_inside_a_delegation_reaches_its_own_alone(
    database: Database, table: make.Table, listeners: list[Listener]
) -> None:
    known = to_global("Dialogue", table.dialogue_id)
    people = [table.head("CITY"), table.head("REGION"), table.moderator]
    for viewer in people:
        listeners.append(Listener(database, viewer, CHANGED, id=known))
    await opened(database, 3)
    await stir(database, table, closed_to=table.seats["CITY"].delegation_id)
    await stir(database, table)
    await until(lambda: all(listener.raw for listener in listeners))
    assert [len(listener.raw) for listener in listeners] == [2, 1, 1]


async def test_nothing_is_missed_between_two_connections(
    database: Database, table: make.Table, listeners: list[Listener]
) -> None:
    known = to_global("Dialogue", table.dialogue_id)
    first = Listener(database, table.head(), CHANGED, id=known)
    await opened(database, 1)
    await stir(database, table)
    await until(lambda: first.raw)
    revision = orjson.loads(first.raw[0])["data"]["dialogueChanged"]["revision"]
    await first.close()
    assert ears(database) == 0

    up_to_date = Listener(database, table.head(), CHANGED, id=known, since=revision)
    listeners.append(up_to_date)
    await opened(database, 1)
    await asyncio.sleep(0.2)
    assert up_to_date.raw == []
    await up_to_date.close()

    await stir(database, table)  # while nobody listens
    back = Listener(database, table.head(), CHANGED, id=known, since=revision)
    listeners.append(back)
    await until(lambda: back.raw)
    assert back.kinds == ["missed"]


async def test_a_line_that_takes_them_at_once_gets_the_same(
    database: Database, table: make.Table
) -> None:
    known = to_global("Dialogue", table.dialogue_id)
    request = Request(query=CHANGED, variables={"id": known, "since": 0})
    told: list[bytes] = []
    answers = deliveries(EXECUTOR, request, Context(database, table.head()), told.append)
    ending = asyncio.ensure_future(anext(answers))
    await until(lambda: told)
    await stir(database, table)
    await until(lambda: len(told) == 2)
    kinds = [orjson.loads(each)["data"]["dialogueChanged"]["kind"] for each in told]
    assert kinds == ["missed", DialogueCreated.kind]
    async with database.write(SYSTEM) as uow:
        statement = text("UPDATE delegate SET until = now() WHERE person_id = :person")
        connection = await uow.session.connection()
        await connection.execute(statement, {"person": table.head().person_id})
    await stir(database, table)
    ended = await asyncio.wait_for(ending, 10)
    assert isinstance(ended, dict)
    assert ended["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert len(told) == 2
    await answers.aclose()


async def test_who_does_not_keep_up_is_told_that_something_was_missed(
    database: Database, table: make.Table
) -> None:
    ear = listening.Ear(Context(database, table.head()))
    for number in range(listening.MOST_WAITING + 1):
        ear.tell(listening.Hint("some.thing", number, {}))
    ear.end()
    heard = [hint.kind async for hint in ear]
    assert heard == [listening.MISSED]


async def test_a_listener_that_lagged_behind_tells_everybody(
    database: Database, table: make.Table, listeners: list[Listener]
) -> None:
    known = to_global("Dialogue", table.dialogue_id)
    listeners.append(Listener(database, table.head(), CHANGED, id=known))
    await opened(database, 1)
    for queue in database.bus._queues:
        queue.put_nowait(None)  # what the bus does when a queue is full
    await until(lambda: listeners[0].raw)
    assert listeners[0].kinds == ["missed"]
    await stir(database, table)
    await until(lambda: len(listeners[0].raw) > 1)


async def test_a_session_that_ends_ends_its_subscriptions(
    database: Database, table: make.Table, listeners: list[Listener]
) -> None:
    from policylab import identity

    known = to_global("Dialogue", table.dialogue_id)
    for viewer in (table.head(), table.moderator):
        listeners.append(Listener(database, viewer, CHANGED, id=known))

    async def nobody() -> Viewer:
        return ANONYMOUS

    listeners[0].context.renew = nobody
    await opened(database, 2)
    person_id = table.head().person_id
    assert person_id is not None
    async with database.write(SYSTEM) as uow:
        uow.announce(identity.SessionsEnded(person_ids=(person_id,)))
    await until(listeners[0].task.done)
    await stir(database, table)
    await until(lambda: listeners[1].raw)
    assert listeners[0].raw == []


async def test_a_session_whose_time_is_over_hears_nothing_more(
    database: Database, table: make.Table, listeners: list[Listener]
) -> None:
    known = to_global("Dialogue", table.dialogue_id)
    viewer = Viewer(person_id=table.head().person_id, ends_in=0.3)
    listeners.append(Listener(database, viewer, CHANGED, id=known))
    await opened(database, 1)
    await asyncio.sleep(0.4)
    await stir(database, table)
    await until(listeners[0].task.done)
    assert listeners[0].raw == []


@pytest.mark.parametrize("who", ["outsider", "nobody"])
async def test_who_may_not_see_it_is_refused_as_for_what_is_not_there(
    database: Database, table: make.Table, who: str
) -> None:
    viewer = table.outsider if who == "outsider" else ANONYMOUS
    said: list[Any] = []
    for key in (table.dialogue_id, uuid4()):
        listener = Listener(database, viewer, CHANGED, id=to_global("Dialogue", key))
        await asyncio.wait_for(listener.task, 10)
        assert listener.raw == []
        said += listener.ended
    assert said[0] == said[1]
