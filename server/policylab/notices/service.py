"""Keeping each person's notices as things stand, and letting her read them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from policylab.kit.db import Database, UnitOfWork
from policylab.kit.errors import not_found
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import gathering_of
from policylab.notices.events import NoticesChanged
from policylab.notices.finding import needs_in, next_look
from policylab.notices.rules import NEWS, Changes, Need, NoticeKind, Told, changes
from policylab.notices.scene import scene_of
from policylab.notices.tables import Notice, NoticeLook
from policylab.process import Said

MOST_AT_ONCE = 200
"""Of the dialogues that have something new, so many are looked at before the next look."""


async def refresh(database: Database, dialogue_id: UUID) -> None:
    """Make the notices of a dialogue what they should be.

    They follow from how things stand, not from what was announced: an announcement that nobody
    heard is made up for at the next look, and one heard twice changes nothing.
    """
    async with database.write(SYSTEM) as uow:
        await _one_at_a_time(uow, dialogue_id)
        revision = await _revision(uow, dialogue_id)
        gathering = await gathering_of(uow.session, dialogue_id)
        if gathering is None or revision is None:
            return
        scene = await scene_of(uow.session, gathering)
        rows = await _rows_of(uow, dialogue_id)
        found = changes(await needs_in(scene), map(_told, rows.values()))
        _write(uow, rows, found, lab_id=gathering.dialogue.lab_id, dialogue_id=dialogue_id)
        await _looked(uow, dialogue_id, revision=revision, next_at=next_look(scene))


async def _looked(uow: UnitOfWork, dialogue_id: UUID, *, revision: int, next_at: datetime) -> None:
    look = await uow.session.get(NoticeLook, dialogue_id)
    look = look or NoticeLook(id=dialogue_id, revision=revision, next_at=next_at)
    look.revision, look.next_at = revision, next_at
    uow.session.add(look)


async def _one_at_a_time(uow: UnitOfWork, dialogue_id: UUID) -> None:
    """Replicas hear of the same things; the second one finds nothing left to do."""
    await (await uow.session.connection()).execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:dialogue, 17))"),
        {"dialogue": str(dialogue_id)},
    )


async def _revision(uow: UnitOfWork, dialogue_id: UUID) -> int | None:
    """The lab's revision, read before anything else: what comes later shows as a newer one."""
    result = await (await uow.session.connection()).execute(
        text(
            "SELECT l.revision FROM dialogue d JOIN lab_ledger l ON l.lab_id = d.lab_id "
            "WHERE d.id = :dialogue"
        ),
        {"dialogue": dialogue_id},
    )
    return result.scalar()


Key = tuple[UUID, NoticeKind, UUID]


async def _rows_of(uow: UnitOfWork, dialogue_id: UUID) -> dict[Key, Notice]:
    rows = await uow.session.exec(select(Notice).where(col(Notice.dialogue_id) == dialogue_id))
    return {(row.person_id, row.kind, row.subject_id): row for row in rows}


def _told(row: Notice) -> Told:
    key = (row.person_id, row.kind, row.subject_id)
    return Told(key, row.done_at is None, Said.of(row.sentences), row.due_at)


def _write(uow: UnitOfWork, rows: dict[Key, Notice], found: Changes, **where: Any) -> None:
    for need in found.new:
        row = Notice(
            person_id=need.person_id,
            kind=need.kind,
            subject_id=need.subject_id,
            closed_to=need.closed_to,
            actions=need.action.as_map(),
            url=need.url,
            **where,
        )
        _say(row, need)
        uow.session.add(row)
    for need in found.again:
        row = rows[need.key]
        row.created_at, row.read_at, row.done_at = uow.now, None, None
        _say(row, need)
    for need in found.other:
        _say(rows[need.key], need)
    for key in found.done:
        rows[key].done_at = uow.now
        rows[key].read_at = rows[key].read_at or uow.now
    _tell(uow, [need.person_id for need in (*found.new, *found.again, *found.other)])
    _tell(uow, [person_id for person_id, _, _ in found.done])


def _say(row: Notice, need: Need) -> None:
    row.sentences, row.due_at = need.said.as_map(), need.due_at


def _tell(uow: UnitOfWork, people: Iterable[UUID]) -> None:
    told = tuple(sorted(set(people)))
    if told:
        uow.announce(NoticesChanged(person_ids=told))


async def mark_read(uow: UnitOfWork, viewer: Viewer, *, notice_id: UUID) -> Notice:
    """Say that one has read a notice. News are done with then; the rest waits to be done."""
    notice = await uow.session.get(Notice, notice_id, with_for_update=True)
    if notice is None or notice.person_id != viewer.person_id:
        raise not_found()
    if notice.read_at is None:
        notice.read_at = uow.now
        if notice.kind in NEWS:
            notice.done_at = uow.now
        _tell(uow, [notice.person_id])
    return notice


async def look_at_clock(database: Database) -> None:
    """Look again at dialogues whose lab has changed since, and at those where a moment has come."""
    async with database.rows(SYSTEM) as connection:
        waiting = await connection.fetch(
            "SELECT d.id FROM dialogue d JOIN lab_ledger l ON l.lab_id = d.lab_id "
            "LEFT JOIN notice_look n ON n.id = d.id "
            "WHERE n.id IS NULL OR n.revision <> l.revision OR n.next_at <= now() "
            "ORDER BY n.next_at NULLS FIRST LIMIT $1",
            MOST_AT_ONCE,
        )
    for row in waiting:
        await refresh(database, row["id"])
