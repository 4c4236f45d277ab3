"""Unmodified Yjs clients against the real server: what they write, read and point at."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from policylab import coediting
from policylab.coediting import Right
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from tests.coediting.harness import (
    PATIENCE,
    Open,
    Person,
    eventually,
    serving,
    text,
    tokens_in,
    words_of,
)
from tests.coediting.node import WEB, yjs

pytestmark = pytest.mark.skipif(
    not (WEB / "node_modules" / "yjs").exists(), reason="npm ci has not run in web/"
)


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[Open]:
    async with serving(database, tmp_path) as open_house:
        yield open_house


def client(house: Open, draft_id: UUID, person: Person, *, frames: bool = True) -> Any:
    url = f"ws://localhost:{house.port}/coedit"
    return yjs(url, to_global("Draft", draft_id), person.token, frames=frames)


async def test_two_yjs_clients_write_one_text(house: Open) -> None:
    draft_id = await house.draft(text("Words 🌍", "More"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with client(house, draft_id, anna) as one, client(house, draft_id, ben) as two:
        one.tell(connect=True)
        two.tell(connect=True)
        await one.hear("synced", bool)
        await two.hear("synced", bool)
        one.tell(insert=[0, 8, " of Anna"])
        two.tell(insert=[1, 0, "Even "])
        two.tell(add="Last")
        for each in (one, two):
            await eventually(lambda each=each: each.words == "Words 🌍 of Anna\nEven More\nLast")
        welcome = await one.hear("welcome")
        assert welcome["capacity"] == anna.capacity
        await one.hear("stored", lambda stored: stored[1] == 2)
        assert words_of(await house.text(draft_id)) == "Words 🌍 of AnnaEven MoreLast"
    async with house.database.read(SYSTEM) as session:
        shares = await coediting.written_by(session, draft_id)
    by = {share.capacity_id: share.characters for share in shares}
    assert by[anna.standing.capacity_id] == len(" of Anna")


@pytest.mark.parametrize("content", [None, text("Words")])
async def test_a_yjs_client_has_everything_once_it_is_synced(
    house: Open, tmp_path: Path, content: Any
) -> None:
    """Programs then look whether there is a text: of one without a snapshot, too, and of whatever
    was written since."""
    draft_id = await house.draft(content)
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as one:
        for _ in range(30):
            one.write_token()
            await one.settled()
    async with serving(house.database, tmp_path, house.doors) as again:
        async with client(again, draft_id, anna, frames=False) as other:
            other.tell(connect=True)
            had = await other.hear("had")
        assert set(tokens_in(had)) == one.acknowledged


async def test_a_yjs_client_comes_back_with_what_it_wrote_without_a_line(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with client(house, draft_id, anna, frames=False) as one:
        one.tell(connect=True)
        await one.hear("synced", bool)
        one.tell(disconnect=True)
        await one.hear("closed")
        one.tell(insert=[0, 5, " offline"])
        one.tell(connect=True)
        async with house.writer(draft_id, anna) as other:
            await eventually(lambda: words_of(other.text) == "Words offline")


async def test_a_refused_yjs_client_without_our_frames_keeps_coming_back(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id, Right.READ)
    async with client(house, draft_id, anna, frames=False) as one:
        one.tell(connect=True)
        await one.hear("synced", bool)
        one.tell(insert=[0, 5, " mine"])
        assert await one.hear("closed") == 4500
        await eventually(lambda: [event.get("closed") for event in one.said].count(4500) > 1)
        house.now_may(anna, draft_id, Right.WRITE)
        await eventually_text(house, draft_id, "Words mine")


async def eventually_text(house: Open, draft_id: UUID, words: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while words_of(await house.text(draft_id)) != words:
            await asyncio.sleep(0.02)


async def test_presence_carries_the_servers_name_and_the_clients_cursor(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = (
        await house.person(draft_id, label="Anna"),
        await house.person(draft_id, label="Ben"),
    )
    async with client(house, draft_id, anna) as one, client(house, draft_id, ben) as two:
        one.tell(connect=True)
        two.tell(connect=True)
        await one.hear("synced", bool)
        await two.hear("synced", bool)
        one.tell(anchor=[0, 1, 3])
        cursor = await one.hear("anchor")
        name = (await one.hear("ready"), {"name": "The Minister"})
        one.tell(show={"cursor": cursor, "user": name[1], "more": "x"})
        seen = await two.hear("presence", lambda states: _cursor(states, name[0]))
        assert seen[str(name[0])]["user"] == {
            "name": "Anna",
            "function": "adviser",
            "organisation": "City",
            "level": "local",
            "capacity": anna.capacity,
            "right": "write",
        }
        assert set(seen[str(name[0])]) == {"user", "cursor"}
        two.tell(where=seen[str(name[0])]["cursor"])
        assert await two.hear("where") == [1, 3]
        one.tell(end=True)
        await two.hear("presence", lambda states: str(name[0]) not in states)


def _cursor(states: dict[str, Any], client_id: int) -> Any:
    return states.get(str(client_id), {}).get("cursor")


async def test_anchors_of_yjs_are_resolved_here_and_ours_are_resolved_there(house: Open) -> None:
    draft_id = await house.draft(text("Arrival and 🌍 departure", "End"))
    anna = await house.person(draft_id)
    async with client(house, draft_id, anna) as one:
        one.tell(connect=True)
        await one.hear("synced", bool)
        one.tell(anchor=[0, 12, 24])  # Yjs counts in UTF-16
        theirs = await one.hear("anchor")
        async with house.database.read(SYSTEM) as session:
            ours = await coediting.make_anchor(
                session, draft_id, section_id=None, quotation="🌍 departure"
            )
        one.tell(insert=[0, 0, "At "])
        one.tell(remove=[0, 18, 9])
        await one.hear("stored", lambda stored: stored[1] == 3)
        async with house.database.read(SYSTEM) as session:
            spots = await coediting.resolve_anchors(session, draft_id, [theirs, ours])
        assert spots == [coediting.Spot(None, 15, 17, "🌍 ")] * 2
        one.tell(where=ours)
        assert await one.hear("where") == [15, 18]


async def test_a_yjs_client_is_closed_and_judged_anew_when_the_draft_is_frozen(
    house: Open,
) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with client(house, draft_id, anna) as one:
        one.tell(connect=True)
        await one.hear("synced", bool)
        async with house.database.write(SYSTEM) as uow:
            await coediting.close_draft(uow, draft_id)
        await one.hear("closed", lambda code: code == 4501)
        await one.hear("welcome", lambda welcome: welcome["right"] == "read")
        one.tell(insert=[0, 0, "Late "])
        refused = await one.hear("refused")
        assert refused["code"] == "NOT_ALLOWED"
    assert words_of(await house.text(draft_id)) == "Words"
