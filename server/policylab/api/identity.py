"""People, bodies and places as clients see them; the viewer; and the service itself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from policylab import __version__, identity
from policylab.api.context import Context
from policylab.api.declare import (
    LocalisedText,
    Node,
    all_words,
    by_id,
    column,
    computed,
    described_enum,
    described_input,
    edge,
    leads_to,
    load,
    plain,
    published,
    query,
    root,
    to_one,
    value,
    words,
)
from policylab.api.elsewhere import Capacity, Dialogue, Notice
from policylab.api.elsewhere import Person as LazyPerson
from policylab.api.elsewhere import Territory as LazyTerritory
from policylab.api.paging import Connection, connection
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.identity import OrganisationKind, TokenScope, sources
from policylab.kit.db import UnitOfWork
from policylab.kit.french import said_in
from policylab.kit.ids import key_of, to_global
from policylab.kit.viewer import SYSTEM

described_enum(OrganisationKind)
described_enum(TokenScope)


@value
class Permission:
    """Whether the viewer may do something, and if not, why."""

    action: str = plain("What it is about, in capitals.")
    allowed: bool = plain("Whether she may do it now.")
    why: str | None = plain("Why not, in her language.", default=None)


@value
class Source:
    """Where a fact about the real world comes from."""

    id: str = plain("The key used in our reference data.")
    title: str = plain("Who says it, and where.")
    url: str | None = plain("Its address, where it has one.")


async def load_sources(context: Context, roots: Sequence[Any]) -> list[Source | None]:
    """The sources of territories, from the reference data."""
    keys = {item.row["source_reference"] for item in roots if item.row["source_reference"]}
    found: dict[str, Source] = {}
    if keys:
        async with context.database.rows(context.viewer) as connection_:
            rows = await connection_.fetch(
                "SELECT reference, title, url FROM source WHERE reference = ANY($1)", list(keys)
            )
        found = {row["reference"]: Source(id=row[0], title=row[1], url=row[2]) for row in rows}
    return [found.get(item.row["source_reference"]) for item in roots]


@published(sources.TERRITORY)
class Territory(Node):
    """An area with its codes."""

    level: str = column("The level of government that acts there.")
    name: str = words("What it is called.", "names")
    names: list[LocalisedText] = all_words("What it is called, in all languages kept.", "names")
    iso3166_2: str | None = column("Its code in ISO 3166-2.")
    nuts: str | None = column("Its NUTS code, where checked.")
    lau: str | None = column("Its code as a local administrative unit.")
    population: int | None = column("Inhabitants, where a source gave the figure.")
    parent: LazyTerritory | None = to_one("The area it lies in.", by="parent_id")
    illustrative: bool = column("Whether it is invented, for demonstration.")
    source: Source | None = computed(
        "Where these facts come from.",
        load_sources,
        access="as its row",
        needs=("source_reference",),
    )


@published(sources.COMPETENCE)
class Competence(Node):
    """What an authority may decide, by policy area."""

    area: str = column("The policy area.")
    name: str = words("The power in words.", "names")


@published(sources.ORGANISATION)
class Organisation(Node):
    """A body that can hold a seat in a dialogue."""

    kind: OrganisationKind = column("What sort of body it is.")
    name: str = words("What it is called.", "names")
    names: list[LocalisedText] = all_words("What it is called, in all languages kept.", "names")
    website: str | None = column("Its web address.")
    territory: Territory | None = to_one("Where it acts.", by="territory_id")
    competences: list[Competence] = edge("What it may decide.", by="organisation_id")
    illustrative: bool = column("Whether it is invented, for demonstration.")


async def load_email(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """Addresses for the person herself and for administrators of the service."""
    viewer = context.viewer
    return [
        item.row["email"] if viewer.administrator or item.row["id"] == viewer.person_id else None
        for item in roots
    ]


async def load_suspended(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether accounts are closed."""
    return [item.row["suspended_at"] is not None for item in roots]


@published(sources.MEMBERSHIP)
class Membership(Node):
    """A person's post in an organisation."""

    person: LazyPerson | None = to_one("Who holds it.", by="person_id")
    organisation: Organisation | None = to_one("In which body.", by="organisation_id")
    function: str = words("What the post is.", "functions")
    valid_from: date | None = column("Since when.")
    valid_to: date | None = column("Until when, where it has ended.")


@published(sources.PERSON)
class Person(Node):
    """Somebody who can sign in. Seen by those who share a lab with her."""

    display_name: str = column("How she is addressed.")
    email: str | None = computed(
        "Her address; only she and administrators see it.",
        load_email,
        access="herself and administrators",
        needs=("email", "id"),
    )
    locale: str = column("The language she reads the service in.")
    illustrative: bool = column("Whether she is invented, for demonstration.")
    memberships: list[Membership] = edge("Her posts.", by="person_id")
    suspended: bool = computed(
        "Whether her account is closed.",
        load_suspended,
        access="as its row",
        needs=("suspended_at",),
    )


@published(sources.ACCESS_TOKEN)
class AccessToken(Node):
    """A token for programs, without its secret."""

    name: str = column("What it is for.")
    scopes: list[str] = column("What it may be used for: read, write, admin, or calendar alone.")
    created_at: datetime = column("Since when it exists.")
    expires_at: datetime | None = column("When it ends by itself.")
    last_used_at: datetime | None = column("When it was last used.")


