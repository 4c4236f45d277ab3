"""Texts through the whole schema: what a screen asks, what a verb answers, what is found."""

import hashlib
from typing import Any
from uuid import UUID

import pytest

from policylab import documents
from policylab.api.context import Context
from policylab.api.execution import Request
from policylab.api.search import excerpt
from policylab.kit.canonical import canonical_json
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from tests import make
from tests.api.asking import EXECUTOR, ask, do
from tests.documents.writing import (
    ENGLISH,
    FRENCH,
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
    words,
    write,
)

DOCUMENT = """
query($id: ID!) { document(id: $id) {
  kind title(language: "en") languageVersions { language draft { id closed viewerRight sequence } }
  versionSets { number hash frozenBy { role } versions { language hash content } }
} }
"""
DRAFT = """
query($id: ID!) { draft(id: $id) {
  closed viewerRight coeditUrl content base { number }
  writtenBy { level characters share }
  sections { sectionId number kind heading text parent order threadCount
             trace { id } positions { id } writtenBy { level share } }
  threads { id } suggestions { id }
} }
"""
COMPARE = """
query($from: ID!, $to: ID!) { compare(from: $from, to: $to) {
  language added removed moved changed
  from { __typename id } to { __typename id }
  sections { sectionId numberFrom numberTo kind moved runs { kind text } }
} }
"""
SEARCH = """
query($text: String!, $lab: ID, $first: Int! = 50, $after: String) {
  search(text: $text, labId: $lab, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { kind title number excerpt url dialogue { question } node { __typename id } } } }
"""


def gid(kind: str, key: UUID) -> str:
    return to_global(kind, key)


async def test_a_document_shows_its_languages_drafts_and_frozen_texts(database: Database) -> None:
    here = await desk(database, {"en": ENGLISH, "fr": FRENCH})
    set_id = await freeze(database, here)
    await open_again(database, here)
    found = await ask(database, here.writer, DOCUMENT, id=gid("Document", here.document_id))
    document = found["document"]
    assert (document["kind"], document["title"]) == ("STRATEGY", "Language for all")
    drafts = {part["language"]: part["draft"] for part in document["languageVersions"]}
    assert drafts["fr"] is None
    assert drafts["en"]["viewerRight"] == "WRITE"
    [made] = document["versionSets"]
    async with database.read(SYSTEM) as session:
        assert made["hash"] == (await documents.set_of(session, SYSTEM, set_id)).hash.hex()
    for version in made["versions"]:
        data = canonical_json(version["content"])
        assert version["hash"] == hashlib.sha256(data).hexdigest()
    assert made["frozenBy"] == {"role": "RAPPORTEUR"}


async def test_a_draft_shows_its_clauses_its_right_and_who_wrote_it(database: Database) -> None:
    here = await desk(database)
    delegate = here.table.delegate()
    draft_id = here.drafts["en"]
    async with database.write(delegate) as uow:
        await documents.replace_section(
            uow,
            draft_id=draft_id,
            section_id=UUID(key_of("pay")),
            blocks=[clause("Cities and regions pay.", "pay")],
            person_id=delegate.person_id,
            capacity_id=(await documents.DraftGate(database).may(delegate, draft_id)).capacity_id,
        )
    draft = (await ask(database, delegate, DRAFT, id=gid("Draft", draft_id)))["draft"]
    assert draft["closed"] is False
    assert draft["coeditUrl"] == f"/coedit/{gid('Draft', draft_id)}"
    assert [s["number"] for s in draft["sections"]] == ["1", "1.1", "1.2"]
    assert draft["sections"][2]["text"] == "Cities and regions pay."
    assert draft["sections"][1]["parent"] == key_of("aims")
    assert {share["level"] for share in draft["writtenBy"]} == {None, "LOCAL"}
    assert sum(share["share"] for share in draft["writtenBy"]) == pytest.approx(1)
    assert [s["level"] for s in draft["sections"][0]["writtenBy"]] == [None]
    assert {s["level"] for s in draft["sections"][2]["writtenBy"]} == {None, "LOCAL"}
    observer = (await ask(database, here.table.observer, DRAFT, id=gid("Draft", draft_id)))["draft"]
    assert observer["viewerRight"] == "READ"


