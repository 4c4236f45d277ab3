"""Finding people and bodies that a verb names."""

from uuid import UUID

from sqlalchemy import text

from policylab.identity import organisations_by_id, people_by_id
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found


async def check_person(uow: UnitOfWork, person_id: UUID) -> None:
    """Refuse an unknown person and a suspended one."""
    # Held until the end of the transaction: nobody suspends or erases her meanwhile.
    await (await uow.session.connection()).execute(
        text("SELECT 1 FROM person WHERE id = :person FOR KEY SHARE"), {"person": person_id}
    )
    people = await people_by_id(uow.session, [person_id])
    person = people.get(person_id)
    if person is None:
        raise not_found()
    if person.suspended_at is not None:
        raise Refused(RefusalCode.NOT_ALLOWED, "This person’s account is suspended.")


async def check_organisation(uow: UnitOfWork, organisation_id: UUID) -> None:
    """Refuse an unknown body."""
    if organisation_id not in await organisations_by_id(uow.session, [organisation_id]):
        raise not_found()


async def hold_places(uow: UnitOfWork, dialogue_id: UUID) -> None:
    """Let nobody else take a seat or a role in this dialogue before this transaction ends.

    What follows judges who sits where; the database's own guard takes the same lock (`access`).
    """
    await (await uow.session.connection()).execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:dialogue, 6))"),
        {"dialogue": str(dialogue_id)},
    )
