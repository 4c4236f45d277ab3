"""How people, bodies and places are stored, and how people come in."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from policylab.identity.rules import OrganisationKind
from policylab.kit.tables import Table, choice, choice_check, localised, moment


class Territory(Table, table=True):
    """An area with its codes. Real ones carry their source; invented ones are marked."""

    __tablename__ = "territory"
    __table_args__ = (UniqueConstraint("reference", name="territory_reference_key"),)

    reference: str | None = Field(default=None, sa_type=Text)
    """Our own short key, for loading the same facts twice without doubling them."""
    level: str = Field(index=True)
    names: dict[str, str] = localised()
    country: str | None = None
    iso3166_2: str | None = None
    nuts: str | None = None
    lau: str | None = None
    population: int | None = None
    population_date: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    parent_id: UUID | None = Field(default=None, foreign_key="territory.id", index=True)
    source_reference: str | None = None
    illustrative: bool = False


class Organisation(Table, table=True):
    """A body that can hold a seat."""

    __tablename__ = "organisation"
    __table_args__ = (choice_check("kind", OrganisationKind),)

    kind: OrganisationKind = Field(sa_type=choice(OrganisationKind))
    names: dict[str, str] = localised()
    website: str | None = None
    territory_id: UUID | None = Field(default=None, foreign_key="territory.id", index=True)
    illustrative: bool = False


class Competence(Table, table=True):
    """What an authority may decide, by policy area."""

    __tablename__ = "competence"

    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    area: str
    names: dict[str, str] = localised()


class Person(Table, table=True):
    """Somebody who can sign in. Kept records show function and organisation, never this."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email", name="person_email_key"),
        CheckConstraint(
            "erased_at IS NULL OR "
            "(email IS NULL AND suspended_at IS NOT NULL AND NOT administrator)",
            name="erased_for_good",
        ),
    )

    display_name: str
    email: str | None = None
    locale: str = "en"
    administrator: bool = False
    suspended_at: datetime | None = moment()
    erased_at: datetime | None = moment()
    """When her identity was taken away; what is left is a place that other rows point at."""
    illustrative: bool = False


class Membership(Table, table=True):
    """A person's post in an organisation."""

    __tablename__ = "membership"

    person_id: UUID = Field(foreign_key="person.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    functions: dict[str, str] = localised()
    valid_from: date | None = None
    valid_to: date | None = None


class IdentityLink(Table, table=True):
    """Which account of which identity provider is which person: by issuer and subject alone."""

    __tablename__ = "identity_link"
    __table_args__ = (UniqueConstraint("issuer", "subject", name="identity_link_subject_key"),)

    person_id: UUID = Field(foreign_key="person.id", index=True)
    issuer: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)


class WebSession(Table, table=True):
    """A signed-in browser. The cookie holds a random value, this row its hash."""

    __tablename__ = "web_session"
    __table_args__ = (UniqueConstraint("secret_hash", name="web_session_secret_key"),)

    secret_hash: bytes = Field(sa_type=LargeBinary)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    signed_in_at: datetime = moment(nullable=False)
    last_seen_at: datetime = moment(nullable=False)
    expires_at: datetime = moment(nullable=False)
    ended_at: datetime | None = moment()
    user_agent: str | None = Field(default=None, sa_type=Text)
    provider_issuer: str | None = None
    provider_session: str | None = Field(default=None, index=True)
    provider_subject: str | None = None
    assurance: str | None = None


class AccessToken(Table, table=True):
    """A personal access token for programs: `pl_` and 32 random bytes, kept as SHA-256."""

    __tablename__ = "access_token"
    __table_args__ = (UniqueConstraint("secret_hash", name="access_token_secret_key"),)

    secret_hash: bytes = Field(sa_type=LargeBinary)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    name: str
    scopes: list[str] = Field(default_factory=list[Any], sa_type=ARRAY(Text))
    expires_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
    last_used_at: datetime | None = moment()


class SignInCode(Table, table=True):
    """A code that signs one person in once: the first administrator, or an invited delegate."""

    __tablename__ = "sign_in_code"
    __table_args__ = (UniqueConstraint("secret_hash", name="sign_in_code_secret_key"),)

    secret_hash: bytes = Field(sa_type=LargeBinary)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    purpose: str
    expires_at: datetime = moment(nullable=False)
    used_at: datetime | None = moment()


class SignInFailure(Table, table=True):
    """A failed try to come in, counted by account and address (promise S7)."""

    __tablename__ = "sign_in_failure"

    bucket: str = Field(index=True)
    """SHA-256 of the account or address tried: guesses are counted, not kept."""


class SpentSignIn(Table, table=True):
    """A sign-in that came back from the provider: its state never comes back a second time."""

    __tablename__ = "spent_sign_in"
    __table_args__ = (UniqueConstraint("state_hash", name="spent_sign_in_state_key"),)

    state_hash: bytes = Field(sa_type=LargeBinary)
