"""What decides over a position from outside: mandates, procedures, and who is quicker."""

import asyncio

from policylab import labs, positions
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.viewer import SYSTEM
from policylab.positions import PositionState, Stance, Subject, Words
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk
from tests.positions.taking import (
    close_ballot,
    draft,
    every,
    kept,
    open_ballot,
    pause_ballot,
    refusal,
    step,
    take,
)

CLEAR, RELEASE = positions.clear_position, positions.release_position
CONFIRM = positions.confirm_position


async def test_without_a_mandate_it_is_ad_referendum_until_confirmed(database: Database) -> None:
    made = await desk.frozen(database, await make.table(database, mandates=False))
    await make.enter(database, made.table, "positions")
    head = made.table.head()
    refused = await refusal(take(database, head, made))
    assert (refused.code, refused.field) == (RefusalCode.NO_MANDATE, "adReferendum")
    assert await every(database) == []
    position = await take(database, head, made, ad_referendum=True)
    assert position.mandate_id is None
    unfounded = await refusal(step(database, head, CONFIRM, position))
    assert unfounded.code is RefusalCode.NO_MANDATE
    assert (await kept(database, position)).confirmed_at is None
    mandate_id = await make.file_mandate(database, made.table.seats["CITY"])
    by_delegate = await refusal(step(database, made.table.delegate(), CONFIRM, position))
    assert by_delegate.code is RefusalCode.NOT_YOUR_ROLE
    await step(database, head, CONFIRM, position)
    confirmed = await kept(database, position)
    assert confirmed.confirmed_mandate_id == mandate_id
    assert positions.Stand(position=confirmed).full
    again = await refusal(step(database, head, CONFIRM, position))
    assert again.code is RefusalCode.ALREADY_DONE


async def test_a_closed_procedure_takes_neither_positions_nor_confirmations(
    database: Database,
) -> None:
    made = await desk.frozen(database, await make.table(database, mandates=False))
    await make.enter(database, made.table, "positions")
    subject, head = Subject(set_id=made.set_id), made.table.head()
    procedure_id = await open_ballot(database, made, subject)
    position = await take(database, head, made, ad_referendum=True)
    prepared = await draft(database, made.table.delegate(), made, ad_referendum=True)
    await step(database, head, CLEAR, prepared)
    await make.file_mandate(database, made.table.seats["CITY"])
    await close_ballot(database, procedure_id)
    before = await every(database)
    for run in (
        take(database, head, made),
        draft(database, head, made),
        step(database, head, RELEASE, prepared),
        step(database, head, CONFIRM, position),
    ):
        assert (await refusal(run)).code is RefusalCode.CLOSED
    assert await every(database) == before


async def test_a_referral_rests_casting_and_leaves_time_to_confirm(database: Database) -> None:
    made = await desk.frozen(database, await make.table(database, mandates=False))
    await make.enter(database, made.table, "positions")
    head = made.table.head()
    procedure_id = await open_ballot(database, made, Subject(set_id=made.set_id))
    position = await take(database, head, made, ad_referendum=True)
    await pause_ballot(database, procedure_id)
    assert (await refusal(take(database, head, made))).code is RefusalCode.CLOSED
    assert len(await every(database)) == 1
    await make.file_mandate(database, made.table.seats["CITY"])
    await step(database, head, CONFIRM, position)
    assert (await kept(database, position)).confirmed_at is not None


async def test_objections_say_why_unless_the_rule_is_consent(
    database: Database, made: Desk
) -> None:
    head = made.table.head()
    refused = await refusal(take(database, head, made, stance=Stance.OBJECT))
    assert (refused.code, refused.field) == (RefusalCode.STATEMENT_REQUIRED, "statement")
    assert await every(database) == []
    await open_ballot(database, made, Subject(set_id=made.set_id), consent=True)
    await take(database, head, made, stance=Stance.OBJECT)
    async with database.read(SYSTEM) as session:
        [stand] = await positions.stands_on(session, made.set_id)
    assert not stand.reasoned


async def test_casting_and_closing_at_once_the_position_counts_or_is_refused(
    database: Database, made: Desk
) -> None:
    subject, head = Subject(set_id=made.set_id), made.table.head()
    procedure_id = await open_ballot(database, made, subject)
    async with database.write(head) as uow:
        await positions.take_position(
            uow, head, subject=subject, stance=Stance.SUPPORT, words=Words()
        )
        closing = asyncio.create_task(close_ballot(database, procedure_id))
        await asyncio.sleep(0.1)
        assert not closing.done()
    await closing
    assert [row.state for row in await every(database)] == [PositionState.RELEASED]
    late = await refusal(take(database, made.table.head("REGION"), made))
    assert late.code is RefusalCode.CLOSED


async def test_a_mandate_is_not_revoked_under_a_position_being_released(
    database: Database, made: Desk
) -> None:
    head, seat = made.table.head(), made.table.seats["CITY"]
    assert seat.mandate_id is not None

    async def revoke() -> None:
        async with database.write(head) as uow:
            await labs.revoke_mandate(uow, head, mandate_id=seat.mandate_id)

    async with database.write(head) as uow:
        await positions.take_position(
            uow, head, subject=Subject(set_id=made.set_id), stance=Stance.SUPPORT, words=Words()
        )
        revoking = asyncio.create_task(revoke())
        await asyncio.sleep(0.1)
        assert not revoking.done()
    await revoking
    assert (await refusal(take(database, head, made))).code is RefusalCode.NO_MANDATE
    assert len(await every(database)) == 1
