"""The records of decisions and what follows them, as clients see them."""

from collections.abc import Sequence
from datetime import date as day
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from policylab import decisions
from policylab.api.context import Context
from policylab.api.decisions import Procedure, permissions_of
from policylab.api.declare import (
    Node,
    by_id,
    column,
    computed,
    described_enum,
    edge,
    published,
    query,
    to_one,
)
from policylab.api.elsewhere import Delegation, Dialogue, VersionSet
from policylab.api.identity import Permission
from policylab.decisions import Outcome, PublicationState, RecordState, sources
from policylab.kit.canonical import read_canonical
from policylab.kit.ids import to_global

for kind in (PublicationState, RecordState):
    described_enum(kind)

_SEALS = (
    "SELECT t.record_id, t.hash, t.sealed_at, t.signer, t.leaf_index FROM record_seal t "  # noqa: S608
    f"WHERE t.record_id = ANY($1) AND {sources.RECORD_SEAL.scope.on('t')}"
)


async def _seals(context: Context, roots: Sequence[Any]) -> list[Any]:
    """What the seals of records say of themselves, without the texts that they seal."""

    async def batch(keys: list[UUID]) -> list[Any]:
        async with context.database.rows(context.viewer) as connection:
            rows = await connection.fetch(_SEALS, keys)
        found = {row["record_id"]: row for row in rows}
        return [found.get(key) for key in keys]

    return await context.kept("seals", batch).of([item.row["id"] for item in roots])


async def _of_seals(context: Context, roots: Sequence[Any], name: str) -> list[Any]:
    return [seal[name] if seal else None for seal in await _seals(context, roots)]


async def load_record_state(context: Context, roots: Sequence[Any]) -> list[RecordState]:
    """Whether records are sealed."""
    seals = await _seals(context, roots)
    return [RecordState.SEALED if seal else RecordState.DRAFT for seal in seals]


