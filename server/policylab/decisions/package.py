"""The record package: a ZIP that anyone can verify, offline and without us. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policylab.decisions import merkle, verify_record
from policylab.decisions.signing import Signer
from policylab.kit.canonical import canonical_json

README = """\
RECORD OF A DECISION / RELEVÉ DE DÉCISION
{identifier}

record.json       the record: body, subject, rule, positions, outcome, reasons
text.json         the exact text that was decided on, in every language
rule.json         the rule and its parameters
positions.json    the positions that were counted, and those shown beside them
attached.json     corrigenda and formal adoptions, each sealed by itself
seal.json         what was signed, and where it stands in the public log
keys.json         the keys of the service, each endorsed by the one before it
tree-head.json    the signed head of the public log
manifest.json     the list of all members with their hashes; manifest.sig signs it
verify_record.py  the program that checks all of it

To verify, take the public key of the service from a place that you trust (not from this package):

    pip install cryptography
    python verify_record.py THIS-FILE.zip --key KEY

Pour vérifier, prenez la clé publique du service à une source de confiance (pas dans ce dossier) :

    pip install cryptography
    python verify_record.py CE-FICHIER.zip --key CLÉ

The verifier is part of the package for convenience. A careful reader takes it from elsewhere.
Le programme de vérification est joint par commodité. Un lecteur prudent le prend ailleurs.
"""


@dataclass(frozen=True)
class Signed:
    """A value that was signed, and the signature."""

    value: dict[str, Any]
    signature: str

    @property
    def data(self) -> bytes:
        return canonical_json(self.value)


@dataclass(frozen=True)
class Entry(Signed):
    """One leaf of the log."""

    @property
    def index(self) -> int:
        return int(self.value["index"])


@dataclass(frozen=True)
class SignedHead(Signed):
    """The head of the log at some size."""

    @property
    def size(self) -> int:
        return int(self.value["size"])


@dataclass(frozen=True)
class Tree:
    """The log as a package needs it: its leaf hashes, its head, and its keys in order."""

    leaves: Sequence[bytes]
    head: SignedHead
    keys: Sequence[Entry]

    def link(self, entry: Entry) -> dict[str, Any]:
        """The entry with its signature and the proof that it is in this tree."""
        path = merkle.inclusion_path(entry.index, self.leaves)
        return {
            "entry": entry.value,
            "signature": entry.signature,
            "path": [node.hex() for node in path],
        }


@dataclass(frozen=True)
class Sealed:
    """A content with the entry that seals it."""

    content: dict[str, Any]
    entry: Entry


def build(
    record: Sealed, text: bytes, attached: Sequence[Sealed], tree: Tree, signer: Signer
) -> bytes:
    """The bytes of the package; the same input, the same bytes."""
    content = record.content
    identifier = str(content["identifier"])
    members = {
        "README.txt": README.format(identifier=identifier).encode(),
        "verify_record.py": Path(verify_record.__file__).read_bytes(),
        "text.json": text,
    }
    values: dict[str, Any] = {
        "record.json": content,
        "rule.json": content["rule"],
        "positions.json": content["positions"],
        "attached.json": [_attached(item, tree) for item in attached],
        "seal.json": tree.link(record.entry),
        "keys.json": [tree.link(key) for key in tree.keys],
        "tree-head.json": {"head": tree.head.value, "signature": tree.head.signature},
    }
    members |= {name: canonical_json(value) for name, value in values.items()}
    members["manifest.json"] = canonical_json(_manifest(members, content))
    members["manifest.sig"] = signer.sign("manifest", members["manifest.json"]).encode()
    return verify_record.pack(members)


def _attached(item: Sealed, tree: Tree) -> dict[str, Any]:
    return {"content": item.content, "seal": tree.link(item.entry)}


def _manifest(members: dict[str, bytes], content: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": verify_record.FORMAT,
        "record": content["id"],
        "members": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in members.items()
        },
    }
