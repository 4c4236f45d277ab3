"""Identifiers: UUIDv7 inside, opaque and typed outside (Relay's `Node`)."""

import base64
import binascii
import os
import time
from functools import lru_cache
from uuid import UUID

from policylab.kit.errors import RefusalCode, Refused


def uuid7() -> UUID:
    """A new identifier that sorts by the moment of its birth, to a quarter of a microsecond.

    RFC 9562, section 5.7; twelve of its random bits are the fraction of the millisecond (section
    6.2, method 3), so that what one transaction makes keeps its order.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | rest * 4096 // 1_000_000 << 64
    return UUID(int=value | 0x2 << 62 | random)


def to_global(kind: str, key: UUID) -> str:
    """The identifier that clients see. Safe in a path; says nothing but its kind."""
    return base64.urlsafe_b64encode(kind.encode() + b":" + key.bytes).rstrip(b"=").decode()


@lru_cache(2_000)
def from_global(value: str) -> tuple[str, UUID]:
    """Kind and key of an identifier that a client sent; NOT_FOUND for anything else."""
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
        kind, _, key = raw.partition(b":")
        identifier = UUID(bytes=key)
        name = kind.decode("ascii")
    except (ValueError, binascii.Error) as error:
        raise Refused(RefusalCode.NOT_FOUND, "There is nothing here with this id.") from error
    if to_global(name, identifier) != value:
        raise Refused(RefusalCode.NOT_FOUND, "There is nothing here with this id.")
    return name, identifier


def key_of(value: str, kind: str) -> UUID:
    """The key of an identifier that must be of one kind; NOT_FOUND for another kind."""
    name, key = from_global(value)
    if name != kind:
        raise Refused(RefusalCode.NOT_FOUND, "There is nothing here with this id.")
    return key
