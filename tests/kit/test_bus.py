"""Announcements reach everybody once, however they come."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from policylab.kit.db import Database
from policylab.kit.events import Announcement, Event
from policylab.kit.viewer import SYSTEM

MANY = 40


@dataclass(frozen=True, kw_only=True)
class Counted(Event):
    kind: ClassVar[str] = "test.counted"
    number: int


@pytest.fixture
async def other(database: Database) -> AsyncGenerator[Database]:
    """Another replica."""
    opened = await Database.connect(database.engine.url.render_as_string(hide_password=False))
    yield opened
    await opened.close()


async def announce(database: Database, number: int) -> None:
    async with database.write(SYSTEM) as uow:
        uow.announce(Counted(number=number))


async def heard(stream: AsyncGenerator[Announcement], wanted: int) -> list[int]:
    """The numbers that come, until there are enough and then for a moment more."""
    numbers: list[int] = []
    try:
        while True:
            announcement = await asyncio.wait_for(anext(stream), 5 if len(numbers) < wanted else 1)
            numbers.append(announcement.payload["number"])
    except TimeoutError:
        return numbers


async def test_many_announcements_are_heard_once_here_and_elsewhere(
    database: Database, other: Database
) -> None:
    async with database.bus.listen() as here, other.bus.listen() as there:
        listening = asyncio.gather(heard(here, MANY), heard(there, MANY))
        await asyncio.gather(*(announce(database, number) for number in range(MANY)))
        ours, theirs = await listening
    assert sorted(ours) == list(range(MANY))
    assert sorted(theirs) == list(range(MANY))


async def test_what_one_announces_oneself_is_heard_in_its_order_and_as_it_is_kept(
    database: Database,
) -> None:
    async with database.bus.listen() as here:
        for number in range(5):
            await announce(database, number)
        told = [await asyncio.wait_for(anext(here), 5) for _ in range(5)]
    async with database.raw() as connection:
        rows = await connection.fetch(
            "SELECT sequence, kind, lab_id, dialogue_id, payload FROM outbox ORDER BY sequence"
        )
    assert told == [Announcement(*row) for row in rows]


async def test_what_was_found_in_the_outbox_before_it_was_sent_is_heard_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Announcement] = []
    send = database.bus.send
    monkeypatch.setattr(database.bus, "send", sent.extend)
    async with database.bus.listen() as here:
        await announce(database, 1)
        database.bus._look_again()
        first = await asyncio.wait_for(anext(here), 5)
        send(sent)
        assert await heard(here, 0) == []
    assert sent == [first]


async def test_of_several_in_one_change_each_is_heard_under_its_own_number(
    database: Database, other: Database
) -> None:
    async with database.bus.listen() as here, other.bus.listen() as there:
        async with database.write(SYSTEM) as uow:
            for number in range(5):
                uow.announce(Counted(number=number))
        ours = [await asyncio.wait_for(anext(here), 5) for _ in range(5)]
        theirs = [await asyncio.wait_for(anext(there), 5) for _ in range(5)]
    assert ours == theirs
    assert [item.payload["number"] for item in ours] == list(range(5))


async def test_what_is_announced_at_the_end_is_still_told_to_the_others(
    database: Database, other: Database
) -> None:
    third = await Database.connect(database.engine.url.render_as_string(hide_password=False))
    async with other.bus.listen() as there:
        for number in range(3):
            await announce(third, number)
        await third.close()
        assert await heard(there, 3) == [0, 1, 2]
