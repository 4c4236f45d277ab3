"""What is true of people and bodies: kinds, scopes of tokens, who counts as suspended. Pure."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from policylab.kit.errors import RefusalCode, Refused

ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[^@\s.]{2,63}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
LONGEST_NAME = 200


class OrganisationKind(StrEnum):
    """What sort of body an organisation is."""

    MINISTRY = "ministry"
    """Part of a government, led by a minister."""
    AGENCY = "agency"
    """A public body that carries out certain tasks for a government."""
    REGION = "region"
    """An authority between the municipality and the state, such as a canton or a province."""
    CITY = "city"
    """A local authority: a municipality, a borough, or several municipalities together."""
    ASSOCIATION = "association"
    """A body that speaks for several authorities, such as the municipalities of a country."""
    NETWORK = "network"
    """Authorities and others who work together and learn from each other."""
    NGO = "ngo"
    """A body of civil society, outside government; some are led by migrants."""
    SOCIAL_PARTNER = "social_partner"
    """A trade union, or a body of employers."""
    ACADEMIA = "academia"
    """A university, or another body that does research."""
    INTERNATIONAL = "international"
    """A body of several states, such as the Council of Europe."""
    EQUALITY_BODY = "equality_body"
    """A public body that works against discrimination and helps those who suffer it."""
    POLICE = "police"
    """A force that keeps public order, or the authority that answers for it."""
    OTHER = "other"
    """A body that none of these words describes."""


class TokenScope(StrEnum):
    """What a personal access token may be used for."""

    READ = "read"
    """See what its owner may see."""
    WRITE = "write"
    """Change things in its owner's name, as far as the owner may."""
    ADMIN = "admin"
    """Run the service, if its owner is one of those who do."""
    CALENDAR = "calendar"
    """The address of the person's calendar, and nothing else: it signs nobody in."""


FRESH = timedelta(minutes=5)
LONGEST_TOKEN_LIFE = timedelta(days=366)


def check_scopes(wanted: frozenset[TokenScope]) -> None:
    """Refuse a token for nothing, and a calendar's address that would open anything more."""
    if not wanted:
        message = "Choose what the token may do, and 1 to 366 days."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="scopes")
    if TokenScope.CALENDAR in wanted and len(wanted) > 1:
        message = "The address of a calendar is for nothing else. Make another token for the rest."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="scopes")


def check_name(name: str, *, field: str) -> str:
    """The name without blanks around it; refused when empty or very long."""
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > LONGEST_NAME:
        message = f"Give a name of 1 to {LONGEST_NAME} characters."
        raise Refused(RefusalCode.INVALID_INPUT, message, field=field)
    return cleaned


def check_names(names: dict[str, str], *, field: str) -> dict[str, str]:
    """Names by language, cleaned; at least one."""
    if not names:
        raise Refused(RefusalCode.INVALID_INPUT, "Give a name in one language.", field=field)
    for language in names:
        check_language(language, field=field)
    return {language: check_name(name, field=field) for language, name in names.items()}


def check_language(tag: str, *, field: str) -> str:
    """A language tag of BCP 47's usual shape."""
    if not LANGUAGE.fullmatch(tag):
        raise Refused(
            RefusalCode.INVALID_INPUT, "Languages are tags such as en or fr.", field=field
        )
    return tag


def check_address(address: str, *, field: str = "email") -> str:
    """A mail address in lower case; refused when it can't be one."""
    cleaned = address.strip().lower()
    if not ADDRESS.fullmatch(cleaned):
        raise Refused(RefusalCode.INVALID_INPUT, "This is no mail address.", field=field)
    return cleaned


def check_fresh(signed_in_at: datetime | None, now: datetime) -> None:
    """Refuse a weighty act unless the person has just proved who she is."""
    if signed_in_at is None or now - signed_in_at > FRESH:
        message = "Sign in again: this asks for a sign-in of the last five minutes."
        raise Refused(RefusalCode.FRESH_SIGN_IN_REQUIRED, message)


def check_erasable(erased_at: datetime | None, *, administrator: bool, others: bool) -> None:
    """Refuse to erase somebody twice, and the last one who administers the service."""
    if erased_at is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This person has been erased already.")
    if administrator and not others:
        message = "The service keeps one administrator at least. Name another one first."
        raise Refused(RefusalCode.NOT_ALLOWED, message)


def check_not_erased(erased_at: datetime | None) -> None:
    """Refuse to bring back somebody whose identity was taken away."""
    if erased_at is not None:
        message = "This person has been erased, and that is for good. Add her anew."
        raise Refused(RefusalCode.CLOSED, message)
