"""What an entry of the record log and its heads say. Pure; `log.py` keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from policylab.decisions import merkle
from policylab.decisions.package import Entry, SignedHead
from policylab.decisions.signing import Signer, key_id
from policylab.kit.canonical import canonical_json


class LeafKind(StrEnum):
    """What an entry of the log seals."""

    KEY = "KEY"
    """A key of the service; its predecessor endorses it."""
    RECORD = "RECORD"
    CORRIGENDUM = "CORRIGENDUM"
    ADOPTION = "ADOPTION"


def instant(moment: datetime) -> str:
    """A moment as sealed JSON writes it: UTC, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def make_entry(
    signer: Signer, *, index: int, kind: LeafKind, subject: str, content: bytes, at: datetime
) -> Entry:
    """A signed entry that holds the hash of what it seals, and nothing of its content."""
    value: dict[str, Any] = {
        "index": index,
        "kind": kind.value,
        "subject": subject,
        "hash": hashlib.sha256(content).hexdigest(),
        "at": instant(at),
        "key": signer.id,
    }
    return Entry(value, signer.sign("leaf", canonical_json(value)))


def make_key_entry(signer: Signer, public: str, *, index: int, at: datetime) -> Entry:
    """The entry that makes `public` the key from here on; the key before it signs."""
    return make_entry(
        signer,
        index=index,
        kind=LeafKind.KEY,
        subject=public,
        content=bytes.fromhex(public),
        at=at,
    )


def make_head(signer: Signer, leaves: Sequence[bytes], *, at: datetime) -> SignedHead:
    """The signed head of a log with these leaves."""
    value: dict[str, Any] = {
        "log": leaves[0].hex(),
        "size": len(leaves),
        "root": merkle.tree_root(leaves).hex(),
        "at": instant(at),
        "key": signer.id,
    }
    return SignedHead(value, signer.sign("head", canonical_json(value)))


def key_in_use(keys: Sequence[Entry]) -> str:
    """The short name of the key that signs at the end of this log."""
    return key_id(keys[-1].value["subject"])
