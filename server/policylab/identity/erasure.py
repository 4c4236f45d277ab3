"""Taking a person's identity away for good (invariant 17). What others rest on stays nameless."""

from uuid import UUID

from sqlmodel import col, or_, select, update

from policylab.identity import rules
from policylab.identity.events import PersonSuspended, SessionsEnded
from policylab.identity.service import check_administrator
from policylab.identity.tables import Membership, Person
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import not_found
from policylab.kit.viewer import Viewer

NAMELESS = "Erased person"


async def person_to_erase(uow: UnitOfWork, viewer: Viewer, *, person_id: UUID) -> Person:
    """The person, whom nobody else may seat, sign in or name meanwhile; refused to all but
    administrators of the service who have just signed in, and for the last one of them."""
    check_administrator(viewer)
    if not viewer.system and viewer.scopes is None:
        rules.check_fresh(viewer.signed_in_at, uow.now)
    # With the administrators, in one order: of two who erase each other, one stays.
    held = await uow.session.exec(
        select(Person)
        .where(or_(col(Person.id) == person_id, col(Person.administrator)))
        .order_by(col(Person.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    people = {person.id: person for person in held}
    person = people.pop(person_id, None)
    if person is None:
        raise not_found()
    others = any(other.suspended_at is None for other in people.values())
    rules.check_erasable(person.erased_at, administrator=person.administrator, others=others)
    return person


async def forget_person(uow: UnitOfWork, person: Person) -> None:
    """Leave nothing of her but a nameless row, closed for good; her posts end today."""
    person.display_name, person.email, person.locale = NAMELESS, None, "en"
    person.administrator = False
    person.suspended_at = person.suspended_at or uow.now
    person.erased_at = uow.now
    running = update(Membership).where(
        col(Membership.person_id) == person.id, col(Membership.valid_to).is_(None)
    )
    await uow.session.exec(running.values(valid_to=uow.now.date()))
    uow.audit(action="person.erased", object_type="Person", object_id=person.id)
    uow.announce(PersonSuspended(person_ids=(person.id,)))
    uow.announce(SessionsEnded(person_ids=(person.id,)))
