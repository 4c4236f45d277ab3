"""How a text came about, through the whole schema: never more than the viewer may read."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from policylab import coediting
from policylab.api.context import Context
from policylab.api.execution import Request
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import ANONYMOUS, SYSTEM
from tests.api.asking import EXECUTOR, ask, do
from tests.documents.test_past import CHANGED, capacity_of, write_as
from tests.documents.writing import ENGLISH, FRENCH, Desk, count, desk, freeze, key_of, state

SPELLS = """
query($id: ID!, $first: Int! = 50, $after: String) { draft(id: $id) {
  history(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id fromPosition position startedAt endedAt added removed changes
            capacity { function level person { id } delegation { id } } } } } }
"""
THEN = """
query($id: ID!, $position: Int, $at: DateTime) { draft(id: $id) {
  textAt(position: $position, at: $at) {
    position at content capacity { level }
    sections { id sectionId number kind heading text parent order threadCount
               trace { id } positions { id } writtenBy { level characters } } } } }
"""
CHANGES = """
query($id: ID!, $from: Int!, $to: Int) { draft(id: $id) { changes(from: $from, to: $to) {
  fromPosition toPosition added removed changed moved
  sections { sectionId kind runs { kind text } } } } }
"""
BLAME = """
query($id: ID!, $section: String, $within: JSON, $at: Int) { draft(id: $id) {
  authorship(sectionId: $section, within: $within, at: $at) {
    position characters
    levels { level characters share }
    authors { level characters share capacity { function } }
    spans { sectionId start end text level capacity { function } } } } }
"""
FROZEN = """
query($id: ID!) { versionSet(id: $id) { writtenBy { level characters }
  versions { language authorship { position characters levels { level characters } }
             sections { writtenBy { level characters } } } } }
"""
REMOVALS = """
query($id: ID!, $from: Int, $to: Int, $section: String) { draft(id: $id) {
  removals(from: $from, to: $to, sectionId: $section) {
    position at text sectionId removedBy { level } writtenBy { level } } } }
