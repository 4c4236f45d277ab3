"""The chain of audit events: each one's hash is of the one before it and of what it says.

Where an event comes in its lab's chain is known only once the head of that chain is locked. So the
house says all but that, and the database puts the number in and hashes: in the one statement that
ends a unit of work (`kit.change`).
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

_NUMBERED = b'"sequence":"'
END = b'"}'


def audit_hash(row: Mapping[str, Any], previous: bytes) -> bytes:
    """SHA-256 over the previous hash and the event's fields, keys sorted; chains the events."""
    number = str(row["sequence"]).encode()
    return hashlib.sha256(previous + unnumbered(row) + number + END).digest()


def unnumbered(row: Mapping[str, Any]) -> bytes:
    """What an event says, up to its number in the chain: `sequence` is the last of its keys."""
    fields = {key: str(value) for key, value in row.items() if value is not None}
    written = orjson.dumps(fields | {"sequence": ""}, option=orjson.OPT_SORT_KEYS)
    assert written.endswith(_NUMBERED + END)
    return written.removesuffix(END)
