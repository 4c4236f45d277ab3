"""Threads, suggestions and amendments through the whole schema."""

from collections.abc import Mapping
from typing import Any

import pytest

from policylab import documents
from policylab.api.operations import persisted
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import Viewer
from policylab.published import schema_folder
from tests import make
from tests.api.asking import ask, do
from tests.comments import desk
from tests.comments.desk import Desk
from tests.comments.test_suggestions import capacity, suggest

THREADS = """
query($id: ID!) { draft(id: $id) {
  sections { sectionId threadCount }
  threads { id sectionId quotation anchor state visibility orphaned
            capacity { function role } delegation { id } draft { id } version { id }
            comments { id body createdAt editedAt capacity { function } }
            viewerCan { action allowed why } }
  suggestions { id sectionId number at inserted deleted capacity { id function } }
} }
"""
THREAD = "... on Thread { id state visibility comments { body } }"
AMENDMENT = "... on Amendment { id state fateReasons settledAt }"


def operation(name: str) -> str:
    """A screen's own query, as browsers send it."""
    return persisted(schema_folder() / "operations")[name]["text"]


def allowed(thing: Mapping[str, Any]) -> set[str]:
    return {each["action"] for each in thing["viewerCan"] if each["allowed"]}


async def threads(database: Database, viewer: Viewer, made: Desk) -> list[Any]:
    found = await ask(database, viewer, THREADS, id=to_global("Draft", made.draft_id))
    return found["draft"]["threads"]


async def start(database: Database, viewer: Viewer, made: Desk, **input: Any) -> Mapping[str, Any]:
    draft_id = to_global("Draft", made.draft_id)
    wanted = {"draftId": draft_id, "sectionId": str(made.clauses[0]), "body": "Who pays?"}
    return await do(database, viewer, "startThread", THREAD, **wanted | input)


async def test_a_draft_shows_the_threads_on_its_words(database: Database) -> None:
    made = await desk.desk(database)
    expert = made.table.expert
    begun = await start(database, expert, made, quotation="newcomers")
    assert begun["comments"] == [{"body": "Who pays?"}]
    reply = {"threadId": begun["id"], "body": "The State."}
    await do(database, made.table.moderator, "reply", THREAD, **reply)
    query = {"id": to_global("Draft", made.draft_id)}
    found = (await ask(database, expert, THREADS, **query))["draft"]
    [thread] = found["threads"]
    assert (thread["sectionId"], thread["quotation"]) == (str(made.clauses[0]), "newcomers")
    assert (thread["orphaned"], thread["state"]) == (False, "OPEN")
    assert set(thread["anchor"]) == {"anchor", "head"}
    assert [each["body"] for each in thread["comments"]] == ["Who pays?", "The State."]
    assert thread["comments"][1]["capacity"]["function"] == "Moderator"
    counts = {each["sectionId"]: each["threadCount"] for each in found["sections"]}
    assert counts[str(made.clauses[0])] == 1
    assert sum(counts.values()) == 1


async def test_what_the_viewer_can_do_is_what_the_verbs_let_her(database: Database) -> None:
    made = await desk.desk(database)
    here = made.table
    begun = await start(database, here.expert, made)
    key = {"threadId": begun["id"]}
    for viewer in (here.expert, here.moderator, here.rapporteur, here.observer):
        [thread] = await threads(database, viewer, made)
        may = allowed(thread)
        assert "REOPEN" not in may
        for verb, action, input in (
            ("reply", "REPLY", key | {"body": "So."}),
            ("resolveThread", "RESOLVE", key),
        ):
            done = await do(database, viewer, verb, THREAD, **input)
            assert (done["__typename"] == "Thread") is (action in may), (viewer, verb)
            if done["__typename"] == "Refusal":
                [why] = [each["why"] for each in thread["viewerCan"] if each["action"] == action]
                assert done["message"] == why
        await do(database, here.moderator, "reopenThread", THREAD, **key)
    await do(database, here.moderator, "resolveThread", THREAD, **key)
    [thread] = await threads(database, here.expert, made)
    assert allowed(thread) == {"REOPEN"}


