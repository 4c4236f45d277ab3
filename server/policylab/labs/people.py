"""Finding people and bodies that a verb names."""

from uuid import UUID

from policylab.identity import organisations_by_id, people_by_id
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found


async def check_person(uow: UnitOfWork, person_id: UUID) -> None:
    """Refuse an unknown person and a suspended one."""
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
