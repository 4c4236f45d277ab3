"""Sealed records as anyone can check them: their packages, and whether their seals hold."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.decisions import log, package
from policylab.decisions.log_rules import key_in_use
from policylab.decisions.package import Entry, Sealed, Tree
from policylab.decisions.published import is_published
from policylab.decisions.records import record_by_id
from policylab.decisions.signing import LIBRARY, Signer
from policylab.decisions.tables import Corrigendum, FormalAdoption, RecordSeal
from policylab.decisions.verify_record import Altered, check_keys, check_sealed, check_signature
from policylab.kit.canonical import NotCanonical, read_canonical
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.late import late
from policylab.kit.viewer import Viewer
from policylab.labs import may_read


async def package_of(
    session: AsyncSession, viewer: Viewer, record_id: UUID, signer: Signer
) -> bytes:
    """The package of a sealed record: a ZIP that verifies offline. NOT_FOUND if unseen.

    Who may read the dialogue gets it, and everybody once the record is public.
    """
    record = await record_by_id(session, record_id)
    seen = await may_read(session, viewer, record.dialogue_id)
    if not seen and not await is_published(session, record_id):
        raise not_found()
    seal = (await seals_of(session, [record_id])).get(record_id)
    tree = await log.tree_of(session)
    if seal is None or tree is None:
        message = "This record is not sealed yet; a package is made of sealed records only."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    if key_in_use(tree.keys) != signer.id:
        message = "No package can be made now: the service has another key than its log says."
        raise Refused(RefusalCode.TEMPORARILY_UNAVAILABLE, message)
    attached = await _attached(session, record_id)
    main = await _sealed(session, seal.content, seal.leaf_index)
    return package.build(main, seal.text, attached, tree, signer)


async def seals_of(session: AsyncSession, record_ids: Collection[UUID]) -> dict[UUID, RecordSeal]:
    """The seals of those of these records that have one."""
    rows = await session.exec(select(RecordSeal).where(col(RecordSeal.record_id).in_(record_ids)))
    return {row.record_id: row for row in rows}


async def verified(session: AsyncSession, record_ids: Collection[UUID]) -> dict[UUID, bool]:
    """Whether each record's seal holds: checked now, against the log and its signed head."""
    seals = await seals_of(session, record_ids)
    tree = await log.tree_of(session)
    if tree is None:
        return dict.fromkeys(record_ids, False)
    await late(LIBRARY)
    return {
        key: key in seals
        and _holds(seals[key], tree, await log.entry_at(session, seals[key].leaf_index))
        for key in record_ids
    }


def _holds(seal: RecordSeal, tree: Tree, entry: Entry | None) -> bool:
    """The same checks that the verifier makes; its keys are taken from the log itself."""
    if entry is None:
        return False
    head = tree.head.value
    links = [tree.link(key) for key in tree.keys]
    try:
        keys = check_keys(links, head, [links[0]["entry"]["subject"]])
        check_signature("head", tree.head.data, tree.head.signature, keys[-1].public)
        content = read_canonical(seal.content)
        check_sealed(content, "RECORD", tree.link(entry), head, keys)
    except (Altered, NotCanonical, KeyError, IndexError, TypeError, ValueError):
        return False
    text = hashlib.sha256(seal.text).hexdigest()
    return content["subject"]["text"]["hash"] == text and content["id"] == str(seal.record_id)


async def _attached(session: AsyncSession, record_id: UUID) -> list[Sealed]:
    """Corrigenda and adoptions in the order in which they were sealed."""
    found: list[tuple[int, bytes]] = []
    for table in (Corrigendum, FormalAdoption):
        rows = await session.exec(select(table).where(col(table.record_id) == record_id))
        found += [(row.leaf_index, row.content) for row in rows]
    return [await _sealed(session, content, index) for index, content in sorted(found)]


async def _sealed(session: AsyncSession, content: bytes, index: int) -> Sealed:
    entry = await log.entry_at(session, index)
    if entry is None:
        raise RuntimeError(f"entry {index} of the log is missing")
    return Sealed(read_canonical(content), entry)
