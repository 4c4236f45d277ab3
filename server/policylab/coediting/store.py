"""The log of every live text: many drafts in one commit, each under the lock of its head.

Whoever closes a draft holds the same lock: an edit is in the log before the closing, or never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg

from policylab.coediting import milestones
from policylab.coediting.carrying import Carried
from policylab.coediting.session import Owner
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM


class Closed(Exception):
    """The draft takes no more edits."""


class NotStored(Exception):
    """The database did not say that it is stored; perhaps it is, perhaps not."""


class Taken(Exception):
    """A client id was somebody else's before, on another replica."""


class Unknown(Exception):
    """There is no such draft."""


GATHERING: Final = 0.004
"""Seconds from one commit to the next while several texts are being written."""
FAILED: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True)
class Row:
    """One person's changes of one moment."""

    owner: Owner
    update: bytes


@dataclass(slots=True)
class Entry:
    """What one draft wants in the log, and who waits for it."""

    draft_id: UUID
    rows: Sequence[Row]
    claims: dict[int, Owner]
    carried: Sequence[Carried]
    done: asyncio.Future[int]


@dataclass(slots=True)
class Loaded:
    """A draft as the database has it."""

    dialogue_id: UUID
    closed: bool
    seq: int
    state: bytes | None
    shape: bytes | None
    snapshot_seq: int
    tail: list[bytes]
    owners: dict[int, Owner] = field(default_factory=dict[int, Owner])


# One statement does it all, so that a commit is one round trip: lock the heads, move them on, write
# the rows behind them. Heads that somebody else holds are left out (%s) and tried alone.
_APPEND = """
WITH wanted AS MATERIALIZED (
  SELECT draft_id, count(*)::bigint AS n FROM unnest($1::uuid[]) AS w(draft_id) GROUP BY draft_id
), locked AS MATERIALIZED (
  SELECT h.id, h.closed FROM draft_head h
  WHERE h.id IN (SELECT draft_id FROM wanted) ORDER BY h.id FOR NO KEY UPDATE{skip}
), moved AS (
  UPDATE draft_head h SET seq = h.seq + wanted.n FROM locked, wanted
  WHERE h.id = locked.id AND wanted.draft_id = h.id AND NOT locked.closed
  RETURNING h.id, h.seq - wanted.n AS before
), written AS (
  INSERT INTO draft_update (draft_id, seq, person_id, capacity_id, update)
  SELECT r.draft_id, moved.before + r.n, r.person_id, r.capacity_id, r.update
  FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bytea[])
    AS r(draft_id, n, person_id, capacity_id, update)
  JOIN moved ON moved.id = r.draft_id
)
SELECT locked.id, locked.closed, moved.before FROM locked LEFT JOIN moved ON moved.id = locked.id
"""
APPEND_FREE = _APPEND.format(skip=" SKIP LOCKED")
APPEND_WAITING = _APPEND.format(skip="")

# The same for one person's changes of one draft, which is how most commits are. No row: the head is
# held by somebody, closed, or not there; the statement above tells which.
APPEND_ONE: Final = """
WITH free AS MATERIALIZED (
  SELECT id FROM draft_head WHERE id = $1 AND NOT closed FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
  UPDATE draft_head h SET seq = h.seq + 1 FROM free WHERE h.id = free.id RETURNING h.seq
)
INSERT INTO draft_update (draft_id, seq, person_id, capacity_id, update)
SELECT $1, moved.seq, $2, $3, $4 FROM moved RETURNING seq - 1
"""

_CLAIM = """
INSERT INTO draft_client (draft_id, client_id, person_id, capacity_id)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[]) ON CONFLICT DO NOTHING
"""
_CARRIED = """
INSERT INTO draft_carried (draft_id, client_id, clock, length, from_client, from_clock)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
"""
_OWNED = """
SELECT c.draft_id, c.client_id, c.person_id, c.capacity_id FROM draft_client c
JOIN unnest($1::uuid[], $2::bigint[]) AS w(draft_id, client_id)
  ON w.draft_id = c.draft_id AND w.client_id = c.client_id
"""