async def load_current(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Which of the sessions is the one that asks."""
    return [item.row["id"] == context.viewer.session_id for item in roots]


@published(sources.WEB_SESSION)
class SignInSession(Node):
    """A browser in which the viewer is signed in."""

    created_at: datetime = column("When it was signed in.")
    last_seen_at: datetime = column("When it was last used.")
    user_agent: str | None = column("What the browser calls itself.")
    current: bool = computed(
        "Whether this is the browser that asks.", load_current, access="as its row", needs=("id",)
    )


async def load_administrator(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether the viewer administers the service in this session."""
    return [context.viewer.administrator for _ in roots]


async def load_scopes(context: Context, roots: Sequence[Any]) -> list[list[str] | None]:
    """What the viewer's token may be used for; null for a browser."""
    scopes = context.viewer.scopes
    return [None if scopes is None else sorted(scopes) for _ in roots]


async def load_signed_in_at(context: Context, roots: Sequence[Any]) -> list[datetime | None]:
    """When the viewer last proved who she is."""
    return [context.viewer.signed_in_at for _ in roots]


async def load_viewer_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do in the service as a whole."""
    allowed = context.viewer.administrator
    why = said_in("Only an administrator of the service does this.", context.locale)
    actions = ("CREATE_LAB", "MANAGE_PEOPLE", "IMPORT_INDEX")
    made = [
        Permission(action=name, allowed=allowed, why=None if allowed else why) for name in actions
    ]
    return [made for _ in roots]


async def load_self(context: Context, roots: Sequence[Any]) -> list[Any]:
    """The viewer as a person."""
    return [await load(context, "Person", item.row["id"]) for item in roots]


@published(sources.PERSON)
class Viewer:
    """Who asks: what she is, what waits for her, what she may do."""

    person: Person = computed("Herself.", load_self, access="herself", needs=("id",))
    administrator: bool = computed(
        "Whether she administers the service.", load_administrator, access="herself"
    )
    locale: str = column("The language she reads the service in.")
    scopes: list[str] | None = computed(
        "What her token may be used for; null in a browser.", load_scopes, access="herself"
    )
    signed_in_at: datetime | None = computed(
        "When she last proved who she is.", load_signed_in_at, access="herself"
    )
    capacities: list[Capacity] = edge(
        "Who she is in which dialogue, as things stand now.",
        by="person_id",
        where="{t}.id IN (SELECT a.capacity_id FROM policylab_access a "
        "WHERE a.person_id = {t}.person_id)",
    )
    needs: Connection[Notice] = connection(
        "What needs her and is not done yet, newest first.",
        by="person_id",
        where="{t}.done_at IS NULL",
        order=("created_at",),
        descending=True,
    )
    dialogues: Connection[Dialogue] = connection(
        "The dialogues she may read, newest first.", order=("created_at",), descending=True
    )
    sessions: list[SignInSession] = edge(
        "Browsers she is signed in with.",
        by="person_id",
        where="{t}.ended_at IS NULL AND {t}.expires_at > now()",
        order="{t}.last_seen_at DESC",
    )
    access_tokens: list[AccessToken] = edge(
        "Her tokens for programs.",
        by="person_id",
        where="{t}.revoked_at IS NULL AND {t}.expires_at > now()",
    )
    can: list[Permission] = computed(
        "What she may do in the service as a whole.", load_viewer_can, access="herself"
    )


@value
class Service:
    """This installation: what anybody may know before signing in."""

    name: str = plain("What it calls itself.")
    version: str = plain("Which release runs.")
    demo_mode: bool = plain("Whether anybody can sign in as a demo person. Never for real work.")
    illustrative: bool = plain("Whether what one sees here is invented, for demonstration.")
    languages: list[str] = plain("Languages of the interface.")
    sign_in_name: str | None = plain("What the identity provider is called.")
    needs_first_administrator: bool = plain("Whether nobody administers it yet.")
    graphiql: bool = plain("Whether GraphiQL is offered to signed-in people, at /graphiql.")


async def find_viewer(context: Context) -> Viewer | None:
    """The viewer; null when nobody is signed in."""
    if not context.viewer.signed_in:
        return None
    return await load(context, "Viewer", context.viewer.person_id)


async def find_service(context: Context) -> Service:
    """The public face of the settings."""
    async with context.database.read(SYSTEM) as session:
        waiting = await identity.needs_first_administrator(session)
    return Service(
        name="Policy Lab",
        version=__version__,
        demo_mode=bool(context.shared.get("demo_mode")),
        illustrative=bool(context.shared.get("demo_mode")),
        languages=["en", "fr"],
        sign_in_name=context.shared.get("sign_in_name"),
        needs_first_administrator=waiting,
        graphiql=bool(context.shared.get("graphiql")),
    )


@query
class IdentityQuery:
    viewer: Viewer | None = root(
        "Who asks; null when nobody is signed in.", find_viewer, access="herself"
    )
    service: Service = root("This installation.", find_service, access="everybody")
    organisation: Organisation | None = by_id("One body; null when unknown.")
    organisations: Connection[Organisation] = connection("All bodies known here.")
    territories: Connection[Territory] = connection("All places known here.")
    people: Connection[Person] = connection(
        "People the viewer may know of: all for administrators, else those of her labs.",
        where="{t}.erased_at IS NULL",
        order=("display_name",),
    )


@strawberry.input(description="A text in one language.")
class LocalisedTextInput:
    language: str = plain("BCP 47 tag.")
    text: str = plain("The text.")


def as_texts(items: list[LocalisedTextInput]) -> dict[str, str]:
    """Texts by language, as rooms keep them."""
    return {item.language: item.text for item in items}


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
