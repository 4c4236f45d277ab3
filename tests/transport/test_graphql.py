"""The GraphQL endpoint through the real layers: tags, what is kept by whom, what is refused."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from policylab.transport import middleware
from tests import make
from tests.transport.graphql_house import GraphQLHouse, known

Ask = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> GraphQLHouse:
    return GraphQLHouse(database, tmp_path)


@pytest.fixture
async def table(database: Database) -> make.Table:
    return await make.table(database)


def screen(table: make.Table) -> dict[str, Any]:
    return known("Dialogue", id=to_global("Dialogue", table.dialogue_id))


@pytest.mark.parametrize("method", ["get", "post"])
async def test_who_has_the_answer_already_is_told_so_until_something_changes(
    house: GraphQLHouse, table: make.Table, method: str
) -> None:
    ask: Ask = getattr(house, method)
    first = await ask(screen(table), table.head())
    assert first.status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"
    assert {"cookie", "authorization"} <= set(first.headers["vary"].split(", "))
    tag = first.headers["etag"]
    again = await ask(screen(table), table.head(), if_none_match=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "private, no-cache"

    await make.organisation(house.database, "Newcomer")
    fresh = await ask(screen(table), table.head(), if_none_match=tag)
    assert fresh.status_code == 200
    assert fresh.headers["etag"] != tag


async def test_a_tag_says_nothing_to_anybody_else(house: GraphQLHouse, table: make.Table) -> None:
    tag = (await house.get(screen(table), table.head())).headers["etag"]
    for viewer in (table.moderator, table.outsider, None):
        answer = await house.get(screen(table), viewer, if_none_match=tag)
        assert answer.status_code == 200
    french = await house.get(
        screen(table), table.head(), if_none_match=tag, x_policylab_language="fr"
    )
    assert french.status_code == 200
    other = await house.get(
        screen(table),
        table.head(),
        if_none_match=tag,
        accept="application/graphql-response+json",
    )
    assert other.status_code == 200


async def test_what_went_wrong_and_what_changes_something_is_kept_by_nobody(
    house: GraphQLHouse, table: make.Table
) -> None:
    for asked in (known("MarkNoticeRead", input={"id": "x"}), {"query": "{ nonsense }"}):
        answer = await house.post(asked, table.head())
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] in {"no-store", "private, no-cache"}
    wrong = await house.post(known("Dialogue"), table.head())
    assert "errors" in wrong.json()
    assert "etag" not in wrong.headers


async def test_a_change_right_after_the_rows_were_read_is_not_overlooked(
    house: GraphQLHouse, table: make.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = house.house.executor.run

    async def overtaken(*given: Any) -> Any:
        answer = await run(*given)
        await make.organisation(house.database, "In between")
        return answer

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(house.house.executor, "run", overtaken)
        tag = (await house.get(screen(table), table.head())).headers["etag"]
    again = await house.get(screen(table), table.head(), if_none_match=tag)
    assert again.status_code == 200


async def test_after_signing_out_no_answer_is_kept_and_no_tag_holds(
    house: GraphQLHouse, table: make.Table
) -> None:
    person_id = table.head().person_id
    assert person_id is not None
    async with house.database.write(SYSTEM) as uow:
        secret = await identity.open_session(uow, person_id=person_id, life=timedelta(hours=1))
    name = middleware.session_cookie(house.settings)
    cookie = f"{name}={secret}"
    tag = (await house.get(screen(table), cookie=cookie)).headers["etag"]
    held = await house.get(screen(table), cookie=cookie, if_none_match=tag)
    assert held.status_code == 304
    out = await house.web.post("/signout", headers={"cookie": cookie})
    assert out.headers["clear-site-data"] == '"cache"'
    gone = await house.get(screen(table), cookie=cookie, if_none_match=tag)
    assert (gone.status_code, gone.json()) == (200, {"data": {"dialogue": None}})
