"""The co-editing websocket through real sockets: the handshake, the frames, the ways it ends."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import orjson
import pytest
from pycrdt import Doc, Provider, XmlElement, XmlFragment, XmlText
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from policylab import coediting
from policylab.coediting import Right
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from policylab.transport.coediting_wire import Wire
from tests.coediting.harness import Open, Person, Writer, eventually, frame, serving, text, words_of
from tests.promises.line import BINARY, Line, packed


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[Open]:
    async with serving(database, tmp_path) as open_house:
        yield open_house


# ── the handshake ──


async def status_of(url: str, **headers: str) -> int:
    with pytest.raises(InvalidStatus) as answer:
        async with connect(url, additional_headers=headers):
            pass
    assert "no-store" in answer.value.response.headers["cache-control"]
    return answer.value.response.status_code


def bearer(person: Person) -> dict[str, str]:
    return {"authorization": f"Bearer {person.token}"}


async def test_the_handshake_is_judged_before_anything_is_read(house: Open) -> None:
    draft_id = await house.draft()
    anna = await house.person(draft_id)
    stranger = await house.person(uuid4())
    url = house.url(draft_id)
    assert await status_of(url) == 401
    assert await status_of(url, authorization="Bearer nothing-of-ours") == 401
    assert await status_of(f"{url}?ticket=forged") == 401
    assert await status_of(url, origin="https://elsewhere.example", **bearer(anna)) == 403
    assert await status_of(url, **bearer(stranger)) == 404
    assert await status_of(house.url(uuid4()), **bearer(anna)) == 404
    other_kind = to_global("Document", draft_id)
    url = f"ws://localhost:{house.port}/coedit/{other_kind}"
    assert await status_of(url, **bearer(anna)) == 404


async def test_a_ticket_stands_for_its_holder_on_one_draft_alone(house: Open) -> None:
    draft_id, other = await house.draft(), await house.draft()
    anna = await house.person(draft_id)
    house.doors.standings[(anna.id, other)] = anna.standing
    async with httpx2.AsyncClient() as client:
        address = house.url(draft_id).replace("ws:", "http:") + "/ticket"
        assert (await client.post(address)).status_code == 401
        answer = await client.post(address, headers=bearer(anna))
    assert answer.status_code == 200
    ticket = answer.json()["ticket"]
    writer = Writer(house.url(draft_id, frames="1", ticket=ticket), None)
    await writer.connect()
    assert writer.welcome is not None
    assert writer.welcome["capacity"] == anna.capacity
    await writer.close()
    assert await status_of(house.url(other, ticket=ticket)) == 401


# ── frames ──


async def test_welcome_says_who_one_is_and_what_one_may(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id, Right.SUGGEST, label="Anna")
    async with house.writer(draft_id, anna) as writer:
        assert orjson.loads(writer.frames[0][3:])["right"] == "suggest"
        assert writer.welcome == {
            "right": "suggest",
            "capacity": anna.capacity,
            "function": "adviser",
            "organisation": "City",
            "level": "local",
            "label": "Anna",
            "seq": 1,
        }
        assert words_of(writer.text) == "Words"


async def test_what_one_writes_another_reads_once_it_is_stored(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with house.writer(draft_id, anna) as one, house.writer(draft_id, ben) as two:
        one.run().insert(5, " of Anna")
        await one.settled()
        assert words_of(await house.text(draft_id)) == "Words of Anna"
        await eventually(lambda: words_of(two.text) == "Words of Anna")
        two.run().insert(0, "First, ")
        await two.settled()
        await eventually(lambda: one.text == two.text)
    assert words_of(await house.text(draft_id)) == "First, Words of Anna"
    async with house.database.read(SYSTEM) as session:
        shares = await coediting.written_by(session, draft_id)
    assert {(share.capacity_id, share.characters) for share in shares} == {
        (None, 5),
        (anna.standing.capacity_id, 8),
        (ben.standing.capacity_id, 7),
    }


async def test_words_written_offline_come_with_the_next_connection(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as writer:
        await writer.drop()
        writer.run().insert(5, " kept on this device")
        await writer.connect()
        await writer.settled()
        assert words_of(await house.text(draft_id)) == "Words kept on this device"


@pytest.mark.parametrize(
    "data", [b"", "text", b"\x00", b"\x00\x02\x05ab", b"\x63", b"\x00\x02\x02\x00\x00\x00"]
)
async def test_a_bad_frame_closes_that_connection_and_no_other(
    house: Open, data: bytes | str
) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with house.writer(draft_id, ben) as other:
        async with connect(house.url(draft_id), additional_headers=bearer(anna)) as bad:
            await bad.send(data)
            await bad.wait_closed()
            assert bad.close_code == 4400
        other.run().insert(0, "Still ")
        await other.settled()


async def test_a_message_over_a_mebibyte_is_1009(house: Open) -> None:
    draft_id = await house.draft()
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as writer:
        await writer.send(frame(0, 2, data=b"x" * 1_048_577))
        assert await writer.closed() == 1009


async def test_a_reader_may_not_write_and_is_told(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id, Right.READ)
    async with house.writer(draft_id, anna) as writer:
        await writer.settled()
        writer.run().insert(0, "My ")
        await eventually(lambda: writer.refused is not None)
        assert writer.refused is not None
        assert writer.refused["code"] == "NOT_ALLOWED"
        assert writer.refused["count"] == writer.sent
    assert words_of(await house.text(draft_id)) == "Words"
    plain = Writer(house.url(draft_id), anna)
    await plain.connect()
    plain.run().insert(0, "My ")
    assert await plain.closed() == 4500
    await plain.close()
    house.now_may(anna, draft_id, Right.WRITE)
    async with house.writer(draft_id, anna) as writer:
        writer.run().insert(0, "My ")
        await writer.settled()
    assert words_of(await house.text(draft_id)) == "My Words"


async def test_a_refusal_is_told_in_the_writers_language(house: Open) -> None:
    draft_id = await house.draft(text("Des mots"))
    anna = await house.person(draft_id, Right.READ, locale="fr")
    async with house.writer(draft_id, anna) as writer:
        await writer.settled()
        writer.run().insert(0, "Mes ")
        await eventually(lambda: writer.refused is not None)
        assert writer.refused is not None
        said = "Vous pouvez lire ce texte, mais pas le modifier."
        assert writer.refused["message"] == said
    assert words_of(await house.text(draft_id)) == "Des mots"


# ── the ends ──


async def test_closing_a_draft_ends_every_writing_connection(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id, Right.READ)
    async with house.writer(draft_id, anna) as writer, house.writer(draft_id, ben) as reader:
        async with house.database.write(SYSTEM) as uow:
            await coediting.close_draft(uow, draft_id)
        assert await writer.closed() == 4501
        await reader.closed()
    async with house.writer(draft_id, anna) as late:
        assert late.welcome is not None
        assert late.welcome["right"] == "read"
        late.run().insert(0, "Late ")
        await eventually(lambda: late.refused is not None)
        assert words_of(await house.text(draft_id)) == "Words"
        async with house.database.write(SYSTEM) as uow:
            await coediting.reopen_draft(uow, draft_id)
        assert await late.closed() == 4501
    async with house.writer(draft_id, anna) as again:
        assert again.welcome is not None
        assert again.welcome["right"] == "write"
        again.run().insert(0, "Again ")
        await again.settled()


async def test_an_edit_that_meets_a_closing_is_refused_as_closed(house: Open) -> None:
    """The head is held by the closing transaction while the edit is on its way."""
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as writer:
        await writer.settled()
        async with house.database.write(SYSTEM) as uow:
            await coediting.close_draft(uow, draft_id)
            await uow.session.flush()
            writer.run().insert(0, "Late ")
            await asyncio.sleep(0.1)
            assert writer.refused is None
            assert writer.stored < writer.sent
        await eventually(lambda: writer.refused is not None)
        assert writer.refused is not None
        assert writer.refused["code"] == "CLOSED"
    assert words_of(await house.text(draft_id)) == "Words"


async def test_when_access_changes_connections_are_closed_and_judged_anew(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with house.writer(draft_id, anna) as one, house.writer(draft_id, ben) as two:
        house.now_may(anna, draft_id, Right.READ)
        await house.hub.access_changed([str(anna.id)], None)
        assert await one.closed() == 4501
        assert two.code is None
        await one.connect()
        assert one.welcome is not None
        assert one.welcome["right"] == "read"


async def test_a_verb_that_edits_reaches_those_who_write(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with house.writer(draft_id, anna) as writer:
        async with house.database.write(SYSTEM) as uow:
            await coediting.edit_text(
                uow,
                draft_id=draft_id,
                change=lambda content: _with(content, "Words merged"),
                person_id=anna.id,
                capacity_id=anna.standing.capacity_id,
            )
        await eventually(lambda: words_of(writer.text) == "Words merged")


def _with(content: Any, words: str) -> Any:
    block = content["content"][0]
    return content | {"content": [block | {"content": [{"type": "text", "text": words}]}]}


async def test_who_reads_too_slowly_is_cut_off_and_nobody_else(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id, Right.READ)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
    line.connect(("127.0.0.1", house.port))
    path = house.url(draft_id).partition("localhost")[2].partition("/")[2]
    line.sendall(
        f"GET /{path} HTTP/1.1\r\nHost: localhost:{house.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {ben.token}\r\n\r\n".encode()
    )  # and then it never reads
    await eventually(lambda: house.hub.present(draft_id))
    async with house.writer(draft_id, anna) as writer:
        for _ in range(60):
            run = writer.add_paragraph("x" * 50_000)
            await writer.settled()
            with writer.doc.transaction():
                del run[0:49_000]
            if len(house.hub.present(draft_id)) == 1:
                break
        await eventually(lambda: len(house.hub.present(draft_id)) == 1)
        await writer.settled()
    line.close()


# ── unmodified clients ──


class Socket:
    """A websocket as pycrdt's own Provider wants it."""

    path = "draft"

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    def __aiter__(self) -> "Line":
        return self

    async def __anext__(self) -> bytes:
        try:
            return await self.recv()
        except ConnectionClosed:
            raise StopAsyncIteration from None

    async def send(self, message: bytes) -> None:
        await self._socket.send(message)

    async def recv(self) -> bytes:
        return await self._socket.recv()