async def test_a_closed_note_is_shown_to_its_own_delegation_alone(database: Database) -> None:
    made = await desk.desk(database)
    here = made.table
    note = {"visibility": "DELEGATION", "body": "We can't pay for that."}
    begun = await start(database, here.delegate("CITY"), made, **note)
    assert begun["visibility"] == "DELEGATION"
    [thread] = await threads(database, here.head("CITY"), made)
    assert allowed(thread) == {"REPLY", "RESOLVE"}
    outside = (here.moderator, here.head("REGION"), here.rapporteur, here.secretariat)
    for viewer in outside:
        assert await threads(database, viewer, made) == []
        query = {"id": to_global("Draft", made.draft_id)}
        found = (await ask(database, viewer, THREADS, **query))["draft"]
        assert {each["threadCount"] for each in found["sections"]} == {0}
        node = "query($id: ID!) { node(id: $id) { id } }"
        assert await ask(database, viewer, node, id=begun["id"]) == {"node": None}
        gone = await do(database, viewer, "resolveThread", THREAD, threadId=begun["id"])
        unknown = to_global("Thread", uuid7())
        assert gone == await do(database, viewer, "resolveThread", THREAD, threadId=unknown)
        assert gone["code"] == "NOT_FOUND"


async def test_a_thread_on_a_frozen_version_is_shown_beside_it(database: Database) -> None:
    made = await desk.frozen(database)
    version_id = to_global("Version", await desk.version_of(database, made))
    place = {"draftId": None, "versionId": version_id, "quotation": "teach"}
    await start(database, made.table.expert, made, **place)
    query = "query($id: ID!) { version(id: $id) { threads { anchor orphaned version { id } } } }"
    found = await ask(database, made.table.expert, query, id=version_id)
    assert found["version"]["threads"] == [
        {"anchor": {"start": 7, "end": 12}, "orphaned": False, "version": {"id": version_id}}
    ]


async def test_a_thread_says_when_its_words_are_gone(database: Database) -> None:
    made = await desk.desk(database)
    await start(database, made.table.expert, made, quotation="newcomers")
    await suggest(database, made, str(uuid7()))
    [thread] = await threads(database, made.table.expert, made)
    assert not thread["orphaned"]
    async with database.write(made.table.rapporteur) as uow:
        await documents.replace_section(
            uow,
            draft_id=made.draft_id,
            section_id=made.clauses[0],
            blocks=[desk.clause(made.clauses[0], desk.words("Nothing is left."))],
            person_id=None,
            capacity_id=None,
        )
    [thread] = await threads(database, made.table.expert, made)
    assert thread["orphaned"]
    assert thread["quotation"] == "newcomers"


async def test_suggestions_are_listed_and_settled(database: Database) -> None:
    made = await desk.desk(database)
    author = await capacity(database, made, made.table.delegate("REGION"))
    await suggest(database, made, author)
    query = {"id": to_global("Draft", made.draft_id)}
    found = (await ask(database, made.table.observer, THREADS, **query))["draft"]
    [suggestion] = found["suggestions"]
    assert suggestion["capacity"]["function"] == "Delegate"
    assert suggestion | {"capacity": None} == {
        "id": "s1",
        "sectionId": str(made.clauses[0]),
        "number": "1.1",
        "at": "2026-11-25T10:00:00+00:00",
        "inserted": " and towns",
        "deleted": "",
        "capacity": None,
    }
    input = {"draftId": query["id"], "suggestionId": "s1"}
    wanted = "... on Draft { suggestions { id } }"
    refused = await do(database, made.table.observer, "acceptSuggestion", wanted, **input)
    assert refused["code"] == "NOT_YOUR_ROLE"
    done = await do(database, made.table.rapporteur, "acceptSuggestion", wanted, **input)
    assert done["suggestions"] == []
    again = await do(database, made.table.rapporteur, "rejectSuggestion", wanted, **input)
    assert (again["code"], again["field"]) == ("NOT_FOUND", "suggestionId")


