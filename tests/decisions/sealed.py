"""A sealed record made by hand, without a database: for the verifier's tests."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from policylab.decisions import merkle, package
from policylab.decisions.log_rules import LeafKind, make_entry, make_head, make_key_entry
from policylab.decisions.package import Entry, Sealed, Tree
from policylab.decisions.signing import Signer, new_signer
from policylab.kit.canonical import canonical_hash, canonical_json

AT = datetime(2026, 3, 9, 14, 30, tzinfo=UTC)
TEXT = {"languages": {"en": ["Cities teach newcomers."], "fr": ["Les villes enseignent à tous."]}}


def a_record(number: int = 1) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": str(UUID(int=number)),
        "identifier": f"XA/2026/{number}",
        "subject": {"text": {"number": 2, "hash": canonical_hash(TEXT).hex()}},
        "rule": {
            "code": "PER_LEVEL_ASSENT",
            "inner": {"code": "CONSENSUS"},
            "levels": ["LOCAL", "NATIONAL"],
        },
        "entitled": [],
        "positions": [],
        "outcome": {"verdict": {"outcome": "ADOPTED"}},
        "reasons": {"en": "Because it works.", "fr": "Parce que cela marche."},
        "reservations": ["Hors des zones rurales.", "Not before 2027."],
    }
    for place, (level, stance) in enumerate(
        [("LOCAL", "SUPPORT"), ("LOCAL", "SUPPORT_WITH_RESERVATION"), ("NATIONAL", "SUPPORT")]
    ):
        key = str(UUID(int=100 + place))
        record["entitled"].append({"delegation": key, "level": level, "weight": 1})
        record["positions"].append(
            {
                "delegation": key,
                "function": "Integration co-ordinator",
                "organisation": {"en": "Marrow Bay", "fr": "Baie de Marrow"},
                "stance": stance,
                "reasoned": True,
                "conditionsMet": False,
            }
        )
    return record


class Log:
    """A log in memory, with the program's own entries, heads and keys."""

    def __init__(self) -> None:
        self.signer = new_signer()
        self.entries: list[Entry] = [
            make_key_entry(self.signer, self.signer.public, index=0, at=AT)
        ]
        self.keys = [self.entries[0]]

    def rotate(self, fresh: Signer) -> None:
        entry = make_key_entry(self.signer, fresh.public, index=len(self.entries), at=AT)
        self.entries.append(entry)
        self.keys.append(entry)
        self.signer = fresh

    def seal(self, content: dict[str, Any], kind: LeafKind = LeafKind.RECORD) -> Sealed:
        entry = make_entry(
            self.signer,
            index=len(self.entries),
            kind=kind,
            subject=content["id"],
            content=canonical_json(content),
            at=AT,
        )
        self.entries.append(entry)
        return Sealed(content, entry)

    def tree(self) -> Tree:
        leaves = [merkle.leaf_hash(entry.data) for entry in self.entries]
        return Tree(leaves, make_head(self.signer, leaves, at=AT), self.keys)

    def package(self, record: Sealed, *attached: Sealed) -> bytes:
        return package.build(record, canonical_json(TEXT), attached, self.tree(), self.signer)


def a_package() -> tuple[bytes, str]:
    """A package with a corrigendum, in a log that has other entries; and the key to trust."""
    log = Log()
    log.seal(a_record(7))
    record = log.seal(a_record(1))
    log.seal(a_record(8))
    corrigendum = {"id": str(UUID(int=50)), "record": record.content["id"], "text": "Read 2027."}
    attached = log.seal(corrigendum, LeafKind.CORRIGENDUM)
    return log.package(record, attached), log.signer.public
