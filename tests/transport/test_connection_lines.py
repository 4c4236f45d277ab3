"""In a log for programs each connection that has ended has a line, and so has each that was turned
away."""

import asyncio
import re
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from policylab.kit.db import Database
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.kit.ids import to_global
from tests import make
from tests.coediting.harness import Open, eventually, serving
from tests.coediting.polling import Line, Told, bearer
from tests.serving import Served, token_of
from tests.transport.captured import captured_lines

LINE = {"event", "path", "code", "seconds", "person", "request"}
DRAFT, POLL = "/coedit/{draft_id}", "/coedit/{draft_id}/poll"


@pytest.fixture
def lines() -> Generator[list[Any]]:
    with captured_lines() as captured:
        yield captured


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[Open]:
    async with serving(database, tmp_path, log_json=True) as opened:
        yield opened


def ended(lines: list[Any]) -> list[Any]:
    return [line for line in lines if line["event"] == "connection"]


async def test_a_connection_to_a_draft_leaves_one_line_whatever_was_said_on_it(
    house: Open, lines: list[Any]
) -> None:
    draft_id = await house.draft()
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as writer:
        for _ in range(5):
            writer.write_token()
        await writer.settled()
        await asyncio.sleep(0.2)
        assert lines == []
    await eventually(lambda: lines)
    (line,) = lines
    assert line.keys() == LINE
    assert (line["path"], line["code"]) == (DRAFT, 1000)
    assert 0.2 < line["seconds"] < 60
    assert (line["person"], line["request"]) == (str(anna.id), None)
    assert to_global("Draft", draft_id) not in repr(lines)


async def leaves(house: Open, socket: ClientConnection) -> None:
    await socket.close(1001)


async def says_what_is_no_frame(house: Open, socket: ClientConnection) -> None:
    await socket.send("words")


async def is_gone_without_a_word(house: Open, socket: ClientConnection) -> None:
    socket.transport.abort()


async def may_have_lost_the_right(house: Open, socket: ClientConnection) -> None:
    house.hub.close()


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (leaves, 1001),
        (says_what_is_no_frame, 4400),
        (is_gone_without_a_word, 1006),
        (may_have_lost_the_right, 4501),
    ],
)
async def test_the_code_of_who_ended_it_is_told(
    house: Open, lines: list[Any], end: Any, code: int
) -> None:
    draft_id = await house.draft()
    anna = await house.person(draft_id)
    async with connect(house.url(draft_id), additional_headers=bearer(anna)) as socket:
        await socket.recv()
        await end(house, socket)
        await socket.wait_closed()
    await eventually(lambda: ended(lines))
    assert [(line["code"], line["person"]) for line in ended(lines)] == [(code, str(anna.id))]


async def test_who_is_turned_away_from_a_draft_leaves_the_line_of_a_request(
    house: Open, lines: list[Any]
) -> None:
    with pytest.raises(InvalidStatus):
        await connect(house.url(uuid4(), ticket="a-secret"))
    (line,) = lines
    said = [line[key] for key in ("event", "method", "path", "status", "person")]
    assert said == ["request", "WEBSOCKET", DRAFT, 401, None]
    assert line["ms"] > 0
    assert "a-secret" not in repr(lines)


async def test_a_session_of_requests_leaves_a_line_when_it_ends_beside_theirs(
    house: Open, lines: list[Any]
) -> None:
    draft_id = await house.draft()
    anna = await house.person(draft_id)
    line = Line(f"{house.url(draft_id)}/poll", bearer(anna))
    opened = await line.insist(b"")
    line.headers["x-policylab-session"] = session = Told(opened.content).head["session"]
    assert ended(lines) == []
    assert await line.end() == 204
    await eventually(lambda: len(lines) == 3)
    (told,) = ended(lines)
    assert told.keys() == LINE
    assert (told["path"], told["code"], told["person"]) == (POLL, 1001, str(anna.id))
    assert told["request"] == opened.headers["x-request-id"]
    requests = [line for line in lines if line["event"] == "request"]
    assert [(each["path"], each["person"]) for each in requests] == [(POLL, str(anna.id))] * 2
    assert session not in repr(lines)
    await line.client.aclose()


async def test_a_log_for_people_has_no_line_for_each_connection(
    database: Database, tmp_path: Path, lines: list[Any]
) -> None:
    async with serving(database, tmp_path) as house:
        draft_id = await house.draft()
        anna = await house.person(draft_id)
        async with house.writer(draft_id, anna):
            pass
    assert lines == []


# ── GraphQL's ──


@pytest.fixture
def served(
    database: Database, postgres_server: EmbeddedPostgres, database_name: str, tmp_path: Path
) -> Generator[Served]:
    url = postgres_server.url(database_name, SERVICE)
    server = Served(url, tmp_path, settings={"POLICYLAB_LOG_JSON": "true"})
    server.start()
    yield server
    server.stop()


def told(server: Served) -> list[Any]:
    written = re.findall(rb"^{.*}$", server.log.read_bytes(), re.MULTILINE)
    return [line for line in map(orjson.loads, written) if line.get("path") == "/graphql"]


async def test_a_socket_of_graphql_leaves_one_line_with_who_ended_it_and_how(
    database: Database, served: Served
) -> None:
    viewer = await make.person(database, "Somebody")
    assert viewer.person_id is not None
    token = await token_of(database, viewer.person_id)
    url = f"ws://localhost:{served.port}/graphql"
    theirs: Any = {
        "subprotocols": ["graphql-transport-ws"],
        "additional_headers": {"authorization": f"Bearer {token}"},
    }
    asked = {"id": "1", "type": "subscribe", "payload": {"query": "{ viewer { locale } }"}}
    async with connect(url, **theirs) as socket:
        for message in ({"type": "connection_init"}, asked):
            await socket.send(orjson.dumps(message).decode())
        heard = [orjson.loads(await socket.recv())["type"] for _ in range(3)]
        assert heard == ["connection_ack", "next", "complete"]
        request = socket.response.headers["x-request-id"] if socket.response else None
    async with connect(url, **theirs) as socket:
        await socket.send("no message")
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    (await connect(url, **theirs)).transport.abort()
    with pytest.raises(InvalidStatus):
        await connect(url, origin="https://elsewhere.example", **theirs)
    await eventually(lambda: len(told(served)) == 4)
    by_code = {line.get("code"): line for line in told(served)}
    assert by_code.keys() == {1000, 4400, 1006, None}
    first = by_code[1000]
    assert first.keys() == LINE | {"level", "timestamp"}
    assert (first["event"], first["person"]) == ("connection", str(viewer.person_id))
    assert first["request"] == request
    assert 0 < first["seconds"] < 60
    turned = by_code[None]
    assert (turned["event"], turned["status"], turned["person"]) == ("request", 403, None)
