"""A sign-in between the browser's leaving for its identity provider and its coming back."""

from dataclasses import dataclass


class ProviderFailed(Exception):
    """The provider did not prove who somebody is; for the log, not for people."""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A sign-in under way, kept in a signed cookie of the browser that began it."""

    state: str
    nonce: str
    verifier: str
    next: str
    begun: int
    fresh: bool = False
