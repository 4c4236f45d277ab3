"""What needs the viewer, as the home page asks for it."""

import asyncio

import orjson

from policylab import notices
from policylab.api.context import Context
from policylab.api.deliveries import deliveries
from policylab.api.execution import Request
from policylab.kit.db import Database
from tests import make
from tests.api.asking import EXECUTOR, ask, do, operation


async def test_the_home_page_shows_what_waits_with_the_way_to_do_it(database: Database) -> None:
    table = await make.table(database, mandates=False)
    await notices.refresh(database, table.dialogue_id)
    for locale, sentence, action in (
        ("en", "“Who does what?”: your delegation has no valid mandate.", "File a mandate"),
        (
            "fr",
            "« Qui fait quoi ? » : votre délégation n’est munie d’aucun mandat valable.",
            "Déposer un mandat",
        ),
    ):
        found = await ask(database, table.head(), operation("Home"), locale=locale)
        needs = {each["kind"]: each for each in found["viewer"]["needs"]["nodes"]}
        assert set(needs) == {"ROLE_GIVEN", "MANDATE_MISSING"}
        missing = needs["MANDATE_MISSING"]
        assert (missing["sentence"], missing["action"]) == (sentence, action)
        dialogue = found["viewer"]["dialogues"]["nodes"][0]
        assert missing["url"] == f"/dialogues/{dialogue['id']}/people"
        assert missing["read"] is False
    found = await ask(database, table.outsider, operation("Home"))
    assert found["viewer"]["needs"] == {"totalCount": 0, "nodes": []}


async def test_news_leave_the_list_when_read_and_tasks_stay_on_it(database: Database) -> None:
    table = await make.table(database, mandates=False)
    await notices.refresh(database, table.dialogue_id)
    found = await ask(database, table.head(), operation("Home"))
    for each in found["viewer"]["needs"]["nodes"]:
        other = await do(database, table.delegate(), "markNoticeRead", noticeId=each["id"])
        assert other["code"] == "NOT_FOUND"
        read = await do(
            database, table.head(), "markNoticeRead", "... on Notice { read }", noticeId=each["id"]
        )
        assert read["read"] is True
    found = await ask(database, table.head(), operation("Home"))
    assert [each["kind"] for each in found["viewer"]["needs"]["nodes"]] == ["MANDATE_MISSING"]


async def test_the_count_of_unread_notices_is_told_live(database: Database) -> None:
    table = await make.table(database, mandates=False)
    request = Request(query=operation("NoticesChanged"))
    stream = deliveries(EXECUTOR, request, Context(database, table.head()))
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.2)
    await notices.refresh(database, table.dialogue_id)
    heard = await asyncio.wait_for(first, 5)
    assert isinstance(heard, bytes)
    assert orjson.loads(heard)["data"]["noticesChanged"]["unread"] == 2
    async with database.rows(table.head()) as connection:
        assert await connection.fetchval("SELECT count(*) FROM notice") == 2
    await stream.aclose()