async def test_texts_are_begun_opened_and_frozen_by_their_verbs(database: Database) -> None:
    here = await desk(database)
    made = await do(
        database,
        here.writer,
        "createDocument",
        "... on Document { id languageVersions { id language draft { id } } }",
        dialogueId=gid("Dialogue", here.table.dialogue_id),
        kind="NOTE",
        titles=[{"language": "en", "text": "A note"}],
        languages=["en"],
    )
    [part] = made["languageVersions"]
    assert part["draft"] is None
    opened = await do(
        database, here.writer, "openDraft", "... on Draft { id }", languageVersionId=part["id"]
    )
    assert opened["__typename"] == "Draft"
    again = await do(
        database, here.writer, "openDraft", "... on Draft { id }", languageVersionId=part["id"]
    )
    assert again["code"] == "ALREADY_DONE"
    wanted = "... on VersionSet { number }"
    before = await state(database)
    refused = await do(database, here.writer, "freeze", wanted, documentId=made["id"])
    assert (refused["code"], refused["message"]) == (
        "CONDITIONS_NOT_MET",
        "The text is empty in: en.",
    )
    assert await state(database) == before
    frozen = await do(
        database, here.writer, "freeze", wanted, documentId=gid("Document", here.document_id)
    )
    assert frozen["number"] == 1


async def test_a_freeze_that_is_retried_answers_the_first_set(database: Database) -> None:
    here = await desk(database)
    said = {"documentId": gid("Document", here.document_id), "clientMutationId": "once"}
    wanted = "... on VersionSet { id }"
    first = await do(database, here.writer, "freeze", wanted, **said)
    assert first == await do(database, here.writer, "freeze", wanted, **said)
    assert len(await rows(database, "SELECT id FROM version_set")) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"titles": [{"language": "en", "text": " "}]}, "titles"),
        ({"languages": ["de"]}, "languages"),
        ({"languages": []}, None),
    ],
)
async def test_a_document_without_a_title_or_in_a_strange_language_is_refused(
    database: Database, given: dict[str, Any], field: str | None
) -> None:
    here = await desk(database)
    good = {
        "dialogueId": gid("Dialogue", here.table.dialogue_id),
        "kind": "NOTE",
        "titles": [{"language": "en", "text": "A note"}],
        "languages": ["en"],
    }
    before = await state(database)
    made = await do(
        database, here.writer, "createDocument", "... on Document { id }", **(good | given)
    )
    if field is None:  # none named: all languages of the dialogue
        assert made["__typename"] == "Document"
        return
    assert (made["code"], made["field"]) == ("INVALID_INPUT", field)
    assert await state(database) == before
    made = await do(database, here.writer, "createDocument", "... on Document { id }", **good)
    assert made["__typename"] == "Document"


async def test_an_outsider_finds_no_text_by_any_way(database: Database) -> None:
    here = await desk(database)
    set_id = await freeze(database, here)
    [version] = await rows(database, "SELECT id FROM version")
    outsider = here.table.outsider
    asked = {
        "document": gid("Document", here.document_id),
        "draft": gid("Draft", here.drafts["en"]),
        "version": gid("Version", version.id),
        "versionSet": gid("VersionSet", set_id),
    }
    for name, identifier in asked.items():
        query = f"query($id: ID!) {{ {name}(id: $id) {{ id }} node(id: $id) {{ id }} }}"
        assert await ask(database, outsider, query, id=identifier) == {name: None, "node": None}
    pair = {"from": asked["version"], "to": asked["draft"]}
    assert (await ask(database, outsider, COMPARE, **pair))["compare"] is None
    before = await state(database)
    for verb, given in {
        "freeze": {"documentId": asked["document"]},
        "openDraft": {"languageVersionId": gid("LanguageVersion", here.parts["en"])},
    }.items():
        wanted = "... on Node { id }"
        assert (await do(database, outsider, verb, wanted, **given))["code"] == "NOT_FOUND"
    assert await state(database) == before


