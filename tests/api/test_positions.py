"""Positions and their matrix through the whole schema."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from policylab import positions
from policylab.api.operations import persisted
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import Viewer
from policylab.positions import Stance, Subject, Words
from policylab.published import schema_folder
from tests import make
from tests.api.asking import ask, do
from tests.comments import desk
from tests.comments.desk import Desk
from tests.positions.taking import draft, step, take

POSITION = """... on Position {
  id stance statement reservations state adReferendum current counted onEarlierText number sectionId
  conditions { id text met confirmed } takenBy { function } set { id } delegation { id }
  history { id stance } viewerCan { action allowed why }
}"""


@pytest.fixture
async def made(database: Database) -> Desk:
    """A frozen text in the phase in which positions are taken."""
    prepared = await desk.frozen(database)
    await make.enter(database, prepared.table, "positions")
    return prepared


def said(made: Desk, **input: Any) -> dict[str, Any]:
    key = to_global("VersionSet", made.set_id)
    return {"setId": key, "stance": "SUPPORT", "statement": ""} | input


async def matrix(database: Database, viewer: Viewer, made: Desk) -> Mapping[str, Any]:
    """The matrix, as its screen asks for it."""
    text = persisted(schema_folder() / "operations")["Positions"]["text"]
    found = await ask(database, viewer, text, id=to_global("VersionSet", made.set_id))
    return found["versionSet"]["matrix"]


def cell(found: Mapping[str, Any], made: Desk, section_id: UUID | None, body: str) -> Any:
    wanted = str(section_id) if section_id else None
    [row] = [row for row in found["rows"] if row["sectionId"] == wanted]
    delegation = to_global("Delegation", made.table.seats[body].delegation_id)
    [one] = [each for each in row["cells"] if each["delegation"]["id"] == delegation]
    return one["position"]


async def node(database: Database, viewer: Viewer, key: UUID) -> Any:
    query = f"query($id: ID!) {{ node(id: $id) {{ {POSITION} }} }}"
    return (await ask(database, viewer, query, id=to_global("Position", key)))["node"]


async def test_a_position_is_drafted_cleared_and_released(database: Database, made: Desk) -> None:
    here = made.table
    input = said(
        made,
        sectionId=str(made.clauses[1]),
        stance="CONDITIONAL",
        conditions=["Name who pays."],
        statement="Yes, if.",
    )
    drafted = await do(database, here.delegate(), "draftPosition", POSITION, **input)
    assert (drafted["state"], drafted["current"], drafted["number"]) == ("DRAFTED", False, "1.2")
    assert drafted["takenBy"]["function"] == "Delegate"
    key = {"positionId": drafted["id"]}
    [can] = drafted["viewerCan"]
    assert (can["action"], can["allowed"]) == ("CLEAR", False)
    refused = await do(database, here.delegate(), "clearPosition", POSITION, **key)
    assert (refused["code"], refused["message"]) == ("NOT_YOUR_ROLE", can["why"])
    cleared = await do(database, here.head(), "clearPosition", POSITION, **key)
    assert cleared["viewerCan"] == [{"action": "RELEASE", "allowed": True, "why": None}]
    released = await do(database, here.head(), "releasePosition", POSITION, **key)
    assert (released["state"], released["current"], released["counted"]) == (
        "RELEASED",
        True,
        True,
    )
    [condition] = released["conditions"]
    marked = {"conditionId": condition["id"]}
    met = await do(database, here.moderator, "markConditionMet", POSITION, **marked)
    assert (met["conditions"][0]["met"], met["conditions"][0]["confirmed"]) == (True, False)
    agreed = await do(database, here.head(), "confirmCondition", POSITION, **marked)
    assert agreed["conditions"][0]["confirmed"]


async def test_a_refused_position_names_the_field(database: Database, made: Desk) -> None:
    for input, code, field in (
        ({"stance": "OBJECT"}, "STATEMENT_REQUIRED", "statement"),
        ({"stance": "SUPPORT_WITH_RESERVATION"}, "STATEMENT_REQUIRED", "reservations"),
        ({"stance": "CONDITIONAL"}, "STATEMENT_REQUIRED", "conditions"),
        ({"sectionId": str(uuid7())}, "NOT_FOUND", "sectionId"),
        ({"amendmentId": to_global("Amendment", uuid7())}, "NOT_FOUND", None),
        ({"setId": to_global("VersionSet", uuid7())}, "NOT_FOUND", None),
    ):
        refused = await do(
            database, made.table.head(), "takePosition", POSITION, **said(made, **input)
        )
        assert (refused["code"], refused["field"]) == (code, field)
    assert not [
        each["position"]
        for row in (await matrix(database, made.table.head(), made))["rows"]
        for each in row["cells"]
        if each["position"]
    ]


async def test_the_matrix_has_the_whole_text_and_each_clause_against_each_delegation(
    database: Database, made: Desk
) -> None:
    head = made.table.head("CITY")
    await take(database, head, made)
    subject = Subject(set_id=made.set_id, section_id=made.clauses[0])
    words = Words(reservations=["Not our budget."])
    stance = Stance.SUPPORT_WITH_RESERVATION
    region = made.table.head("REGION")
    await take(database, region, made, subject=subject, stance=stance, words=words)
    found = await matrix(database, made.table.observer, made)
    assert [(row["number"], row["heading"], row["excerpt"]) for row in found["rows"]] == [
        (None, None, "Who teaches"),
        ("1", desk.HEADING, desk.HEADING),
        ("1.1", None, desk.FIRST),
        ("1.2", None, desk.SECOND),
    ]
    assert len(found["delegations"]) == 3
    assert {len(row["cells"]) for row in found["rows"]} == {3}
    assert cell(found, made, None, "CITY")["stance"] == "SUPPORT"
    assert cell(found, made, made.clauses[0], "REGION")["reservations"] == ["Not our budget."]
    assert cell(found, made, None, "MINISTRY") is None
    assert found["verdict"] is None


async def test_one_in_preparation_is_in_the_matrix_for_its_own_delegation_alone(
    database: Database, made: Desk
) -> None:
    here = made.table
    await take(database, here.head(), made)
    prepared = await draft(database, here.delegate(), made, stance=Stance.ABSTAIN)
    for viewer, stance in (
        (here.head("CITY"), "ABSTAIN"),
        (here.delegate("CITY"), "ABSTAIN"),
        (here.head("REGION"), "SUPPORT"),
        (here.moderator, "SUPPORT"),
        (here.observer, "SUPPORT"),
    ):
        found = await matrix(database, viewer, made)
        assert cell(found, made, None, "CITY")["stance"] == stance
    assert await node(database, here.moderator, prepared.id) is None
    assert (await node(database, here.head(), prepared.id))["state"] == "DRAFTED"


async def test_the_matrix_of_a_later_text_shows_positions_on_an_earlier_one(
    database: Database, made: Desk
) -> None:
    head = made.table.head()
    whole = await take(database, head, made)
    changed = Subject(set_id=made.set_id, section_id=made.clauses[0])
    same = Subject(set_id=made.set_id, section_id=made.clauses[1])
    await take(database, head, made, subject=changed)
    await take(database, head, made, subject=same)
    await desk.rewrite(database, made, 0, "Regions teach newcomers.")
    await make.enter(database, made.table, "positions")
    found = await matrix(database, head, made)
    first = to_global("VersionSet", made.sets[0])
    for section_id, earlier in ((None, True), (made.clauses[0], True), (made.clauses[1], False)):
        position = cell(found, made, section_id, "CITY")
        assert position["onEarlierText"] is earlier
        assert position["counted"] is not earlier
        assert [each["action"] for each in position["viewerCan"]] == ["CONFIRM"]
        full = await node(database, head, positions_key(position["id"]))
        assert full["set"]["id"] == first
    confirm = {"positionId": to_global("Position", whole.id)}
    confirmed = await do(database, head, "confirmPosition", POSITION, **confirm)
    assert confirmed["set"]["id"] == to_global("VersionSet", made.set_id)
    assert confirmed["counted"]
    found = await matrix(database, head, made)
    assert cell(found, made, None, "CITY")["id"] == confirmed["id"]
    made.sets.pop()
    found = await matrix(database, head, made)
    assert cell(found, made, None, "CITY")["id"] == confirm["positionId"]


def positions_key(identifier: str) -> UUID:
    from policylab.kit.ids import key_of

    return key_of(identifier, "Position")


async def test_a_position_knows_its_history(database: Database, made: Desk) -> None:
    head = made.table.head()
    first = await take(database, head, made)
    second = await take(database, head, made, stance=Stance.ABSTAIN)
    await take(database, made.table.head("REGION"), made)
    older, newer = [await node(database, head, row.id) for row in (first, second)]
    assert (older["current"], older["counted"], older["history"]) == (False, False, [])
    assert [each["stance"] for each in newer["history"]] == ["SUPPORT"]


async def test_ad_referendum_counts_once_it_is_confirmed(database: Database) -> None:
    made = await desk.frozen(database, await make.table(database, mandates=False))
    await make.enter(database, made.table, "positions")
    head = made.table.head()
    refused = await do(database, head, "takePosition", POSITION, **said(made))
    assert (refused["code"], refused["field"]) == ("NO_MANDATE", "adReferendum")
    taken = await do(database, head, "takePosition", POSITION, **said(made, adReferendum=True))
    assert (taken["adReferendum"], taken["counted"]) == (True, False)
    [can] = taken["viewerCan"]
    assert (can["action"], can["allowed"]) == ("CONFIRM", False)
    await make.file_mandate(database, made.table.seats["CITY"])
    key = {"positionId": taken["id"]}
    confirmed = await do(database, head, "confirmPosition", POSITION, **key)
    assert (confirmed["counted"], confirmed["viewerCan"]) == (True, [])


async def test_clauses_show_the_positions_on_them(database: Database, made: Desk) -> None:
    subject = Subject(set_id=made.set_id, section_id=made.clauses[0])
    position = await take(database, made.table.head(), made, subject=subject)
    await draft(database, made.table.delegate("REGION"), made, subject=subject)
    await desk.reopen(database, made)
    kinds = {"draft": made.draft_id, "version": await desk.version_of(database, made)}
    for name, key in kinds.items():
        fields = "{ sections { sectionId positions { id stance onEarlierText } } }"
        query = f"query($id: ID!) {{ {name}(id: $id) {fields} }}"
        identifier = to_global(name.capitalize(), key)
        found = (await ask(database, made.table.observer, query, id=identifier))[name]
        shown = {each["sectionId"]: each["positions"] for each in found["sections"]}
        assert shown.pop(str(made.clauses[0])) == [
            {
                "id": to_global("Position", position.id),
                "stance": "SUPPORT",
                "onEarlierText": False,
            }
        ]
        assert list(shown.values()) == [[], []]


async def test_the_matrix_brings_the_verdict_of_the_procedure(
    database: Database, made: Desk
) -> None:
    from policylab import decisions

    moderator = made.table.moderator
    async with database.write(moderator) as uow:
        await decisions.open_procedure(uow, moderator, subject=Subject(set_id=made.set_id))
    for body in ("CITY", "REGION", "MINISTRY"):
        found = await matrix(database, made.table.observer, made)
        assert found["verdict"]["outcome"] != "ADOPTED"
        await take(database, made.table.head(body), made)
    found = await matrix(database, made.table.observer, made)
    assert (found["verdict"]["outcome"], found["verdict"]["provisional"]) == ("ADOPTED", True)


async def test_what_comes_next_is_said_in_the_viewers_language(
    database: Database, made: Desk
) -> None:
    position = await draft(database, made.table.delegate(), made)
    await make.enter(database, made.table, "settlement")
    head = made.table.head()
    french = Viewer(person_id=head.person_id, locale="fr")
    why = [
        (await node(database, viewer, position.id))["viewerCan"][0]["why"]
        for viewer in (head, french)
    ]
    assert "is not open in the phase" in why[0]
    assert "n’est pas ouvert" in why[1]


async def test_a_stale_view_and_the_announcement_make_a_fresh_one(
    database: Database, made: Desk
) -> None:
    """Whoever hears of a released position finds it by the identifier that was announced."""
    head = made.table.head()
    position = await draft(database, made.table.delegate(), made)
    await step(database, head, positions.clear_position, position)
    async with database.bus.listen() as heard:
        await step(database, head, positions.release_position, position)
        async for item in heard:
            if item.kind == "position.released":
                break
    query = f"query($id: ID!) {{ node(id: $id) {{ {POSITION} }} }}"
    found = await ask(database, made.table.observer, query, id=item.payload["subject"])
    assert found["node"]["state"] == "RELEASED"
