"""W1: a page of another site can open no socket here, neither kind, whatever it has of a person."""

from datetime import timedelta

import pytest

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests.coediting.harness import Person
from tests.promises.drafting import Drafting, address
from tests.promises.line import Line
from tests.serving import Served

pytestmark = pytest.mark.promise


def foreign(port: int) -> list[str]:
    ours = f"localhost:{port}"
    return [
        "null",
        "",
        "https://elsewhere.example",
        f"http://{ours}.elsewhere.example",
        f"http://{ours}@elsewhere.example",
        f"http://elsewhere.{ours}",
        f"http://not{ours}",
        f"http://localhost:{port + 1}",
        f"http://{ours}0",
        "http://localhost",
        f"https://{ours}",
        f"http://{ours}/",
        f"http://{ours},https://elsewhere.example",
        f"file://{ours}",
    ]


async def status_of(url: str, person: Person | None, **headers: str) -> int:
    line = await Line.open(url, person, **headers)
    await line.close()
    return line.status


async def test_a_foreign_page_opens_no_socket(house: Database, served: Served) -> None:
    drafting = await Drafting.begin(house)
    person = await drafting.writer()
    async with house.write(SYSTEM) as uow:
        secret = await identity.open_session(uow, person_id=person.id, life=timedelta(hours=1))
    cookie = f"policylab={secret}"
    coedit = address(served, drafting.draft_id)
    graphql = f"ws://localhost:{served.port}/graphql"
    graphql_headers = {"Sec_WebSocket_Protocol": "graphql-transport-ws"}
    for url, more in ((coedit, {}), (graphql, graphql_headers)):
        for who in ({"Cookie": cookie}, {"Authorization": f"Bearer {person.token}"}):
            headers = more | who
            ours = f"http://localhost:{served.port}"
            assert await status_of(url, None, Origin=ours, **headers) == 101
            assert await status_of(url, None, **headers) == 101  # a program, which has no pages
            other = {
                origin: await status_of(url, None, Origin=origin, **headers)
                for origin in foreign(served.port)
            }
            assert {origin: status for origin, status in other.items() if status != 403} == {}
            site = await status_of(url, None, Sec_Fetch_Site="cross-site", **headers)
            assert site == 403
    # Another name for us is not ours either: whoever points a name of his own here gets nothing.
    for url, more in ((coedit, {}), (graphql, graphql_headers)):
        assert await status_of(url, person, Host="elsewhere.example", **more) in (403, 421)
