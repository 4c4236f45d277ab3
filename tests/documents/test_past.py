"""A draft as it once was, and going back to it: whose words come back, and who may."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from policylab import coediting, documents
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from tests.documents.writing import (
    ENGLISH,
    Desk,
    clause,
    count,
    desk,
    doc,
    freeze,
    heading,
    key_of,
    open_again,
    rows,
    state,
    text_of,
    words,
)

LEARN = clause("Everybody learns.", "learn")
LEARN["content"][0]["content"] = [words("Everybody learns quickly.")]
CHANGED = doc(heading("Aims", "aims"), LEARN, clause("Done.", "end"))


async def capacity_of(database: Database, viewer: Viewer, draft_id: UUID) -> UUID | None:
    return (await documents.DraftGate(database).may(viewer, draft_id)).capacity_id


async def write_as(database: Database, viewer: Viewer, draft_id: UUID, content: Any) -> int:
    capacity_id = await capacity_of(database, viewer, draft_id)
    async with database.write(viewer) as uow:
        return await coediting.edit_text(
            uow,
            draft_id=draft_id,
            change=lambda _: content,
            person_id=viewer.person_id,
            capacity_id=capacity_id,
        )


async def restore(database: Database, viewer: Viewer, draft_id: UUID, position: int) -> None:
    async with database.write(viewer) as uow:
        await documents.restore_draft(uow, viewer, draft_id=draft_id, position=position)


async def shares_of(database: Database, draft_id: UUID) -> dict[tuple[Any, Any], int]:
    async with database.read(SYSTEM) as session:
        found = await coediting.authorship_at(session, draft_id)
    return {
        (section, capacity): number
        for section, shares in found.counts.items()
        for (_, capacity), number in shares.items()
    }


async def test_a_draft_is_shown_with_its_clauses_as_it_was(database: Database) -> None:
    here = await desk(database)
    draft_id = here.drafts["en"]
    await write_as(database, here.table.delegate(), draft_id, CHANGED)
    async with database.read(SYSTEM) as session:
        before = await documents.text_then(session, draft_id, 1)
        after = await documents.text_then(session, draft_id, 2)
        assert (before.content, after.content) == (ENGLISH, CHANGED)
        assert [each.number for each in before.sections] == ["1", "1.1", "1.2"]
        assert [each.text for each in after.sections] == [
            "Aims",
            "Everybody learns quickly.",
            "Done.",
        ]
        assert after.capacity_id == await capacity_of(database, here.table.delegate(), draft_id)
        kinds = {
            str(change.section_id): change.kind.value
            for change in await documents.changes_between(session, draft_id, 1, 2)
        }
    assert kinds == {
        key_of("aims"): "same",
        key_of("learn"): "changed",
        key_of("pay"): "removed",
        key_of("end"): "added",
    }


async def test_what_comes_back_is_its_authors_and_the_rest_is_left_alone(
    database: Database,
) -> None:
    here = await desk(database)
    draft_id, delegate = here.drafts["en"], here.table.delegate()
    hers = doc(*ENGLISH["content"], clause("Regions help 🌍.", "help"))
    await write_as(database, delegate, draft_id, hers)
    capacity = await capacity_of(database, delegate, draft_id)
    before = await shares_of(database, draft_id)
    anchor: Any
    async with database.read(SYSTEM) as session:
        anchor = await coediting.make_anchor(
            session, draft_id, section_id=UUID(key_of("help")), quotation="help 🌍"
        )
    await write_as(database, here.writer, draft_id, CHANGED)
    await restore(database, here.writer, draft_id, 2)
    assert await text_of(database, draft_id) == hers
    assert await shares_of(database, draft_id) == before
    assert before[(UUID(key_of("help")), capacity)] == len("Regions help 🌍.")
    async with database.read(SYSTEM) as session:
        (spot,) = await coediting.resolve_anchors(session, draft_id, [anchor])
        rows_of_log = await coediting.removed_by(session, draft_id, after=3, until=4)
    assert spot is not None
    assert spot.quotation == "help 🌍"
    assert {each.person_id for each in rows_of_log} == {here.writer.person_id}
    [audit] = await rows(database, "SELECT * FROM audit_event WHERE action = 'draft.restored'")
    assert audit.detail == {"from": 2, "to": 4}
    [shown] = await rows(
        database, "SELECT text FROM draft_section WHERE section_id = :key", key=key_of("help")
    )
    assert shown.text == "Regions help 🌍."


async def test_going_back_to_what_it_says_already_changes_nothing(database: Database) -> None:
    here = await desk(database)
    draft_id = here.drafts["en"]
    before = await rows(database, "SELECT seq FROM draft_head")
    await restore(database, here.writer, draft_id, 1)
    assert await rows(database, "SELECT seq FROM draft_head") == before


async def refused(database: Database, viewer: Viewer, here: Desk, position: int = 1) -> Refused:
    """Why it is not done; nothing is written."""
    tables = ("draft_update", "draft_carried", "outbox")
    before = await state(database), await count(database, *tables)
    with pytest.raises(Refused) as caught:
        await restore(database, viewer, here.drafts["en"], position)
    assert (await state(database), await count(database, *tables)) == before
    return caught.value


async def test_only_who_may_write_now_goes_back(database: Database) -> None:
    here = await desk(database)
    await write_as(database, here.writer, here.drafts["en"], CHANGED)
    outsider = await refused(database, here.table.outsider, here)
    assert outsider.code == RefusalCode.NOT_FOUND
    observer = await refused(database, here.table.observer, here)
    assert observer.code in {RefusalCode.NOT_ALLOWED, RefusalCode.NOT_YOUR_ROLE}
    expert = await refused(database, here.table.expert, here)
    assert expert.code == RefusalCode.NOT_YOUR_ROLE
    for position in (-1, 3):
        error = await refused(database, here.writer, here, position)
        assert (error.code, error.field) == (RefusalCode.INVALID_INPUT, "position")
    await freeze(database, here)
    assert (await refused(database, here.writer, here)).code == RefusalCode.CLOSED
    await open_again(database, here)
    await restore(database, here.writer, here.drafts["en"], 1)
    assert await text_of(database, here.drafts["en"]) == ENGLISH


async def test_who_may_only_suggest_does_not_go_back(database: Database) -> None:
    here = await desk(database, template="index-followup-strategy")
    await write_as(database, here.writer, here.drafts["en"], CHANGED)
    error = await refused(database, here.table.expert, here)
    assert (error.code, "suggest" in error.message) == (RefusalCode.NOT_ALLOWED, True)


async def test_suggestions_are_not_written_over(database: Database) -> None:
    here = await desk(database)
    mark = {"type": "insertion", "attrs": {"id": "s", "capacity": str(uuid7()), "at": "x"}}
    waiting = clause("x", "learn")
    waiting["content"][0]["content"] = [words("Free. ", mark)]
    await write_as(database, here.writer, here.drafts["en"], doc(waiting))
    error = await refused(database, here.writer, here)
    assert error.code == RefusalCode.CONDITIONS_NOT_MET
    async with database.write(here.writer) as uow:
        await coediting.reject_suggestion(
            uow, draft_id=here.drafts["en"], suggestion_id="s", person_id=None, capacity_id=None
        )
    await restore(database, here.writer, here.drafts["en"], 1)
    assert await text_of(database, here.drafts["en"]) == ENGLISH
    await restore(database, here.writer, here.drafts["en"], 2)  # with what waited in it then
    await write_as(database, here.writer, here.drafts["en"], doc(waiting, clause("y", "y")))
    await restore(database, here.writer, here.drafts["en"], 2)
    assert await text_of(database, here.drafts["en"]) == doc(waiting)


async def test_a_freeze_that_comes_first_closes_the_way_back(database: Database) -> None:
    """Both hold the dialogue, then the draft: whoever waits finds it closed."""
    here = await desk(database)
    await write_as(database, here.writer, here.drafts["en"], CHANGED)
    async with database.write(here.writer) as uow:
        await documents.freeze(uow, here.writer, document_id=here.document_id)
        waiting = asyncio.create_task(restore(database, here.writer, here.drafts["en"], 1))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    with pytest.raises(Refused) as late:
        await waiting
    assert late.value.code == RefusalCode.CLOSED
    assert await text_of(database, here.drafts["en"]) == CHANGED


async def test_where_frozen_texts_are_in_the_log_is_known(database: Database) -> None:
    here = await desk(database)
    set_id = await freeze(database, here)
    await open_again(database, here)
    await write_as(database, here.writer, here.drafts["en"], CHANGED)
    async with database.read(SYSTEM) as session:
        [version] = (await documents.versions_in(session, [set_id]))[set_id]
        draft_id, seq = (await documents.drafts_behind(session, [version]))[version]
        assert draft_id == here.drafts["en"]
        then = await documents.text_then(session, draft_id, seq)
        assert then.content == (await documents.texts_of(session, set_id))["en"] == ENGLISH
