"""Opening labs and dialogues, and who has a place in them."""

import asyncpg
import pytest

from policylab import labs
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import LabRole, Visibility
from tests import make
from tests.labs.trying import count, do, refusal

NAMES = {"en": "Lab", "fr": "Laboratoire"}
LAB = {"names": NAMES, "purposes": NAMES, "languages": ["en", "fr"], "levels": make.LEVELS}
ASKED = {
    "template_id": "multilevel-policy-lab",
    "questions": {"en": "Who does what?"},
    "scopes": {"en": "Language learning."},
}


async def place(database: Database, lab_id: object, role: LabRole) -> Viewer:
    """Somebody new with a place in a lab."""
    viewer = await make.person(database, role.value)
    await do(
        database, SYSTEM, labs.grant_lab_role, lab_id=lab_id, person_id=viewer.person_id, role=role
    )
    return viewer


async def readable(database: Database, viewer: Viewer, dialogue_id: object) -> bool:
    async with database.read(viewer) as session:
        return await labs.may_read(session, viewer, dialogue_id)  # type: ignore[arg-type]


async def test_administrators_of_the_service_open_labs_and_administer_them(
    database: Database,
) -> None:
    somebody = await make.person(database)
    refused = await refusal(database, somebody, labs.create_lab, **LAB)
    assert refused.code is RefusalCode.NOT_ALLOWED
    founder = await make.person(database, administrator=True)
    lab = await do(database, founder, labs.create_lab, **LAB)
    async with database.read(founder) as session:
        held = await labs.roles_in_labs(session, founder, [lab.id])
        levels = [level.code for level in await labs.levels_of(session, lab.id)]
    assert held == {lab.id: {LabRole.ADMINISTRATOR}}
    assert levels == ["LOCAL", "REGIONAL", "NATIONAL"]


async def test_a_lab_has_as_many_levels_as_its_country_each_with_its_own_code(
    database: Database,
) -> None:
    founder = await make.person(database, administrator=True)
    twice = [("LOCAL", {"en": "a"}), ("local ", {"en": "b"})]
    refused = await refusal(database, founder, labs.create_lab, **LAB | {"levels": twice})
    assert refused.field == "levels"
    two = [("LOCAL", {"en": "city"}), ("NATIONAL", {"en": "state"})]
    await do(database, founder, labs.create_lab, **LAB | {"levels": two})


async def test_the_secretariat_opens_dialogues_and_members_do_not(database: Database) -> None:
    lab_id = await make.lab(database)
    member = await place(database, lab_id, LabRole.MEMBER)
    outsider = await make.person(database)
    asked = {"lab_id": lab_id, **ASKED}
    refused = await refusal(database, member, labs.create_dialogue, **asked)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    refused = await refusal(database, outsider, labs.create_dialogue, **asked)
    assert refused.code is RefusalCode.NOT_FOUND
    secretariat = await place(database, lab_id, LabRole.SECRETARIAT)
    dialogue = await do(database, secretariat, labs.create_dialogue, **asked)
    assert (dialogue.phase_id, dialogue.levels) == ("convening", ["LOCAL", "REGIONAL", "NATIONAL"])
    assert dialogue.settings["notice"] == 21


async def test_a_dialogue_keeps_the_template_it_began_with(database: Database) -> None:
    table = await make.table(database)
    for change in ("template_version = 2", "template_body = '{}'", "settings = '{}'"):
        with pytest.raises(asyncpg.CheckViolationError, match="keeps the template"):
            async with database.raw() as connection:
                await connection.execute(f"UPDATE dialogue SET {change}")  # noqa: S608
    async with database.raw() as connection:
        await connection.execute("UPDATE dialogue SET scopes = '{}'")
    assert await readable(database, table.moderator, table.dialogue_id)


async def test_the_last_administrator_of_a_lab_stays(database: Database) -> None:
    founder = await make.person(database, administrator=True)
    lab = await do(database, founder, labs.create_lab, **LAB)
    [own] = [g for g in await grants(database, lab.id) if g["person_id"] == founder.person_id]
    refused = await refusal(database, founder, labs.end_lab_grant, grant_id=own["id"])
    assert "Name another one first" in refused.message
    await place(database, lab.id, LabRole.ADMINISTRATOR)
    await do(database, founder, labs.end_lab_grant, grant_id=own["id"])
    assert not await roles(database, founder, lab.id)


async def grants(database: Database, lab_id: object) -> list[dict[str, object]]:
    async with database.rows(SYSTEM) as connection:
        return [
            dict(row)
            for row in await connection.fetch(
                "SELECT id, person_id, role FROM lab_grant WHERE lab_id = $1", lab_id
            )
        ]


async def roles(database: Database, viewer: Viewer, lab_id: object) -> frozenset[str]:
    async with database.read(viewer) as session:
        held = await labs.roles_in_labs(session, viewer, [lab_id])  # type: ignore[list-item]
    return held.get(lab_id, frozenset())  # type: ignore[call-overload]


async def test_a_place_is_given_once_and_by_administrators(database: Database) -> None:
    lab_id = await make.lab(database)
    member = await place(database, lab_id, LabRole.MEMBER)
    again = {"lab_id": lab_id, "person_id": member.person_id, "role": LabRole.MEMBER}
    refused = await refusal(database, member, labs.grant_lab_role, **again)
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    refused = await refusal(database, SYSTEM, labs.grant_lab_role, **again)
    assert refused.code is RefusalCode.ALREADY_DONE
    assert await count(database, "lab_grant") == 2


async def test_members_read_the_dialogues_that_are_open_to_their_lab(database: Database) -> None:
    closed = await make.table(database)
    opened = await make.table(database, visibility=Visibility.LAB)
    outsider = opened.outsider
    assert not await readable(database, outsider, opened.dialogue_id)
    in_closed = await place(database, closed.lab_id, LabRole.MEMBER)
    in_opened = await place(database, opened.lab_id, LabRole.MEMBER)
    assert not await readable(database, in_closed, closed.dialogue_id)
    assert not await readable(database, in_closed, opened.dialogue_id)
    assert await readable(database, in_opened, opened.dialogue_id)
    refused = await refusal(
        database,
        in_opened,
        labs.create_delegation,
        dialogue_id=opened.dialogue_id,
        organisation_id=opened.seats["CITY"].organisation_id,
        level="LOCAL",
    )
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
