"""Refusals: what the house says when it turns a valid request down. Pure."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why something was not done. Published: a code is never renamed or given a new meaning."""

    NOT_FOUND = "NOT_FOUND"
    """It is not there, or the viewer may not see it; the two are never told apart."""
    NOT_SIGNED_IN = "NOT_SIGNED_IN"
    """Nobody is signed in, or the session has ended."""
    NOT_ALLOWED = "NOT_ALLOWED"
    """The viewer sees the thing but may not do this to it."""
    NOT_YOUR_ROLE = "NOT_YOUR_ROLE"
    """Somebody else in this dialogue does this."""
    NOT_IN_THIS_PHASE = "NOT_IN_THIS_PHASE"
    """The dialogue is in a phase that does not admit this."""
    INVALID_INPUT = "INVALID_INPUT"
    """A value is missing, malformed or out of its bounds; `field` names it."""
    TOO_LARGE = "TOO_LARGE"
    """The input is larger than the published limit."""
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    """This client mutation id was used before, with another input."""
    STALE = "STALE"
    """Somebody changed it meanwhile; read it again and repeat."""
    ALREADY_DONE = "ALREADY_DONE"
    """It was done before, or the name is taken."""
    STATEMENT_REQUIRED = "STATEMENT_REQUIRED"
    """This needs reasons in words."""
    NO_MANDATE = "NO_MANDATE"
    """The delegation holds no valid mandate for this."""
    CLOSED = "CLOSED"
    """The procedure, draft or dialogue has been closed."""
    CONDITIONS_NOT_MET = "CONDITIONS_NOT_MET"
    """Something else must happen first; the sentence says what."""
    SEALED = "SEALED"
    """A sealed record or frozen version never changes."""
    BAD_FILE = "BAD_FILE"
    """The file can't be read as what it claims to be; the sentence says where."""
    FRESH_SIGN_IN_REQUIRED = "FRESH_SIGN_IN_REQUIRED"
    """This weighty act asks for a sign-in not older than five minutes."""
    TOO_MANY = "TOO_MANY"
    """Too many requests or things of this kind; the sentence says when to come back."""
    QUERY_NOT_ALLOWED = "QUERY_NOT_ALLOWED"
    """The GraphQL document is unknown here, or over the published limits."""
    TEMPORARILY_UNAVAILABLE = "TEMPORARILY_UNAVAILABLE"
    """The service can't store anything at the moment; nothing was changed."""


class Refused(Exception):
    """A valid request that is turned down, with a sentence that says what the person can do."""

    def __init__(self, code: RefusalCode, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


def not_found() -> Refused:
    """The one answer for what is unknown and for what the viewer may not see."""
    return Refused(RefusalCode.NOT_FOUND, "There is nothing here with this id.")
