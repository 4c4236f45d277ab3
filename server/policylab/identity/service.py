"""The verbs about people, bodies and places, and the reads that other rooms need."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.identity import rules
from policylab.identity.events import PersonSuspended, SessionsEnded
from policylab.identity.rules import OrganisationKind, TokenScope
from policylab.identity.tables import (
    AccessToken,
    Membership,
    Organisation,
    Person,
    Territory,
    WebSession,
)
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer

TOKEN_PREFIX = "pl_"


def hash_secret(secret: str) -> bytes:
    """What is stored of a secret with at least 128 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def check_administrator(viewer: Viewer) -> None:
    """Refuse what only administrators of the service do."""
    if viewer.system:
        return
    if not viewer.administrator:
        raise Refused(RefusalCode.NOT_ALLOWED, "Only an administrator of the service does this.")
    if viewer.scopes is not None and TokenScope.ADMIN not in viewer.scopes:
        raise Refused(RefusalCode.NOT_ALLOWED, "This token may not administer.")


async def may_describe_bodies(uow: UnitOfWork, viewer: Viewer) -> None:
    """Refuse those who may not add to the address book: administrators and labs' staff may."""
    if viewer.system or viewer.administrator:
        return
    from sqlalchemy import text

    found = await (await uow.session.connection()).execute(
        text(
            "SELECT 1 FROM policylab_access WHERE person_id = :person "
            "AND role IN ('ADMINISTRATOR', 'SECRETARIAT', 'MODERATOR') LIMIT 1"
        ),
        {"person": viewer.person_id},
    )
    if found.first() is None:
        message = "Administrators, moderators and secretariats add organisations and people."
        raise Refused(RefusalCode.NOT_ALLOWED, message)


async def create_territory(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    level: str,
    names: Mapping[str, str],
    iso3166_2: str | None = None,
    parent_id: UUID | None = None,
    **facts: Any,
) -> Territory:
    """Add a place. `facts` are further columns of the row, for loading sourced data."""
    await may_describe_bodies(uow, viewer)
    territory = Territory(
        level=rules.check_name(level, field="level"),
        names=rules.check_names(dict(names), field="names"),
        iso3166_2=iso3166_2,
        parent_id=parent_id,
        created_by=viewer.person_id,
        **facts,
    )
    uow.session.add(territory)
    uow.audit(action="territory.created", object_type="Territory", object_id=territory.id)
    return territory


async def create_organisation(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    kind: OrganisationKind,
    names: Mapping[str, str],
    website: str | None = None,
    territory_id: UUID | None = None,
    illustrative: bool = False,
) -> Organisation:
    """Add a body to the address book."""
    await may_describe_bodies(uow, viewer)
    if website and not website.startswith(("https://", "http://")):
        message = "A web address starts with https://."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="website")
    if territory_id and await uow.session.get(Territory, territory_id) is None:
        raise not_found()
    organisation = Organisation(
        kind=kind,
        names=rules.check_names(dict(names), field="names"),
        website=website,
        territory_id=territory_id,
        illustrative=illustrative,
        created_by=viewer.person_id,
    )
    uow.session.add(organisation)
    uow.audit(action="organisation.created", object_type="Organisation", object_id=organisation.id)
    return organisation


async def create_person(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    display_name: str,
    email: str | None = None,
    locale: str = "en",
    administrator: bool = False,
    illustrative: bool = False,
) -> Person:
    """Add somebody who shall be able to sign in."""
    await may_describe_bodies(uow, viewer)
    if administrator:
        check_administrator(viewer)
    address = rules.check_address(email) if email else None
    if address:
        known = await uow.session.exec(select(Person.id).where(col(Person.email) == address))
        if known.first() is not None:
            message = "Somebody with this mail address is known already."
            raise Refused(RefusalCode.ALREADY_DONE, message, field="email")
    person = Person(
        display_name=rules.check_name(display_name, field="display_name"),
        email=address,
        locale=rules.check_language(locale, field="locale"),
        administrator=administrator,
        illustrative=illustrative,
        created_by=viewer.person_id,
    )
    uow.session.add(person)
    await uow.session.flush()
    uow.audit(action="person.created", object_type="Person", object_id=person.id)
    return person


