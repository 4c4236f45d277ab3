"""Capacities: who somebody is when acting in a dialogue."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.identity import add_membership
from policylab.identity.sources import MEMBERSHIP
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM
from policylab.labs.rules import LabRole
from policylab.labs.tables import Capacity, Delegation, Dialogue, LabGrant
from policylab.process import ROLES, Role

Post: Any = MEMBERSHIP.table
STAFF = {LabRole.ADMINISTRATOR: Role.ADMINISTRATOR, LabRole.SECRETARIAT: Role.SECRETARIAT}


async def capacity_for(
    uow: UnitOfWork,
    dialogue: Dialogue,
    *,
    person_id: UUID,
    role: Role,
    functions: Mapping[str, str],
    organisation_id: UUID | None,
    delegation: Delegation | None = None,
) -> Capacity:
    """The capacity in which this person acts: the one there is, or a new one."""
    session, wanted = uow.session, dict(functions)
    rows = await session.exec(
        select(Capacity)
        .where(col(Capacity.dialogue_id) == dialogue.id, col(Capacity.person_id) == person_id)
        .where(col(Capacity.role) == role, col(Capacity.organisation_id) == organisation_id)
    )
    delegation_id = delegation.id if delegation else None
    for capacity in rows:
        if (capacity.functions, capacity.delegation_id) == (wanted, delegation_id):
            return capacity
    capacity = Capacity(
        lab_id=dialogue.lab_id,
        dialogue_id=dialogue.id,
        person_id=person_id,
        functions=wanted,
        organisation_id=organisation_id,
        delegation_id=delegation_id,
        level=delegation.level if delegation else None,
        role=role,
        created_by=uow.viewer.person_id,
    )
    session.add(capacity)
    await session.flush()
    return capacity


async def capacities_of_staff(
    uow: UnitOfWork, dialogues: Collection[Dialogue], grants: Collection[LabGrant]
) -> None:
    """Give the lab's administrators and secretariat a capacity in each of these dialogues."""
    for grant in grants:
        if grant.role not in STAFF:
            continue
        role = STAFF[grant.role]
        functions, organisation_id = await post_of(uow, grant.person_id, role)
        for dialogue in dialogues:
            await capacity_for(
                uow,
                dialogue,
                person_id=grant.person_id,
                role=role,
                functions=functions,
                organisation_id=organisation_id,
            )


async def post_of(
    uow: UnitOfWork, person_id: UUID, role: Role
) -> tuple[dict[str, str], UUID | None]:
    """How somebody is shown who was given a role without saying in which function."""
    post = await current_post(uow, person_id, None)
    if post is None:
        return ROLES[role].as_map(), None
    return post.functions, post.organisation_id


async def current_post(uow: UnitOfWork, person_id: UUID, organisation_id: UUID | None) -> Any:
    """The person's running post, in this body or in any; None for somebody without one."""
    today = uow.now.date()
    query = select(Post).where(col(Post.person_id) == person_id)
    if organisation_id is not None:
        query = query.where(col(Post.organisation_id) == organisation_id)
    for post in await uow.session.exec(query.order_by(col(Post.id))):
        begun = post.valid_from is None or post.valid_from <= today
        if begun and (post.valid_to is None or post.valid_to > today):
            return post
    return None


async def seated_post(
    uow: UnitOfWork, person_id: UUID, organisation_id: UUID, functions: Mapping[str, str]
) -> tuple[UUID, dict[str, str]]:
    """The post from which somebody takes a seat, and the function to show; made when missing."""
    post = await current_post(uow, person_id, organisation_id)
    if post is not None:
        return post.id, dict(functions) or post.functions
    if not functions:
        message = "Say in which function this person acts for the organisation."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="function")
    made = await add_membership(
        uow, SYSTEM, person_id=person_id, organisation_id=organisation_id, functions=functions
    )
    await uow.session.flush()
    return made.id, made.functions


async def capacities_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Capacity]:
    """Capacities by their id: function, organisation, level; for texts and records."""
    rows = await session.exec(select(Capacity).where(col(Capacity.id).in_(ids)))
    return {capacity.id: capacity for capacity in rows}
