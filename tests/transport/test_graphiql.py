"""GraphiQL's page, and the documents sent from it: for whom, and where the settings allow it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from policylab import identity, published
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from policylab.settings import BadSettings, Settings
from policylab.transport import app, middleware
from tests import make

BASE = "http://localhost:8800"
FREE = "{ viewer { person { displayName } } __schema { queryType { name } } }"
Open = Callable[..., httpx2.AsyncClient]


@pytest.fixture
async def open_house(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Open]:
    """Opens houses with these settings, with the page as the web app's build leaves it."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web/index.html").write_text("the app")
    (tmp_path / "web/graphiql.html").write_text("GraphiQL")
    monkeypatch.setattr(published, "web_folder", lambda: tmp_path / "web")
    async with AsyncExitStack() as stack:

        def enter(**settings: Any) -> httpx2.AsyncClient:
            built, house = app.build(Settings(data_folder=tmp_path, base_url=BASE, **settings))
            house.database_ = database
            web = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=built), base_url=BASE)
            stack.push_async_callback(web.aclose)
            return web

        yield enter


@pytest.fixture
async def session(database: Database) -> dict[str, str]:
    """The headers of a page of ours that somebody is signed in to."""
    table = await make.table(database)
    person_id = table.moderator.person_id
    assert person_id is not None
    async with database.write(SYSTEM) as uow:
        secret = await identity.open_session(uow, person_id=person_id, life=timedelta(hours=1))
    name = middleware.session_cookie(Settings(base_url=BASE))
    return {"cookie": f"{name}={secret}", middleware.OUR_HEADER: "1"}


async def ask_freely(web: httpx2.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    body = orjson.dumps({"query": FREE})
    sent = headers | {"content-type": "application/json"}
    return (await web.post("/graphql", content=body, headers=sent)).json()


async def test_the_page_is_for_whoever_is_signed_in(
    open_house: Open, session: dict[str, str]
) -> None:
    web = open_house()
    stranger = await web.get("/graphiql")
    assert stranger.status_code == 303
    assert stranger.headers["location"] == "/signin?next=%2Fgraphiql"
    page = await web.get("/graphiql", headers=session)
    assert (page.status_code, page.text) == (200, "GraphiQL")
    assert page.headers["cache-control"] == "no-store"
    assert "script-src 'self';" in page.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["/graphiql.html", "/GraphiQL.html"])
async def test_there_is_no_way_around_its_address(
    open_house: Open, session: dict[str, str], name: str
) -> None:
    assert (await open_house().get(name, headers=session)).status_code == 404


@pytest.mark.parametrize("settings", [{"graphiql": False}, {"persisted_only": True}])
async def test_where_it_is_not_offered_it_says_so_to_everybody(
    open_house: Open, session: dict[str, str], settings: dict[str, Any]
) -> None:
    web = open_house(**settings)
    for headers in ({}, session):
        answer = await web.get("/graphiql", headers=headers | {"accept-language": "fr"})
        assert answer.status_code == 404
        assert "pas proposé ici" in answer.text
    assert (await open_house().get("/graphiql", headers=session)).status_code == 200


async def test_documents_of_ones_own_are_for_signed_in_people_where_they_are_allowed(
    open_house: Open, session: dict[str, str]
) -> None:
    allowed, closed = open_house(), open_house(persisted_only=True)
    answer = await ask_freely(allowed, session)
    assert answer["data"]["__schema"] == {"queryType": {"name": "Query"}}
    for web, headers in ((allowed, {}), (closed, {}), (closed, session)):
        refused = await ask_freely(web, headers)
        assert "data" not in refused
        assert refused["errors"][0]["extensions"]["code"] == "QUERY_NOT_ALLOWED"


async def test_another_sites_page_sends_nothing_with_a_persons_cookie(
    open_house: Open, session: dict[str, str]
) -> None:
    web = open_house()
    for foreign in (
        session | {"origin": "https://elsewhere.example"},
        {"cookie": session["cookie"]},
    ):
        assert "data" not in await ask_freely(web, foreign)
    assert "data" in await ask_freely(web, session)


def test_it_is_there_in_development_and_elsewhere_only_when_somebody_decides_so() -> None:
    assert Settings().graphiql
    assert not Settings(persisted_only=True).graphiql
    real = {"base_url": "https://lab.example.org", "host": "0.0.0.0"}
    for settings in (Settings(**real), Settings(base_url="https://lab.example.org")):
        assert settings.persisted_only
        assert not settings.graphiql
    assert Settings(**real, persisted_only=False).graphiql
    assert not Settings(**real, persisted_only=False, graphiql=False).graphiql
    with pytest.raises(BadSettings, match="POLICYLAB_PERSISTED_ONLY=false"):
        Settings(**real, graphiql=True).check()
    Settings(**real, persisted_only=False, graphiql=True).check()
