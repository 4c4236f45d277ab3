"""Delegations and who sits on them; invitations."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from policylab.identity import create_person, create_sign_in_code, hash_secret
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import rules
from policylab.labs.capacities import capacity_for, seated_post
from policylab.labs.events import AccessChanged, DelegationChanged
from policylab.labs.people import check_organisation, check_person, hold_places
from policylab.labs.standing import Standing, standing
from policylab.labs.tables import Delegate, Delegation, Dialogue, Grant, Invitation
from policylab.process import Action, Role, Said

INVITATION_DAYS = 30
HEAVIEST = 1_000


async def create_delegation(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    dialogue_id: UUID,
    organisation_id: UUID,
    level: str,
    voting: bool = True,
    weight: int = 1,
) -> Delegation:
    """Invite an organisation to take a seat in a dialogue, at one level of government."""
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.INVITE)
    await check_organisation(uow, organisation_id)
    if level not in here.dialogue.levels:
        message = f"This dialogue works on the levels {', '.join(here.dialogue.levels)}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="level")
    if not 1 <= weight <= HEAVIEST:
        message = f"A weight lies between 1 and {HEAVIEST}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="weight")
    await _check_not_here(uow, dialogue_id, organisation_id)
    delegation = Delegation(
        lab_id=here.dialogue.lab_id,
        dialogue_id=dialogue_id,
        organisation_id=organisation_id,
        level=level,
        voting=voting,
        weight=weight,
        since=uow.now,
        created_by=viewer.person_id,
    )
    uow.session.add(delegation)
    await uow.session.flush()
    _note(uow, here, delegation, "delegation.created", delegation.id)
    return delegation


async def _check_not_here(uow: UnitOfWork, dialogue_id: UUID, organisation_id: UUID) -> None:
    await hold_places(uow, dialogue_id)
    there = await uow.session.exec(
        select(Delegation.id)
        .where(col(Delegation.dialogue_id) == dialogue_id, col(Delegation.until).is_(None))
        .where(col(Delegation.organisation_id) == organisation_id)
    )
    if there.first() is not None:
        message = "This organisation has a delegation in this dialogue already."
        raise Refused(RefusalCode.ALREADY_DONE, message, field="organisation_id")


async def end_delegation(uow: UnitOfWork, viewer: Viewer, *, delegation_id: UUID) -> Delegation:
    """Take a delegation out of the dialogue; its people lose their seat at once."""
    here, delegation = await _delegation(uow, viewer, delegation_id)
    check_ending(here, delegation_id)
    seated = await uow.session.exec(
        update(Delegate)
        .where(col(Delegate.delegation_id) == delegation_id, col(Delegate.until).is_(None))
        .values(until=uow.now)
        .returning(col(Delegate.person_id))
    )
    delegation.until = uow.now
    _note(uow, here, delegation, "delegation.ended", delegation_id)
    _tell(uow, here.dialogue, *seated.scalars())
    return delegation


async def seat_delegate(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    delegation_id: UUID,
    person_id: UUID,
    functions: Mapping[str, str] | None = None,
    head: bool = False,
) -> Delegate:
    """Let somebody act for a delegation. A new head takes the place of the one before."""
    here, delegation = await _delegation(uow, viewer, delegation_id)
    check_seating(here, delegation.id)
    await check_person(uow, person_id)
    return await _seat(uow, here.dialogue, delegation, person_id, functions or {}, head)


def check_seating(here: Standing, delegation_id: UUID) -> None:
    """Those who run the dialogue seat anybody; a head of delegation in her own only."""
    here.require(Action.SEAT)
    staff = here.roles - {Role.HEAD, Role.DELEGATE, Role.CONSULTED}
    phase = here.outlook.phase
    if phase.permits(staff, Action.SEAT) or here.delegation_id == delegation_id:
        return
    said = Said(
        "A head of delegation seats people in her own delegation only.",
        "Un·e chef·fe de délégation n’installe de délégué·es que dans sa propre délégation.",
    )
    raise Refused(RefusalCode.NOT_YOUR_ROLE, said.within(here.locale))


def check_ending(here: Standing, delegation_id: UUID) -> None:
    """Who invites delegations also takes them out."""
    here.require(Action.INVITE)


async def _seat(
    uow: UnitOfWork,
    dialogue: Dialogue,
    delegation: Delegation,
    person_id: UUID,
    functions: Mapping[str, str],
    head: bool,
) -> Delegate:
    await _check_seat(uow, delegation, person_id)
    words = rules.check_words(functions, field="function") if functions else {}
    post, shown = await seated_post(uow, person_id, delegation.organisation_id, words)
    capacity = await capacity_for(
        uow,
        dialogue,
        person_id=person_id,
        role=Role.DELEGATE,
        functions=shown,
        organisation_id=delegation.organisation_id,
        delegation=delegation,
    )
    if head:
        await _step_down(uow, dialogue, delegation)
    delegate = Delegate(
        lab_id=dialogue.lab_id,
        dialogue_id=dialogue.id,
        delegation_id=delegation.id,
        person_id=person_id,
        membership_id=post,
        capacity_id=capacity.id,
        head=head,
        voting=delegation.voting,
        since=uow.now,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(delegate)
    await uow.session.flush()
    uow.audit(
        action="delegate.seated",
        object_type="Delegate",
        object_id=delegate.id,
        lab_id=dialogue.lab_id,
        capacity_id=capacity.id,
    )
    _announce(uow, delegation, person_id)
    return delegate


async def _check_seat(uow: UnitOfWork, delegation: Delegation, person_id: UUID) -> None:
    await hold_places(uow, delegation.dialogue_id)
    running = await uow.session.exec(
        select(Delegate)
        .where(col(Delegate.dialogue_id) == delegation.dialogue_id)
        .where(col(Delegate.person_id) == person_id, col(Delegate.until).is_(None))
    )
    seats = list(running)
    moderates = await uow.session.exec(
        select(Grant.id)
        .where(col(Grant.dialogue_id) == delegation.dialogue_id)
        .where(col(Grant.person_id) == person_id, col(Grant.until).is_(None))
        .where(col(Grant.role) == Role.MODERATOR)
    )
    rules.check_seat(
        moderates=moderates.first() is not None,
        voting=delegation.voting,
        holds_vote=any(seat.voting for seat in seats),
        already_here=any(seat.delegation_id == delegation.id for seat in seats),
    )


async def _step_down(uow: UnitOfWork, dialogue: Dialogue, delegation: Delegation) -> None:
    heads = await uow.session.exec(
        update(Delegate)
        .where(col(Delegate.delegation_id) == delegation.id, col(Delegate.until).is_(None))
        .where(col(Delegate.head))
        .values(head=False)
        .returning(col(Delegate.person_id))
    )
    _tell(uow, dialogue, *heads.scalars())


async def end_delegate(uow: UnitOfWork, viewer: Viewer, *, delegate_id: UUID) -> Delegate:
    """End somebody's seat; what she said in this capacity stays."""
    delegate = await uow.session.get(Delegate, delegate_id)
    if delegate is None:
        raise not_found()
    here, delegation = await _delegation(uow, viewer, delegate.delegation_id)
    check_seating(here, delegation.id)
    await uow.session.refresh(delegate, with_for_update=True)
    if delegate.until is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This seat has ended already.")
    delegate.until, delegate.head = uow.now, False
    _note(uow, here, delegation, "delegate.ended", delegate.id)
    _tell(uow, here.dialogue, delegate.person_id)
    return delegate


