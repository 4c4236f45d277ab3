"""Keeping clauses in step with a live text: soon, only what changed, and once among replicas."""

import asyncio
import copy
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from policylab import coediting, documents
from policylab.documents import projection, projector
from policylab.documents.tables import Draft
from policylab.kit.db import Database, UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests.documents.writing import (
    ENGLISH,
    FRENCH,
    Desk,
    Json,
    clause,
    desk,
    doc,
    heading,
    key_of,
    paragraph,
    rows,
    text_of,
    words,
    write,
)

CHANGED = doc(*ENGLISH["content"][:2], clause("Regions pay.", "pay"))


@pytest.fixture
async def listening(database: Database) -> AsyncGenerator[documents.Projector]:
    listens = documents.listen(database)
    yield listens
    await listens.stop()


async def shown(database: Database) -> list[str]:
    found = await rows(database, "SELECT text FROM draft_section ORDER BY place")
    return [row.text for row in found]


async def until(database: Database, wanted: list[str]) -> None:
    """The clauses say this; soon."""
    async with asyncio.timeout(10):
        while await shown(database) != wanted:
            await asyncio.sleep(0.02)


async def project(database: Database, draft_id: UUID) -> bool:
    async with database.write(SYSTEM) as uow:
        draft = await documents.draft_of(uow.session, SYSTEM, draft_id)
        return await documents.project(uow, draft)


async def test_clauses_follow_the_text_by_themselves(
    database: Database, listening: documents.Projector
) -> None:
    here = await desk(database)
    assert await shown(database) == ["Aims", "Everybody learns.", "Cities pay."]
    await write(database, here, CHANGED)
    await until(database, ["Aims", "Everybody learns.", "Regions pay."])


async def test_what_changed_while_nobody_listened_is_caught_up_with(database: Database) -> None:
    here = await desk(database)
    await write(database, here, CHANGED)
    assert "Cities pay." in await shown(database)
    listens = documents.listen(database)
    try:
        await until(database, ["Aims", "Everybody learns.", "Regions pay."])
    finally:
        await listens.stop()


