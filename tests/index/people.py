"""Somebody without any standing, and an administrator."""

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer


async def somebody(database: Database, *, administrator: bool = False) -> Viewer:
    async with database.write(SYSTEM) as uow:
        person = await identity.create_person(
            uow, SYSTEM, display_name="Somebody", administrator=administrator
        )
    return Viewer(person_id=person.id, administrator=administrator)
