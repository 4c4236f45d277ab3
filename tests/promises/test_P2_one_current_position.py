"""P2: however many cast at once for one delegation, one position is current and none is lost."""

import asyncio
from collections import Counter

import pytest

from policylab import positions
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import Viewer
from policylab.positions import PositionState, Stance, Subject, Words
from policylab.positions.tables import Position
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk
from tests.positions.taking import every
from tests.promises.conftest import full

CASTS = full(100, 24)
STANCES = (Stance.SUPPORT, Stance.ABSTAIN, Stance.NOT_COMPETENT)


async def on_the_table(house: Database) -> Desk:
    made = await desk.frozen(house)
    await make.enter(house, made.table, "positions")
    return made


@pytest.mark.parametrize("part", ["the whole text", "a clause"])
async def test_of_many_casts_at_once_one_is_current_and_all_remain(
    house: Database, part: str
) -> None:
    """Two delegates of one delegation: the head takes, the other drafts what the head lets out."""
    made = await on_the_table(house)
    section_id = None if part == "the whole text" else made.clauses[0]
    subject = Subject(set_id=made.set_id, section_id=section_id)
    head, delegate = made.table.head(), made.table.delegate()
    others = [made.table.head("REGION"), made.table.head("MINISTRY")]
    taken = await asyncio.gather(
        *(
            cast(house, head, head if number % 2 else delegate, subject, number)
            for number in range(CASTS)
        ),
        *(cast(house, other, other, subject, 0) for other in others),
    )
    acknowledged = [position for position in taken if position is not None]
    ours = made.table.seats["CITY"].delegation_id
    rows = [row for row in await every(house, subject) if row.delegation_id == ours]
    released = [row for row in rows if row.state is PositionState.RELEASED]
    assert len(released) == len([each for each in acknowledged if each.delegation_id == ours])
    assert len(released) >= CASTS // 2
    current = [row for row in released if row.superseded_at is None]
    assert len(current) == 1
    assert current[0].id == max(released, key=lambda row: row.released_at).id
    assert {row.id for row in rows} >= {
        position.id for position in acknowledged if position.delegation_id == ours
    }
    told = Counter((each.id, each.stance, each.statement) for each in acknowledged)
    found = Counter((row.id, row.stance, row.statement) for row in await every(house, subject))
    assert not told - found
    assert len([row for row in rows if row.superseded_at is None]) <= 2
    async with house.read(head) as session:
        stands = await positions.stands_on(session, subject.key)
        history = await positions.history_of(session, subject.key, ours)
    assert Counter(stand.position.delegation_id for stand in stands) == Counter(
        [seat.delegation_id for seat in made.table.seats.values()]
    )
    assert {row.id for row in history} == {row.id for row in released}
    assert [after.released_at for after in history[1:]] == [
        before.superseded_at for before in history[:-1]
    ]


async def cast(
    house: Database, head: Viewer, author: Viewer, subject: Subject, number: int
) -> Position | None:
    """One cast: in one step by the head, or drafted by another and let out by the head.

    None for a draft that a newer one overtook before the head came to it.
    """
    words, stance = Words(statement=f"For the {number}th reason."), STANCES[number % len(STANCES)]
    if author is head:
        async with house.write(head) as uow:
            return await positions.take_position(
                uow, head, subject=subject, stance=stance, words=words
            )
    async with house.write(author) as uow:
        drafted = await positions.draft_position(
            uow, author, subject=subject, stance=stance, words=words
        )
    try:
        for verb in (positions.clear_position, positions.release_position):
            async with house.write(head) as uow:
                drafted = await verb(uow, head, position_id=drafted.id)
    except Refused as refused:
        if refused.code is not RefusalCode.STALE:
            raise
        return None
    return drafted