@dataclass(frozen=True)
class Invited:
    """An invitation with what is told once: its code, and a code to sign in with."""

    invitation: Invitation
    code: str
    sign_in_code: str | None


async def invite_to_delegation(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    delegation_id: UUID,
    email: str | None,
    display_name: str,
    functions: Mapping[str, str],
    head: bool = False,
) -> Invited:
    """Invite one person to a seat. Somebody without an address gets a code to sign in with.

    Whether an address belongs to somebody known already is not told.
    """
    here, delegation = await _delegation(uow, viewer, delegation_id)
    check_seating(here, delegation.id)
    code = secrets.token_urlsafe(32)
    invitation = Invitation(
        lab_id=delegation.lab_id,
        dialogue_id=delegation.dialogue_id,
        delegation_id=delegation_id,
        email=email.strip().lower() if email and email.strip() else None,
        display_name=rules.check_text(display_name, field="display_name", longest=200),
        functions=rules.check_words(functions, field="function"),
        head=head,
        code_hash=hash_secret(code),
        expires_at=uow.now + timedelta(days=INVITATION_DAYS),
        created_by=viewer.person_id,
    )
    uow.session.add(invitation)
    await uow.session.flush()
    entry = await _way_in(uow, here.dialogue, invitation)
    _note(uow, here, delegation, "delegate.invited", invitation.id)
    return Invited(invitation, code, entry)


