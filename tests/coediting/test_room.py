"""One draft in memory: snapshots, several processes, announcements, and letting go."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from policylab import coediting
from policylab.coediting import hub, session, tail
from policylab.coediting.lib0 import write_uint
from policylab.coediting.protocol import read_state
from policylab.kit.db import Database, Line
from policylab.kit.events import Announcement
from policylab.kit.viewer import SYSTEM
from tests.coediting import crafted
from tests.coediting.harness import Open, Writer, eventually, serving, tokens_in, words_of


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[Open]:
    async with serving(database, tmp_path) as open_house:
        yield open_house


async def snapshots(database: Database) -> list[Any]:
    async with database.rows(SYSTEM) as connection:
        return await connection.fetch("SELECT draft_id, seq FROM draft_snapshot ORDER BY seq")


async def test_a_snapshot_changes_neither_text_nor_authors_nor_bounds(
    house: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST_ROWS", 5)
    draft_id = await house.draft()
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with house.writer(draft_id, anna) as one, house.writer(draft_id, ben) as two:
        for _ in range(8):
            for writer in (one, two):
                writer.write_token()
                await writer.settled()
        await one.change(crafted.nested_blocks(2_000, 60))
        await one.settled()
        mine, expected = one.doc.client_id, one.acknowledged | two.acknowledged
        clock = read_state(one.doc.get_state())[mine]
    await asyncio.sleep(0.1)
    assert await snapshots(house.database)

    async with serving(house.database, tmp_path, house.doors) as again:
        assert set(tokens_in(words_of(await again.text(draft_id)))) == expected
        async with house.database.read(SYSTEM) as reading:
            shares = await coediting.written_by(reading, draft_id)
        assert sum(share.characters for share in shares) == 16 * 14
        deeper = _deeper(than=(2_000, 59), client=3_000, levels=5)
        forged = crafted.update(mine, crafted.element(), clock=clock)
        attempts = ((crafted.update(3_000, *deeper), "TOO_LARGE"), (forged, "NOT_YOUR_ROLE"))
        for data, code in attempts:
            async with again.writer(draft_id, ben) as late:
                assert set(tokens_in(words_of(late.text))) == expected
                await late.change(data)
                await eventually(lambda late=late: late.refused)
                assert late.refused is not None
                assert late.refused["code"] == code


async def test_a_text_that_tens_of_thousands_of_clients_wrote_is_written_on(
    house: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time a person opens a text in a browser, her words are another client's."""
    monkeypatch.setattr(session, "MAX_NEW_IDS", 40_000)
    draft_id = await house.draft()
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as one:
        for last in range(22_000, 0, -2_000):
            await one.change(_crowd(range(last, last - 2_000, -1)))
        await one.settled()
        one.write_token()
        await one.settled()
        expected = one.acknowledged
    async with serving(house.database, tmp_path, house.doors) as again:
        async with again.writer(draft_id, anna) as late:
            await eventually(lambda: set(tokens_in(words_of(late.text))) == expected)
            assert len(read_state(late.doc.get_state())) == 22_001
            late.write_token()
            await late.settled()
            expected |= late.acknowledged
        assert set(tokens_in(words_of(await again.text(draft_id)))) == expected
    assert len(expected) == 2


def _crowd(clients: range) -> bytes:
    """A block by each of these clients, behind the one of the client before."""
    blocks = [
        write_uint(1) + write_uint(client) + write_uint(0) + _block(client) for client in clients
    ]
    return write_uint(len(blocks)) + b"".join(blocks) + b"\x00"


def _block(client: int) -> bytes:
    return crafted.element(left=(client + 1, 0) if client < 22_000 else None)


def _deeper(*, than: tuple[int, int], client: int, levels: int) -> list[bytes]:
    inside = [crafted.element("blockquote", than)]
    return inside + [crafted.element("blockquote", (client, clock)) for clock in range(levels - 1)]