async def test_a_version_and_its_draft_are_compared_word_by_word(database: Database) -> None:
    here = await desk(database)
    await freeze(database, here)
    [version] = await rows(database, "SELECT id FROM version")
    draft_id = await open_again(database, here)
    aims, learn, _ = ENGLISH["content"]
    later = doc(aims, clause("Cities and regions pay.", "pay"), learn, clause("New.", "new"))
    await write(database, here, later)
    await settle(database, draft_id)
    found = await ask(
        database,
        here.table.observer,
        COMPARE,
        **{"from": gid("Version", version.id), "to": gid("Draft", draft_id)},
    )
    compared = found["compare"]
    assert compared["from"] == {"__typename": "Version", "id": gid("Version", version.id)}
    assert compared["to"]["__typename"] == "Draft"
    counted = [compared[name] for name in ("added", "removed", "moved", "changed")]
    assert (compared["language"], counted) == ("en", [1, 0, 1, 1])
    by_key = {change["sectionId"]: change for change in compared["sections"]}
    assert by_key[key_of("pay")]["runs"] == [
        {"kind": "EQUAL", "text": "Cities"},
        {"kind": "INSERTED", "text": " and regions"},
        {"kind": "EQUAL", "text": " pay."},
    ]
    assert by_key[key_of("new")]["kind"] == "ADDED"
    moved = [each for each in compared["sections"] if each["moved"]]
    assert len(moved) == 1


async def settle(database: Database, draft_id: UUID) -> None:
    """Bring the clauses of a draft up to date, as the projector does."""
    async with database.write(SYSTEM) as uow:
        draft = await documents.draft_of(uow.session, SYSTEM, draft_id)
        await documents.project(uow, draft)


async def test_texts_of_different_documents_are_not_compared(database: Database) -> None:
    here, there = await desk(database), await desk(database)
    answer = await EXECUTOR.run(
        Request(
            query=COMPARE,
            variables={
                "from": gid("Draft", here.drafts["en"]),
                "to": gid("Draft", there.drafts["en"]),
            },
        ),
        Context(database, here.writer),
    )
    assert answer["data"]["compare"] is None


# ── searching ──


async def find(database: Database, viewer: Viewer, said: str, **options: Any) -> list[Any]:
    return (await ask(database, viewer, SEARCH, text=said, **options))["search"]["nodes"]


async def test_words_are_found_whatever_their_accents_capitals_and_endings(
    database: Database,
) -> None:
    content = doc(heading("Aims", "aims"), clause("Les élèves apprennent l’Œuvre.", "learn"))
    here = await desk(database, {"en": content})
    draft = gid("Draft", here.drafts["en"])
    for said in ("élèves", "ELEVES", "appren", "eleves apprennent", "aprennent", "1.1"):
        hits = await find(database, here.table.observer, said)
        clauses = [hit["url"] for hit in hits if hit["kind"] == "clause"]
        assert clauses == [f"/drafts/{draft}#{key_of('learn')}"], said
    [hit] = await find(database, here.table.observer, "élèves")
    assert (hit["kind"], hit["number"], hit["title"]) == ("clause", "1.1", "Language for all")
    assert hit["excerpt"] == "Les élèves apprennent l’Œuvre."
    assert hit["node"] == {"__typename": "Draft", "id": draft}
    assert hit["dialogue"] is not None
    assert await find(database, here.table.observer, "nowhere") == []


async def test_every_wording_of_a_clause_is_found_once(database: Database) -> None:
    here = await desk(database)
    await freeze(database, here)
    draft_id = await open_again(database, here)
    assert len(await find(database, here.writer, "Cities pay")) == 1
    await write(database, here, doc(*ENGLISH["content"][:2], clause("Cities pay half.", "pay")))
    await settle(database, draft_id)
    hits = await find(database, here.writer, "Cities pay")
    assert sorted(hit["excerpt"] for hit in hits) == ["Cities pay half.", "Cities pay."]
    assert {hit["url"].split("/")[1] for hit in hits} == {"drafts", "texts"}


async def test_an_outsider_finds_nothing_of_a_dialogue(database: Database) -> None:
    canary = "Thecanarysings"
    here = await desk(database, {"en": doc(heading(f"{canary} aims", "aims"))})
    await make.table(database)
    for viewer in (here.table.outsider, ANONYMOUS):
        for said in (canary, "Language for all", "Who does what?", "1"):
            answer = (await ask(database, viewer, SEARCH, text=said))["search"]
            assert (answer["totalCount"], answer["nodes"]) == (0, []), said
    assert len(await find(database, here.table.observer, canary)) == 1
    kinds = {hit["kind"] for hit in await find(database, here.table.observer, "Language for all")}
    assert kinds == {"document"}