async def add_membership(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    person_id: UUID,
    organisation_id: UUID,
    functions: Mapping[str, str],
) -> Membership:
    """Say which post somebody holds in which body."""
    await may_describe_bodies(uow, viewer)
    if await uow.session.get(Person, person_id) is None:
        raise not_found()
    if await uow.session.get(Organisation, organisation_id) is None:
        raise not_found()
    membership = Membership(
        person_id=person_id,
        organisation_id=organisation_id,
        functions=rules.check_names(dict(functions), field="functions"),
        valid_from=uow.now.date(),
        created_by=viewer.person_id,
    )
    uow.session.add(membership)
    uow.audit(action="membership.added", object_type="Membership", object_id=membership.id)
    return membership


async def end_membership(uow: UnitOfWork, viewer: Viewer, *, membership_id: UUID) -> Membership:
    """Say that somebody has left a post."""
    await may_describe_bodies(uow, viewer)
    membership = await uow.session.get(Membership, membership_id, with_for_update=True)
    if membership is None:
        raise not_found()
    membership.valid_to = uow.now.date()
    uow.audit(action="membership.ended", object_type="Membership", object_id=membership.id)
    uow.announce(SessionsEnded(person_ids=(membership.person_id,)))
    return membership


async def suspend_person(
    uow: UnitOfWork, viewer: Viewer, *, person_id: UUID, suspended: bool
) -> Person:
    """Close or reopen an account. Closing ends its sessions, tokens and sockets."""
    check_administrator(viewer)
    person = await uow.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise not_found()
    if person.id == viewer.person_id:
        raise Refused(RefusalCode.NOT_ALLOWED, "You can't suspend your own account.")
    rules.check_not_erased(person.erased_at)
    person.suspended_at = uow.now if suspended else None
    if suspended:
        await _end_sessions(uow, col(WebSession.person_id) == person_id)
        uow.announce(PersonSuspended(person_ids=(person_id,)))
    action = "person.suspended" if suspended else "person.reopened"
    uow.audit(action=action, object_type="Person", object_id=person.id)
    return person


async def set_administrator(
    uow: UnitOfWork, viewer: Viewer, *, person_id: UUID, administrator: bool
) -> Person:
    """Give or take the administration of the service. Asks for a fresh sign-in."""
    check_administrator(viewer)
    if not viewer.system:
        rules.check_fresh(viewer.signed_in_at, uow.now)
    person = await uow.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise not_found()
    if person.id == viewer.person_id and not administrator:
        raise Refused(RefusalCode.NOT_ALLOWED, "Ask another administrator to do this.")
    rules.check_not_erased(person.erased_at)
    person.administrator = administrator
    action = "administrator.named" if administrator else "administrator.ended"
    uow.audit(action=action, object_type="Person", object_id=person.id)
    return person


async def update_profile(
    uow: UnitOfWork, viewer: Viewer, *, locale: str | None, display_name: str | None
) -> Person:
    """Change how the viewer is addressed and in which language."""
    person = await uow.session.get(Person, viewer.person_id, with_for_update=True)
    if person is None:
        raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in first.")
    if locale is not None:
        person.locale = rules.check_language(locale, field="locale")
    if display_name is not None:
        person.display_name = rules.check_name(display_name, field="display_name")
    uow.audit(action="person.updated", object_type="Person", object_id=person.id)
    return person


