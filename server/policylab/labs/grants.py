"""Roles that somebody is given in one dialogue by name."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import col, select

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import rules
from policylab.labs.capacities import capacity_for, current_post, post_of
from policylab.labs.events import AccessChanged, GrantChanged
from policylab.labs.people import check_organisation, check_person, hold_places
from policylab.labs.standing import Standing, standing
from policylab.labs.tables import Delegate, Grant
from policylab.process import GRANTED_ROLES, Action, Role


async def grant_role(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    dialogue_id: UUID,
    person_id: UUID,
    role: Role,
    functions: Mapping[str, str] | None = None,
    organisation_id: UUID | None = None,
) -> Grant:
    """Give somebody a role in a dialogue. Without a function, her post is shown."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.GRANT_ROLE)
    _check_role(here, role)
    await check_person(uow, person_id)
    await _check_free(uow, dialogue_id, person_id, role)
    words, body = await _shown_as(uow, person_id, role, functions or {}, organisation_id)
    capacity = await capacity_for(
        uow,
        here.dialogue,
        person_id=person_id,
        role=role,
        functions=words,
        organisation_id=body,
    )
    grant = Grant(
        lab_id=here.dialogue.lab_id,
        dialogue_id=dialogue_id,
        person_id=person_id,
        role=role,
        capacity_id=capacity.id,
        since=uow.now,
        created_by=viewer.person_id,
    )
    uow.session.add(grant)
    await uow.session.flush()
    _announce(uow, here, grant, "grant.given")
    return grant


def _check_role(here: Standing, role: Role) -> None:
    if role in GRANTED_ROLES and role in here.template.roles:
        return
    names = sorted(each.value for each in here.template.roles if each in GRANTED_ROLES)
    message = f"The roles of this dialogue are {', '.join(names)}."
    raise Refused(RefusalCode.INVALID_INPUT, message, field="role")


async def _check_free(uow: UnitOfWork, dialogue_id: UUID, person_id: UUID, role: Role) -> None:
    await hold_places(uow, dialogue_id)
    held = await uow.session.exec(
        select(Grant.id)
        .where(col(Grant.dialogue_id) == dialogue_id, col(Grant.person_id) == person_id)
        .where(col(Grant.role) == role, col(Grant.until).is_(None))
    )
    if held.first() is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This person has this role already.")
    if role is Role.MODERATOR:
        seats = await uow.session.exec(
            select(Delegate.id)
            .where(col(Delegate.dialogue_id) == dialogue_id)
            .where(col(Delegate.person_id) == person_id, col(Delegate.until).is_(None))
        )
        rules.check_moderator(seated=seats.first() is not None)


async def _shown_as(
    uow: UnitOfWork,
    person_id: UUID,
    role: Role,
    functions: Mapping[str, str],
    organisation_id: UUID | None,
) -> tuple[dict[str, str], UUID | None]:
    """Function and organisation by which this person appears in her role."""
    if organisation_id is not None:
        await check_organisation(uow, organisation_id)
    if functions:
        words = rules.check_words(functions, field="function")
        if organisation_id is None:
            post = await current_post(uow, person_id, None)
            return words, post.organisation_id if post else None
        return words, organisation_id
    words, body = await post_of(uow, person_id, role)
    return words, organisation_id or body


async def end_grant(uow: UnitOfWork, viewer: Viewer, *, grant_id: UUID) -> Grant:
    """End somebody's role in a dialogue; what she did in it stays."""
    grant = await uow.session.get(Grant, grant_id)
    if grant is None:
        raise not_found()
    here = await standing(uow.session, viewer, grant.dialogue_id, lock=True)
    here.require(Action.GRANT_ROLE)
    await uow.session.refresh(grant, with_for_update=True)
    if grant.until is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This role has ended already.")
    grant.until = uow.now
    _announce(uow, here, grant, "grant.ended")
    return grant


def _announce(uow: UnitOfWork, here: Standing, grant: Grant, action: str) -> None:
    uow.audit(
        action=action,
        object_type="Grant",
        object_id=grant.id,
        lab_id=grant.lab_id,
        capacity_id=here.acting_as,
        detail={"role": grant.role.value},
    )
    ids = {"lab_id": grant.lab_id, "dialogue_id": grant.dialogue_id}
    uow.announce(GrantChanged(person_id=grant.person_id, **ids))
    uow.announce(AccessChanged(person_ids=(grant.person_id,), **ids))
