"""Threads on words of a text: begun, answered, settled; and closed notes that stay inside."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlmodel import col, select

from policylab import coediting, comments, documents
from policylab.comments import ThreadState, ThreadVisibility
from policylab.comments.tables import Comment, Thread
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk


async def start(database: Database, viewer: Viewer, made: Desk, **options: Any) -> Thread:
    wanted = {"draft_id": made.draft_id, "body": "Who pays?"} | options
    async with database.write(viewer) as uow:
        return await comments.start_thread(uow, viewer, **wanted)


async def note(database: Database, viewer: Viewer, made: Desk, **options: Any) -> Thread:
    """A closed note."""
    visibility = ThreadVisibility.DELEGATION
    return await start(database, viewer, made, visibility=visibility, **options)


async def act(database: Database, viewer: Viewer, verb: Any, thread: Thread, **options: Any) -> Any:
    async with database.write(viewer) as uow:
        return await verb(uow, viewer, thread_id=thread.id, **options)


async def refusal(run: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await run
    return refused.value


async def counted(database: Database) -> tuple[int, int]:
    """How many threads and comments are stored."""
    async with database.read(SYSTEM) as session:
        threads = list(await session.exec(select(Thread.id)))
        remarks = list(await session.exec(select(Comment.id)))
    return len(threads), len(remarks)


async def kept(database: Database, thread: Thread) -> Thread:
    async with database.read(SYSTEM) as session:
        return (await session.exec(select(Thread).where(col(Thread.id) == thread.id))).one()


async def visible(database: Database, viewer: Viewer, thread: Thread) -> tuple[bool, int]:
    """Whether row security lets a viewer see a thread, and how many of its comments."""
    async with database.read(viewer) as session:
        found = await session.exec(select(Thread.id).where(col(Thread.id) == thread.id))
        remarks = await session.exec(select(Comment.id).where(col(Comment.thread_id) == thread.id))
        return found.first() is not None, len(list(remarks))


async def test_a_comment_hangs_on_its_words_and_goes_along_with_them(database: Database) -> None:
    made = await desk.desk(database)
    thread = await start(
        database,
        made.table.expert,
        made,
        section_id=made.clauses[0],
        quotation="teach newcomers",
    )
    assert thread.anchor == coediting.read_anchor(thread.anchor)
    async with database.read(SYSTEM) as session:
        assert await comments.orphaned(session, [thread.id]) == set()
    await put(database, made, "In all towns, cities teach newcomers.")
    async with database.read(SYSTEM) as session:
        assert await comments.orphaned(session, [thread.id]) == set()
    await put(database, made, "Nothing is left of it.")
    async with database.read(SYSTEM) as session:
        assert await comments.orphaned(session, [thread.id]) == {thread.id}
    assert (await kept(database, thread)).quotation == "teach newcomers"


async def put(database: Database, made: Desk, text: str) -> None:
    """Other words for the first clause, in the same paragraph."""
    content = await desk.live(database, made)
    paragraph = content["content"][1]["content"][0]
    changed = desk.words(text, name=UUID(paragraph["attrs"]["id"]))
    async with database.write(SYSTEM) as uow:
        await documents.replace_section(
            uow,
            draft_id=made.draft_id,
            section_id=made.clauses[0],
            blocks=[desk.clause(made.clauses[0], changed)],
            person_id=None,
            capacity_id=None,
        )


async def test_the_servers_own_reading_says_in_which_clause_an_anchor_is(
    database: Database,
) -> None:
    made = await desk.desk(database)
    async with database.read(SYSTEM) as session:
        anchor = await coediting.make_anchor(
            session, made.draft_id, section_id=made.clauses[1], quotation="State"
        )
    thread = await start(
        database,
        made.table.expert,
        made,
        section_id=made.clauses[0],
        quotation="State",
        anchor=anchor,
    )
    assert (thread.section_id, thread.anchor) == (made.clauses[1], anchor)


async def test_words_that_the_server_has_yet_to_hear_of_can_be_commented(
    database: Database,
) -> None:
    made = await desk.desk(database)
    item = {"type": None, "tname": None, "item": {"client": 77, "clock": 3}, "assoc": 0}
    anchor = {"anchor": item, "head": item | {"assoc": -1}}
    thread = await start(
        database,
        made.table.expert,
        made,
        section_id=made.clauses[1],
        quotation="typed a moment ago",
        anchor=anchor,
    )
    assert (thread.section_id, thread.anchor) == (made.clauses[1], anchor)


@pytest.mark.parametrize("anchor", [{}, "here", {"anchor": 1, "head": 2}, {"anchor": None}])
async def test_what_is_no_anchor_is_refused(database: Database, anchor: Any) -> None:
    made = await desk.desk(database)
    place = {"section_id": made.clauses[0], "quotation": "teach"}
    refused = await refusal(start(database, made.table.expert, made, anchor=anchor, **place))
    assert (refused.code, refused.field) == (RefusalCode.INVALID_INPUT, "anchor")
    assert await counted(database) == (0, 0)
    await start(database, made.table.expert, made, **place)
    assert await counted(database) == (1, 1)


async def test_words_that_are_gone_can_not_be_quoted(database: Database) -> None:
    made = await desk.desk(database)
    place = {"section_id": made.clauses[0]}
    wrong = start(database, made.table.expert, made, quotation="pays teachers", **place)
    assert (await refusal(wrong)).code is RefusalCode.STALE
    assert await counted(database) == (0, 0)
    await start(database, made.table.expert, made, quotation="newcomers", **place)


async def test_a_thread_on_a_frozen_version_has_a_fixed_place(database: Database) -> None:
    made = await desk.frozen(database)
    version_id = await desk.version_of(database, made)
    viewer = made.table.delegate()
    place = {"draft_id": None, "version_id": version_id, "section_id": made.clauses[1]}
    one, two = desk.SECOND.index("te"), desk.SECOND.rindex("te")
    assert one < two
    first = await start(database, viewer, made, quotation="te", **place)
    assert first.anchor == {"start": one, "end": one + 2}
    later = await start(database, viewer, made, quotation="te", anchor={"start": two}, **place)
    assert later.anchor == {"start": two, "end": two + 2}
    whole = await start(database, viewer, made, **place)
    assert (whole.quotation, whole.anchor) == ("", None)
    refused = await refusal(start(database, viewer, made, quotation="regions", **place))
    assert (refused.code, refused.field) == (RefusalCode.INVALID_INPUT, "quotation")
    lost = await refusal(start(database, viewer, made, **place | {"section_id": uuid7()}))
    assert (lost.code, lost.field) == (RefusalCode.NOT_FOUND, "section_id")
    assert await counted(database) == (3, 3)


async def test_a_thread_hangs_on_one_text(database: Database) -> None:
    made = await desk.frozen(database)
    version_id = await desk.version_of(database, made)
    for place in ({"version_id": version_id}, {"draft_id": None}):
        refused = await refusal(start(database, made.table.expert, made, **place))
        assert (refused.code, refused.field) == (RefusalCode.INVALID_INPUT, "draft_id")
    closed = await refusal(start(database, made.table.expert, made))
    assert closed.code is RefusalCode.CLOSED
    assert await counted(database) == (0, 0)


async def test_nothing_and_too_much_are_refused(database: Database) -> None:
    made = await desk.desk(database)
    silent = await refusal(start(database, made.table.expert, made, body=" \n"))
    assert (silent.code, silent.field) == (RefusalCode.STATEMENT_REQUIRED, "body")
    long = await refusal(start(database, made.table.expert, made, body="x" * 10_001))
    assert (long.code, long.field) == (RefusalCode.TOO_LARGE, "body")
    assert await counted(database) == (0, 0)


async def test_only_those_comment_who_may_in_this_phase(database: Database) -> None:
    made = await desk.desk(database)
    here = made.table
    watching = await refusal(start(database, here.observer, made))
    assert watching.code is RefusalCode.NOT_YOUR_ROLE
    outside = await refusal(start(database, here.outsider, made))
    assert outside.code is RefusalCode.NOT_FOUND
    await make.enter(database, here, "positions")
    late = await refusal(start(database, here.expert, made))
    assert late.code is RefusalCode.NOT_IN_THIS_PHASE
    assert await counted(database) == (0, 0)
    await make.enter(database, here, "drafting")
    await start(database, here.expert, made)
    assert await counted(database) == (1, 1)


async def test_an_answer_goes_to_an_open_thread(database: Database) -> None:
    made = await desk.desk(database)
    thread = await start(database, made.table.expert, made)
    await act(database, made.table.moderator, comments.reply, thread, body="The State.")
    await act(database, made.table.expert, comments.resolve_thread, thread)
    answer = act(database, made.table.moderator, comments.reply, thread, body="Or not?")
    assert (await refusal(answer)).code is RefusalCode.CLOSED
    assert await counted(database) == (1, 2)
    await act(database, made.table.expert, comments.reopen_thread, thread)
    await act(database, made.table.moderator, comments.reply, thread, body="Or not?")
    assert await counted(database) == (1, 3)


async def test_who_began_a_thread_or_moderates_settles_it(database: Database) -> None:
    made = await desk.desk(database)
    thread = await start(database, made.table.expert, made)
    for other in (made.table.rapporteur, made.table.head("CITY"), made.table.observer):
        settling = await refusal(act(database, other, comments.resolve_thread, thread))
        assert settling.code in (RefusalCode.NOT_YOUR_ROLE, RefusalCode.NOT_IN_THIS_PHASE)
    assert (await kept(database, thread)).state is ThreadState.OPEN
    await act(database, made.table.moderator, comments.resolve_thread, thread)
    settled = await kept(database, thread)
    assert settled.state is ThreadState.RESOLVED
    assert settled.resolved_at is not None
    again = await refusal(act(database, made.table.expert, comments.resolve_thread, thread))
    assert again.code is RefusalCode.ALREADY_DONE
    await act(database, made.table.expert, comments.reopen_thread, thread)
    opened = await kept(database, thread)
    assert (opened.state, opened.resolved_at) == (ThreadState.OPEN, None)
    twice = await refusal(act(database, made.table.expert, comments.reopen_thread, thread))
    assert twice.code is RefusalCode.ALREADY_DONE


async def test_a_closed_note_is_there_for_its_own_delegation_alone(database: Database) -> None:
    made = await desk.desk(database)
    here = made.table
    thread = await note(database, here.delegate("CITY"), made, body="We can't pay for that.")
    for inside in (here.head("CITY"), here.delegate("CITY")):
        assert await visible(database, inside, thread) == (True, 1)
    outside = [here.head("REGION"), here.delegate("MINISTRY"), here.moderator, here.rapporteur]
    outside += [here.secretariat, here.administrator, here.expert, here.observer, here.outsider]
    for viewer in outside:
        assert await visible(database, viewer, thread) == (False, 0)
        for verb, options in (
            (comments.reply, {"body": "Ha."}),
            (comments.resolve_thread, {}),
            (comments.reopen_thread, {}),
        ):
            refused = await refusal(act(database, viewer, verb, thread, **options))
            assert refused.code is RefusalCode.NOT_FOUND
    assert await counted(database) == (1, 1)
    assert (await kept(database, thread)).state is ThreadState.OPEN
    await act(database, here.head("CITY"), comments.reply, thread, body="Let us ask.")
    await act(database, here.head("CITY"), comments.resolve_thread, thread)
    assert await counted(database) == (1, 2)


async def test_closed_notes_are_written_in_every_phase_and_only_from_a_seat(
    database: Database,
) -> None:
    made = await desk.desk(database)
    refused = await refusal(note(database, made.table.moderator, made))
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    assert await counted(database) == (0, 0)
    await make.enter(database, made.table, "positions")
    await note(database, made.table.delegate(), made)
    assert await counted(database) == (1, 1)


async def test_no_announcement_of_a_closed_note_reaches_others(database: Database) -> None:
    made = await desk.desk(database)
    delegation_id = made.table.seats["CITY"].delegation_id
    async with database.bus.listen() as heard:
        closed = await note(database, made.table.delegate("CITY"), made)
        opened = await start(database, made.table.delegate("CITY"), made)
        told: dict[str, dict[str, Any]] = {}
        async with asyncio.timeout(5):
            async for item in heard:
                if item.kind == "thread.started":
                    told[item.payload["thread_id"]] = item.payload
                if len(told) == 2:
                    break
    assert told[str(closed.id)]["closed_to"] == str(delegation_id)
    assert "closed_to" not in told[str(opened.id)]
    assert told[str(opened.id)]["draft_id"] == str(made.draft_id)


async def test_the_database_itself_keeps_a_note_closed(
    database: Database,
) -> None:
    made = await desk.desk(database)
    thread = await note(database, made.table.delegate("CITY"), made)
    opening = "UPDATE thread SET visibility = 'DIALOGUE', delegation_id = NULL WHERE id = $1"
    async with database.raw() as connection:
        with pytest.raises(asyncpg.CheckViolationError, match="stays where it was begun"):
            await connection.execute(opening, thread.id)
    assert (await kept(database, thread)).visibility is ThreadVisibility.DELEGATION


async def test_the_database_itself_keeps_a_remark_as_closed_as_its_thread(
    database: Database,
) -> None:
    made = await desk.desk(database)
    closed = await note(database, made.table.delegate("CITY"), made)
    opened = await start(database, made.table.delegate("CITY"), made)
    within = "SELECT DISTINCT delegation_id FROM comment WHERE thread_id = $1"
    moving = "UPDATE comment SET thread_id = $2, delegation_id = NULL WHERE thread_id = $1"
    async with database.raw() as connection:
        assert await connection.fetchval(within, opened.id) is None
        for before, after in ((closed.id, closed.id), (opened.id, closed.id)):
            await connection.execute(moving, before, after)
            assert await connection.fetch(within, after) == [(closed.delegation_id,)]


async def test_of_two_who_settle_at_once_the_second_hears_that_it_is_done(
    database: Database,
) -> None:
    made = await desk.desk(database)
    thread = await start(database, made.table.expert, made)
    expert, moderator = made.table.expert, made.table.moderator
    async with database.write(expert) as uow:
        await comments.resolve_thread(uow, expert, thread_id=thread.id)
        await uow.session.flush()
        second = asyncio.create_task(act(database, moderator, comments.resolve_thread, thread))
        await asyncio.sleep(0.1)
        assert not second.done()
    assert (await refusal(second)).code is RefusalCode.ALREADY_DONE