async def tabled(database: Database, made: Desk, **input: Any) -> Mapping[str, Any]:
    wanted = {
        "setId": to_global("VersionSet", made.set_id),
        "sectionId": str(made.clauses[0]),
        "language": "en",
        "text": "Regions teach newcomers.",
        "reasons": "They have the schools.",
    }
    region = made.table.head("REGION")
    return await do(database, region, "tableAmendment", AMENDMENT, **wanted | input)


@pytest.fixture
async def consulted(database: Database) -> Desk:
    """A frozen text, in the phase in which delegations table amendments."""
    made = await desk.frozen(database)
    await make.enter(database, made.table, "home-consultation")
    return made


async def lines(database: Database, viewer: Viewer, made: Desk) -> list[Any]:
    """The consolidation table, as its screen asks for it."""
    key = to_global("VersionSet", made.set_id)
    found = await ask(database, viewer, operation("Amendments"), id=key)
    return found["versionSet"]["amendments"]


async def test_the_consolidation_table_shows_what_is_proposed(
    database: Database, consulted: Desk
) -> None:
    await tabled(database, consulted)
    [line] = await lines(database, consulted.table.observer, consulted)
    assert (line["number"], line["language"], line["state"]) == ("1.1", "en", "TABLED")
    assert [(run["kind"], run["text"]) for run in line["runs"]] == [
        ("DELETED", "Cities"),
        ("INSERTED", "Regions"),
        ("EQUAL", " teach newcomers."),
    ]
    assert line["delegation"]["organisation"]["name"] == "Region"
    assert allowed(line) == set()


async def test_an_amendment_goes_its_way(database: Database, consulted: Desk) -> None:
    made, here = consulted, consulted.table
    ours = await tabled(database, made)
    [line] = await lines(database, here.head("REGION"), made)
    assert allowed(line) == {"WITHDRAW"}
    await desk.reopen(database, made)
    await make.enter(database, here, "settlement")
    [line] = await lines(database, here.rapporteur, made)
    assert allowed(line) == {"ACCEPT", "REJECT", "MERGE"}
    [line] = await lines(database, here.delegate("REGION"), made)
    assert allowed(line) == {"ACCEPT", "WITHDRAW"}
    key = {"amendmentId": ours["id"]}
    silent = await do(database, here.rapporteur, "rejectAmendment", AMENDMENT, **key, reasons="")
    assert (silent["code"], silent["field"]) == ("STATEMENT_REQUIRED", "reasons")
    done = await do(database, here.rapporteur, "acceptAmendment", AMENDMENT, **key, reasons="Good.")
    assert (done["state"], done["fateReasons"]) == ("ACCEPTED", "Good.")
    done = await do(database, here.rapporteur, "mergeAmendment", AMENDMENT, **key)
    assert done["state"] == "MERGED"
    assert done["settledAt"] is not None
    late = await do(database, here.head("REGION"), "withdrawAmendment", AMENDMENT, **key)
    assert late["code"] == "ALREADY_DONE"
    [line] = await lines(database, here.head("REGION"), made)
    assert allowed(line) == {"ACCEPT"}


async def test_a_refused_amendment_names_the_field(database: Database, consulted: Desk) -> None:
    for input, code, field in (
        ({"text": desk.FIRST}, "INVALID_INPUT", "text"),
        ({"language": "fr"}, "INVALID_INPUT", "language"),
        ({"sectionId": "no clause"}, "NOT_FOUND", "sectionId"),
        ({"sectionId": str(uuid7())}, "NOT_FOUND", "sectionId"),
        ({"text": None}, "INVALID_INPUT", "content"),
        ({"setId": to_global("VersionSet", uuid7())}, "NOT_FOUND", None),
    ):
        refused = await tabled(database, consulted, **input)
        assert (refused["__typename"], refused["code"], refused["field"]) == (
            "Refusal",
            code,
            field,
        )
    assert await lines(database, consulted.table.observer, consulted) == []


async def test_a_retry_starts_no_second_thread(database: Database) -> None:
    made = await desk.desk(database)
    first = await start(database, made.table.expert, made, clientMutationId="one")
    again = await start(database, made.table.expert, made, clientMutationId="one")
    assert first["id"] == again["id"]
    assert len(await threads(database, made.table.expert, made)) == 1
