"""The index that search looks into: it knows what is written, and names only what may be read."""

from uuid import UUID

import pytest

from policylab.api.ddl import SEARCHED
from policylab.api.search import excerpt
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from tests.api.asking import do
from tests.documents.writing import ENGLISH, FRENCH, Desk, desk, freeze, key_of, open_again, rows

FOUND = "SELECT place, worth FROM policylab_found($1, $2) ORDER BY worth DESC, place"


async def found(
    database: Database, viewer: Viewer, said: str, lab: UUID | None = None
) -> list[tuple[str, float]]:
    """What the database itself names to somebody, whatever statement asks."""
    async with database.rows(viewer) as connection:
        return [tuple(row) for row in await connection.fetch(FOUND, said, lab)]


async def remark(database: Database, here: Desk, body: str, visibility: str) -> None:
    made = await do(
        database,
        here.table.delegate("CITY"),
        "startThread",
        "... on Thread { id }",
        draftId=to_global("Draft", here.drafts["en"]),
        sectionId=key_of("pay"),
        quotation="Cities pay.",
        body=body,
        visibility=visibility,
    )
    assert made["__typename"] == "Thread", made


async def test_the_index_names_nothing_to_those_who_may_not_read_it(database: Database) -> None:
    here = await desk(database)
    await remark(database, here, "Ourprivate worry", "DELEGATION")
    await remark(database, here, "Ouropen worry", "DIALOGUE")
    table = here.table
    for viewer in (table.outsider, ANONYMOUS):
        for said in ("worry", "Cities pay", "language", "question", "1", "1.1", "wo"):
            assert await found(database, viewer, said) == [], said
    assert len(await found(database, table.head("CITY"), "worry")) == 2
    for viewer in (table.moderator, table.delegate("REGION"), table.administrator):
        assert len(await found(database, viewer, "worry")) == 1
        assert await found(database, viewer, "Ourprivate") == []


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        ("everybody learns", 4),  # as it is: 2 for the part, 1 for each word, 1 for likeness
        ("EVERYBODY", 4),
        ("learns everybody", 2),  # each word and near enough
        ("verybod", 2.5),  # a part of a word
        ("everybuddy learns", 0.6),  # a slip of the pen
        ("1.1", 4),  # a number, and nothing of the words
        ("y", None),
    ],
)
async def test_a_place_is_worth_more_the_better_it_answers(
    database: Database, said: str, worth: float | None
) -> None:
    here = await desk(database)
    places = dict(await found(database, here.writer, said))
    if worth is None:
        assert "draft_section" in places  # a single letter is somewhere
    else:
        assert worth <= places["draft_section"] < worth + 1


async def test_whole_words_are_as_much_alike_as_can_be(database: Database) -> None:
    here = await desk(database)
    texts = ("everybody learns.", "learns", "(learns)", "who learns learns", "a learns, b")
    async with database.rows(here.writer) as connection:
        for said in ("learns", "everybody learns"):
            alike = [
                await connection.fetchval("SELECT word_similarity($1, $2)", said, each)
                for each in texts
                if said in each
            ]
            assert set(alike) == {1.0}, said


async def test_words_are_looked_up_in_what_was_written_last(database: Database) -> None:
    here = await desk(database, {"en": ENGLISH, "fr": FRENCH})
    await freeze(database, here)
    await open_again(database, here)
    places = [place for place, _ in await found(database, here.writer, "Cities pay")]
    assert sorted(places) == ["draft_section", "version_section"]
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        await connection.exec_driver_sql("UPDATE draft_section SET text = 'Élèves d’abord'")
    places = [place for place, _ in await found(database, here.writer, "Cities pay")]
    assert places == ["version_section"]
    assert ("draft_section", 4.0) in await found(database, here.writer, "eleves")


async def test_a_clause_too_long_for_an_index_is_found_by_how_it_begins(database: Database) -> None:
    """Its words all differ: PostgreSQL would refuse to keep more than 1 MiB of them."""
    here = await desk(database)
    words = "SELECT string_agg(md5(n::text), ' ') FROM generate_series(1, 40000) n"
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        longest = f"UPDATE draft_section SET text = 'Ourbeginning ' || ({words})"  # noqa: S608
        await connection.exec_driver_sql(longest)
    assert len(await found(database, here.writer, "ourbeginning")) == 3


async def test_only_one_lab_is_looked_into_where_one_is_named(database: Database) -> None:
    here = await desk(database)
    lab = here.table.lab_id
    assert await found(database, here.writer, "Cities pay", lab) != []
    assert await found(database, here.writer, "Cities pay", uuid7()) == []
    assert await found(database, here.table.outsider, "Cities pay", lab) == []


async def test_row_level_security_does_not_keep_a_search_from_its_index(
    database: Database,
) -> None:
    here = await desk(database)
    numbers = "SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE indexrelname LIKE '%_said_sql'"
    [(before,)] = await rows(database, numbers)
    async with database.rows(here.writer) as connection:
        # Few rows are read as fast without it; and what was planned before is planned anew.
        await connection.execute("SET LOCAL enable_seqscan = off; DISCARD PLANS")
        assert await connection.fetch(FOUND, "everybody", None)
        await connection.execute("SELECT pg_stat_force_next_flush()")
    [(after,)] = await rows(database, numbers)
    assert after - before >= len(SEARCHED)


@pytest.mark.parametrize(
    ("body", "asked", "shown"),
    [
        ("Plain words.", "WORDS", "Plain words."),
        ("Long before. " * 30 + "İstanbul’da ışık.", "istanbul", "İstanbul’da"),
        ("Long before. " * 30 + "e\u0301te\u0301 à la plage", "ete a la", "e\u0301te\u0301 à la"),
        ("Straße " * 40 + "und Œuvre", "strasse", "Straße"),
    ],
)
def test_an_excerpt_finds_words_whatever_their_letters(body: str, asked: str, shown: str) -> None:
    assert shown in excerpt(body, asked)
