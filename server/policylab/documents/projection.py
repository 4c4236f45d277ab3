"""Live texts read into rows, so that lists, search and links never open a text.

Every replica hears that a text has changed; whoever comes first does the work, the others find it
done. What nobody heard of is found by looking now and then.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlmodel import col, select

from policylab import coediting
from policylab.coediting import TextChanged
from policylab.documents.clauses import Clause, read_clauses
from policylab.documents.events import TextProjected
from policylab.documents.sections import Section
from policylab.documents.tables import Document, Draft, DraftSection, LanguageVersion
from policylab.documents.tree import BadText
from policylab.kit.db import Database, UnitOfWork
from policylab.kit.events import Announcement
from policylab.kit.log import log
from policylab.kit.viewer import SYSTEM

QUIET_SECONDS = 0.2
"""TextChanged comes after a quiet moment already; this gathers what several replicas say."""
LOOK_SECONDS = 20.0
FIRST_LOOK_SECONDS = 1.0
"""Those who come back after a start are let in before."""
LONGEST_SECONDS = 60.0
"""A look passes over what is still being written, whose writers announce it; so long at most."""
BATCH = 50


async def project(uow: UnitOfWork, draft: Draft) -> bool:
    """Bring the sections of a draft up to its log; only what differs is written.

    The caller holds the draft's row. False when there was nothing to do.
    """
    heads = await coediting.log_positions(uow.session, [draft.id])
    if heads.get(draft.id, -1) <= draft.projected_seq:
        return False
    known = await _known(uow, draft)
    sources = {key: row.source for key, row in known.items()}
    clauses, seq = await coediting.made_of_text(
        uow.session, draft.id, read_clauses, draft.id, draft.document_id, sources
    )
    await _write(uow, draft, known, clauses)
    draft.projected_seq = seq
    draft.updated_at = uow.now
    uow.session.add(draft)
    await uow.session.flush()
    document = await uow.session.get_one(Document, draft.document_id)
    uow.announce(
        TextProjected(
            lab_id=document.lab_id,
            dialogue_id=draft.dialogue_id,
            draft_id=draft.id,
            sequence=seq,
        )
    )
    return True


class _Known(NamedTuple):
    """What is known of a clause without looking at its words."""

    id: UUID
    source: bytes
    number: str
    parent: UUID | None
    place: int


async def _known(uow: UnitOfWork, draft: Draft) -> dict[UUID, _Known]:
    row = DraftSection
    wanted = select(
        col(row.section_id),
        *(col(each) for each in (row.id, row.source, row.number, row.parent, row.place)),
    ).where(col(row.draft_id) == draft.id)
    rows = await (await uow.session.connection()).execute(wanted)
    return {key: _Known(*rest) for key, *rest in rows.all()}


async def _write(
    uow: UnitOfWork, draft: Draft, known: dict[UUID, _Known], clauses: Sequence[Clause]
) -> None:
    """One statement for what is new, one for what changed, one for what moved, one for the rest."""
    part = await uow.session.get_one(LanguageVersion, draft.language_version_id)
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for clause in clauses:
        row = known.pop(clause.section_id, None)
        stands = {"number": clause.number, "parent": clause.parent, "place": clause.place}
        if clause.says is not None:
            said = {**stands, **clause.says, "source": clause.source}
            if row is None:
                new.append({"section_id": clause.section_id, **said})
            else:
                changed.append({"id": row.id, **said})
        elif row is not None and row[2:] != tuple(stands.values()):
            moved.append({"id": row.id, **stands})
    whose = {
        "dialogue_id": draft.dialogue_id,
        "document_id": draft.document_id,
        "draft_id": draft.id,
        "language": part.language,
    }
    if gone := [row.id for row in known.values()]:
        await uow.session.exec(delete(DraftSection).where(col(DraftSection.id).in_(gone)))
    for rows in batched(new):
        made = [DraftSection(**whose, **each).model_dump() for each in rows]
        await uow.session.exec(insert(DraftSection), params=made)
    for rows in (*batched(changed), *batched(moved)):
        await uow.session.exec(update(DraftSection), params=rows)


def batched(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """So many at once that others get their turn soon."""
    return (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))


def columns_of(section: Section) -> dict[str, Any]:
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


class Looks:
    """Tells at each look for which drafts no announcement can be waited for."""

    def __init__(self) -> None:
        self._left: dict[UUID, tuple[int, float]] | None = None
        """How far the log of what was behind went at the last look, and since when it is behind."""

    def overdue(self, behind: dict[UUID, int], now: float) -> dict[UUID, int]:
        """At the first look all, then those in which nothing has come since the last look, or that
        are behind too long."""
        before = self._left
        self._left = {
            key: (seq, (before or {}).get(key, (0, now))[1]) for key, seq in behind.items()
        }
        if before is None:
            return behind
        return {
            key: seq
            for key, (seq, since) in self._left.items()
            if before.get(key, (-1,))[0] == seq or now - since >= LONGEST_SECONDS
        }


class Projector:
    """Keeps the sections of this house's drafts up to date while it runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[UUID, int] = {}
        self._looks = Looks()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._database.bus.on(TextChanged, self._hear)
        self._task = asyncio.create_task(self._work(), name="documents.projection")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _hear(self, announcement: Announcement) -> None:
        draft_id = UUID(announcement.payload["draft_id"])
        self._waiting[draft_id] = max(announcement.payload["seq"], self._waiting.get(draft_id, -1))
        self._wake.set()

    async def _work(self) -> None:
        """Project what was heard of; now and then, and at first, what lies behind unheard."""
        loop = asyncio.get_running_loop()
        look_at = loop.time() + FIRST_LOOK_SECONDS
        while not self._database.pool.is_closing():
            try:
                if loop.time() >= look_at:
                    look_at = loop.time() + LOOK_SECONDS
                    behind = await self._behind()
                    self._waiting |= self._looks.overdue(behind, loop.time())
                while self._waiting:
                    await self._next()
            except Exception as error:  # noqa: BLE001 it is tried again at the next look
                log.warning("documents.projection_late", error=repr(error))
            await self._rest(look_at - loop.time())

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, QUIET_SECONDS)):
                await self._wake.wait()
            await asyncio.sleep(QUIET_SECONDS)
        except TimeoutError:
            pass
        self._wake.clear()

    async def _behind(self) -> dict[UUID, int]:
        """Drafts whose log goes further than their sections show."""
        async with self._database.read(SYSTEM) as session:
            rows = await session.exec(
                select(Draft.id, Draft.projected_seq).where(col(Draft.closed_at).is_(None))
            )
            shown = dict(rows.all())
            heads = await coediting.log_positions(session, list(shown))
        return {key: seq for key, seq in heads.items() if seq > shown[key]}

    async def _next(self) -> None:
        draft_id, seq = self._waiting.popitem()
        try:
            async with self._database.write(SYSTEM) as uow:
                draft = await uow.session.get(Draft, draft_id, with_for_update={"key_share": True})
                if draft is not None and draft.projected_seq < seq:
                    await project(uow, draft)
        except BadText as error:
            log.warning("documents.not_a_text", draft=str(draft_id), problem=error.problem)


def listen(database: Database) -> Projector:
    """Keep sections up to date from now on, and catch up with what changed while nobody did."""
    projector = Projector(database)
    projector.start()
    return projector
