"""Freezing: all languages at one moment, everything acknowledged in it, nothing on a refusal."""

import asyncio
import copy
import hashlib
from typing import Any

import pytest

from policylab import coediting, documents
from policylab.coediting import Right
from policylab.documents.rules import mismatches, untranslated
from policylab.kit.canonical import read_canonical
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.documents.writing import (
    ENGLISH,
    FRENCH,
    Desk,
    clause,
    desk,
    doc,
    freeze,
    heading,
    key_of,
    open_again,
    paragraph,
    rows,
    state,
    text_of,
    words,
    write,
)


async def refused(database: Database, here: Desk, viewer: Viewer | None = None) -> Refused:
    """Freezing is refused, and nothing has been written."""
    before = await state(database)
    with pytest.raises(Refused) as caught:
        await freeze(database, here, viewer)
    assert await state(database) == before
    return caught.value


async def test_all_languages_are_frozen_as_one_set_with_one_hash(database: Database) -> None:
    here = await desk(database, {"en": ENGLISH, "fr": FRENCH})
    set_id = await freeze(database, here)
    async with database.read(here.table.observer) as session:
        made = await documents.set_of(session, here.table.observer, set_id)
        whole = await documents.set_text(session, set_id)
        sections = (await documents.sections_in(session, [set_id]))[set_id]
        texts = await documents.texts_of(session, set_id)
    assert made.number == 1
    assert made.hash == hashlib.sha256(whole).digest()
    assert read_canonical(whole)["texts"] == texts == {"en": ENGLISH, "fr": FRENCH}
    by_language = {
        language: [(s.section_id, s.number) for s in sections if s.language == language]
        for language in ("en", "fr")
    }
    assert by_language["en"] == by_language["fr"]
    assert [number for _, number in by_language["en"]] == ["1", "1.1", "1.2"]


async def test_the_process_hears_which_languages_are_frozen(database: Database) -> None:
    here = await desk(database, {"en": ENGLISH, "fr": FRENCH})
    set_id = await freeze(database, here)
    facts = await rows(database, "SELECT detail FROM dialogue_fact WHERE kind = 'DRAFT_FROZEN'")
    assert [fact.detail for fact in facts] == [
        {"version_set_id": str(set_id), "languages": ["en", "fr"]}
    ]


async def test_a_frozen_text_takes_no_more_edits_until_it_is_opened_again(
    database: Database,
) -> None:
    here = await desk(database)
    await freeze(database, here)
    changed = doc(*ENGLISH["content"][:2], clause("States pay.", "pay"))
    with pytest.raises(Refused) as caught:
        await write(database, here, changed)
    assert caught.value.code is RefusalCode.CLOSED
    await open_again(database, here)
    await write(database, here, changed)
    second = await freeze(database, here)
    async with database.read(SYSTEM) as session:
        assert (await documents.texts_of(session, second))["en"] == changed
        assert (await documents.set_of(session, SYSTEM, second)).number == 2


async def test_writing_goes_on_from_the_latest_version_with_the_same_ids_and_authors(
    database: Database,
) -> None:
    here = await desk(database)
    set_id = await freeze(database, here)
    draft_id = await open_again(database, here)
    assert await text_of(database, draft_id) == ENGLISH
    async with database.read(SYSTEM) as session:
        draft = await documents.draft_of(session, SYSTEM, draft_id)
        shares = await coediting.written_by(session, draft_id)
    [version] = await rows(
        database, "SELECT id FROM version WHERE version_set_id = :set", set=set_id
    )
    assert draft.base_version_id == version.id
    assert {share.person_id for share in shares} == {here.writer.person_id}


async def test_nobody_without_the_part_freezes(database: Database) -> None:
    here = await desk(database)
    for viewer in (here.table.delegate(), here.table.observer, here.table.expert):
        assert (await refused(database, here, viewer)).code in {
            RefusalCode.NOT_YOUR_ROLE,
            RefusalCode.NOT_ALLOWED,
        }
    assert (await refused(database, here, here.table.outsider)).code is RefusalCode.NOT_FOUND
    await make.enter(database, here.table, "home-consultation")
    assert (await refused(database, here)).code is RefusalCode.NOT_IN_THIS_PHASE
    await make.enter(database, here.table, "drafting")
    await freeze(database, here)


async def test_every_language_needs_a_draft_with_words(database: Database) -> None:
    here = await desk(database, {"en": ENGLISH, "fr": None})
    problem = await refused(database, here)
    assert problem.code is RefusalCode.CONDITIONS_NOT_MET
    assert problem.message == "The text is empty in: fr."
    await write(database, here, FRENCH, "fr")
    await freeze(database, here)
    await open_again(database, here, "en")
    problem = await refused(database, here)
    assert "working draft in: fr" in problem.message
    await open_again(database, here, "fr")
    await freeze(database, here)


