"""Mandates: filed and revoked from inside a delegation, and asked for by formal positions."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from policylab import labs
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.ids import uuid7
from policylab.labs import MandateState
from tests import make
from tests.labs.trying import do, refusal

TODAY = date(2026, 6, 1)
HELD = labs.MANDATES_HELD.format(delegation="$1")
PAPER = {
    "issuing_body": "Council of Marrow Bay",
    "issued_on": date(2026, 1, 5),
    "scope": "The whole dialogue.",
    "valid_from": date(2026, 1, 5),
}


async def state(database: Database, seat: make.Seat, on: date = TODAY) -> MandateState:
    async with database.read(seat.head) as session:
        return (await labs.mandate_states(session, [seat.delegation_id], on=on))[seat.delegation_id]


async def test_a_delegation_files_its_own_mandate_and_no_other(database: Database) -> None:
    table = await make.table(database, mandates=False)
    city, region = table.seats["CITY"], table.seats["REGION"]
    for viewer, code in (
        (region.head, RefusalCode.NOT_YOUR_ROLE),
        (table.moderator, RefusalCode.NOT_YOUR_ROLE),
        (table.outsider, RefusalCode.NOT_FOUND),
    ):
        refused = await refusal(
            database, viewer, labs.file_mandate, delegation_id=city.delegation_id, **PAPER
        )
        assert refused.code is code
    assert await state(database, city) is MandateState.NONE
    await do(database, city.head, labs.file_mandate, delegation_id=city.delegation_id, **PAPER)
    assert await state(database, city) is MandateState.VALID
    assert await state(database, region) is MandateState.NONE


async def test_dates_that_contradict_each_other_are_refused(database: Database) -> None:
    table = await make.table(database, mandates=False)
    city = table.seats["CITY"]
    asked = PAPER | {"delegation_id": city.delegation_id, "valid_to": date(2025, 12, 31)}
    refused = await refusal(database, city.head, labs.file_mandate, **asked)
    assert refused.field == "valid_to"
    await do(database, city.head, labs.file_mandate, **asked | {"valid_to": date(2026, 12, 31)})
    assert await state(database, city, on=date(2026, 12, 31)) is MandateState.VALID
    assert await state(database, city, on=date(2027, 1, 1)) is MandateState.EXPIRED


async def test_a_mandate_is_revoked_once_and_never_edited(database: Database) -> None:
    table = await make.table(database)
    city = table.seats["CITY"]
    refused = await refusal(
        database, table.head("REGION"), labs.revoke_mandate, mandate_id=city.mandate_id
    )
    assert refused.code is RefusalCode.NOT_YOUR_ROLE
    await do(database, city.head, labs.revoke_mandate, mandate_id=city.mandate_id)
    assert await state(database, city) is MandateState.REVOKED
    refused = await refusal(database, city.head, labs.revoke_mandate, mandate_id=city.mandate_id)
    assert refused.code is RefusalCode.ALREADY_DONE
    with pytest.raises(asyncpg.CheckViolationError, match="revoked, never edited"):
        async with database.raw() as connection:
            await connection.execute("UPDATE mandate SET scope = 'Everything.'")


async def test_a_mandate_for_one_text_carries_positions_on_that_text_alone(
    database: Database,
) -> None:
    table = await make.table(database, mandates=False)
    city, text, other = table.seats["CITY"], uuid7(), uuid7()
    filed = await make.file_mandate(database, city, subjects=[text])
    async with database.write(city.head) as uow:
        held = await uow.fetch(HELD, city.delegation_id)
        found = labs.carrying(held, on=TODAY, subject=text)
        nothing = labs.carrying(held, on=TODAY, subject=other)
    assert found == filed
    assert nothing is None


async def test_a_mandate_that_a_position_rests_on_is_not_revoked_meanwhile(
    database: Database,
) -> None:
    table = await make.table(database)
    city = table.seats["CITY"]
    async with database.write(city.head) as uow:
        held = await uow.fetch(HELD, city.delegation_id)
        found = labs.carrying(held, on=date.today() + timedelta(days=1))
        assert found == city.mandate_id
        revoking = asyncio.create_task(
            do(database, city.head, labs.revoke_mandate, mandate_id=city.mandate_id)
        )
        await asyncio.sleep(0.1)
        assert not revoking.done()
    await revoking
    assert await state(database, city) is MandateState.REVOKED
