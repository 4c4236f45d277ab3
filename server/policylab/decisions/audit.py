"""Does the log still say what it said? Recomputed from the rows, for `doctor` and for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.decisions import merkle
from policylab.decisions.log_rules import LeafKind
from policylab.decisions.signing import key_id
from policylab.decisions.tables import (
    Corrigendum,
    FormalAdoption,
    LogLeaf,
    RecordSeal,
    TreeHead,
)
from policylab.decisions.verify_record import Altered, check_signature
from policylab.kit.canonical import NotCanonical, read_canonical


async def problems_of_log(session: AsyncSession) -> list[str]:
    """Everything in the log and its seals that does not hold; nothing when all is well."""
    leaves = list(await session.exec(select(LogLeaf).order_by(col(LogLeaf.index))))
    heads = list(await session.exec(select(TreeHead).order_by(col(TreeHead.size))))
    seals = await _sealed(session)
    return [*_of_leaves(leaves), *_of_heads(leaves, heads), *_of_seals(leaves, seals)]


def _of_leaves(leaves: Sequence[LogLeaf]) -> list[str]:
    problems: list[str] = []
    public = ""
    for place, leaf in enumerate(leaves):
        try:
            entry = read_canonical(leaf.entry)
            public = public or entry["subject"]
            check_signature("leaf", leaf.entry, leaf.signature, public)
            if (leaf.index, entry["index"], entry["key"]) != (place, place, key_id(public)):
                problems.append(f"entry {leaf.index} is not in its place")
            if leaf.kind is LeafKind.KEY:
                public = entry["subject"]
        except (Altered, NotCanonical, KeyError, ValueError) as error:
            problems.append(f"entry {leaf.index} was altered: {error}")
        if leaf.leaf_hash != merkle.leaf_hash(leaf.entry):
            problems.append(f"entry {leaf.index} has another hash than the one kept")
    return problems


def _of_heads(leaves: Sequence[LogLeaf], heads: Sequence[TreeHead]) -> list[str]:
    problems: list[str] = []
    hashes = [merkle.leaf_hash(leaf.entry) for leaf in leaves]
    for row in heads:
        try:
            head = read_canonical(row.head)
            check_signature("head", row.head, row.signature, _key_at(leaves, head["size"]))
            root = merkle.tree_root(hashes[: head["size"]]).hex()
            if (head["size"], head["root"]) != (row.size, root) or row.size > len(leaves):
                problems.append(f"the head of size {row.size} stands for other entries")
        except (Altered, NotCanonical, KeyError, IndexError, ValueError) as error:
            problems.append(f"the head of size {row.size} was altered: {error}")
    if leaves and (not heads or heads[-1].size != len(leaves)):
        problems.append(f"there is no head over all {len(leaves)} entries")
    return problems


def _key_at(leaves: Sequence[LogLeaf], size: int) -> str:
    """The public key in use at the end of a log of this size."""
    keys = [leaf for leaf in leaves[:size] if leaf.kind is LeafKind.KEY]
    return str(read_canonical(keys[-1].entry)["subject"])


async def _sealed(session: AsyncSession) -> list[tuple[str, int, bytes]]:
    found: list[tuple[str, int, bytes]] = []
    for seal in await session.exec(select(RecordSeal)):
        found.append((str(seal.record_id), seal.leaf_index, seal.content))
    for table in (Corrigendum, FormalAdoption):
        for row in await session.exec(select(table)):
            found.append((str(row.id), row.leaf_index, row.content))
    return found


def _of_seals(leaves: Sequence[LogLeaf], seals: list[tuple[str, int, bytes]]) -> list[str]:
    entries = {leaf.index: leaf.entry for leaf in leaves}
    problems: list[str] = []
    for subject, index, content in seals:
        entry = _entry(entries[index]) if index in entries else {}
        wanted = {"subject": subject, "hash": hashlib.sha256(content).hexdigest()}
        if {name: entry.get(name) for name in wanted} != wanted:
            problems.append(f"the seal of {subject} is not in the log")
    sealed = {subject for subject, _, _ in seals}
    for leaf in leaves:
        if leaf.kind is not LeafKind.KEY and _entry(leaf.entry).get("subject") not in sealed:
            problems.append(f"what entry {leaf.index} sealed is missing")
    return problems


def _entry(data: bytes) -> dict[str, Any]:
    """What an entry says; nothing for bytes that were altered, which `_of_leaves` tells."""
    try:
        return dict(read_canonical(data))
    except (NotCanonical, TypeError, ValueError):
        return {}
