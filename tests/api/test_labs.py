"""Labs, dialogues and those who take part, as the web app asks for them."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from policylab import labs
from policylab.kit.db import Database
from policylab.kit.viewer import Viewer
from policylab.labs import Action, LabRole
from tests import make
from tests.api.asking import Answer, ask, do, operation, to_global


def dialogue_id(table: make.Table) -> str:
    return to_global("Dialogue", table.dialogue_id)


def delegation_id(table: make.Table, body: str = "CITY") -> str:
    return to_global("Delegation", table.seats[body].delegation_id)


def english(text: str) -> list[dict[str, str]]:
    return [{"language": "en", "text": text}]


async def shown(
    database: Database, viewer: Viewer, table: make.Table, name: str = "Dialogue", **more: Any
) -> Answer:
    found = await ask(database, viewer, operation(name), id=dialogue_id(table), **more)
    return found["dialogue"]


@pytest.mark.parametrize("name", ["Dialogue", "DialoguePeople"])
async def test_everybody_who_takes_part_reads_the_dialogue_and_nobody_else(
    database: Database, name: str
) -> None:
    table = await make.table(database)
    for viewer in (table.moderator, table.head(), table.observer, table.administrator):
        found = await shown(database, viewer, table, name)
        assert found["question"] == "Who does what?"
        assert found["phase"]["phase"]["id"] == "convening"
    assert await shown(database, table.outsider, table, name) is None


async def test_permissions_are_what_the_verbs_obey_in_the_language_of_who_reads(
    database: Database,
) -> None:
    table = await make.table(database, phase="session")
    for viewer in (table.moderator, table.head(), table.expert, table.observer):
        found = await shown(database, viewer, table)
        async with database.read(viewer) as session:
            here = await labs.standing(session, viewer, table.dialogue_id)
        allowed = {each["action"] for each in found["permissions"] if each["allowed"]}
        assert allowed == {action.value for action in here.may}
        assert len(found["permissions"]) == len(Action)
        assert all(each["allowed"] or each["whyNot"] for each in found["permissions"])
    french = await shown(database, table.head(), table, locale="fr")
    why = {each["action"]: each for each in french["permissions"]}
    assert "n’est pas ouvert dans la phase « Séance »" in why["FREEZE"]["whyNot"]
    assert french["question"] == "Qui fait quoi ?"


async def test_phases_say_where_the_dialogue_has_been_and_what_it_waits_for(
    database: Database,
) -> None:
    table = await make.table(database, phase="framing")
    found = await shown(database, table.head(), table)
    states = [(each["phase"]["id"], each["state"]) for each in found["phases"]]
    assert states[:3] == [("convening", "DONE"), ("framing", "CURRENT"), ("session", "AHEAD")]
    assert found["phases"][0]["leftAt"] is not None
    assert found["phases"][1]["enteredAt"] == found["phase"]["enteredAt"]
    assert [each["code"] for each in found["phase"]["exits"]] == ["framing.settled", "notice.run"]
    assert all(each["exits"] == [] for each in found["phases"] if each["state"] != "CURRENT")


async def test_the_workflow_is_shown_as_the_dialogue_set_it(database: Database) -> None:
    table = await make.table(database, settings={"notice": 7})
    query = (
        "query($id: ID!) { dialogue(id: $id) { workflow { id rule { code inner levels sentence } "
        "daySettings { key value default } } } }"
    )
    found = (await ask(database, table.head(), query, id=dialogue_id(table)))["dialogue"]
    days = {each["key"]: each for each in found["workflow"]["daySettings"]}
    assert (days["notice"]["value"], days["notice"]["default"]) == (7, 21)
    assert found["workflow"]["rule"]["levels"] == ["LOCAL", "REGIONAL", "NATIONAL"]
    assert "city, region, ministry" in found["workflow"]["rule"]["sentence"]


async def test_what_one_may_do_to_a_delegation_is_what_the_verb_then_does(
    database: Database,
) -> None:
    table = await make.table(database, mandates=False)
    newcomer = await make.person(database)
    seat = {
        "personId": to_global("Person", newcomer.person_id),  # type: ignore[arg-type]
        "function": "Adviser",
    }
    for viewer, body in (
        (table.delegate("CITY"), "CITY"),
        (table.head("REGION"), "CITY"),
        (table.head("CITY"), "CITY"),
    ):
        people = await shown(database, viewer, table, "DialoguePeople")
        [delegation] = [
            each for each in people["delegations"] if each["id"] == delegation_id(table, body)
        ]
        may = {each["action"]: each for each in delegation["viewerCan"]}
        answer = await do(
            database,
            viewer,
            "seatDelegate",
            "... on Delegate { id head from to capacity { function level } }",
            delegationId=delegation["id"],
            **seat,
        )
        assert (answer["__typename"] == "Delegate") is may["SEAT"]["allowed"]
        if not may["SEAT"]["allowed"]:
            assert answer["message"] == may["SEAT"]["why"]
    assert answer["capacity"] == {"function": "Adviser", "level": "LOCAL"}
    assert answer["to"] is None


async def test_people_and_mandates_are_shown_by_function_level_by_level(
    database: Database,
) -> None:
    table = await make.table(database)
    found = await shown(database, table.observer, table, "DialoguePeople")
    levels = [each["level"]["code"] for each in found["delegations"]]
    assert levels == ["LOCAL", "REGIONAL", "NATIONAL"]
    city = found["delegations"][0]
    assert city["mandateState"] == "VALID"
    assert [each["state"] for each in city["mandates"]] == ["VALID"]
    assert [each["head"] for each in city["seats"]] == [True, False]
    assert city["seats"][0]["capacity"]["organisation"]["name"] == "City"
    assert {each["role"] for each in found["grants"]} == {
        "MODERATOR", "RAPPORTEUR", "EXPERT", "OBSERVER",
    }  # fmt: skip
    secretariat = await shown(database, table.secretariat, table)
    assert secretariat["viewerCapacity"]["organisation"] is None


async def test_a_dialogue_is_opened_peopled_and_led_on_over_the_api(database: Database) -> None:
    founder = await make.person(database, "Administrator", administrator=True)
    lab = await do(
        database,
        founder,
        "createLab",
        "... on Lab { id levels { code order } viewerCan { action allowed } }",
        names=english("Arvenia"),
        purposes=english("To try."),
        languages=["en"],
        levels=[{"code": "LOCAL", "names": english("city")}],
    )
    assert all(each["allowed"] for each in lab["viewerCan"])
    dialogue = await do(
        database,
        founder,
        "createDialogue",
        "... on Dialogue { id levelCodes visibility }",
        labId=lab["id"],
        templateId="multilevel-policy-lab",
        questions=english("Who does what?"),
        scopes=english("Language."),
        languages=["en"],
        visibility="PARTICIPANTS",
        days=[{"key": "notice", "days": 0}],
    )
    assert dialogue["levelCodes"] == ["LOCAL"]
    where = {"dialogueId": dialogue["id"]}
    moderator = await make.person(database, "Moderator")
    grant = await do(
        database,
        founder,
        "grantRole",
        "... on Grant { id role capacity { function } }",
        **where,
        personId=to_global("Person", moderator.person_id),  # type: ignore[arg-type]
        role="MODERATOR",
        function="Moderator of the lab",
    )
    assert grant["capacity"]["function"] == "Moderator of the lab"
    body = await make.organisation(database, "Marrow Bay")
    delegation = await do(
        database,
        moderator,
        "createDelegation",
        "... on Delegation { id mandateState seats { id } }",
        **where,
        organisationId=to_global("Organisation", body),
        level="LOCAL",
    )
    assert delegation["mandateState"] == "NONE"
    invitation = await do(
        database,
        moderator,
        "inviteToDelegation",
        "... on Invitation { url signInCode }",
        delegationId=delegation["id"],
        displayName="Co-ordinator",
        function="Co-ordinator",
        head=True,
    )
    code = invitation["url"].removeprefix("/invitations/")
    head = await make.person(database, "Co-ordinator")
    taken = await do(
        database,
        head,
        "acceptInvitation",
        "... on Delegation { id dialogue { id } seats { head } }",
        code=code,
    )
    assert taken["dialogue"]["id"] == dialogue["id"]
    mandate = await do(
        database,
        head,
        "fileMandate",
        "... on Mandate { state adReferendum documents { id } }",
        delegationId=delegation["id"],
        issuingBody="Council",
        issuedOn="2026-01-05",
        scope="Everything.",
        validFrom="2026-01-05",
        adReferendum=True,
    )
    assert mandate == {
        "__typename": "Mandate",
        "state": "AD_REFERENDUM",
        "adReferendum": True,
        "documents": [],
    }
    await do(database, moderator, "sendConvocation", **where, agenda="1. Opening", note="Welcome.")
    moved = await do(
        database,
        moderator,
        "movePhase",
        "... on Dialogue { phase { phase { id } } convocations { agenda } "
        "activity(first: 2) { totalCount nodes { sentence capacity { role } } } }",
        **where,
        to="framing",
    )
    assert moved["phase"]["phase"]["id"] == "framing"
    assert moved["convocations"] == [{"agenda": "1. Opening\n\nWelcome."}]
    assert moved["activity"]["totalCount"] == 3
    assert moved["activity"]["nodes"][0]["capacity"]["role"] == "MODERATOR"
    stated = await do(database, moderator, "recordFact", **where, kind="SNOWED")
    assert (stated["code"], stated["field"]) == ("INVALID_INPUT", "kind")
    stated = await do(database, moderator, "recordFact", **where, kind="FRAMING_SETTLED")
    assert stated["__typename"] == "Dialogue"


async def test_an_invitation_s_link_is_told_once(database: Database) -> None:
    table = await make.table(database)
    asked = {
        "delegationId": delegation_id(table),
        "displayName": "Adviser",
        "function": "Adviser",
        "clientMutationId": "once",
    }
    wanted = "... on Invitation { url signInCode }"
    first = await do(database, table.head(), "inviteToDelegation", wanted, **asked)
    again = await do(database, table.head(), "inviteToDelegation", wanted, **asked)
    assert first["url"].startswith("/invitations/")
    assert first["signInCode"]
    assert again == {"__typename": "Invitation", "url": None, "signInCode": None}
    async with database.raw() as connection:
        kept = await connection.fetchval("SELECT answer::text FROM mutation_answer")
        assert await connection.fetchval("SELECT count(*) FROM invitation") == 1
    assert first["url"].rsplit("/", 1)[1] not in kept


async def test_a_lab_shows_to_each_what_is_theirs(database: Database) -> None:
    table = await make.table(database)
    lab_id = to_global("Lab", table.lab_id)
    for viewer, begins in ((table.secretariat, True), (table.head(), False)):
        lab = (await ask(database, viewer, operation("Lab"), id=lab_id))["lab"]
        may = {each["action"]: each for each in lab["viewerCan"]}
        assert may["CREATE_DIALOGUE"]["allowed"] is begins
        assert may["GRANT_LAB_ROLE"]["allowed"] is False
        assert {each["role"] for each in lab["grants"]} == {"ADMINISTRATOR", "SECRETARIAT"}
        assert lab["dialogues"]["totalCount"] == 1
    assert (await ask(database, table.outsider, operation("Lab"), id=lab_id))["lab"] is None
    found = (await ask(database, table.outsider, operation("Labs")))["labs"]
    assert found == {"totalCount": 0, "nodes": []}
    member = await make.person(database)
    async with database.write(table.administrator) as uow:
        await labs.grant_lab_role(
            uow,
            table.administrator,
            lab_id=table.lab_id,
            person_id=member.person_id,  # type: ignore[arg-type]
            role=LabRole.MEMBER,
        )
    lab = (await ask(database, member, operation("Lab"), id=lab_id))["lab"]
    assert lab["dialogues"] == {"totalCount": 0, "nodes": []}


async def test_workflows_are_there_for_everybody_in_both_languages(database: Database) -> None:
    somebody = await make.person(database)
    for locale, title in (("en", "Multilevel policy lab"), ("fr", "Laboratoire de politiques")):
        found = await ask(database, somebody, operation("Templates"), locale=locale)
        titles = [each["title"] for each in found["workflowTemplates"]]
        assert any(each.startswith(title) for each in titles)
        assert all(each["rule"]["sentence"].endswith(".") for each in found["workflowTemplates"])


async def test_many_dialogues_cost_no_more_statements_than_one(database: Database) -> None:
    table = await make.table(database)
    query = (
        "{ viewer { dialogues { nodes { phase { exits { met } } permissions { allowed } "
        "viewerCapacity { id } lab { id } activity(first: 3) { totalCount nodes { sentence } } "
        "} } } }"
    )
    viewer = replace(table.administrator)
    one = await statements(database, viewer, query)
    for _ in range(3):
        async with database.write(viewer) as uow:
            await labs.create_dialogue(
                uow,
                viewer,
                lab_id=table.lab_id,
                template_id="multilevel-policy-lab",
                questions={"en": "And who else?"},
                scopes={"en": "Everything."},
            )
    assert await statements(database, viewer, query) == one


async def statements(database: Database, viewer: Viewer, query: str) -> int:
    """How many statements of the ORM an answer takes."""
    seen: list[str] = []

    def note(*found: Any) -> None:
        seen.append(found[2])

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await ask(database, viewer, query)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
