"""What becomes of a person's traces in labs when she is erased: function and organisation stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, union, update
from sqlmodel import col, or_, select

from policylab.kit.db import UnitOfWork
from policylab.labs.events import AccessChanged, DelegationChanged, GrantChanged
from policylab.labs.people import hold_places
from policylab.labs.rules import LabRole
from policylab.labs.tables import (
    Capacity,
    Delegate,
    Dialogue,
    Grant,
    Invitation,
    Lab,
    LabGrant,
    Mandate,
)

TRACES: Sequence[Any] = (Capacity, Delegate, Grant, LabGrant)


@dataclass(frozen=True, kw_only=True)
class Left:
    """What was done in labs to forget a person."""

    capacities: int
    """How many now show a function and a body alone."""
    roles: int
    """How many seats, roles and places in labs have ended."""
    invitations: int
    """How many have lost a name and an address."""


async def hold_labs_of(uow: UnitOfWork, person_id: UUID) -> list[UUID]:
    """The labs in which somebody takes part or ever took part, held as `hold_lab` holds one."""
    traces = [select(each.lab_id).where(each.person_id == person_id) for each in TRACES]
    return await _hold(uow, col(Lab.id).in_(union(*traces)))


async def hold_lab(uow: UnitOfWork, lab_id: UUID) -> None:
    """Let nobody else place a hold on this lab or erase somebody from it meanwhile."""
    await _hold(uow, col(Lab.id) == lab_id)


async def _hold(uow: UnitOfWork, which: Any) -> list[UUID]:
    rows = select(Lab.id).where(which).order_by(col(Lab.id)).with_for_update(key_share=True)
    return list(await uow.session.exec(rows))


async def labs_without_others(uow: UnitOfWork, person_id: UUID) -> list[UUID]:
    """The labs that this person alone administers. Those who do so with her are held as well."""
    running = select(LabGrant).where(
        col(LabGrant.role) == LabRole.ADMINISTRATOR, col(LabGrant.until).is_(None)
    )
    own = await uow.session.exec(running.where(col(LabGrant.person_id) == person_id))
    lab_ids = {grant.lab_id for grant in own}
    others = await uow.session.exec(
        running.where(col(LabGrant.lab_id).in_(lab_ids), col(LabGrant.person_id) != person_id)
        .order_by(col(LabGrant.id))
        .with_for_update()
    )
    return sorted(lab_ids - {grant.lab_id for grant in others})


async def forget_person(
    uow: UnitOfWork, *, person_id: UUID, email: str | None, lab_ids: Sequence[UUID]
) -> Left:
    """End what somebody is in these labs; what she did there shows a function and a body alone.

    The caller has judged, and holds the labs.
    """
    roles = await _end_roles(uow, person_id)
    capacities = await _changed(
        uow, update(Capacity).where(col(Capacity.person_id) == person_id), Capacity, person_id=None
    )
    revoked = update(Mandate).where(col(Mandate.revoked_by) == person_id)
    await uow.session.exec(revoked.values(revoked_by=None))
    invitations = await _forget_invitations(uow, person_id, email)
    for lab_id in lab_ids:
        uow.audit(action="person.erased", object_type="Person", object_id=person_id, lab_id=lab_id)
        uow.announce(AccessChanged(lab_id=lab_id, person_ids=(person_id,)))
    return Left(capacities=capacities, roles=roles, invitations=invitations)


async def _end_roles(uow: UnitOfWork, person_id: UUID) -> int:
    dialogues = select(Delegate.dialogue_id).where(col(Delegate.person_id) == person_id)
    roles = select(Grant.dialogue_id).where(col(Grant.person_id) == person_id)
    places = select(Dialogue.id).where(col(Dialogue.id).in_(union(dialogues, roles)))
    for dialogue_id in sorted(await uow.session.exec(places)):
        await hold_places(uow, dialogue_id)
    seats = await _ended(uow, Delegate, person_id, head=False)
    grants = await _ended(uow, Grant, person_id)
    in_labs = await _ended(uow, LabGrant, person_id)
    for seat in seats:
        ids = {"lab_id": seat.lab_id, "dialogue_id": seat.dialogue_id}
        uow.announce(DelegationChanged(delegation_id=seat.delegation_id, **ids))
    for grant in grants:
        ids = {"lab_id": grant.lab_id, "dialogue_id": grant.dialogue_id}
        uow.announce(GrantChanged(person_id=person_id, **ids))
    return len(seats) + len(grants) + len(in_labs)


async def _ended(uow: UnitOfWork, kind: Any, person_id: UUID, **values: Any) -> list[Any]:
    """Her running rows of this kind, ended now; one that began a moment ago ends as it began."""
    ending = (
        update(kind)
        .where(kind.person_id == person_id, kind.until.is_(None))
        .values(until=func.greatest(kind.since, uow.now), **values)
        .returning(kind)
    )
    return list((await uow.session.exec(ending)).scalars())


async def _forget_invitations(uow: UnitOfWork, person_id: UUID, email: str | None) -> int:
    """Names and addresses go. One that still waits for her can no longer be used."""
    hers = [col(Invitation.accepted_by) == person_id, col(Invitation.account_id) == person_id]
    if email is not None:
        hers.append(col(Invitation.email) == email)
    forgetting = update(Invitation).where(or_(*hers))
    return await _changed(
        uow,
        forgetting,
        Invitation,
        email=None,
        display_name="",
        accepted_by=None,
        account_id=None,
        expires_at=func.least(Invitation.expires_at, uow.now),
    )


async def _changed(uow: UnitOfWork, statement: Any, kind: Any, **values: Any) -> int:
    """How many rows a statement has changed."""
    rows = await uow.session.exec(statement.values(**values).returning(kind.id))
    return len(rows.scalars().all())
