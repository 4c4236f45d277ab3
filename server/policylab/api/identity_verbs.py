"""What people do with the address book, their profile, their tokens and their sessions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from policylab import identity
from policylab.api.context import Context
from policylab.api.declare import computed, described_input, leads_to, plain, value
from policylab.api.identity import (
    AccessToken,
    LocalisedTextInput,
    Membership,
    Organisation,
    Person,
    Territory,
    as_texts,
)
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.identity import OrganisationKind, TokenScope
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import key_of, to_global


@described_input
class CreateOrganisationInput(VerbInput):
    """A body to add to the address book."""

    kind: OrganisationKind = plain("What sort of body it is.")
    names: list[LocalisedTextInput] = plain("What it is called.")
    website: str | None = plain("Its web address.", default=None)
    territory_id: strawberry.ID | None = plain("Where it acts.", default=None)


@described_input
class CreateTerritoryInput(VerbInput):
    """A place to add."""

    level: str = plain("The level of government that acts there.")
    names: list[LocalisedTextInput] = plain("What it is called.")
    iso3166_2: str | None = plain("Its code in ISO 3166-2.", default=None)
    parent_id: strawberry.ID | None = plain("The area it lies in.", default=None)


@described_input
class CreatePersonInput(VerbInput):
    """Somebody who shall be able to sign in."""

    display_name: str = plain("How she is addressed.")
    email: str | None = plain("Her mail address.", default=None)
    locale: str = plain("The language she reads.", default="en")
    organisation_id: strawberry.ID | None = plain("Where she works.", default=None)
    function: str | None = plain("What her post is.", default=None)


@described_input
class AddMembershipInput(VerbInput):
    """A post that somebody holds."""

    person_id: strawberry.ID = plain("Who.")
    organisation_id: strawberry.ID = plain("In which body.")
    functions: list[LocalisedTextInput] = plain("What the post is.")


@described_input
class EndMembershipInput(VerbInput):
    """A post that somebody has left."""

    membership_id: strawberry.ID = plain("Which post.")


@described_input
class SuspendPersonInput(VerbInput):
    """An account to close or reopen."""

    person_id: strawberry.ID = plain("Whose account.")
    suspended: bool = plain("True closes it, false reopens it.")


@described_input
class SetAdministratorInput(VerbInput):
    """Who shall administer the service, or no longer."""

    person_id: strawberry.ID = plain("Who.")
    administrator: bool = plain("True names her, false ends it.")


@described_input
class UpdateProfileInput(VerbInput):
    """How the viewer is addressed, and in which language."""

    locale: str | None = plain("The language; left as it is when absent.", default=None)
    display_name: str | None = plain("The name; left as it is when absent.", default=None)


@described_input
class CreateAccessTokenInput(VerbInput):
    """A token for programs."""

    name: str = plain("What it is for.")
    scopes: list[TokenScope] = plain("What it may be used for.")
    days: int = plain("For how many days, 366 at most.")


@described_input
class RevokeAccessTokenInput(VerbInput):
    """A token to end."""

    token_id: strawberry.ID = plain("Which token.")


@described_input
class EndSessionInput(VerbInput):
    """A browser to sign out."""

    session_id: strawberry.ID = plain("Which one.")


@described_input
class EndAllSessionsInput(VerbInput):
    """Sign out everywhere."""


async def load_new_tokens(context: Context, roots: Sequence[Any]) -> list[UUID]:
    """The tokens that were made."""
    return [key_of(item.token_id, "AccessToken") for item in roots]


async def load_calendar_addresses(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """Made from the secret whenever it is told, and so never kept with the first answer."""
    return [
        f"{context.shared['base_url']}/calendar/{item.secret}.ics"
        if item.secret is not None and item.for_calendar
        else None
        for item in roots
    ]


@value
class AccessTokenCreated:
    """A new token. The secret is told this once and can't be read again."""

    token: AccessToken = leads_to(
        "The token, without its secret.", load_new_tokens, access="as what it leads to"
    )
    calendar_address: str | None = computed(
        "Where calendar programs fetch the viewer's meetings and deadlines: of a token "
        "with the scope CALENDAR, while its secret is told. Whoever has the address may read them.",
        load_calendar_addresses,
        access="as the secret",
    )
    token_id: strawberry.ID = plain("Which token.")
    name: str = plain("What it is for.")
    for_calendar: bool = plain("Whether it is the address of a calendar, and nothing else.")
    secret: str | None = plain("The token itself; null when a retry asks again.")


def optional_key(identifier: strawberry.ID | None, kind: str) -> UUID | None:
    """The key of an identifier that may be absent."""
    return None if identifier is None else key_of(identifier, kind)