async def test_two_processes_share_a_draft(house: Open, tmp_path: Path) -> None:
    """Two hubs on one database, as two replicas have them."""
    draft_id = await house.draft()
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with (
        serving(house.database, tmp_path, house.doors) as second,
        house.writer(draft_id, anna) as one,
        second.writer(draft_id, ben) as two,
    ):
        for _ in range(10):
            one.write_token()
            two.write_token()
        await one.settled()
        await two.settled()
        expected = one.acknowledged | two.acknowledged
        assert len(expected) == 20
        for writer in (one, two):
            await eventually(
                lambda writer=writer: set(tokens_in(words_of(writer.text))) == expected
            )


async def test_a_client_id_that_another_process_bound_is_refused_here(
    house: Open, tmp_path: Path
) -> None:
    draft_id = await house.draft()
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with (
        serving(house.database, tmp_path, house.doors) as second,
        house.writer(draft_id, ben) as early,
    ):
        async with second.writer(draft_id, anna) as one:
            await one.change(crafted.paragraph(77, "Anna's"))
            await one.settled()
        more = crafted.update(77, crafted.string("!", left=(77, 2)), clock=8)
        await early.change(more)
        await eventually(lambda: early.refused)
        assert early.refused is not None
        assert early.refused["code"] == "NOT_YOUR_ROLE"
    words = words_of(await house.text(draft_id))
    assert words == "Anna's"


async def test_after_a_quiet_moment_it_is_said_that_the_text_has_changed(house: Open) -> None:
    draft_id = await house.draft()
    heard: list[Announcement] = []

    async def hear(announcement: Announcement) -> None:
        heard.append(announcement)

    house.database.bus.on(coediting.TextChanged, hear)
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as writer:
        for _ in range(5):
            writer.write_token()
            await writer.settled()
        assert heard == []
        await eventually(lambda: heard)
        assert len(heard) == 1
        assert heard[0].payload["draft_id"] == str(draft_id)
        assert heard[0].payload["seq"] == writer.seq
        assert heard[0].dialogue_id is not None


async def test_a_text_that_is_never_quiet_is_announced_too_a_large_one_less_often(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "AT_LEAST_SECONDS", 0.3)
    heard: list[Announcement] = []

    async def hear(announcement: Announcement) -> None:
        heard.append(announcement)

    house.database.bus.on(coediting.TextChanged, hear)

    async def write_on(writer: Writer, seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            writer.write_token()
            await writer.settled()

    draft_id = await house.draft()
    async with house.writer(draft_id, await house.person(draft_id)) as writer:
        await write_on(writer, 1.5)
        assert heard
        await asyncio.sleep(1.5)
        heard.clear()
        monkeypatch.setattr(hub, "LARGE", 1)
        await write_on(writer, 1.5)
        assert heard == []
        await eventually(lambda: heard)


async def test_a_draft_that_everybody_left_is_let_go_and_comes_back(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "REST_SECONDS", 0.0)
    draft_id = await house.draft()
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as writer:
        token = writer.write_token()
        await writer.settled()
        assert [each.label for each in house.hub.present(draft_id)] == ["Delegate"]
    rooms: dict[Any, Any] = vars(house.hub)["_rooms"]
    await eventually(lambda: not rooms)
    assert house.hub.present(draft_id) == []
    async with house.writer(draft_id, anna) as again:
        assert token in words_of(again.text)


async def test_when_the_database_is_away_writers_come_back_and_lose_nothing(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = await house.draft()
    anna = await house.person(draft_id)
    writer = Writer(house.url(draft_id, frames="1"), anna)
    await writer.connect()
    writer.write_token()
    await writer.settled()
    with monkeypatch.context() as away:
        away.setattr(Line, "connection", _away)
        writer.write_token()
        assert await writer.closed() == 1013
    await writer.close()
    await writer.connect()
    await writer.settled()
    assert writer.acknowledged == set(writer.written)
    assert set(tokens_in(words_of(await house.text(draft_id)))) == set(writer.written)
    await writer.close()


def _away(_: Line) -> Any:
    raise ConnectionRefusedError("no database")
