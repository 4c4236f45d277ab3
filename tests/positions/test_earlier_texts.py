"""A position on a text that has a later version is shown as such, and can be confirmed for it."""

import pytest

from policylab import positions
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.viewer import SYSTEM
from policylab.positions import Stance, Subject, Words
from policylab.positions.tables import Position
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk
from tests.positions.taking import (
    clause,
    every,
    kept,
    later,
    refusal,
    step,
    take,
)

CONFIRM = positions.confirm_position


async def earlier(database: Database, *rows: Position) -> list[bool]:
    async with database.read(SYSTEM) as session:
        found = await positions.on_earlier_text(session, [row.id for row in rows])
    return [row.id in found for row in rows]


async def test_a_later_version_shows_which_positions_are_on_an_earlier_text(
    database: Database, made: Desk
) -> None:
    head = made.table.head()
    rows = [
        await take(database, head, made),
        await take(database, head, made, subject=clause(made, 0)),
        await take(database, head, made, subject=clause(made, 1)),
    ]
    assert await earlier(database, *rows) == [False, False, False]
    await later(database, made)
    assert await earlier(database, *rows) == [True, True, False]
    await later(database, made, desk.FIRST)
    assert await earlier(database, rows[2]) == [False]


@pytest.mark.parametrize("place", [None, 0, 1])
async def test_a_position_on_an_earlier_text_is_confirmed_for_the_latest(
    database: Database, made: Desk, place: int | None
) -> None:
    def about(of: int) -> Subject:
        return Subject(set_id=made.sets[of]) if place is None else clause(made, place, of=of)

    head = made.table.head()
    words = Words(statement="Yes, if.", conditions=["Name who pays.", "Name when."])
    first = await take(
        database, head, made, subject=about(0), stance=Stance.CONDITIONAL, words=words
    )
    await later(database, made)
    second = await step(database, head, CONFIRM, first)
    assert positions.subject_of(second) == about(1)
    assert (second.stance, second.statement) == (Stance.CONDITIONAL, "Yes, if.")
    assert (await kept(database, first)).superseded_at is None
    async with database.read(SYSTEM) as session:
        [stand] = await positions.stands_on(session, about(1).key)
    assert stand.position.mandate_id is not None
    assert [condition.text for condition in stand.conditions] == list(words.conditions)
    again = await refusal(step(database, head, CONFIRM, first))
    assert again.code is RefusalCode.ALREADY_DONE
    assert len(await every(database)) == 2


async def test_nothing_is_carried_to_a_text_without_the_clause(
    database: Database, made: Desk
) -> None:
    from policylab import documents

    head = made.table.head()
    position = await take(database, head, made, subject=clause(made))
    await desk.reopen(database, made)
    async with database.write(SYSTEM) as uow:
        await documents.replace_section(
            uow,
            draft_id=made.draft_id,
            section_id=made.clauses[0],
            blocks=[],
            person_id=None,
            capacity_id=None,
        )
    await desk.freeze(database, made)
    await make.enter(database, made.table, "positions")
    assert await earlier(database, position) == [True]
    refused = await refusal(step(database, head, CONFIRM, position))
    assert refused.code is RefusalCode.ALREADY_DONE
    assert len(await every(database)) == 1


async def test_only_the_head_of_its_delegation_confirms_in_the_phase_for_it(
    database: Database, made: Desk
) -> None:
    position = await take(database, made.table.head(), made)
    await later(database, made)
    for viewer in (made.table.head("REGION"), made.table.delegate(), made.table.moderator):
        refused = await refusal(step(database, viewer, CONFIRM, position))
        assert refused.code is RefusalCode.NOT_YOUR_ROLE
    outside = await refusal(step(database, made.table.outsider, CONFIRM, position))
    assert outside.code is RefusalCode.NOT_FOUND
    await make.enter(database, made.table, "settlement")
    late = await refusal(step(database, made.table.head(), CONFIRM, position))
    assert late.code is RefusalCode.NOT_IN_THIS_PHASE
    assert len(await every(database)) == 1
