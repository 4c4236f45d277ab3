"""When people wrote, and how much: the rows of a log gathered into spells of writing.

A spell is one capacity's, and ends after some minutes of quiet. Spells are read from the log when
somebody asks for the history of a text, and kept; whoever reads them from the same rows finds the
same, so it does not matter who does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting.carrying import Carried, Origins
from policylab.coediting.heavy import ROW_WEIGHT, apart
from policylab.coediting.history import record_at
from policylab.coediting.letters import Letters
from policylab.coediting.stored import carried_in, head_of
from policylab.coediting.tables import DraftHead, DraftSpell, DraftUpdate
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM

QUIET: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(minutes=30)
ROWS_AT_ONCE: Final = 20_000
BYTES_AT_ONCE: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a log, as far as spells go."""

    seq: int
    capacity_id: UUID | None
    at: datetime
    added: int
    removed: int


@dataclass(slots=True)
class Spell:
    """See `tables.DraftSpell`."""

    first_seq: int
    last_seq: int
    capacity_id: UUID | None
    started_at: datetime
    ended_at: datetime
    added: int = 0
    removed: int = 0
    changes: int = 0

    def goes_on(self, at: datetime) -> bool:
        """Whether what is written now still belongs to it."""
        return at - self.ended_at <= QUIET and at - self.started_at <= LONGEST

    def take(self, line: Line) -> None:
        self.last_seq, self.ended_at = line.seq, max(self.ended_at, line.at)
        self.added += line.added
        self.removed += line.removed
        self.changes += 1


def gathered(latest: Iterable[Spell], lines: Iterable[Line]) -> list[Spell]:
    """The spells that these lines make or go on with; `latest` are the last ones of everybody."""
    last = {spell.capacity_id: spell for spell in latest}
    touched: dict[int, Spell] = {}
    for line in lines:
        spell = last.get(line.capacity_id)
        if spell is None or not spell.goes_on(line.at):
            spell = Spell(line.seq, line.seq, line.capacity_id, line.at, line.at)
            last[line.capacity_id] = spell
        spell.take(line)
        touched[spell.first_seq] = spell
    return list(touched.values())


def counted(
    before: Sequence[bytes], rows: Sequence[bytes], carried: Sequence[Carried]
) -> list[tuple[int, int]]:
    """How many letters each row brought and took; `before` makes the text that they begin with."""
    letters, origins = Letters(), Origins(carried)
    for update in before:
        letters.add(update, origins)
    return [letters.add(update, origins) for update in rows]


# ── kept ──


async def keep_up(database: Database, draft_id: UUID) -> None:
    """Bring the spells of a draft up to its log. NOT_FOUND where there is no draft."""
    while not await _is_kept(database, draft_id):
        async with database.write(SYSTEM) as uow:
            await _go_on(uow.session, draft_id)


async def _is_kept(database: Database, draft_id: UUID) -> bool:
    async with database.read(SYSTEM) as session:
        head = await head_of(session, draft_id)
        return await _covered(session, draft_id) >= head.seq


async def _covered(session: AsyncSession, draft_id: UUID) -> int:
    newest = select(func.max(DraftSpell.last_seq)).where(col(DraftSpell.draft_id) == draft_id)
    return (await session.exec(newest)).one() or 0


async def _go_on(session: AsyncSession, draft_id: UUID) -> None:
    head, covered = await head_of(session, draft_id), await _covered(session, draft_id)
    rows = await _rows_after(session, draft_id, covered)
    if not rows:
        return
    before = await record_at(session, draft_id, covered)
    updates = [row.update for row in rows]
    weight = before.weight + sum(map(len, updates)) + ROW_WEIGHT * len(updates)
    carried = await carried_in(session, draft_id)
    counts = await apart(weight, counted, before.updates, updates, carried)
    lines = [
        Line(row.seq, row.capacity_id, row.created_at, added, removed)
        for row, (added, removed) in zip(rows, counts, strict=True)
    ]
    latest = await _latest(session, draft_id)
    await _keep(session, head, gathered(latest, lines))


async def _rows_after(session: AsyncSession, draft_id: UUID, covered: int) -> list[Any]:
    """The rows that come next, as many as can be looked at together; one at least."""
    sizes = (
        select(DraftUpdate.seq, func.octet_length(DraftUpdate.update))
        .where(col(DraftUpdate.draft_id) == draft_id, col(DraftUpdate.seq) > covered)
        .order_by(col(DraftUpdate.seq))
        .limit(ROWS_AT_ONCE)
    )
    until, weight = covered, 0
    for seq, size in await session.exec(sizes):
        weight += size
        if until > covered and weight > BYTES_AT_ONCE:
            break
        until = seq
    rows = (
        select(DraftUpdate.seq, DraftUpdate.capacity_id, DraftUpdate.created_at, DraftUpdate.update)
        .where(col(DraftUpdate.draft_id) == draft_id)
        .where(col(DraftUpdate.seq) > covered, col(DraftUpdate.seq) <= until)
        .order_by(col(DraftUpdate.seq))
    )
    return list(await session.exec(rows))


async def _latest(session: AsyncSession, draft_id: UUID) -> list[Spell]:
    """The last spell of everybody."""
    newest = (
        select(func.max(DraftSpell.last_seq))
        .where(col(DraftSpell.draft_id) == draft_id)
        .group_by(col(DraftSpell.capacity_id))
    )
    rows = await session.exec(
        select(DraftSpell).where(
            col(DraftSpell.draft_id) == draft_id, col(DraftSpell.last_seq).in_(newest)
        )
    )
    names = Spell.__dataclass_fields__
    return [Spell(**{name: getattr(row, name) for name in names}) for row in rows]


_KEEP: Final = text("""
INSERT INTO draft_spell (id, dialogue_id, draft_id, first_seq, last_seq, capacity_id, started_at,
  ended_at, added, removed, changes)
VALUES (:id, :dialogue_id, :draft_id, :first_seq, :last_seq, :capacity_id, :started_at, :ended_at,
  :added, :removed, :changes)
ON CONFLICT (draft_id, first_seq) DO UPDATE SET last_seq = excluded.last_seq,
  ended_at = excluded.ended_at, added = excluded.added, removed = excluded.removed,
  changes = excluded.changes
WHERE excluded.last_seq > draft_spell.last_seq
""")


async def _keep(session: AsyncSession, head: DraftHead, spells: list[Spell]) -> None:
    """Two who read at once keep the same; who has read further wins."""
    rows = [
        DraftSpell(
            dialogue_id=head.dialogue_id,
            draft_id=head.id,
            **{name: getattr(spell, name) for name in Spell.__dataclass_fields__},
        ).model_dump(exclude={"created_at", "created_by"})
        for spell in sorted(spells, key=lambda each: each.first_seq)
    ]
    await (await session.connection()).execute(_KEEP, rows)
