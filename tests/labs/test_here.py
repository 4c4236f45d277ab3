"""What a verb is told of somebody at first glance is what the whole look says."""

import asyncio
from contextlib import suppress
from dataclasses import fields

import pytest

from policylab import labs
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import Action, Here, Standing
from tests import make
from tests.labs.trying import refusal

WHO = [field.name for field in fields(Here)]


def people(table: make.Table) -> dict[str, Viewer]:
    names = ("moderator", "rapporteur", "expert", "observer", "secretariat", "administrator")
    found = {name: getattr(table, name) for name in names}
    for body in table.seats:
        found |= {f"head {body}": table.head(body), f"delegate {body}": table.delegate(body)}
    return found | {"the house": SYSTEM}


async def both(
    database: Database, viewer: Viewer, table: make.Table, *actions: Action
) -> tuple[Here, Standing]:
    async with database.write(viewer) as uow:
        here = await labs.held(uow, viewer, table.dialogue_id, actions=actions)
        return here, await labs.standing(uow.session, viewer, table.dialogue_id)


@pytest.mark.parametrize("phase", ["drafting", "positions", "decision"])
async def test_everybody_is_the_same_at_first_glance_and_may_do_the_same(
    database: Database, phase: str
) -> None:
    table = await make.table(database, phase=phase)
    glances = 0
    for name, viewer in people(table).items():
        for actions in ([Action.TAKE_POSITION, Action.GIVE_OPINION], [Action.CONFIRM_POSITION]):
            here, standing = await both(database, viewer, table, *actions)
            glances += not isinstance(here, Standing)
            assert [getattr(here, each) for each in WHO] == [
                getattr(standing, each) for each in WHO
            ], name
            assert (here.dialogue_id, here.lab_id) == (standing.dialogue_id, standing.lab_id)
            for action in actions:
                assert here.why_not(action) == standing.why_not(action), (name, action)
    assert glances > 0


async def test_a_dialogue_that_one_may_not_see_is_not_there(database: Database) -> None:
    table = await make.table(database, phase="positions")
    refused = await refusal(
        database,
        table.outsider,
        labs.held,
        dialogue_id=table.dialogue_id,
        actions=[Action.TAKE_POSITION],
    )
    assert refused.code is RefusalCode.NOT_FOUND


async def found_after(
    database: Database, table: make.Table, change: str, *values: object
) -> Here | None:
    """Where the city's head stands who asks during a change, and so waits for its end; None where
    the dialogue is not there for her any more."""

    async def look() -> Here | None:
        viewer, actions = table.head("CITY"), [Action.TAKE_POSITION]
        with suppress(Refused):
            async with database.write(viewer) as uow:
                return await labs.held(uow, viewer, table.dialogue_id, actions=actions)
        return None

    before = await look()
    assert before is not None
    assert before.why_not(Action.TAKE_POSITION) is None
    async with database.write(SYSTEM) as uow:
        await uow.fetch(change, *values)
        looking = asyncio.create_task(look())
        await asyncio.sleep(0.1)
        assert not looking.done()
    return await looking


async def test_who_asks_while_the_phase_changes_hears_of_the_new_one(database: Database) -> None:
    table = await make.table(database, phase="positions")
    change = "UPDATE dialogue SET phase_id = 'drafting' WHERE id = $1"
    here = await found_after(database, table, change, table.dialogue_id)
    assert here is not None
    assert here.why_not(Action.TAKE_POSITION) is not None


async def test_who_asks_while_her_seat_is_taken_away_has_it_no_more(database: Database) -> None:
    table = await make.table(database, phase="positions")
    change = "UPDATE delegate SET until = now() WHERE dialogue_id = $1 AND person_id = $2"
    viewer = table.head("CITY")
    assert await found_after(database, table, change, table.dialogue_id, viewer.person_id) is None


async def test_what_a_verb_finds_that_somebody_reaches_is_what_she_reaches(
    database: Database,
) -> None:
    table = await make.table(database, phase="positions")
    statement = labs.with_standing("SELECT $1::uuid AS dialogue_id", dialogue="$1", person="$2")
    for name, viewer in people(table).items():
        if viewer.system:
            continue
        async with database.rows(viewer) as connection:
            reached = await connection.fetchval("SELECT policylab_find_reach()")
        async with database.write(viewer) as uow:
            given = (table.dialogue_id, viewer.person_id)
            asked, _ = await labs.here_from(
                uow, viewer, statement, *given, actions=[Action.TAKE_POSITION]
            )
        assert asked["reach"] == reached, name