async def load_hash(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """SHA-256 of sealed records."""
    return await _of_seals(context, roots, "hash")


async def load_sealed_at(context: Context, roots: Sequence[Any]) -> list[datetime | None]:
    """When records were sealed."""
    return await _of_seals(context, roots, "sealed_at")


async def load_signer(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """The short names of the keys that sealed records."""
    return await _of_seals(context, roots, "signer")


async def load_leaf_index(context: Context, roots: Sequence[Any]) -> list[int | None]:
    """Where records stand in the public log."""
    return await _of_seals(context, roots, "leaf_index")


async def load_publication(context: Context, roots: Sequence[Any]) -> list[PublicationState]:
    """Who may read records."""
    async with context.database.read(context.viewer) as session:
        keys = [item.row["id"] for item in roots]
        found = await decisions.publications_of(session, keys)
    return [found[key].status if key in found else PublicationState.RESTRICTED for key in keys]


async def load_package_url(context: Context, roots: Sequence[Any]) -> list[str]:
    """Where record packages are fetched."""
    keys = [to_global("DecisionRecord", item.row["id"]) for item in roots]
    return [f"/files/records/{key}.zip" for key in keys]


async def load_verified(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether seals hold: signature, hash, text and place in the log, checked at this moment."""
    async with context.database.read(context.viewer) as session:
        keys = [item.row["id"] for item in roots]
        found = await decisions.verified(session, keys)
    return [found[key] for key in keys]


async def load_content(context: Context, roots: Sequence[Any]) -> list[Any]:
    """What records say: the sealed bytes, or the draft as it would be sealed now."""
    found: list[Any] = []
    async with context.database.read(context.viewer) as session:
        seals = await decisions.seals_of(session, [item.row["id"] for item in roots])
        for item in roots:
            seal = seals.get(item.row["id"])
            if seal is not None:
                found.append(read_canonical(seal.content))
                continue
            record = await decisions.record_by_id(session, item.row["id"])
            found.append(await decisions.record_content(session, record))
    return found


async def load_record_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do with records, by the rules that the verbs obey."""
    async with context.database.read(context.viewer) as session:
        keys = [item.row["id"] for item in roots]
        found = await decisions.record_permits(session, context.viewer, keys)
    return [permissions_of(found.get(key, []), context.locale) for key in keys]


@published(sources.DISSENTING_STATEMENT)
class DissentingStatement(Node):
    """What a delegation attached to a record before it was sealed."""

    delegation: Delegation = to_one("Whose it is.", by="delegation_id")
    text: str = column("Its words.")
    created_at: datetime = column("When it was attached.")


@published(sources.CORRIGENDUM)
class Corrigendum(Node):
    """The one way to correct a sealed record; sealed itself."""

    number: int = column("Its number among the record's corrigenda.")
    text: str = column("What is corrected.")
    hash: str = column("SHA-256 of its sealed content.")
    sealed_at: datetime = column("When it was sealed.")


@published(sources.FORMAL_ADOPTION)
class FormalAdoption(Node):
    """That a council or government adopted the text under its own law: a second act, apart."""

    body: str = column("Which council or government.")
    date: day = column("The day of its act.", "adopted_on")
    reference: str = column("How the act is cited.")
    link: str | None = column("Where it can be read.")
    created_at: datetime = column("When it was recorded here.")


@published(sources.DECISION_RECORD)
class DecisionRecord(Node):
    """The account of one decision: a draft from its closing on, then sealed."""

    identifier: str = column("How it is cited; one of its kind in its lab.")
    outcome: Outcome = column("What the procedure ended in.")
    state: RecordState = computed(
        "Whether it is sealed.", load_record_state, access="as its row", needs=("id",)
    )
    hash: str | None = computed(
        "SHA-256 of the sealed content.", load_hash, access="as its row", needs=("id",)
    )
    sealed_at: datetime | None = computed(
        "When it was sealed.", load_sealed_at, access="as its row", needs=("id",)
    )
    signer: str | None = computed(
        "The short name of the key that sealed it.", load_signer, access="as its row", needs=("id",)
    )
    leaf_index: int | None = computed(
        "Its place in the public log.", load_leaf_index, access="as its row", needs=("id",)
    )
    publication: PublicationState = computed(
        "Who may read it.", load_publication, access="as its row", needs=("id",)
    )
    package_url: str = computed(
        "Where its package is fetched, once sealed.",
        load_package_url,
        access="as its row",
        needs=("id",),
    )
    verified: bool = computed(
        "Whether its seal holds: checked now, against the log.",
        load_verified,
        access="as its row",
        needs=("id",),
    )
    content: strawberry.scalars.JSON = computed(
        "What it says (docs/records.md): the sealed content, or the draft as it would be sealed.",
        load_content,
        access="as its row",
        needs=("id",),
    )
    dialogue: Dialogue = to_one("The dialogue that decided.", by="dialogue_id")
    set: VersionSet = to_one("The frozen text that was decided on.", by="set_id")
    procedure: Procedure = to_one("How it was decided.", by="procedure_id")
    statements: list[DissentingStatement] = edge(
        "What delegations attached.", by="record_id", order="{t}.created_at, {t}.id"
    )
    corrigenda: list[Corrigendum] = edge(
        "Corrections, in their order.", by="record_id", order="{t}.number"
    )
    adoptions: list[FormalAdoption] = edge(
        "Councils and governments that adopted the text.",
        by="record_id",
        order="{t}.adopted_on, {t}.id",
    )
    viewer_can: list[Permission] = computed(
        "What the viewer may do with it now: "
        "ATTACH_STATEMENT, SEAL, ADD_CORRIGENDUM, PUBLISH, RECORD_ADOPTION.",
        load_record_can,
        access="the viewer's own rights",
        needs=("id",),
    )


@query
class RecordsQuery:
    decision_record: DecisionRecord | None = by_id("One record; null for what is not there.")