async def test_a_failure_is_made_good_at_the_next_look(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await desk(database)
    good, failures = projection.project, list[int]()

    async def failing_once(uow: UnitOfWork, draft: Draft) -> bool:
        if not failures:
            failures.append(1)
            raise OSError("the disk is away")
        return await good(uow, draft)

    monkeypatch.setattr(projector, "project", failing_once)
    monkeypatch.setattr(projector, "LOOK_SECONDS", 0.1)
    listens = documents.listen(database)
    try:
        await write(database, here, CHANGED)
        await until(database, ["Aims", "Everybody learns.", "Regions pay."])
        assert failures
    finally:
        await listens.stop()


def test_a_look_leaves_a_text_alone_that_is_still_being_written() -> None:
    """Its writers announce it in time: reading it at every look would cost them. What nobody has
    announced is read when a look finds it as the look before did, or after long."""
    looks, key, other = projector.Looks(), uuid7(), uuid7()
    assert looks.overdue({other: 1}, 0.0) == {other: 1}
    assert looks.overdue({key: 5}, 20.0) == {}
    assert looks.overdue({key: 9}, 40.0) == {}
    assert looks.overdue({key: 9}, 60.0) == {key: 9}
    assert looks.overdue({key: 12}, 79.0) == {}
    assert looks.overdue({key: 15}, 80.0) == {key: 15}
    assert looks.overdue({}, 100.0) == {}
    assert looks.overdue({key: 20}, 120.0) == {}


async def test_only_rows_of_clauses_that_changed_are_written(database: Database) -> None:
    here = await desk(database)
    before = {row.text: row.xmin for row in await versions(database)}
    await write(database, here, CHANGED)
    assert await project(database, here.drafts["en"])
    after = {row.text: row.xmin for row in await versions(database)}
    assert after["Aims"] == before["Aims"]
    assert after["Everybody learns."] == before["Everybody learns."]
    assert "Cities pay." not in after


async def versions(database: Database) -> list[object]:
    return await rows(database, "SELECT text, xmin::text FROM draft_section")


async def test_of_two_replicas_one_projects_and_the_other_finds_it_done(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await desk(database)
    done: list[bool] = []
    good = projection.project

    async def counting(uow: UnitOfWork, draft: Draft) -> bool:
        done.append(await good(uow, draft))
        return done[-1]

    monkeypatch.setattr(projector, "project", counting)
    replicas = [documents.listen(database), documents.listen(database)]
    try:
        await write(database, here, CHANGED)
        await until(database, ["Aims", "Everybody learns.", "Regions pay."])
        await asyncio.sleep(0.5)
    finally:
        for replica in replicas:
            await replica.stop()
    assert done.count(True) == 1


async def test_several_texts_take_as_many_statements_as_one(database: Database) -> None:
    counts = list[int]()
    for texts in ({"en": ENGLISH}, {"en": ENGLISH, "fr": FRENCH}):
        here = await desk(database, dict[str, Json | None](texts))
        for language in texts:
            await write(database, here, CHANGED, language)
        async with database.write(SYSTEM) as uow:
            drafts = [
                await documents.draft_of(uow.session, SYSTEM, draft_id)
                for draft_id in here.drafts.values()
            ]
            counted = Statements(database)
            assert await projection.project_together(uow, drafts) == []
        counts.append(counted.number)
        found = await rows(
            database,
            "SELECT text FROM draft_section WHERE document_id = :document AND place = 2",
            document=here.document_id,
        )
        assert [row.text for row in found] == ["Regions pay."] * len(texts)
    assert counts[0] == counts[1]


async def test_a_text_that_fails_keeps_no_other_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await desk(database, {"en": ENGLISH, "fr": FRENCH})
    together, alone, failures = projection.project_together, projection.project, list[UUID]()

    def fail(*drafts: Draft) -> None:
        if here.drafts["en"] in {draft.id for draft in drafts}:
            failures.append(here.drafts["en"])
            raise ValueError("This one can't be read.")

    async def some(uow: UnitOfWork, drafts: Sequence[Draft]) -> list[Draft]:
        fail(*drafts)
        return await together(uow, drafts)

    async def one(uow: UnitOfWork, draft: Draft) -> bool:
        fail(draft)
        return await alone(uow, draft)

    monkeypatch.setattr(projector, "project_together", some)
    monkeypatch.setattr(projector, "project", one)
    wanted = {
        here.drafts[language]: await write(database, here, CHANGED, language)
        for language in ("en", "fr")
    }
    listens = documents.Projector(database)
    listens._waiting |= wanted
    with pytest.raises(ValueError, match="can't be read"):
        await listens._next()
    assert len(failures) == 2  # once with the other, once by itself
    assert (await shown(database)).count("Regions pay.") == 1


async def test_a_projection_bumps_the_labs_revision_and_says_how_far_it_is(
    database: Database,
) -> None:
    here = await desk(database)
    seq = await write(database, here, CHANGED)
    before = await revision(database, here)
    assert await project(database, here.drafts["en"])
    assert await revision(database, here) == before + 1
    said = await rows(
        database, "SELECT payload FROM outbox WHERE kind = 'text.projected' ORDER BY sequence"
    )
    assert said[-1].payload["sequence"] == seq
    assert not await project(database, here.drafts["en"])


async def revision(database: Database, here: Desk) -> int:
    query = "SELECT revision FROM lab_ledger WHERE lab_id = :lab"
    return (await rows(database, query, lab=here.table.lab_id))[0].revision


async def test_moved_and_removed_clauses_are_shown_as_they_stand(database: Database) -> None:
    here = await desk(database)
    aims, learn, pay = ENGLISH["content"]
    await write(database, here, doc(heading("Means", "means"), pay, aims))
    await project(database, here.drafts["en"])
    found = await rows(
        database, "SELECT number, text, section_id FROM draft_section ORDER BY place"
    )
    assert [(row.number, row.text) for row in found] == [
        ("1", "Means"),
        ("1.1", "Cities pay."),
        ("2", "Aims"),
    ]
    assert str(found[1].section_id) == pay["attrs"]["id"]
    assert learn["attrs"]["id"] not in {str(row.section_id) for row in found}


# ── putting a settled clause in place ──


async def replace(database: Database, here: Desk, key: str, *blocks: object) -> None:
    async with database.write(here.writer) as uow:
        await documents.replace_section(
            uow,
            draft_id=here.drafts["en"],
            section_id=UUID(key_of(key)),
            blocks=list(blocks),  # type: ignore[arg-type]
            person_id=here.writer.person_id,
            capacity_id=None,
        )


async def test_a_clause_is_replaced_in_its_place_and_keeps_its_id(database: Database) -> None:
    here = await desk(database)
    body = {"type": "paragraph", "content": [words("All of us learn.")]}
    await replace(database, here, "learn", {"type": "clause", "content": [body]})
    tree = await text_of(database, here.drafts["en"])
    assert documents.plain_text(tree) == "Aims\nAll of us learn.\nCities pay."
    assert tree["content"][1]["attrs"]["id"] == key_of("learn")
    assert await shown(database) == ["Aims", "All of us learn.", "Cities pay."]


async def test_a_heading_is_replaced_with_the_words_under_it_around_its_clauses(
    database: Database,
) -> None:
    aims, learn, _ = ENGLISH["content"]
    here = await desk(database, {"en": doc(aims, paragraph("Intro."), learn, paragraph("Outro."))})
    renamed = copy.deepcopy(aims)
    renamed["content"][0]["text"] = "Goals"
    await replace(database, here, "aims", renamed, paragraph("Intro, longer.", "p Intro."))
    tree = await text_of(database, here.drafts["en"])
    assert documents.plain_text(tree) == "Goals\nIntro, longer.\nEverybody learns."


async def test_a_clause_is_struck_out_by_nothing(database: Database) -> None:
    here = await desk(database)
    await replace(database, here, "learn")
    assert await shown(database) == ["Aims", "Cities pay."]


async def test_what_is_more_or_other_than_the_clause_is_refused(database: Database) -> None:
    here = await desk(database)
    before = await text_of(database, here.drafts["en"])
    wrong: list[list[object]] = [
        [paragraph("No clause.")],
        [heading("A heading", "learn")],
        [clause("One.", "learn"), clause("Two.", "other")],
        [{"type": "clause", "content": [{"type": "script"}]}],
    ]
    for blocks in wrong:
        with pytest.raises(Refused) as caught:
            await replace(database, here, "learn", *blocks)
        assert (caught.value.code, caught.value.field) == (RefusalCode.INVALID_INPUT, "content")
    assert await text_of(database, here.drafts["en"]) == before


async def test_a_clause_that_is_gone_is_not_found(database: Database) -> None:
    here = await desk(database)
    with pytest.raises(Refused) as caught:
        await replace(database, here, "nowhere", clause("One.", "nowhere"))
    assert caught.value.code is RefusalCode.NOT_FOUND


async def test_a_merge_and_a_freeze_at_once_wait_for_each_other(database: Database) -> None:
    here = await desk(database)
    async with database.write(here.writer) as uow:
        await documents.replace_section(
            uow,
            draft_id=here.drafts["en"],
            section_id=UUID(key_of("pay")),
            blocks=[clause("Regions pay.", "pay")],
            person_id=here.writer.person_id,
            capacity_id=None,
        )
        freezing = asyncio.create_task(frozen_text(database, here))
        await asyncio.sleep(0.1)
        assert not freezing.done()
    assert documents.plain_text(await freezing).endswith("Regions pay.")
    async with database.read(SYSTEM) as session:
        assert (await coediting.committed_text(session, here.drafts["en"])).closed


async def frozen_text(database: Database, here: Desk) -> documents.tree.Json:
    async with database.write(here.writer) as uow:
        made = await documents.freeze(uow, here.writer, document_id=here.document_id)
    async with database.read(SYSTEM) as session:
        return (await documents.texts_of(session, made.id))["en"]


# ── large texts ──


def large(count: int) -> list[Json]:
    """The blocks of a text with so many clauses of three paragraphs."""
    body = "A city and its region write together what they will do for those who learn. " * 3
    return [
        clause(f"{number}. {body}", f"large {number}")
        | {"content": [paragraph(f"{number}.{part} {body}") for part in range(3)]}
        for number in range(count)
    ]


class Statements:
    """Counts statements, and the rows of sections that they write."""

    def __init__(self, database: Database) -> None:
        self.number = 0
        self.rows: Counter[str] = Counter()
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, *said: Any) -> None:
        statement, parameters, many = said[2], said[3], said[5]
        self.number += 1
        kind, _, rest = str(statement).partition(" ")
        if "draft_section" in rest and kind in ("INSERT", "UPDATE", "DELETE"):
            self.rows[kind] += len(parameters) if many else 1


async def test_one_new_word_in_many_clauses_writes_one_row(database: Database) -> None:
    blocks = large(120)
    here = await desk(database, {"en": doc(*blocks)})
    blocks[60] = clause("Changed.", "large 60")
    await write(database, here, doc(*blocks))
    counted = Statements(database)
    assert await project(database, here.drafts["en"])
    assert counted.rows == {"UPDATE": 1}
    await write(database, here, doc(*blocks, clause("New.", "new")))
    assert await project(database, here.drafts["en"])
    assert counted.rows == {"UPDATE": 1, "INSERT": 1}
    await write(database, here, doc(*blocks[:-1], clause("New.", "new")))
    assert await project(database, here.drafts["en"])
    assert counted.rows["DELETE"] == 1
    assert counted.rows["UPDATE"] == 2  # the last has moved up by one
    assert len(await shown(database)) == 120


class Ticking:
    """How much was done in one go while others waited for their turn.

    In CPU time of this thread, so that what else the machine does counts for nothing.
    """

    async def __aenter__(self) -> "Ticking":
        self.longest = 0.0
        self._task = asyncio.create_task(self._tick())
        await asyncio.sleep(0.05)
        return self

    async def _tick(self) -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.thread_time() - began)

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_showing_a_large_text_holds_nobody_up(database: Database) -> None:
    blocks = large(1_200)
    here = await desk(database, {"en": doc(*blocks)})
    for number in range(2):
        blocks[7] = clause(f"Changed {number}.", "large 7")
        await write(database, here, doc(*blocks))
        async with Ticking() as ticking:
            assert await project(database, here.drafts["en"])
        assert ticking.longest < 0.05
