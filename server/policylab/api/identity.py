"""People, bodies and places as clients see them; the viewer; and the service itself.
`identity_verbs` is what people do."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

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
    edge,
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
from policylab.identity import OrganisationKind, TokenScope, sources
from policylab.kit.french import said_in
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