"""


async def written(database: Database) -> tuple[Desk, str]:
    """A text of the rapporteur's that a city's delegate has changed."""
    here = await desk(database, {"en": ENGLISH, "fr": FRENCH})
    await write_as(database, here.table.delegate(), here.drafts["en"], CHANGED)
    return here, to_global("Draft", here.drafts["en"])


async def test_spells_say_who_wrote_when_and_how_much(database: Database) -> None:
    here, draft = await written(database)
    found = (await ask(database, here.writer, SPELLS, id=draft))["draft"]["history"]
    latest, first = found["nodes"]
    assert found["totalCount"] == 2
    assert (first["fromPosition"], first["position"], first["changes"]) == (1, 1, 1)
    assert first["capacity"]["function"] == "Rapporteur"
    assert (latest["fromPosition"], latest["position"], latest["changes"]) == (2, 2, 1)
    assert latest["capacity"]["level"] == "LOCAL"
    assert latest["capacity"]["delegation"]["id"]
    letters = sum(map(len, ("Aims", "Everybody learns.", "Cities pay.")))
    assert (first["added"], first["removed"]) == (letters, 0)
    assert (latest["added"], latest["removed"]) == (len(" quicklyDone."), len("Cities pay."))
    page = (await ask(database, here.writer, SPELLS, id=draft, first=1))["draft"]["history"]
    assert page["nodes"] == [latest]
    after = page["pageInfo"]["endCursor"]
    rest = (await ask(database, here.writer, SPELLS, id=draft, first=1, after=after))["draft"]
    assert rest["history"]["nodes"] == [first]


async def test_the_text_of_a_moment_is_as_the_drafts_own(database: Database) -> None:
    here, draft = await written(database)
    then = (await ask(database, here.writer, THEN, id=draft, position=1))["draft"]["textAt"]
    assert (then["content"], then["position"], then["capacity"]) == (ENGLISH, 1, {"level": None})
    assert [each["number"] for each in then["sections"]] == ["1", "1.1", "1.2"]
    assert then["sections"][1]["parent"] == key_of("aims")
    unchanged = [{"level": None, "characters": len("Everybody learns.")}]
    assert then["sections"][1]["writtenBy"] == unchanged
    now = (await ask(database, here.writer, THEN, id=draft))["draft"]["textAt"]
    assert (now["content"], now["capacity"]) == (CHANGED, {"level": "LOCAL"})
    assert len({each["id"] for each in then["sections"] + now["sections"]}) == 6
    same = (await ask(database, here.writer, THEN, id=draft, at=then["at"]))["draft"]["textAt"]
    assert same == then
    early = (await ask(database, here.writer, THEN, id=draft, at="2020-01-01T00:00:00Z"))["draft"]
    assert early["textAt"]["sections"] == []
    assert datetime.fromisoformat(now["at"]) > datetime.fromisoformat(then["at"])


async def test_two_moments_are_compared_clause_by_clause(database: Database) -> None:
    here, draft = await written(database)
    values: dict[str, Any] = {"id": draft, "from": 1}
    found = (await ask(database, here.writer, CHANGES, **values))["draft"]["changes"]
    counted = [found[name] for name in ("added", "removed", "changed", "moved")]
    assert (found["fromPosition"], found["toPosition"], counted) == (1, 2, [1, 1, 1, 0])
    learn = next(each for each in found["sections"] if each["sectionId"] == key_of("learn"))
    assert {"kind": "INSERTED", "text": " quickly"} in learn["runs"]
    values |= {"from": 2, "to": 1}
    back = (await ask(database, here.writer, CHANGES, **values))["draft"]
    assert [back["changes"][name] for name in ("added", "removed")] == [1, 1]


async def test_words_are_their_authors_now_then_and_when_frozen(database: Database) -> None:
    here, draft = await written(database)
    found = (await ask(database, here.writer, BLAME, id=draft))["draft"]["authorship"]
    spans = [(each["text"], each["level"]) for each in found["spans"]]
    assert spans == [
        ("Aims", None),
        ("Everybody learns", None),
        (" quickly", "LOCAL"),
        (".", None),
        ("Done.", "LOCAL"),
    ]
    assert found["characters"] == sum(len(text) for text, _ in spans)
    assert sum(each["share"] for each in found["levels"]) == pytest.approx(1)
    assert {each["level"] for each in found["authors"]} == {None, "LOCAL"}
    one = (await ask(database, here.writer, BLAME, id=draft, section=key_of("end")))["draft"]
    assert [each["level"] for each in one["authorship"]["levels"]] == ["LOCAL"]
    then = (await ask(database, here.writer, BLAME, id=draft, at=1))["draft"]["authorship"]
    assert [each["level"] for each in then["levels"]] == [None]
    async with database.read(SYSTEM) as session:
        anchor = await coediting.make_anchor(
            session,
            here.drafts["en"],
            section_id=UUID(key_of("learn")),
            quotation="learns quickly",
        )
    part = (await ask(database, here.writer, BLAME, id=draft, within=anchor))["draft"]
    parts = [(each["text"], each["start"]) for each in part["authorship"]["spans"]]
    assert parts == [("learns", 10), (" quickly", 16)]

    await write_as(database, here.table.delegate(), here.drafts["en"], ENGLISH)
    set_id = await freeze(database, here)
    shown = await ask(database, here.writer, FROZEN, id=to_global("VersionSet", set_id))
    texts = {each["language"]: each for each in shown["versionSet"]["versions"]}
    levels = texts["en"]["authorship"]["levels"]
    assert {each["level"]: each["characters"] for each in levels} == {None: 21, "LOCAL": 11}
    assert [each["level"] for each in texts["fr"]["authorship"]["levels"]] == [None]
    assert texts["en"]["sections"][2]["writtenBy"] == [{"level": "LOCAL", "characters": 11}]
    whole = {each["level"]: each["characters"] for each in shown["versionSet"]["writtenBy"]}
    assert whole == {None: 21 + texts["fr"]["authorship"]["characters"], "LOCAL": 11}


async def test_who_took_words_out_is_named_with_whose_they_were(database: Database) -> None:
    here, draft = await written(database)
    values: dict[str, Any] = {"id": draft, "from": 0, "to": 2}
    [gone] = (await ask(database, here.writer, REMOVALS, **values))["draft"]["removals"]
    assert (gone["text"], gone["position"]) == ("Cities pay.", 2)
    assert (gone["removedBy"], gone["writtenBy"]) == ({"level": "LOCAL"}, {"level": None})
    assert gone["sectionId"] == key_of("pay")
    assert (await ask(database, here.writer, REMOVALS, id=draft))["draft"]["removals"] == [gone]
    elsewhere = await ask(database, here.writer, REMOVALS, **values, section=key_of("learn"))
    assert elsewhere["draft"]["removals"] == []


async def test_a_draft_goes_back_once_however_often_it_is_asked(database: Database) -> None:
    here, draft = await written(database)
    wanted = "... on Draft { id content sequence }"
    for _ in range(2):
        made = await do(
            database,
            here.writer,
            "restoreDraft",
            wanted,
            draftId=draft,
            position=1,
            clientMutationId="back",
        )
        assert (made["content"], made["sequence"]) == (ENGLISH, 3)
    before = await state(database), await count(database, "draft_update")
    refused = await do(
        database, here.table.observer, "restoreDraft", wanted, draftId=draft, position=2
    )
    assert refused["__typename"] == "Refusal"
    assert (await state(database), await count(database, "draft_update")) == before


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (THEN, {"position": 9}),
        (CHANGES, {"from": 0, "to": 99}),
        (BLAME, {"section": "x"}),
        (BLAME, {"within": {"anchor": 1}}),
        (REMOVALS, {"from": 0, "to": 9_000}),
    ],
)
async def test_what_is_no_moment_and_no_clause_is_refused(
    database: Database, query: str, values: dict[str, Any]
) -> None:
    here, draft = await written(database)
    context = Context(database, here.writer)
    answer = await EXECUTOR.run(Request(query=query, variables={"id": draft, **values}), context)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"


async def test_an_outsider_learns_nothing_of_how_a_text_came_about(database: Database) -> None:
    here, draft = await written(database)
    spells = (await ask(database, here.writer, SPELLS, id=draft))["draft"]["history"]["nodes"]
    node = "query($id: ID!) { node(id: $id) { __typename } }"
    for viewer in (here.table.outsider, ANONYMOUS):
        for query in (SPELLS, THEN, BLAME):
            assert (await ask(database, viewer, query, id=draft))["draft"] is None
        for spell in spells:
            assert (await ask(database, viewer, node, id=spell["id"]))["node"] is None
    mine = await ask(database, here.table.observer, node, id=spells[0]["id"])
    assert mine["node"] == {"__typename": "EditingSpell"}
    assert await capacity_of(database, here.table.outsider, here.drafts["en"]) is None