async def test_languages_with_other_clauses_are_refused_with_the_list(database: Database) -> None:
    short = doc(*FRENCH["content"][:2], clause("Et plus.", "more"))
    here = await desk(database, {"en": ENGLISH, "fr": short})
    problem = await refused(database, here)
    assert problem.code is RefusalCode.CONDITIONS_NOT_MET
    assert "1.2: missing in fr; 1.2: missing in en." in problem.message
    await write(database, here, FRENCH, "fr")
    await freeze(database, here)


async def test_a_clause_without_words_in_one_language_is_named(database: Database) -> None:
    hollow = doc(*FRENCH["content"][:2], clause("", "pay"))
    here = await desk(database, {"en": ENGLISH, "fr": hollow})
    assert "1.2: has no words in fr" in (await refused(database, here)).message
    await write(database, here, FRENCH, "fr")
    await freeze(database, here)


async def test_waiting_suggestions_are_counted_and_hold_a_freeze_up(database: Database) -> None:
    mark = {"id": key_of("s"), "capacity": key_of("c"), "at": "2026-01-01T00:00:00Z"}
    suggested = paragraph("")
    suggested["content"] = [words("Gladly.", {"type": "insertion", "attrs": mark})]
    proposed = paragraph("A line of its own.", "proposed")
    proposed["attrs"]["proposal"] = {**mark, "id": key_of("t"), "kind": "insert"}
    here = await desk(database, {"en": doc(*ENGLISH["content"], suggested, proposed)})
    problem = await refused(database, here)
    assert problem.code is RefusalCode.CONDITIONS_NOT_MET
    assert problem.message.startswith("2 suggestions wait in the text.")
    await write(database, here, ENGLISH)
    await freeze(database, here)


async def test_of_two_freezes_at_once_one_makes_the_set_and_the_other_is_told(
    database: Database,
) -> None:
    here = await desk(database)
    async with database.write(here.writer) as uow:
        await documents.freeze(uow, here.writer, document_id=here.document_id)
        second = asyncio.create_task(freeze(database, here, here.table.moderator))
        await asyncio.sleep(0.1)
        assert not second.done()
    with pytest.raises(Refused) as caught:
        await second
    assert caught.value.code is RefusalCode.CONDITIONS_NOT_MET
    assert [row.number for row in await rows(database, "SELECT number FROM version_set")] == [1]


async def test_an_edit_is_in_the_frozen_text_or_refused_never_lost(database: Database) -> None:
    here = await desk(database)
    later = doc(*ENGLISH["content"], clause("And later.", "later"))
    async with database.write(here.writer) as uow:
        await coediting.edit_text(
            uow,
            draft_id=here.drafts["en"],
            change=lambda _: later,
            person_id=here.writer.person_id,
            capacity_id=None,
        )
        freezing = asyncio.create_task(freeze(database, here))
        await asyncio.sleep(0.1)
        assert not freezing.done()  # it waits for the edit that has begun
    set_id = await freezing
    async with database.read(SYSTEM) as session:
        assert (await documents.texts_of(session, set_id))["en"] == later


async def test_an_edit_that_comes_during_a_freeze_waits_and_is_refused(database: Database) -> None:
    here = await desk(database)
    async with database.write(here.writer) as uow:
        await documents.freeze(uow, here.writer, document_id=here.document_id)
        late = asyncio.create_task(
            write(database, here, doc(*ENGLISH["content"], clause("Too late.", "late")))
        )
        await asyncio.sleep(0.1)
        assert not late.done()
    with pytest.raises(Refused) as caught:
        await late
    assert caught.value.code is RefusalCode.CLOSED


