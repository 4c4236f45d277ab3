"""Live texts read into rows, so that lists, search and links never open a text."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlmodel import col, select

from policylab import coediting
from policylab.documents.clauses import Clause, read_clauses
from policylab.documents.events import TextProjected
from policylab.documents.sections import Section
from policylab.documents.tables import Document, Draft, DraftSection, LanguageVersion
from policylab.documents.tree import BadText
from policylab.kit.db import UnitOfWork

Json = dict[str, Any]

BATCH = 50


@dataclass(frozen=True, slots=True)
class _Behind:
    """A draft whose log goes further than its sections show, and what is known of it."""

    draft: Draft
    lab_id: UUID
    language: str
    record: coediting.Record
    known: dict[UUID, "_Known"]

    async def clauses(self) -> list[Clause]:
        """What stands in it now; of what has not changed, only where."""
        sources = {key: row.source for key, row in self.known.items()}
        whose = self.draft.id, self.draft.document_id
        clauses = await coediting.made_of(self.record, read_clauses, *whose, sources)
        await asyncio.sleep(0)  # others get their turn
        return clauses


class _Known(NamedTuple):
    """What is known of a clause without looking at its words."""

    id: UUID
    source: bytes
    number: str
    parent: UUID | None
    place: int


async def project(uow: UnitOfWork, draft: Draft) -> bool:
    """Bring the sections of a draft up to its log; only what differs is written.

    The caller holds the draft's row. False when there was nothing to do.
    """
    behind = await _behind(uow, [draft])
    await _write(uow, [(each, await each.clauses()) for each in behind])
    return bool(behind)


async def project_together(uow: UnitOfWork, drafts: Sequence[Draft]) -> list[Draft]:
    """The same for several whose rows the caller holds, in as many statements as for one.

    Answers those that are better projected by themselves: what is large is waited for, and the
    others' rows are held meanwhile; what is no text is for a caller who says so.
    """
    read, left = list[tuple[_Behind, list[Clause]]](), list[Draft]()
    for each in await _behind(uow, drafts):
        try:
            if each.record.large:
                left.append(each.draft)
            else:
                read.append((each, await each.clauses()))
        except BadText:
            left.append(each.draft)
    await _write(uow, read)
    return left


async def _behind(uow: UnitOfWork, drafts: Sequence[Draft]) -> list[_Behind]:
    heads = await coediting.log_positions(uow.session, [draft.id for draft in drafts])
    drafts = [draft for draft in drafts if heads.get(draft.id, -1) > draft.projected_seq]
    if not drafts:
        return []
    ids = [draft.id for draft in drafts]
    whose = (
        select(Draft.id, Document.lab_id, LanguageVersion.language)
        .join(Document, col(Document.id) == col(Draft.document_id))
        .join(LanguageVersion, col(LanguageVersion.id) == col(Draft.language_version_id))
        .where(col(Draft.id).in_(ids))
    )
    places = {key: (lab, language) for key, lab, language in await uow.session.exec(whose)}
    known = await _known(uow, ids)
    records = await coediting.newest(uow.session, ids)
    return [
        _Behind(draft, *places[draft.id], records[draft.id], known[draft.id]) for draft in drafts
    ]


async def _known(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, _Known]]:
    of = DraftSection
    columns = of.draft_id, of.section_id, of.id, of.source, of.number, of.parent, of.place
    wanted = select(*map(col, columns)).where(col(of.draft_id).in_(ids))
    rows: Any = await (await uow.session.connection()).execute(wanted)
    known = {key: dict[UUID, _Known]() for key in ids}
    for draft_id, section_id, *rest in rows:
        known[draft_id][section_id] = _Known(*rest)
    return known


@dataclass(slots=True)
class _Rows:
    """What is to be written of several drafts."""

    new: list[Json] = field(default_factory=list[Json])
    changed: list[Json] = field(default_factory=list[Json])
    moved: list[Json] = field(default_factory=list[Json])
    gone: list[UUID] = field(default_factory=list[UUID])

    def take(self, behind: _Behind, clauses: Sequence[Clause]) -> None:
        draft, left = behind.draft, dict(behind.known)
        whose = {
            "dialogue_id": draft.dialogue_id,
            "document_id": draft.document_id,
            "draft_id": draft.id,
            "language": behind.language,
        }
        for clause in clauses:
            row = left.pop(clause.section_id, None)
            stands = {"number": clause.number, "parent": clause.parent, "place": clause.place}
            if clause.says is not None:
                said = {**stands, **clause.says, "source": clause.source}
                if row is None:
                    self.new.append({**whose, "section_id": clause.section_id, **said})
                else:
                    self.changed.append({"id": row.id, **said})
            elif row is not None and row[2:] != tuple(stands.values()):
                self.moved.append({"id": row.id, **stands})
        self.gone += [row.id for row in left.values()]


async def _write(uow: UnitOfWork, read: Sequence[tuple[_Behind, Sequence[Clause]]]) -> None:
    """One statement for what is new, one for what changed, one for what moved, one for the rest."""
    rows = _Rows()
    for behind, clauses in read:
        rows.take(behind, clauses)
    if rows.gone:
        await uow.session.exec(delete(DraftSection).where(col(DraftSection.id).in_(rows.gone)))
    for some in batched(rows.new):
        made = [DraftSection(**each).model_dump() for each in some]
        await uow.session.exec(insert(DraftSection), params=made)
    for some in (*batched(rows.changed), *batched(rows.moved)):
        await uow.session.exec(update(DraftSection), params=some)
    for behind, _ in read:
        _note(uow, behind)
    await uow.session.flush()


def _note(uow: UnitOfWork, behind: _Behind) -> None:
    """The draft shows its log as far as it was read."""
    draft = behind.draft
    draft.projected_seq = behind.record.seq
    draft.updated_at = uow.now
    uow.session.add(draft)
    uow.announce(
        TextProjected(
            lab_id=behind.lab_id,
            dialogue_id=draft.dialogue_id,
            draft_id=draft.id,
            sequence=draft.projected_seq,
        )
    )


def batched(rows: list[Json]) -> Iterator[list[Json]]:
    """So many at once that others get their turn soon."""
    return (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))


def columns_of(section: Section) -> Json:
    """A section as the rows of drafts and of versions keep it."""
    return {
        "section_id": section.id,
        "kind": section.kind,
        "number": section.number,
        "heading": section.heading,
        "parent": section.parent,
        "place": section.order,
        "text": section.text,
        "content": section.blocks,
        "hash": section.hash,
    }
