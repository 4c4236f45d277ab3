"""Live writers at real sockets, judged by the real gate: through freezes and changes of phase."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest

from policylab import documents, labs
from policylab.coediting import Right
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.settings import Settings
from policylab.transport import app, signin
from policylab.transport.house import House
from tests.coediting.harness import Open, Person, Writer, serving, tokens_in, words_of
from tests.documents.writing import ENGLISH, FRENCH, Desk, desk, freeze, open_again, rows
from tests.serving import token_of


@pytest.fixture
async def live(database: Database, tmp_path: Path) -> AsyncGenerator[Open]:
    """Sockets behind the real gate, with the house's own listeners."""
    gate = documents.DraftGate(database)
    async with serving(database, tmp_path, gate) as opened:  # type: ignore[arg-type]
        house = House(Settings(data_folder=tmp_path), signin.viewer_of, None)  # type: ignore[arg-type]
        house.hub = opened.hub
        app._judge_writers_anew(house, database)
        projector = documents.listen(database)
        yield opened
        await projector.stop()


async def person(database: Database, viewer: Viewer, draft_id: UUID) -> Person:
    assert viewer.person_id is not None
    standing = await documents.DraftGate(database).may(viewer, draft_id)
    return Person(viewer.person_id, await token_of(database, viewer.person_id), standing)


async def test_everything_that_was_acknowledged_before_a_freeze_is_in_it_and_nothing_after(
    database: Database, live: Open
) -> None:
    here = await desk(database, {"en": ENGLISH, "fr": FRENCH})
    people = [here.writer, here.table.delegate("CITY"), here.table.delegate("REGION")]
    async with AsyncExitStack() as stack:
        writers = [
            await stack.enter_async_context(
                live.writer(draft_id, await person(database, viewer, draft_id))
            )
            for draft_id in here.drafts.values()
            for viewer in people
        ]

        async def type_on() -> None:
            while any(writer.code is None for writer in writers):
                for writer in writers:
                    if writer.code is None:
                        writer.write_token()
                await asyncio.sleep(0.01)

        typing = asyncio.create_task(type_on())
        await asyncio.sleep(0.3)
        set_id = await freeze(database, here)
        await typing
        await asyncio.sleep(0.2)
        async with database.read(SYSTEM) as session:
            texts = await documents.texts_of(session, set_id)
        frozen = {token for tree in texts.values() for token in tokens_in(words_of(tree))}
        acknowledged = {token for writer in writers for token in writer.acknowledged}
        assert acknowledged
        assert acknowledged <= frozen
        assert {writer.code for writer in writers} == {4501}


async def test_a_moved_phase_takes_the_pen_from_those_who_are_writing(
    database: Database, live: Open
) -> None:
    here = await desk(database)
    delegate = await person(database, here.table.delegate(), here.drafts["en"])
    assert delegate.standing.right is Right.WRITE
    async with live.writer(here.drafts["en"], delegate) as writer:
        writer.write_token()
        await writer.settled()
        await freeze(database, here)
        assert await writer.closed() == 4501
        await open_again(database, here)
        await come_back(writer, "write")
        await move_on(database, here)
        assert await writer.closed() == 4501
        await come_back(writer, "read")


async def come_back(writer: Writer, right: str) -> None:
    """Connect again, as editors do whenever they are asked to, until this is what one may do."""
    async with asyncio.timeout(15):
        while writer.code is not None or writer.welcome is None or writer.welcome["right"] != right:
            writer.welcome = None
            if writer.code is not None:
                await writer.connect()
            await asyncio.sleep(0.05)


async def move_on(database: Database, here: Desk) -> None:
    """The moderator moves the dialogue to its next phase."""
    async with database.write(here.table.moderator) as uow:
        await labs.move_phase(
            uow, here.table.moderator, dialogue_id=here.table.dialogue_id, to="home-consultation"
        )


async def test_clauses_follow_what_is_typed_at_a_socket(database: Database, live: Open) -> None:
    here = await desk(database)
    delegate = await person(database, here.table.delegate(), here.drafts["en"])
    async with live.writer(here.drafts["en"], delegate) as writer:
        token = writer.write_token()
        await writer.settled()
        query = "SELECT text FROM draft_section WHERE number = '1'"
        async with asyncio.timeout(15):
            while token not in (await rows(database, query))[0].text:
                await asyncio.sleep(0.05)
