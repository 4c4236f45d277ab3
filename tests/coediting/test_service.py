"""The verbs and reads of live texts, on a real database."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from policylab import coediting
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM

SAMPLES = Path(__file__).parents[1] / "samples" / "texts"
ANNA, BEN, CITY, STATE, DIALOGUE = (uuid7() for _ in range(5))


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def paragraph(words: str, *, name: int = 1, marks: list[Any] | None = None) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "text", "text": words}
    if marks:
        text["marks"] = marks
    return {"type": "paragraph", "attrs": {"id": str(UUID(int=name))}, "content": [text]}


def clause(number: int, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "clause", "attrs": {"id": str(UUID(int=number))}, "content": list(blocks)}


def text(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "content": list(blocks)}


async def begin(database: Database, content: Any) -> UUID:
    draft_id = uuid7()
    async with database.write(SYSTEM) as uow:
        await coediting.open_draft(
            uow,
            draft_id=draft_id,
            dialogue_id=DIALOGUE,
            content=content,
            person_id=ANNA,
            capacity_id=CITY,
        )
    return draft_id


async def content_of(database: Database, draft_id: UUID) -> Any:
    async with database.read(SYSTEM) as session:
        return (await coediting.committed_text(session, draft_id)).content


async def shares_of(database: Database, draft_id: UUID) -> dict[Any, int]:
    async with database.read(SYSTEM) as session:
        shares = await coediting.written_by(session, draft_id)
    return {(share.section_id, share.capacity_id): share.characters for share in shares}


@pytest.mark.parametrize("name", ["empty", "plain", "rich"])
async def test_a_text_is_read_as_it_was_begun(database: Database, name: str) -> None:
    draft_id = await begin(database, sample(name))
    assert await content_of(database, draft_id) == sample(name)


async def test_merging_changes_only_what_is_new_and_names_who_brought_it(
    database: Database,
) -> None:
    before = text(clause(10, paragraph("Courses within six months 🌍 of arrival.")))
    after = text(clause(10, paragraph("Courses within three months 🌍 of arrival, free.")))
    draft_id = await begin(database, before)
    async with database.write(SYSTEM) as uow:
        seq = await coediting.edit_text(
            uow,
            draft_id=draft_id,
            change=lambda _: after,
            person_id=BEN,
            capacity_id=STATE,
        )
    assert seq == 2
    assert await content_of(database, draft_id) == after
    section = UUID(int=10)
    assert await shares_of(database, draft_id) == {
        (section, CITY): len("Courses within  months 🌍 of arrival."),
        (section, STATE): len("three, free"),
    }


async def test_how_far_logs_go_is_known_for_many_at_once(database: Database) -> None:
    drafts = [await begin(database, content) for content in (None, sample("plain"))]
    async with database.read(SYSTEM) as session:
        positions = await coediting.log_positions(session, [*drafts, uuid7()])
    assert positions == {drafts[0]: 0, drafts[1]: 1}


async def test_an_edit_that_changes_nothing_is_not_logged(database: Database) -> None:
    draft_id = await begin(database, sample("rich"))
    async with database.write(SYSTEM) as uow:
        seq = await coediting.edit_text(
            uow,
            draft_id=draft_id,
            change=lambda content: content,
            person_id=BEN,
            capacity_id=STATE,
        )
    assert seq == 1


@pytest.mark.parametrize(("first", "second"), [("plain", "rich"), ("rich", "plain")])
async def test_an_import_replaces_the_text(database: Database, first: str, second: str) -> None:
    draft_id = await begin(database, sample(first))
    async with database.write(SYSTEM) as uow:
        await coediting.edit_text(
            uow,
            draft_id=draft_id,
            change=lambda _: sample(second),
            person_id=BEN,
            capacity_id=STATE,
        )
    assert await content_of(database, draft_id) == sample(second)


def suggested() -> dict[str, Any]:
    signed = {"id": "s1", "capacity": str(STATE), "at": "2026-11-24T10:00:00Z"}
    block = clause(11, paragraph("New clause.", name=3))
    block["attrs"]["proposal"] = {**signed, "kind": "insert", "id": "s2"}
    words = paragraph("")
    words["content"] = [
        {"type": "text", "text": "Courses within "},
        {"type": "text", "text": "six", "marks": [{"type": "deletion", "attrs": signed}]},
        {"type": "text", "text": "three", "marks": [{"type": "insertion", "attrs": signed}]},
        {"type": "text", "text": " months."},
    ]
    return text(clause(10, words), block)


async def test_suggestions_are_listed_with_their_clause_and_words(database: Database) -> None:
    draft_id = await begin(database, suggested())
    found = coediting.suggestions_in(await content_of(database, draft_id))
    assert [(each.id, each.section_id, each.inserted, each.deleted) for each in found] == [
        ("s1", UUID(int=10), "three", "six"),
        ("s2", UUID(int=11), "New clause.", ""),
    ]
    assert {each.capacity_id for each in found} == {STATE}


async def test_accepting_keeps_the_words_and_their_author(database: Database) -> None:
    draft_id = await begin(database, suggested())
    for suggestion in ("s1", "s2"):
        async with database.write(SYSTEM) as uow:
            await coediting.accept_suggestion(
                uow,
                draft_id=draft_id,
                suggestion_id=suggestion,
                person_id=BEN,
                capacity_id=STATE,
            )
    assert await content_of(database, draft_id) == text(
        clause(10, paragraph("Courses within three months.")),
        clause(11, paragraph("New clause.", name=3)),
    )
    shares = await shares_of(database, draft_id)
    assert {capacity for _, capacity in shares} == {CITY}


async def test_rejecting_takes_the_words_back(database: Database) -> None:
    draft_id = await begin(database, suggested())
    for suggestion in ("s1", "s2"):
        async with database.write(SYSTEM) as uow:
            await coediting.reject_suggestion(
                uow,
                draft_id=draft_id,
                suggestion_id=suggestion,
                person_id=BEN,
                capacity_id=STATE,
            )
    expected = text(clause(10, paragraph("Courses within six months.")))
    assert await content_of(database, draft_id) == expected


async def test_a_suggestion_that_is_gone_is_not_found(database: Database) -> None:
    draft_id = await begin(database, suggested())
    with pytest.raises(Refused) as refused:
        async with database.write(SYSTEM) as uow:
            await coediting.accept_suggestion(
                uow, draft_id=draft_id, suggestion_id="s3", person_id=BEN, capacity_id=STATE
            )
    assert refused.value.code is RefusalCode.NOT_FOUND
    assert await content_of(database, draft_id) == suggested()


async def test_a_closed_draft_takes_no_edit_until_it_is_opened_again(database: Database) -> None:
    draft_id = await begin(database, sample("plain"))

    async def edit() -> None:
        async with database.write(SYSTEM) as uow:
            await coediting.edit_text(
                uow,
                draft_id=draft_id,
                change=lambda _: sample("rich"),
                person_id=BEN,
                capacity_id=STATE,
            )

    async with database.write(SYSTEM) as uow:
        closed = await coediting.close_draft(uow, draft_id)
    assert closed == coediting.Text(sample("plain"), 1, closed=True)
    with pytest.raises(Refused) as refused:
        await edit()
    assert refused.value.code is RefusalCode.CLOSED
    assert await content_of(database, draft_id) == sample("plain")

    async with database.write(SYSTEM) as uow:
        await coediting.reopen_draft(uow, draft_id)
    await edit()
    assert await content_of(database, draft_id) == sample("rich")


async def test_an_anchor_stays_with_its_words(database: Database) -> None:
    """Through edits before it, in it, around it; and says so when its words are gone."""
    section = UUID(int=10)
    draft_id = await begin(
        database,
        text(
            paragraph("Foreword 🌍.", name=1),
            clause(10, paragraph("Both ", name=2), paragraph("arrival and 🌍 departure.", name=3)),
        ),
    )

    async def change(*blocks: dict[str, Any]) -> None:
        async with database.write(SYSTEM) as uow:
            await coediting.edit_text(
                uow,
                draft_id=draft_id,
                change=lambda _: text(*blocks),
                person_id=BEN,
                capacity_id=STATE,
            )

    async def spot(anchor: Any) -> coediting.Spot | None:
        async with database.read(SYSTEM) as session:
            return (await coediting.resolve_anchors(session, draft_id, [None, anchor]))[1]

    async with database.read(SYSTEM) as session:
        anchor = await coediting.make_anchor(
            session, draft_id, section_id=section, quotation="🌍 departure"
        )
        assert anchor is not None
        for elsewhere in (None, UUID(int=77)):
            missing = await coediting.make_anchor(
                session, draft_id, section_id=elsewhere, quotation="departure"
            )
            assert missing is None
    assert anchor == coediting.read_anchor(anchor)
    assert await spot(anchor) == coediting.Spot(section, 18, 29, "🌍 departure")

    words = paragraph("Their arrival and 🌍 early departure.", name=3)
    await change(clause(10, paragraph("Both ", name=2), words), paragraph("End", name=9))
    assert await spot(anchor) == coediting.Spot(section, 24, 41, "🌍 early departure")

    words = paragraph("Their arrival and.", name=3)
    await change(clause(10, words))
    gone = await spot(anchor)
    assert gone is not None
    assert gone.orphaned
    assert (gone.section_id, gone.start, gone.end) == (section, 17, 17)

    await change(paragraph("Nothing is left.", name=4))
    assert await spot(anchor) is None