async def test_pycrdts_own_provider_writes_and_reads(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    doc: Doc[Any] = Doc()
    async with (
        house.writer(draft_id, ben) as other,
        connect(house.url(draft_id), additional_headers=bearer(anna)) as line,
        Provider(doc, Socket(line)) as provider,
    ):
        await provider.synced.wait()
        root = doc.get("default", type=XmlFragment)
        block = root.children[0]
        assert isinstance(block, XmlElement)
        run = block.children[0]
        assert isinstance(run, XmlText)
        run.insert(0, "Pycrdt's ")
        await eventually(lambda: words_of(other.text) == "Pycrdt's Words")
        other.run().insert(0, "And ")
        await eventually(lambda: str(run) == "And Pycrdt's Words")
    assert words_of(await house.text(draft_id)) == "And Pycrdt's Words"


async def test_who_sends_too_much_is_looked_at_now_and_then(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading waits until her share of the second allows more: one look at a time sees to that."""
    looks, good = 0, Wire._read_on

    def counting(wire: Wire) -> None:
        nonlocal looks
        looks += 1
        good(wire)

    monkeypatch.setattr(Wire, "_read_on", counting)
    draft_id = await house.draft()
    line = await Line.open(house.url(draft_id), await house.person(draft_id))
    questions = packed(BINARY, frame(0, 0, data=b"\x00")) * 500
    with suppress(TimeoutError):
        async with asyncio.timeout(2):
            while True:
                await line.put(questions)
    line.writer.transport.abort()
    assert 0 < looks < 2_000