async def test_edits_and_freezes_from_all_sides_end_in_versions_that_hold_what_was_acknowledged(
    database: Database,
) -> None:
    here = await desk(database, {"en": ENGLISH, "fr": FRENCH})
    acknowledged: set[str] = set()
    turned_down: list[RefusalCode] = []

    async def edit(name: str) -> None:
        def add(tree: Any) -> Any:
            return doc(*tree["content"], paragraph(name, name))

        for language in ("en", "fr"):
            try:
                async with database.write(here.writer) as uow:
                    await coediting.edit_text(
                        uow,
                        draft_id=here.drafts[language],
                        change=add,
                        person_id=here.writer.person_id,
                        capacity_id=None,
                    )
                acknowledged.add(f"{language} {name}")
            except Refused as refusal:
                turned_down.append(refusal.code)

    freezes = [freeze(database, here), freeze(database, here, here.table.moderator)]
    outcomes = await asyncio.gather(
        *(edit(f"word{number}") for number in range(6)), *freezes, return_exceptions=True
    )
    problems = [each for each in outcomes if isinstance(each, BaseException)]
    assert [type(problem) for problem in problems] == [Refused]
    [made] = await rows(database, "SELECT id FROM version_set")
    async with database.read(SYSTEM) as session:
        texts = await documents.texts_of(session, made.id)
    frozen = {
        f"{language} {block['content'][0]['text']}"
        for language, tree in texts.items()
        for block in tree["content"]
        if block["type"] == "paragraph"
    }
    assert frozen == acknowledged
    assert set(turned_down) <= {RefusalCode.CLOSED}


async def test_what_a_program_left_crooked_does_not_keep_a_text_from_being_frozen(
    database: Database,
) -> None:
    crooked = doc(
        *copy.deepcopy(ENGLISH)["content"], {"type": "paragraph", "content": [words("No id.")]}
    )
    crooked["content"][1]["attrs"] = crooked["content"][1]["attrs"] | {"colour": "red"}
    here = await desk(database)
    await write(database, here, crooked)
    set_id = await freeze(database, here)
    async with database.read(SYSTEM) as session:
        frozen = (await documents.texts_of(session, set_id))["en"]
    assert documents.read_tree(frozen) == frozen
    draft_id = await open_again(database, here)
    assert (await text_of(database, draft_id))["content"][3] == frozen["content"][3]


async def test_letters_are_frozen_in_one_spelling(database: Database) -> None:
    here = await desk(database, {"en": doc(heading("Cafe\u0301", "aims"))})
    set_id = await freeze(database, here)
    async with database.read(SYSTEM) as session:
        [section] = (await documents.sections_in(session, [set_id]))[set_id]
    assert section.heading == "Caf\u00e9"


async def test_versions_can_be_neither_changed_nor_deleted_by_the_service(
    database: Database,
) -> None:
    here = await desk(database)
    await freeze(database, here)
    for table in ("version_set", "version", "version_section"):
        for statement in (f"UPDATE {table} SET hash = ''", f"DELETE FROM {table}"):  # noqa: S608
            with pytest.raises(Exception, match="permission denied"):
                async with database.raw() as connection:
                    await connection.execute(statement)


async def test_who_may_write_suggest_or_read_follows_the_phase(database: Database) -> None:
    here = await desk(database)
    gate = documents.DraftGate(database)
    draft_id, table = here.drafts["en"], here.table

    async def rights() -> list[Right]:
        people = (table.rapporteur, table.delegate(), table.expert, table.observer, table.outsider)
        return [(await gate.may(viewer, draft_id)).right for viewer in people]

    write_, read, none = Right.WRITE, Right.READ, Right.NONE
    assert await rights() == [write_, write_, read, read, none]
    await make.enter(database, table, "home-consultation")
    assert await rights() == [read, read, read, read, none]
    await make.enter(database, table, "drafting")
    await freeze(database, here)
    assert await rights() == [read, read, read, read, none]


async def test_a_standing_says_function_and_body_and_no_name(database: Database) -> None:
    here = await desk(database)
    delegate = here.table.delegate()
    standing = await documents.DraftGate(database).may(delegate, here.drafts["en"])
    assert standing.label == "Delegate, City"
    assert (standing.person_id, standing.level) == (delegate.person_id, "LOCAL")
    assert standing.capacity_id is not None


async def test_a_token_that_may_only_read_writes_no_draft(database: Database) -> None:
    here = await desk(database)
    token = Viewer(person_id=here.writer.person_id, scopes=frozenset({"read"}))
    standing = await documents.DraftGate(database).may(token, here.drafts["en"])
    assert standing.right is Right.READ


def test_the_same_clauses_in_another_order_are_a_mismatch() -> None:
    first = [("a", "1"), ("b", "2")]
    assert mismatches({"en": first, "fr": first}) == []
    assert mismatches({"en": first, "fr": first[::-1]}) == [
        "1: stands elsewhere in fr",
        "2: stands elsewhere in fr",
    ]


def test_only_what_says_something_elsewhere_is_untranslated() -> None:
    spoken, silent = {"a": ("1", True)}, {"a": ("1", False)}
    assert untranslated({"en": spoken, "fr": silent}) == ["1: has no words in fr"]
    assert untranslated({"en": silent, "fr": silent}) == []