async def test_a_closed_note_is_found_inside_its_delegation_alone(database: Database) -> None:
    here = await desk(database)
    seat = here.table.seats["CITY"]
    for visibility, said in (("DELEGATION", "Ourprivate worry"), ("DIALOGUE", "Ouropen remark")):
        made = await do(
            database,
            seat.delegate,
            "startThread",
            "... on Thread { id }",
            draftId=gid("Draft", here.drafts["en"]),
            sectionId=key_of("pay"),
            quotation="Cities pay.",
            body=said,
            visibility=visibility,
        )
        assert made["__typename"] == "Thread", made
    assert [hit["kind"] for hit in await find(database, seat.head, "Ourprivate")] == ["comment"]
    others = (here.table.moderator, here.table.delegate("REGION"), here.table.administrator)
    for viewer in others:
        assert await find(database, viewer, "Ourprivate") == []
        assert len(await find(database, viewer, "Ouropen")) == 1


async def test_of_remarks_that_answer_equally_well_a_threads_first_is_shown(
    database: Database,
) -> None:
    here = await desk(database)
    delegate = here.table.delegate("CITY")
    thread = await do(
        database,
        delegate,
        "startThread",
        "... on Thread { id }",
        draftId=gid("Draft", here.drafts["en"]),
        sectionId=key_of("pay"),
        quotation="Cities pay.",
        body="Penguins come first.",
    )
    for number in range(6):
        said = {"threadId": thread["id"], "body": f"Penguins come later ({number})."}
        await do(database, delegate, "reply", "... on Thread { id }", **said)
    [hit] = await find(database, here.writer, "penguins")
    assert (hit["excerpt"], hit["node"]["id"]) == ("Penguins come first.", thread["id"])


async def test_a_search_keeps_to_a_lab_and_comes_in_pages(database: Database) -> None:
    lines = (clause(f"Penguins number {number}.", f"c{number}") for number in range(5))
    here = await desk(database, {"en": doc(heading("Aims", "aims"), *lines)})
    lab = gid("Lab", here.table.lab_id)
    assert len(await find(database, here.writer, "penguins", lab=lab)) == 5
    assert await find(database, here.writer, "penguins", lab=gid("Lab", uuid7())) == []
    seen: list[str] = []
    after = None
    while True:
        page = await ask(database, here.writer, SEARCH, text="penguins", first=2, after=after)
        seen += [hit["url"] for hit in page["search"]["nodes"]]
        assert page["search"]["totalCount"] == 5
        if not page["search"]["pageInfo"]["hasNextPage"]:
            break
        after = page["search"]["pageInfo"]["endCursor"]
    assert len(set(seen)) == 5
    asked = SEARCH.replace("first: $first, after: $after", "last: $first, before: $after")
    found: list[str] = []
    before = None
    while len(found) < 5:
        page = await ask(database, here.writer, asked, text="penguins", first=2, after=before)
        found = [*(hit["url"] for hit in page["search"]["nodes"]), *found]
        info = page["search"]["pageInfo"]
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (
            len(found) < 5,
            before is not None,
        )
        before = info["startCursor"]
    assert found == seen


@pytest.mark.parametrize("said", ["%", "_", "\\", "a", "", "' OR 1=1 --", "50 % of", "x" * 200])
async def test_signs_of_the_database_are_only_words(database: Database, said: str) -> None:
    here = await desk(database)
    assert await find(database, here.writer, said) == []


async def test_a_search_without_end_is_refused(database: Database) -> None:
    answer = await EXECUTOR.run(
        Request(query=SEARCH, variables={"text": "x" * 201}), Context(database, ANONYMOUS)
    )
    assert answer["errors"][0]["extensions"]["code"] == "TOO_LARGE"


async def test_what_is_struck_from_a_draft_is_not_found_any_more(database: Database) -> None:
    here = await desk(database)
    await write(database, here, doc(*ENGLISH["content"][:2], paragraph("Instead.")))
    await settle(database, here.drafts["en"])
    assert await find(database, here.writer, "Cities pay") == []


def test_an_excerpt_shows_the_words_around() -> None:
    body = "Long before. " * 30 + "Here stands the Œuvre d’élèves. " + "Long after. " * 30
    shown = excerpt(body, "eleves")
    assert "d’élèves." in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 220
    assert excerpt("Short.", "nothing") == "Short."


def test_marks_and_pictures_count_in_a_comparison() -> None:
    picture = {"type": "image", "attrs": {"alt": "A school"}}
    noted = {"type": "footnote", "content": [words("In every district.")]}
    block = {"type": "paragraph", "content": [words("Rooms"), noted]}
    said = documents.whole_words([block, picture])
    assert said == "Rooms [In every district.]\n[A school]"