async def _way_in(uow: UnitOfWork, dialogue: Dialogue, invitation: Invitation) -> str | None:
    """An account for somebody new. Without an address a code to sign in with goes along; with one
    it does not, because its absence would tell whether the address is known here."""
    try:
        person = await create_person(
            uow,
            SYSTEM,
            display_name=invitation.display_name,
            email=invitation.email,
            illustrative=dialogue.illustrative,
        )
    except Refused as refused:
        if refused.code is RefusalCode.ALREADY_DONE:
            return None
        raise
    await uow.session.flush()
    invitation.account_id = person.id
    if invitation.email is not None:
        return None
    return await create_sign_in_code(
        uow, SYSTEM, person_id=person.id, purpose="invitation", hours=24 * INVITATION_DAYS
    )


async def accept_invitation(uow: UnitOfWork, viewer: Viewer, *, code: str) -> Delegate:
    """Take the seat that a code was made for. It works once, and for a while."""
    if viewer.person_id is None:
        raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in first; the invitation waits.")
    found = await uow.session.exec(
        select(Invitation)
        .where(col(Invitation.code_hash) == hash_secret(code.strip()))
        .with_for_update()
    )
    invitation = found.first()
    spent = invitation is None or invitation.accepted_at or invitation.expires_at <= uow.now
    delegation = await uow.session.get(Delegation, invitation.delegation_id) if invitation else None
    if invitation is None or spent or delegation is None or delegation.until is not None:
        message = "This invitation is unknown, was used before or is too old. Ask for a new one."
        raise Refused(RefusalCode.NOT_FOUND, message, field="code")
    await check_person(uow, viewer.person_id)
    dialogue = await uow.session.get_one(Dialogue, invitation.dialogue_id)
    invitation.accepted_at, invitation.accepted_by = uow.now, viewer.person_id
    return await _seat(
        uow, dialogue, delegation, viewer.person_id, invitation.functions, invitation.head
    )


async def _delegation(
    uow: UnitOfWork, viewer: Viewer, delegation_id: UUID
) -> tuple[Standing, Delegation]:
    """A running delegation and where the viewer stands in its dialogue."""
    delegation = await uow.session.get(Delegation, delegation_id)
    if delegation is None:
        raise not_found()
    here = await standing(uow.session, viewer, delegation.dialogue_id, lock=True)
    await uow.session.refresh(delegation, with_for_update=True)
    if delegation.until is not None:
        raise Refused(RefusalCode.CLOSED, "This delegation has left the dialogue.")
    return here, delegation


def _note(
    uow: UnitOfWork, here: Standing, delegation: Delegation, action: str, thing: UUID
) -> None:
    uow.audit(
        action=action,
        object_type="Delegation",
        object_id=thing,
        lab_id=delegation.lab_id,
        capacity_id=here.acting_as,
    )
    uow.announce(
        DelegationChanged(
            lab_id=delegation.lab_id,
            dialogue_id=delegation.dialogue_id,
            delegation_id=delegation.id,
        )
    )


def _announce(uow: UnitOfWork, delegation: Delegation, person_id: UUID) -> None:
    ids = {"lab_id": delegation.lab_id, "dialogue_id": delegation.dialogue_id}
    uow.announce(DelegationChanged(delegation_id=delegation.id, **ids))
    uow.announce(AccessChanged(person_ids=(person_id,), **ids))


def _tell(uow: UnitOfWork, dialogue: Dialogue, *people: UUID) -> None:
    """Have the sockets of these people judged anew."""
    if people:
        uow.announce(
            AccessChanged(lab_id=dialogue.lab_id, dialogue_id=dialogue.id, person_ids=people)
        )
