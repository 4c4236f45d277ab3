"""Co-editing without websockets, through real requests: the same words, rights, limits and ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import orjson
import pytest

from policylab import coediting
from policylab.coediting import Right
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from policylab.transport import coediting_poll, coediting_requests
from tests.coediting.harness import Open, Person, Writer, eventually, frame, serving, text, words_of
from tests.coediting.polling import Line, PollWriter, bearer, body_of


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[Open]:
    async with serving(database, tmp_path) as open_house:
        yield open_house


def address(house: Open, draft_id: UUID) -> str:
    return f"http://localhost:{house.port}/coedit/{to_global('Draft', draft_id)}/poll?frames=1"


@asynccontextmanager
async def writer(
    house: Open, draft_id: UUID, person: Person, **parameters: str
) -> AsyncGenerator[PollWriter]:
    made = PollWriter(house.url(draft_id, frames="1", **parameters), person)
    await made.connect()
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def session(house: Open, draft_id: UUID, person: Person) -> AsyncGenerator[Line]:
    """A session whose requests the test makes one by one."""
    line = Line(address(house, draft_id), bearer(person))
    try:
        yield line
    finally:
        await line.client.aclose()


def update_saying(words: str) -> bytes:
    """An update that adds a paragraph, under a client id of its own."""
    made = Writer("", None)
    made.add_paragraph(words)
    return made.doc.get_update()


# ── who comes in ──


async def status_of(url: str, **headers: str) -> int:
    async with httpx2.AsyncClient() as client:
        answer = await client.post(url, headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code


async def test_opening_is_judged_as_the_handshake_is(house: Open) -> None:
    draft_id = await house.draft()
    anna, stranger = await house.person(draft_id), await house.person(uuid4())
    url = address(house, draft_id)
    elsewhere = {"origin": "https://elsewhere.example"}
    assert await status_of(url) == 401
    assert await status_of(url, authorization="Bearer nothing-of-ours") == 401
    assert await status_of(url, **elsewhere, **bearer(anna)) == 403
    assert await status_of(url, **bearer(stranger)) == 404
    assert await status_of(address(house, uuid4()), **bearer(anna)) == 404
    assert await status_of(f"{url}&ticket=forged", **bearer(anna)) == 401
    assert await status_of(url, cookie=f"policylab={'x' * 43}") == 403  # without our header
    assert house.hub.present(draft_id) == []
    assert await status_of(url, **bearer(anna)) == 200


async def test_somebody_elses_session_is_not_there(house: Open) -> None:
    draft_id, other = await house.draft(text("Words")), await house.draft()
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    house.doors.standings[(anna.id, other)] = anna.standing
    async with session(house, draft_id, anna) as line:
        first = await line.open()
        id_ = first.head["session"]
        assert len(id_) >= 32
        theft = body_of(0, 0, frame(0, 2, data=update_saying("stolen")))
        for url, headers in (
            (line.url, bearer(ben)),
            (line.url, {}),
            (address(house, other), bearer(anna)),
        ):
            thief = Line(url, headers, id_)
            assert (await thief.post(theft)).status_code == 404
            assert await thief.end() == 404
            await thief.client.aclose()
        unknown = Line(line.url, bearer(anna), "x" * 32)
        assert (await unknown.post(theft)).status_code == 404
        await unknown.client.aclose()
        again = await line.told(body_of(0))
        assert again.frames == first.frames
    assert words_of(await house.text(draft_id)) == "Words"


async def test_the_same_person_may_come_with_more_cookies_than_before(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with session(house, draft_id, anna) as line:
        first = await line.open()
        line.headers["cookie"] = "taste=sweet"
        assert (await line.told(body_of(0))).frames == first.frames


# ── words ──


async def test_what_one_writes_over_requests_another_reads_over_a_socket_and_back(
    house: Open,
) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with writer(house, draft_id, anna) as one, house.writer(draft_id, ben) as two:
        assert one.welcome is not None
        assert one.welcome["right"] == "write"
        one.run().insert(5, " of Anna")
        two.run().insert(0, "First, ")
        await one.settled()
        await two.settled()
        await eventually(lambda: words_of(one.text) == words_of(two.text))
        await one.show(one.doc.client_id, 1, {"cursor": None})
        await eventually(lambda: one.doc.client_id in two.presences)
    assert words_of(await house.text(draft_id)) == "First, Words of Anna"
    assert house.hub.present(draft_id) == []


async def test_two_who_write_at_once_lose_nothing(house: Open) -> None:
    draft_id = await house.draft()
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with writer(house, draft_id, anna) as one, house.writer(draft_id, ben) as two:
        for _ in range(60):
            one.write_token()
            two.write_token()
            await asyncio.sleep(0.001)
        await one.settled()
        await two.settled()
        assert one.acknowledged == set(one.written)
        await eventually(lambda: words_of(one.text) == words_of(two.text))
    words = words_of(await house.text(draft_id))
    assert all(words.count(token) == 1 for token in one.written + two.written)


async def test_a_request_that_is_sent_again_doubles_and_loses_nothing(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with session(house, draft_id, anna) as line:
        await line.open()
        sent = body_of(
            0, 0, frame(0, 0, data=b"\x00"), frame(0, 2, data=update_saying("one")), b"\x03"
        )
        told = [await line.told(sent) for _ in range(3)]
        assert [each.head["taken"] for each in told] == [3, 3, 3]
        longer = body_of(0, 2, b"\x03", frame(0, 2, data=update_saying("two")))
        assert (await line.told(longer)).head["taken"] == 4
        heard, again = await line.told(body_of(0)), await line.told(body_of(0))
        assert heard.head["first"] == again.head["first"] == 0
        assert again.frames[: len(heard.frames)] == heard.frames
        stored = [each for each in again.frames if each[0] == 101]
        assert stored[-1][-1] == 2  # the first two changes of this connection
        after = await line.told(body_of(len(heard.frames) - 1))
        assert after.head["first"] == len(heard.frames) - 1
        assert after.frames[0] == heard.frames[-1]
    # Two clients' words at one place: which of them comes first is chance.
    assert words_of(await house.text(draft_id)) in {"Wordsonetwo", "Wordstwoone"}


async def test_a_request_without_news_is_held_and_a_newer_one_ends_it(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with session(house, draft_id, anna) as line, house.writer(draft_id, ben) as other:
        got = len((await line.open()).frames)
        held = asyncio.create_task(line.told(body_of(got)))
        await asyncio.sleep(0.1)
        assert not held.done()
        newer = asyncio.create_task(line.told(body_of(got)))
        assert (await held).frames == []
        other.run().insert(0, "Other ")
        told = await newer
        assert told.frames[0][:2] == b"\x00\x02"
        assert told.head["first"] == got


async def test_a_held_request_is_answered_before_a_proxy_gives_it_up(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert coediting_poll.HOLD_SECONDS <= 25
    monkeypatch.setattr(coediting_poll, "HOLD_SECONDS", 0.1)
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with session(house, draft_id, anna) as line:
        got = len((await line.open()).frames)
        told = await line.told(body_of(got))
        assert told.frames == []
        assert told.closed is None


async def test_words_written_offline_come_with_the_next_session(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with writer(house, draft_id, anna) as one, house.writer(draft_id, ben) as two:
        await one.drop()
        one.run().insert(5, " kept")
        two.run().insert(0, "Meanwhile: ")
        await two.settled()
        await one.connect()
        await one.settled()
        await eventually(lambda: words_of(one.text) == words_of(two.text))
    assert words_of(await house.text(draft_id)) == "Meanwhile: Words kept"


@pytest.mark.parametrize("known", [True, False])
async def test_who_says_how_far_the_log_is_known_is_brought_what_came_after(
    house: Open, known: bool
) -> None:
    """A position that the log has not reached yet, as after a restored backup, is not believed."""
    draft_id = await house.draft(text("Words to keep, words to cut"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with writer(house, draft_id, anna) as one, house.writer(draft_id, ben) as two:
        await one.settled()
        assert one.welcome is not None
        seq = one.seq if known else one.seq + 1_000
        await one.drop()
        one.run().insert(0, "Mine: ")
        with two.doc.transaction():
            del two.run()[13:27]
        two.run().insert(0, "Theirs. ")
        await two.settled()
        one.url = house.url(draft_id, frames="1", since=str(seq))
        one.frames.clear()
        await one.connect()
        await one.settled()
        whole = [each for each in one.frames if each[:2] == b"\x00\x01"]
        assert (whole[0] == b"\x00\x01\x02\x00\x00") is known
        await eventually(lambda: words_of(one.text) == words_of(two.text))
    words = words_of(await house.text(draft_id))
    assert sorted(words.split()) == ["Mine:", "Theirs.", "Words", "keep", "to"]


# ── rights ──


async def test_when_access_changes_the_session_ends_and_is_judged_anew(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with writer(house, draft_id, anna) as one:
        await one.settled()
        house.now_may(anna, draft_id, Right.READ)
        await house.hub.access_changed([str(anna.id)], None)
        assert await one.closed() == 4501
        assert one.line is not None
        late = await one.line.told(
            body_of(one.got, one.given, frame(0, 2, data=update_saying("late")))
        )
        assert late.closed == 4501
        assert words_of(await house.text(draft_id)) == "Words"
        await one.connect()
        assert one.welcome is not None
        assert one.welcome["right"] == "read"
        one.run().insert(0, "My ")
        await eventually(lambda: one.refused is not None)
    assert words_of(await house.text(draft_id)) == "Words"
    house.now_may(anna, draft_id, Right.WRITE)
    async with writer(house, draft_id, anna) as one:
        one.run().insert(0, "My ")
        await one.settled()
    assert words_of(await house.text(draft_id)) == "My Words"


async def test_closing_a_draft_ends_the_sessions_of_its_writers(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with writer(house, draft_id, anna) as one:
        async with house.database.write(SYSTEM) as uow:
            await coediting.close_draft(uow, draft_id)
        assert await one.closed() == 4501
    assert words_of(await house.text(draft_id)) == "Words"


# ── limits and ends ──


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x02{}",
        b"\x05",
        body_of(0, 0, b""),
        body_of(0, 0, b"\x63"),
        body_of(0, 1, b"\x03"),
        body_of(0, 0, b"\x03") + b"\x09x",
        body_of(1_000_000),
        body_of(-1, 0, b"\x03"),
    ],
)
async def test_a_bad_request_ends_that_session_and_no_other(house: Open, body: bytes) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id)
    async with session(house, draft_id, anna) as bad, writer(house, draft_id, ben) as other:
        await bad.open()
        await bad.post(body)
        told = await bad.told(body_of(0))
        assert told.closed == 4400
        other.run().insert(0, "Still ")
        await other.settled()


async def test_a_request_is_at_most_a_mebibyte(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with session(house, draft_id, anna) as line:
        await line.open()
        large = body_of(0, 0, frame(0, 2, data=b"x" * 1_048_576))
        assert (await line.post(large)).status_code == 413
        assert (await line.told(body_of(0, 0, b"\x03"))).head["taken"] == 1


async def test_one_person_has_so_many_sessions_and_no_more(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coediting_requests, "MOST_OF_A_PERSON", 2)
    monkeypatch.setattr(coediting_requests, "MOST", 3)
    draft_id = await house.draft(text("Words"))
    anna, ben, carl = [await house.person(draft_id) for _ in range(3)]
    lines = [Line(address(house, draft_id), bearer(anna)) for _ in range(3)]
    await lines[0].open()
    await lines[1].open()
    assert (await lines[2].post()).status_code == 429
    assert len(house.hub.present(draft_id)) == 1
    assert await status_of(lines[0].url, **bearer(ben)) == 200
    assert await status_of(lines[0].url, **bearer(carl)) == 503
    assert await lines[0].end() == 204
    assert (await lines[0].post(body_of(0))).status_code == 404
    await lines[2].open()
    for line in lines:
        await line.client.aclose()


async def test_who_fetches_nothing_is_cut_off_and_nobody_else(house: Open) -> None:
    draft_id = await house.draft(text("Words"))
    anna, ben = await house.person(draft_id), await house.person(draft_id, Right.READ)
    async with session(house, draft_id, ben) as line, house.writer(draft_id, anna) as other:
        await line.open()
        for _ in range(60):
            run = other.add_paragraph("x" * 50_000)
            await other.settled()
            with other.doc.transaction():
                del run[0:49_000]
            if len(house.hub.present(draft_id)) == 1:
                break
        assert len(house.hub.present(draft_id)) == 1
        told = await line.told(body_of(0))
        assert told.closed == 4502
        assert told.frames == []
        await other.settled()


async def test_a_whole_text_may_be_longer_than_what_may_wait(house: Open) -> None:
    draft_id = await house.draft()
    anna, ben = await house.person(draft_id), await house.person(draft_id, Right.READ)
    async with house.writer(draft_id, anna) as other:
        for _ in range(6):
            other.add_paragraph("x" * 250_000)
        await other.settled()
    async with writer(house, draft_id, ben) as reader:
        assert len(words_of(reader.text)) == 1_500_000
        assert reader.code is None


async def test_a_session_of_which_nothing_is_heard_ends(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coediting_requests, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(coediting_requests, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(coediting_poll, "HOLD_SECONDS", 0.5)
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with session(house, draft_id, anna) as line:
        got = len((await line.open()).frames)
        assert (await line.told(body_of(got))).closed is None  # held for longer than that
        assert len(house.hub.present(draft_id)) == 1
        await eventually(lambda: not house.hub.present(draft_id))
        assert (await line.post(body_of(got))).status_code == 404


async def test_who_sends_faster_than_it_is_dealt_with_waits(
    house: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coediting_poll, "BURST", 10_000)
    monkeypatch.setattr(coediting_poll, "RATE", 100_000)
    draft_id = await house.draft(text("Words"))
    anna = await house.person(draft_id)
    async with session(house, draft_id, anna) as line:
        await line.open()
        sent = body_of(0, 0, frame(0, 2, data=update_saying("x" * 40_000)))
        first = asyncio.create_task(line.post(sent))
        await asyncio.sleep(0.1)
        assert not first.done()
        assert (await line.post(body_of(0, 1, b"\x03"))).status_code == 429
        assert (await first).status_code == 200
        assert (await line.told(body_of(0, 1, b"\x03"))).head["taken"] == 2
    assert words_of(await house.text(draft_id)) == "Words" + "x" * 40_000


async def test_a_server_that_stops_has_stored_what_it_took(
    database: Database, tmp_path: Path
) -> None:
    async with serving(database, tmp_path) as house:
        draft_id = await house.draft(text("Words"))
        anna = await house.person(draft_id)
        line = Line(address(house, draft_id), bearer(anna))
        got = len((await line.open()).frames)
        last = body_of(got, 0, frame(0, 2, data=update_saying(" and the last")))
        assert (await line.told(last)).head["taken"] == 1
    assert words_of(await house.text(draft_id)) == "Words and the last"
    await line.client.aclose()


async def test_who_waits_when_the_server_stops_is_asked_to_come_back(
    database: Database, tmp_path: Path
) -> None:
    async with serving(database, tmp_path) as house:
        draft_id = await house.draft(text("Words"))
        line = Line(address(house, draft_id), bearer(await house.person(draft_id)))
        got = len((await line.open()).frames)
        held = asyncio.create_task(line.told(body_of(got)))
        await asyncio.sleep(0.1)
        assert not held.done()
    assert (await held).closed == 1012
    await line.client.aclose()


def test_an_answer_is_a_head_and_frames() -> None:
    said = coediting_poll.packed({"taken": 1, "first": 2}, [b"\x03", b""])
    length = said[0]
    assert orjson.loads(said[1 : 1 + length]) == {"taken": 1, "first": 2}
    assert said[1 + length :] == b"\x01\x03\x00"