async def create_access_token(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    person_id: UUID | None = None,
    name: str,
    scopes: Iterable[TokenScope],
    days: int,
) -> tuple[AccessToken, str]:
    """A token for programs, and its secret, which is told this once and never stored."""
    owner = person_id or viewer.person_id
    if owner is None or (person_id and not viewer.system and person_id != viewer.person_id):
        raise Refused(RefusalCode.NOT_ALLOWED, "People make their own tokens.")
    wanted = frozenset(scopes)
    if viewer.scopes is not None and not wanted <= viewer.scopes:
        raise Refused(RefusalCode.NOT_ALLOWED, "A token can't make a stronger one.")
    rules.check_scopes(wanted)
    life = timedelta(days=days)
    if not timedelta(0) < life <= rules.LONGEST_TOKEN_LIFE:
        message = "Choose what the token may do, and 1 to 366 days."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="days")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = AccessToken(
        secret_hash=hash_secret(secret),
        person_id=owner,
        name=rules.check_name(name, field="name"),
        scopes=sorted(wanted),
        expires_at=uow.now + life,
        created_by=viewer.person_id,
    )
    uow.session.add(token)
    uow.audit(action="token.created", object_type="AccessToken", object_id=token.id)
    return token, secret


async def revoke_access_token(uow: UnitOfWork, viewer: Viewer, *, token_id: UUID) -> AccessToken:
    """End a token at once."""
    token = await uow.session.get(AccessToken, token_id, with_for_update=True)
    if token is None or token.person_id != viewer.person_id:
        raise not_found()
    token.revoked_at = token.revoked_at or uow.now
    uow.audit(action="token.revoked", object_type="AccessToken", object_id=token.id)
    uow.announce(SessionsEnded(person_ids=(token.person_id,)))
    return token


async def end_session(uow: UnitOfWork, viewer: Viewer, *, session_id: UUID) -> WebSession:
    """Sign one of the viewer's browsers out."""
    session = await uow.session.get(WebSession, session_id, with_for_update=True)
    if session is None or session.person_id != viewer.person_id:
        raise not_found()
    session.ended_at = session.ended_at or uow.now
    uow.audit(action="session.ended", object_type="WebSession", object_id=session.id)
    uow.announce(SessionsEnded(person_ids=(session.person_id,)))
    return session


async def end_all_sessions(uow: UnitOfWork, viewer: Viewer) -> Person:
    """Sign the viewer out everywhere, tokens included."""
    person = await uow.session.get(Person, viewer.person_id)
    if person is None:
        raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in first.")
    await _end_sessions(uow, col(WebSession.person_id) == person.id)
    tokens = update(AccessToken).where(
        col(AccessToken.person_id) == person.id, col(AccessToken.revoked_at).is_(None)
    )
    await uow.session.exec(tokens.values(revoked_at=uow.now))
    uow.audit(action="sessions.ended", object_type="Person", object_id=person.id)
    uow.announce(SessionsEnded(person_ids=(person.id,)))
    return person


async def _end_sessions(uow: UnitOfWork, condition: Any) -> None:
    ending = update(WebSession).where(condition, col(WebSession.ended_at).is_(None))
    await uow.session.exec(ending.values(ended_at=uow.now))


async def people_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """People by id, as the session's viewer may see them."""
    found = await session.exec(select(Person).where(col(Person.id).in_(list(ids))))
    return {person.id: person for person in found}


async def organisations_by_id(
    session: AsyncSession, ids: Iterable[UUID]
) -> dict[UUID, Organisation]:
    """Organisations by id."""
    found = await session.exec(select(Organisation).where(col(Organisation.id).in_(list(ids))))
    return {organisation.id: organisation for organisation in found}


async def needs_first_administrator(session: AsyncSession) -> bool:
    """Whether no administrator has ever come in; the invented ones of a demo are in already."""
    came_in = select(WebSession.id).where(col(WebSession.person_id) == col(Person.id)).exists()
    known = select(Person.id).where(
        col(Person.administrator), or_(col(Person.illustrative), came_in)
    )
    return (await session.exec(known.limit(1))).first() is None
