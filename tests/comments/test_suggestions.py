"""Suggestions in a draft: accepted and rejected by those who write, taken back by who made them."""

from typing import Any

import pytest

from policylab import coediting, comments, documents, labs
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk

BEFORE, AFTER = "Cities teach newcomers.", "Cities and towns teach newcomers."


async def capacity(database: Database, made: Desk, viewer: Viewer) -> str:
    async with database.read(SYSTEM) as session:
        here = await labs.standing(session, viewer, made.table.dialogue_id)
    return str(here.capacity_id)


async def suggest(database: Database, made: Desk, *capacities: str) -> None:
    """Each capacity suggests other words under the same id, as its editor would."""
    marks = [
        {"type": "insertion", "attrs": {"id": "s1", "capacity": each, "at": "2026-11-25T10:00:00Z"}}
        for each in capacities
    ]
    block = desk.words("Cities")
    block["content"] += [{"type": "text", "text": " and towns", "marks": marks[:1]}]
    block["content"] += [{"type": "text", "text": " teach newcomers."}]
    if len(marks) > 1:
        block["content"] += [{"type": "text", "text": " Soon.", "marks": marks[1:]}]
    async with database.write(SYSTEM) as uow:
        await documents.replace_section(
            uow,
            draft_id=made.draft_id,
            section_id=made.clauses[0],
            blocks=[desk.clause(made.clauses[0], block)],
            person_id=None,
            capacity_id=None,
        )


async def settle(database: Database, made: Desk, viewer: Viewer, verb: Any) -> None:
    async with database.write(viewer) as uow:
        await verb(uow, viewer, draft_id=made.draft_id, suggestion_id="s1")


async def waiting(database: Database, made: Desk) -> list[str]:
    content = await desk.live(database, made)
    return [each.id for each in coediting.suggestions_in(content)]


async def said(database: Database, made: Desk) -> str:
    content = await desk.live(database, made)
    return documents.plain_text({"type": "doc", "content": [content["content"][1]]})


async def refused(run: Any) -> RefusalCode:
    with pytest.raises(Refused) as found:
        await run
    return found.value.code


@pytest.fixture
async def made(database: Database) -> Desk:
    """A draft in which a delegate of the region suggests something."""
    prepared = await desk.desk(database)
    author = prepared.table.delegate("REGION")
    await suggest(database, prepared, await capacity(database, prepared, author))
    return prepared


@pytest.mark.parametrize(
    ("verb", "words"),
    [(comments.accept_suggestion, AFTER), (comments.reject_suggestion, BEFORE)],
)
async def test_who_writes_the_text_settles_a_suggestion(
    database: Database, made: Desk, verb: Any, words: str
) -> None:
    await settle(database, made, made.table.rapporteur, verb)
    assert await waiting(database, made) == []
    assert await said(database, made) == words
    assert await refused(settle(database, made, made.table.rapporteur, verb)) is (
        RefusalCode.NOT_FOUND
    )


@pytest.mark.parametrize("verb", [comments.accept_suggestion, comments.reject_suggestion])
async def test_who_does_not_write_the_text_settles_nothing(
    database: Database, made: Desk, verb: Any
) -> None:
    before = await desk.live(database, made)
    for viewer in (made.table.expert, made.table.moderator, made.table.observer):
        assert await refused(settle(database, made, viewer, verb)) is RefusalCode.NOT_YOUR_ROLE
    outsider = settle(database, made, made.table.outsider, verb)
    assert await refused(outsider) is RefusalCode.NOT_FOUND
    assert await desk.live(database, made) == before
    await settle(database, made, made.table.head("CITY"), verb)
    assert await waiting(database, made) == []


async def with_a_suggesting_expert(database: Database) -> Desk:
    """In the workflow from INDEX to strategy experts suggest and do not write."""
    table = await make.table(database, template="index-followup-strategy")
    return await desk.desk(database, table)


async def test_who_made_a_suggestion_takes_it_back_and_can_not_accept_it(
    database: Database,
) -> None:
    made = await with_a_suggesting_expert(database)
    expert = made.table.expert
    await suggest(database, made, await capacity(database, made, expert))
    accepting = settle(database, made, expert, comments.accept_suggestion)
    assert await refused(accepting) is RefusalCode.NOT_YOUR_ROLE
    assert await waiting(database, made) == ["s1"]
    await settle(database, made, expert, comments.reject_suggestion)
    assert await waiting(database, made) == []
    assert await said(database, made) == BEFORE


async def test_nobody_takes_back_what_others_made_by_using_their_id(database: Database) -> None:
    """Two clients may choose one id: then it is not hers alone to take back."""
    made = await with_a_suggesting_expert(database)
    expert = await capacity(database, made, made.table.expert)
    other = await capacity(database, made, made.table.delegate())
    await suggest(database, made, expert, other)
    taking = settle(database, made, made.table.expert, comments.reject_suggestion)
    assert await refused(taking) is RefusalCode.NOT_YOUR_ROLE
    assert await waiting(database, made) == ["s1"]
    await settle(database, made, made.table.rapporteur, comments.reject_suggestion)
    assert await waiting(database, made) == []


async def test_a_closed_draft_settles_nothing(database: Database, made: Desk) -> None:
    async with database.write(SYSTEM) as uow:
        await coediting.close_draft(uow, made.draft_id)
    rapporteur = made.table.rapporteur
    for verb in (comments.accept_suggestion, comments.reject_suggestion):
        assert await refused(settle(database, made, rapporteur, verb)) is RefusalCode.CLOSED
    assert await waiting(database, made) == ["s1"]