@verbs
class IdentityMutation:
    @verb(answers=Organisation)
    async def create_organisation(uow: UnitOfWork, input: CreateOrganisationInput) -> UUID:
        """Add a body to the address book."""
        row = await identity.create_organisation(
            uow,
            uow.viewer,
            kind=input.kind,
            names=as_texts(input.names),
            website=input.website,
            territory_id=optional_key(input.territory_id, "Territory"),
        )
        return row.id

    @verb(answers=Territory)
    async def create_territory(uow: UnitOfWork, input: CreateTerritoryInput) -> UUID:
        """Add a place."""
        row = await identity.create_territory(
            uow,
            uow.viewer,
            level=input.level,
            names=as_texts(input.names),
            iso3166_2=input.iso3166_2,
            parent_id=optional_key(input.parent_id, "Territory"),
        )
        return row.id

    @verb(answers=Person)
    async def create_person(uow: UnitOfWork, input: CreatePersonInput) -> UUID:
        """Add somebody who shall be able to sign in, with her post where given."""
        row = await identity.create_person(
            uow,
            uow.viewer,
            display_name=input.display_name,
            email=input.email,
            locale=input.locale,
        )
        if input.organisation_id and input.function:
            await identity.add_membership(
                uow,
                uow.viewer,
                person_id=row.id,
                organisation_id=key_of(input.organisation_id, "Organisation"),
                functions={input.locale: input.function},
            )
        return row.id

    @verb(answers=Membership)
    async def add_membership(uow: UnitOfWork, input: AddMembershipInput) -> UUID:
        """Say which post somebody holds in which body."""
        row = await identity.add_membership(
            uow,
            uow.viewer,
            person_id=key_of(input.person_id, "Person"),
            organisation_id=key_of(input.organisation_id, "Organisation"),
            functions=as_texts(input.functions),
        )
        return row.id

    @verb(answers=Membership)
    async def end_membership(uow: UnitOfWork, input: EndMembershipInput) -> UUID:
        """Say that somebody has left a post."""
        key = key_of(input.membership_id, "Membership")
        return (await identity.end_membership(uow, uow.viewer, membership_id=key)).id

    @verb(answers=Person)
    async def suspend_person(uow: UnitOfWork, input: SuspendPersonInput) -> UUID:
        """Close or reopen an account; closing ends its sessions, tokens and sockets."""
        key = key_of(input.person_id, "Person")
        row = await identity.suspend_person(
            uow, uow.viewer, person_id=key, suspended=input.suspended
        )
        return row.id

    @verb(answers=Person)
    async def set_administrator(uow: UnitOfWork, input: SetAdministratorInput) -> UUID:
        """Give or take the administration of the service. Asks for a fresh sign-in."""
        key = key_of(input.person_id, "Person")
        row = await identity.set_administrator(
            uow, uow.viewer, person_id=key, administrator=input.administrator
        )
        return row.id

    @verb(answers=Person)
    async def update_profile(uow: UnitOfWork, input: UpdateProfileInput) -> UUID:
        """Change how the viewer is addressed and in which language she reads."""
        row = await identity.update_profile(
            uow, uow.viewer, locale=input.locale, display_name=input.display_name
        )
        return row.id

    @verb(answers=AccessTokenCreated)
    async def create_access_token(
        uow: UnitOfWork, input: CreateAccessTokenInput
    ) -> AccessTokenCreated:
        """Make a token for programs. Its secret is told this once."""
        token, secret = await identity.create_access_token(
            uow, uow.viewer, name=input.name, scopes=input.scopes, days=input.days
        )
        identifier = strawberry.ID(to_global("AccessToken", token.id))
        return AccessTokenCreated(
            token_id=identifier,
            name=token.name,
            for_calendar=token.scopes == [TokenScope.CALENDAR],
            secret=secret,
        )

    @verb(answers=AccessToken)
    async def revoke_access_token(uow: UnitOfWork, input: RevokeAccessTokenInput) -> UUID:
        """End a token at once."""
        key = key_of(input.token_id, "AccessToken")
        return (await identity.revoke_access_token(uow, uow.viewer, token_id=key)).id

    @verb(answers=Person)
    async def end_session(uow: UnitOfWork, input: EndSessionInput) -> UUID:
        """Sign one of the viewer's browsers out."""
        key = key_of(input.session_id, "SignInSession")
        return (await identity.end_session(uow, uow.viewer, session_id=key)).person_id

    @verb(answers=Person)
    async def end_all_sessions(uow: UnitOfWork, input: EndAllSessionsInput) -> UUID:
        """Sign the viewer out everywhere, tokens included."""
        return (await identity.end_all_sessions(uow, uow.viewer)).id
