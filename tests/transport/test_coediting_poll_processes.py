"""Requests of one session come to any process of a house: it goes on, and survives its process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from policylab.kit.db import Database
from policylab.settings import Settings
from policylab.transport.relay import Neighbours, order
from tests.coediting.harness import Doors, Open, eventually, frame, serving, text, words_of
from tests.coediting.polling import LOST, Line, PollWriter, Told, bearer, body_of
from tests.transport.test_coediting_poll import address, status_of, update_saying


class Two:
    """Two servers of one house, each with its own connections to the database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._doors = Doors()
        self._stacks = [AsyncExitStack(), AsyncExitStack()]
        self.houses: list[Open] = []

    async def start(self) -> None:
        for number, stack in enumerate(self._stacks):
            neighbours = Neighbours(self._folder, number, 2)
            house = serving(self._database, self._folder, self._doors, neighbours=neighbours)
            self.houses.append(await stack.enter_async_context(house))

    async def stop(self, number: int) -> None:
        await self._stacks[number].aclose()

    async def draft_of(self, number: int) -> UUID:
        """A draft that this process owns."""
        while True:
            draft_id = await self.houses[0].draft(text("Words"))
            if order(draft_id, 2)[0] == number:
                return draft_id


@pytest.fixture
async def two(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Two]:
    both = Two(database, tmp_path)
    await both.start()
    # The processes of a real house share a port, and so a name; which of them is met is chance.
    names = frozenset(f"localhost:{house.port}" for house in both.houses)
    monkeypatch.setattr(Settings, "hosts", property(lambda _: names))
    yield both
    await both.stop(0)
    await both.stop(1)


async def test_each_request_may_come_to_another_process(two: Two) -> None:
    draft_id = await two.draft_of(1)
    anna, ben = await two.houses[0].person(draft_id), await two.houses[0].person(draft_id)
    async with AsyncExitStack() as stack:
        lines = [Line(address(house, draft_id), bearer(anna)) for house in two.houses]
        for line in lines:
            stack.push_async_callback(line.client.aclose)
        first = await lines[0].open()
        lines[1].headers |= {"x-policylab-session": first.head["session"]}
        other = await stack.enter_async_context(two.houses[0].writer(draft_id, ben))
        assert len(two.houses[1].hub.present(draft_id)) == 2
        assert two.houses[0].hub.present(draft_id) == []
        held = asyncio.create_task(lines[0].told(body_of(len(first.frames))))
        sent = body_of(0, 0, frame(0, 2, data=update_saying(" of Anna")))
        for line in lines:  # the second time it is the same request again
            assert (await line.told(sent)).head["taken"] == 1
        assert any(each[:2] == b"\x00\x02" for each in (await held).frames)
        await eventually(lambda: words_of(other.text) == "Words of Anna")
    assert words_of(await two.houses[0].text(draft_id)) == "Words of Anna"


async def test_who_may_not_come_in_may_not_through_a_neighbour(two: Two) -> None:
    draft_id = await two.draft_of(1)
    anna, ben = await two.houses[0].person(draft_id), await two.houses[0].person(draft_id)
    url = address(two.houses[0], draft_id)
    assert await status_of(url) == 401
    assert await status_of(url, origin="https://elsewhere.example", **bearer(anna)) == 403
    line = Line(url, bearer(anna))
    told = await line.open()
    thief = Line(url, bearer(ben), told.head["session"])
    theft = body_of(0, 0, frame(0, 2, data=update_saying("stolen")))
    assert (await thief.post(theft)).status_code == 404
    assert await line.end() == 204
    assert two.houses[1].hub.present(draft_id) == []
    assert words_of(await two.houses[0].text(draft_id)) == "Words"
    for each in (line, thief):
        await each.client.aclose()


async def test_when_the_process_of_a_session_has_gone_another_takes_the_client_in(two: Two) -> None:
    draft_id = await two.draft_of(1)
    anna = await two.houses[0].person(draft_id)
    one = PollWriter(two.houses[0].url(draft_id, frames="1"), anna)
    await one.connect()
    one.run().insert(0, "Before. ")
    await one.settled()
    await two.stop(1)
    assert await one.closed() in {1012, LOST}
    assert one.line is not None
    one.run().insert(0, "Between. ")
    assert (await one.line.post(body_of(one.got))).status_code == 404
    await one.connect()
    one.run().insert(0, "After. ")
    await one.settled()
    await one.close()
    words = words_of(await two.houses[0].text(draft_id))
    assert words == "After. Between. Before. Words"


async def test_a_process_that_dies_with_a_question_is_told_of_as_such(
    tmp_path: Path, two: Two
) -> None:
    """The client asks again, and is then taken in elsewhere."""
    draft_id = await two.draft_of(1)
    anna = await two.houses[0].person(draft_id)

    async def fall_silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    (tmp_path / "1.sock").unlink()
    dying = await asyncio.start_unix_server(fall_silent, tmp_path / "1.sock")
    url = address(two.houses[0], draft_id)
    assert await status_of(url, **bearer(anna)) == 503
    dying.close()
    await dying.wait_closed()
    (tmp_path / "1.sock").unlink(missing_ok=True)
    async with httpx2.AsyncClient() as client:
        answer = await client.post(url, headers=bearer(anna))
    assert Told(answer.content).head["session"]
    assert len(two.houses[0].hub.present(draft_id)) == 1