class Store:
    """The log in the database. One commit is under way at a time; the rest gathers for the next."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._line = database.line()
        self._waiting: list[Entry] = []
        self._begun = 0.0
        self._last: UUID | None = None
        """When the commit before this one began, and the last text in it."""
        self._busy = False
        self._worker: asyncio.Task[None] | None = None
        self._alone: set[asyncio.Task[None]] = set()

    async def append(
        self,
        draft_id: UUID,
        rows: Sequence[Row],
        claims: dict[int, Owner] | None = None,
        carried: Sequence[Carried] = (),
    ) -> int:
        """Store rows, durable on return; answers the log position before the first of them.

        Raises Closed, Taken, Unknown (nothing was stored) or NotStored (nobody knows).
        """
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(Entry(draft_id, rows, claims or {}, carried, done))
        if not self._busy:
            await self._round()
            if self._waiting and not self._busy:
                self._worker = asyncio.create_task(self._work(), name="coediting.store")
        return await done

    async def _work(self) -> None:
        while self._waiting and not self._busy:
            await self._round()

    async def _round(self) -> None:
        """One commit, of everything that waits."""
        self._busy = True
        try:
            await self._gather()
            batch, self._waiting = self._waiting, []
            for entry in await self._commit(batch):
                task = asyncio.create_task(self._commit_alone(entry))
                self._alone.add(task)
                task.add_done_callback(self._alone.discard)
        finally:
            self._busy = False

    async def _gather(self) -> None:
        """While several texts are being written, let a few of their changes come together."""
        loop = asyncio.get_running_loop()
        due = self._begun + GATHERING
        others = self._last is not None and self._waiting[0].draft_id != self._last
        if others and loop.time() < due:
            await asyncio.sleep(due - loop.time())
        self._begun, self._last = loop.time(), self._waiting[-1].draft_id

    async def _commit_alone(self, entry: Entry) -> None:
        """Wait for a head that somebody holds, without holding up the other drafts."""
        try:
            async with self._database.raw() as connection:
                kept = await _keep(connection, [entry], APPEND_WAITING)
        except FAILED as error:
            _fail(entry, NotStored(repr(error)))
            return
        if _settle(kept):
            _fail(entry, Unknown())

    async def _commit(self, batch: list[Entry]) -> list[Entry]:
        """Store what can be stored; answers the entries whose heads are held by somebody else."""
        try:
            if len(batch) == 1 and await self._keep_one(batch[0]):
                return []
            connection = await self._line.connection()
            if any(entry.claims or entry.carried for entry in batch):
                async with connection.transaction():
                    kept = await _keep(connection, batch, APPEND_FREE)
            else:  # one statement is a transaction by itself
                kept = await _keep(connection, batch, APPEND_FREE)
        except FAILED as error:
            _fail_all(batch, error)
            return []
        except BaseException as error:
            _fail_all(batch, error)
            raise
        return _settle(kept)

    async def _keep_one(self, entry: Entry) -> bool:
        """Write one row, if that is all there is to write and nothing stands in the way."""
        if len(entry.rows) != 1 or entry.claims or entry.carried:
            return False
        row = entry.rows[0]
        statement = await self._line.prepared(APPEND_ONE)
        before = await statement.fetchval(entry.draft_id, *row.owner, row.update)
        if before is not None and not entry.done.done():
            entry.done.set_result(before)
        return before is not None

    async def close(self) -> None:
        """Give the connection back; what has been asked for is finished first."""
        if self._worker is not None:
            await self._worker
        await self._line.close()

    async def load(self, draft_id: UUID) -> Loaded:
        """The draft as it is: its newest snapshot, the rows after it, and whose its clients are."""
        async with self._database.rows(SYSTEM) as connection:
            head = await connection.fetchrow(
                "SELECT dialogue_id, closed FROM draft_head WHERE id = $1", draft_id
            )
            if head is None:
                raise Unknown
            snapshot = await connection.fetchrow(
                "SELECT seq, state, shape FROM draft_snapshot WHERE draft_id = $1 "
                "ORDER BY seq DESC LIMIT 1",
                draft_id,
            )
            start = snapshot["seq"] if snapshot else 0
            rows = await _rows_after(connection, draft_id, start)
            clients = await connection.fetch(
                "SELECT client_id, person_id, capacity_id FROM draft_client WHERE draft_id = $1",
                draft_id,
            )
        return Loaded(
            dialogue_id=head["dialogue_id"],
            closed=head["closed"],
            seq=rows[-1][0] if rows else start,
            state=snapshot["state"] if snapshot else None,
            shape=snapshot["shape"] if snapshot else None,
            snapshot_seq=start,
            tail=[update for _, update in rows],
            owners={row[0]: (row[1], row[2]) for row in clients},
        )

    async def after(
        self, draft_id: UUID, seq: int
    ) -> tuple[list[tuple[int, bytes]], dict[int, Owner]]:
        """The rows after a log position, and whose the clients are now."""
        async with self._database.rows(SYSTEM) as connection:
            rows = await _rows_after(connection, draft_id, seq)
            clients = await connection.fetch(
                "SELECT client_id, person_id, capacity_id FROM draft_client WHERE draft_id = $1",
                draft_id,
            )
        return rows, {row[0]: (row[1], row[2]) for row in clients}

    async def heads(self, draft_ids: Sequence[UUID]) -> dict[UUID, tuple[int, bool]]:
        """How far each draft's log goes, and whether it is closed."""
        async with self._database.rows(SYSTEM) as connection:
            rows = await connection.fetch(
                "SELECT id, seq, closed FROM draft_head WHERE id = ANY($1::uuid[])", list(draft_ids)
            )
        return {row["id"]: (row["seq"], row["closed"]) for row in rows}

    async def keep_snapshot(self, draft_id: UUID, seq: int, state: bytes, shape: bytes) -> None:
        """Remember the whole text at a log position; of older ones only milestones stay."""
        async with self._database.raw() as connection:
            await milestones.keep(connection, draft_id, seq, state, shape)


