"""Whether a house still waits for the first one who administers it."""

from datetime import timedelta

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests import make


async def waits(database: Database) -> bool:
    async with database.read(SYSTEM) as session:
        return await identity.needs_first_administrator(session)


async def test_a_house_waits_until_an_administrator_has_come_in_by_her_code(
    database: Database,
) -> None:
    assert await waits(database)
    named = await make.person(database, administrator=True)
    assert named.person_id
    assert await waits(database)
    async with database.write(SYSTEM) as uow:
        await identity.open_session(uow, person_id=named.person_id, life=timedelta(hours=1))
    assert not await waits(database)


async def test_somebody_else_who_comes_in_changes_nothing(database: Database) -> None:
    guest = await make.person(database)
    assert guest.person_id
    async with database.write(SYSTEM) as uow:
        await identity.open_session(uow, person_id=guest.person_id, life=timedelta(hours=1))
    assert await waits(database)


async def test_a_demo_has_its_administrators(database: Database) -> None:
    async with database.write(SYSTEM) as uow:
        await identity.create_person(
            uow, SYSTEM, display_name="Registry", administrator=True, illustrative=True
        )
    assert not await waits(database)
