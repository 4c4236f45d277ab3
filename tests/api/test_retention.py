"""Holds and erasure as clients ask for them."""

from typing import Any

from policylab.kit.db import Database
from policylab.kit.viewer import Viewer
from tests import make
from tests.api.asking import ask, do, to_global
from tests.labs.trying import everything
from tests.retention.canary import fresh, key

HOLDS = """query($lab: ID!) {
  legalHolds(labId: $lab) { totalCount nodes { id reason until lab { id } placedBy { id } } }
}"""
HOLD = "... on LegalHold { id reason since until liftedBy { id } }"
ERASED = "... on PersonErased { personId capacities roles invitations deleted }"


async def holds(database: Database, viewer: Viewer, table: make.Table) -> Any:
    found = await ask(database, viewer, HOLDS, lab=to_global("Lab", table.lab_id))
    return found["legalHolds"]


async def test_a_hold_is_placed_read_in_its_lab_and_lifted(database: Database) -> None:
    table = await make.table(database)
    asked = {"labId": to_global("Lab", table.lab_id), "reason": "A court asks for it."}
    before = await everything(database)
    refused = await do(database, table.secretariat, "placeHold", HOLD, **asked)
    assert refused["code"] == "NOT_YOUR_ROLE"
    assert await everything(database) == before
    placed = await do(database, table.administrator, "placeHold", HOLD, **asked)
    assert (placed["reason"], placed["until"]) == ("A court asks for it.", None)
    seen = await holds(database, table.head(), table)
    assert [each["id"] for each in seen["nodes"]] == [placed["id"]]
    assert seen["nodes"][0]["lab"]["id"] == asked["labId"]
    assert await holds(database, table.outsider, table) == {"totalCount": 0, "nodes": []}
    lifted = await do(database, table.administrator, "liftHold", HOLD, holdId=placed["id"])
    assert lifted["until"] is not None
    assert lifted["liftedBy"]["id"] == to_global("Person", key(table.administrator))
    again = await do(database, table.administrator, "liftHold", HOLD, holdId=placed["id"])
    assert again["code"] == "ALREADY_DONE"


async def test_erasing_answers_what_was_done_and_a_retry_the_same(database: Database) -> None:
    table = await make.table(database)
    whom = to_global("Person", key(table.head()))
    stale = await do(database, table.administrator, "erasePerson", ERASED, personId=whom)
    assert stale["code"] == "FRESH_SIGN_IN_REQUIRED"
    administrator = fresh(table.administrator)
    asked = {"personId": whom, "clientMutationId": "once"}
    done = await do(database, administrator, "erasePerson", ERASED, **asked)
    assert (done["personId"], done["capacities"], done["roles"]) == (whom, 1, 1)
    assert await do(database, administrator, "erasePerson", ERASED, **asked) == done
    again = await do(database, administrator, "erasePerson", ERASED, personId=whom)
    assert again["code"] == "ALREADY_DONE"


async def test_a_hold_is_told_in_the_language_of_who_asks(database: Database) -> None:
    table = await make.table(database)
    place = {"labId": to_global("Lab", table.lab_id), "reason": "A court asks for it."}
    await do(database, table.administrator, "placeHold", HOLD, **place)
    french = Viewer(person_id=table.administrator.person_id, administrator=True, locale="fr")
    whom = to_global("Person", key(table.head()))
    refused = await do(database, fresh(french), "erasePerson", ERASED, personId=whom)
    assert refused["code"] == "CONDITIONS_NOT_MET"
    assert "« Laboratoire »" in refused["message"]


async def test_whoever_is_erased_leaves_the_lists_of_people(database: Database) -> None:
    table = await make.table(database)
    administrator = fresh(table.administrator)
    whom = to_global("Person", key(table.head()))
    query = "{ people(first: 200) { nodes { id } } }"
    people = await ask(database, administrator, query)
    assert whom in [each["id"] for each in people["people"]["nodes"]]
    await do(database, administrator, "erasePerson", ERASED, personId=whom)
    people = await ask(database, administrator, query)
    assert whom not in [each["id"] for each in people["people"]["nodes"]]


async def test_how_long_things_are_kept_is_published(database: Database) -> None:
    table = await make.table(database)
    found = await ask(
        database, table.outsider, "{ retentionSchedule { keptAs trigger days fate } }"
    )
    records = [each for each in found["retentionSchedule"] if each["days"] is None]
    assert [(each["keptAs"], each["fate"]) for each in records] == [("DECISION_RECORD", "KEEP")]