@dataclass(slots=True)
class _Kept:
    """What became of a batch, to be said once it is durable."""

    taken: list[Entry]
    free: list[Entry]
    heads: dict[UUID, Any]


async def _keep(connection: Any, batch: list[Entry], statement: str) -> _Kept:
    """Write a batch; nobody is told before it is committed."""
    taken = await _claim(connection, batch)
    free = [entry for entry in batch if entry not in taken] if taken else batch
    heads = await connection.fetch(statement, *_columns(free)) if free else []
    kept = _Kept(taken, free, {row["id"]: row for row in heads})
    await _carry(connection, kept)
    return kept


async def _carry(connection: Any, kept: _Kept) -> None:
    """Note which words of these rows stood in the text before."""
    rows = [
        (entry.draft_id, each.client, each.clock, each.length, each.from_client, each.from_clock)
        for entry in kept.free
        for each in entry.carried
        if entry.draft_id in kept.heads
    ]
    if rows:
        await connection.executemany(_CARRIED, rows)


async def _rows_after(connection: Any, draft_id: UUID, seq: int) -> list[tuple[int, bytes]]:
    rows = await connection.fetch(
        "SELECT seq, update FROM draft_update WHERE draft_id = $1 AND seq > $2 ORDER BY seq",
        *(draft_id, seq),
    )
    return [(row["seq"], row["update"]) for row in rows]


async def _claim(connection: Any, batch: list[Entry]) -> list[Entry]:
    """Bind new client ids to who uses them; answers the entries that came too late."""
    wanted = {
        (entry.draft_id, client): owner for entry in batch for client, owner in entry.claims.items()
    }
    if not wanted:
        return []
    keys = sorted(wanted)
    drafts, clients = [key[0] for key in keys], [key[1] for key in keys]
    owners = [wanted[key] for key in keys]
    persons, capacities = [owner[0] for owner in owners], [owner[1] for owner in owners]
    await connection.execute(_CLAIM, drafts, clients, persons, capacities)
    rows = await connection.fetch(_OWNED, drafts, clients)
    actual = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    return [
        entry
        for entry in batch
        if any(
            actual.get((entry.draft_id, client)) != owner for client, owner in entry.claims.items()
        )
    ]


def _columns(batch: list[Entry]) -> tuple[list[Any], ...]:
    """The rows of a batch as columns, numbered within each draft from one."""
    drafts: list[UUID] = []
    numbers: list[int] = []
    owners: list[Owner] = []
    updates: list[bytes] = []
    count: dict[UUID, int] = {}
    for entry in batch:
        for row in entry.rows:
            count[entry.draft_id] = count.get(entry.draft_id, 0) + 1
            drafts.append(entry.draft_id)
            numbers.append(count[entry.draft_id])
            owners.append(row.owner)
            updates.append(row.update)
    persons, capacities = [owner[0] for owner in owners], [owner[1] for owner in owners]
    return drafts, numbers, persons, capacities, updates


def _settle(kept: _Kept) -> list[Entry]:
    """Tell those who wait what became of their rows; answers those whose heads were held."""
    left: list[Entry] = []
    done: dict[UUID, int] = {}
    for entry in kept.taken:
        _fail(entry, Taken())
    for entry in kept.free:
        head = kept.heads.get(entry.draft_id)
        if head is None and entry.rows:
            left.append(entry)
        elif head is not None and head["closed"]:
            _fail(entry, Closed())
        elif not entry.done.done():
            before = done.get(entry.draft_id, head["before"] if head is not None else 0)
            done[entry.draft_id] = before + len(entry.rows)
            entry.done.set_result(before)
    return left


def _fail_all(batch: list[Entry], error: BaseException) -> None:
    for entry in batch:
        _fail(entry, NotStored(repr(error)))


def _fail(entry: Entry, error: Exception) -> None:
    if not entry.done.done():
        entry.done.set_exception(error)
