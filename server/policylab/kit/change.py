"""A unit of work: one change, and all that it leaves behind.

Rooms write through its session or, where something is done often, by plain statements, which are
prepared once for each connection. Both are one transaction; each sees what the other has written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.events import Announcement, Event
from policylab.kit.ledger import HOUSE
from policylab.kit.revisions import TOUCHED
from policylab.kit.tables import Table, metadata
from policylab.kit.viewer import Viewer


@dataclass(frozen=True)
class _Audit:
    lab_id: UUID
    action: str
    object_type: str
    object_id: UUID | None
    capacity_id: UUID | None
    detail: dict[str, Any]


class UnitOfWork:
    """One change: everything in it becomes true at once, or nothing does."""

    def __init__(
        self, connection: AsyncConnection, plain: Any, viewer: Viewer, now: datetime
    ) -> None:
        self.viewer = viewer
        self.now = now
        """The database's clock at the start of the transaction; the only clock that rules see."""
        self.shared: dict[str, Any] = {}
        """Things of the house that transport hands in (settings, the co-editing hub)."""
        self._connection = connection
        self._plain = plain
        self._session: AsyncSession | None = None
        self._events: list[Event] = []
        self._audits: list[_Audit] = []
        self._labs: set[UUID] = set()

    @property
    def session(self) -> AsyncSession:
        """For what is read and written as objects; opened when first asked for."""
        if self._session is None:
            self._session = AsyncSession(self._connection, expire_on_commit=False)
        return self._session

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a plain statement, as asyncpg gives them. JSON goes in as text."""
        await self._send_objects()
        return await self._plain.fetch(statement, *values)

    async def fetchrow(self, statement: str, *values: Any) -> Any:
        """The first row of a plain statement, or None."""
        await self._send_objects()
        return await self._plain.fetchrow(statement, *values)

    async def insert(self, *rows: Table) -> None:
        """Write new rows of one table at once and without the session, which never knows them."""
        await self._send_objects()
        statement, values_of = _insertion(rows[0].__tablename__)
        if len(rows) == 1:
            await self._plain.fetch(statement, *values_of(rows[0]))
        else:
            await self._plain.executemany(statement, [values_of(row) for row in rows])

    async def _send_objects(self) -> None:
        """Write what waits in the session, so that plain statements see it."""
        if self._session is not None:
            waiting = self._session.sync_session
            if waiting.new or waiting.dirty or waiting.deleted:
                await self._session.flush()

    def announce(self, event: Event) -> None:
        """Keep an announcement with the change; it is sent out after the commit."""
        self._events.append(event)
        if event.lab_id:
            self._labs.add(event.lab_id)

    def touch_lab(self, lab_id: UUID) -> None:
        """Bump the lab's revision for something other than a row of it."""
        self._labs.add(lab_id)

    def audit(
        self,
        *,
        action: str,
        object_type: str,
        object_id: UUID | None,
        lab_id: UUID | None = None,
        capacity_id: UUID | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Note who did what to which thing. `detail` holds ids and codes, never words."""
        lab = lab_id or HOUSE
        self._audits.append(_Audit(lab, action, object_type, object_id, capacity_id, detail or {}))

    async def claim(self, *, key: str, operation: str, input_hash: bytes) -> Any | None:
        """The first answer to this client mutation id, or None when this is the first request.

        A second request with the same key waits for the first one to end.
        """
        person = self.viewer.person_id or HOUSE
        if await self.fetchrow(_CLAIM, person, key, operation, input_hash):
            return None
        known = await self.fetchrow(_CLAIMED, person, key)
        if known["operation"] != operation or known["input_hash"] != input_hash:
            message = "This client mutation id was used before, with another input."
            raise Refused(RefusalCode.IDEMPOTENCY_CONFLICT, message, field="clientMutationId")
        return known["answer"]

    async def keep_answer(self, *, key: str, answer: dict[str, Any]) -> None:
        """Keep what a retry with the same key shall be answered."""
        person = self.viewer.person_id or HOUSE
        await self.fetch(_KEEP_ANSWER, person, key, orjson.dumps(answer).decode())

    async def finish(self) -> list[Announcement]:
        """Write the ledger last, labs in one fixed order; the announcements to send after that."""
        await self._send_objects()
        payloads = [orjson.dumps(event.payload()) for event in self._events]
        audited = {audit.lab_id for audit in self._audits}
        rows = await self.fetch(
            _LEDGER,
            [event.kind for event in self._events],
            [event.lab_id for event in self._events],
            [event.dialogue_id for event in self._events],
            [payload.decode() for payload in payloads],
            list(audited),
            list(self._labs),
        )
        heads = [row for row in rows if row["lab_id"] in audited]
        if heads:
            await self._write_audits(heads)
        sequences = sorted(row["place"] for row in rows if row["lab_id"] is None)
        return [
            Announcement(place, event.kind, event.lab_id, event.dialogue_id, orjson.loads(payload))
            for place, event, payload in zip(sequences, self._events, payloads, strict=True)
        ]

    async def _write_audits(self, heads: list[Any]) -> None:
        """Add this change's events to the chain of each lab, whose head is locked."""
        chain: list[dict[str, Any]] = []
        ends: list[dict[str, Any]] = []
        for head in heads:
            sequence, previous = head["place"], head["hash"]
            for audit in self._audits:
                if audit.lab_id == head["lab_id"]:
                    sequence += 1
                    chain.append(self._audit_row(audit, sequence, previous))
                    previous = chain[-1]["hash"]
            ends.append(chain[-1])
        columns = [[row[name] for row in chain] for name in _AUDITED]
        lasts = [[row[name] for row in ends] for name in ("lab_id", "sequence", "hash")]
        await self.fetch(_AUDIT, *columns, *lasts, self.now, self.viewer.person_id)

    def _audit_row(self, audit: _Audit, sequence: int, previous: bytes) -> dict[str, Any]:
        row: dict[str, Any] = {
            "lab_id": audit.lab_id,
            "sequence": sequence,
            "at": self.now,
            "actor_id": self.viewer.person_id,
            "capacity_id": audit.capacity_id,
            "action": audit.action,
            "object_type": audit.object_type,
            "object_id": audit.object_id,
            "detail": orjson.dumps(audit.detail, option=orjson.OPT_SORT_KEYS).decode(),
        }
        return row | {"previous_hash": previous, "hash": audit_hash(row, previous)}

    async def close(self) -> None:
        """Let the objects go; the connection stays with whoever opened it."""
        if self._session is not None:
            await self._session.close()


def audit_hash(row: dict[str, Any], previous: bytes) -> bytes:
    """SHA-256 over the previous hash and the event's fields, keys sorted; chains the events."""
    fields = {key: str(value) for key, value in row.items() if value is not None}
    return hashlib.sha256(previous + orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).digest()


@lru_cache
def _insertion(table: str) -> tuple[str, Callable[[Table], list[Any]]]:
    """The statement that writes one row of a table, and what it is given of a row."""
    columns = [column for column in metadata.tables[table].c if column.server_default is None]
    names = [column.name for column in columns]
    written = {column.name for column in columns if isinstance(column.type, JSONB)}

    def values_of(row: Table) -> list[Any]:
        values = [getattr(row, name) for name in names]
        return [
            orjson.dumps(value).decode() if name in written and value is not None else value
            for name, value in zip(names, values, strict=True)
        ]

    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    into = f"{table} ({', '.join(names)})"
    return f"INSERT INTO {into} VALUES ({places})", values_of  # noqa: S608 our own names


_CLAIM = """
INSERT INTO mutation_answer (person_id, key, operation, input_hash) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING key
"""
_CLAIMED = """
SELECT operation, input_hash, answer FROM mutation_answer WHERE person_id = $1 AND key = $2
"""
_KEEP_ANSWER = """
UPDATE mutation_answer SET answer = $3::jsonb WHERE person_id = $1 AND key = $2
"""
_LEDGER = f"""
WITH told AS (
  INSERT INTO outbox (kind, lab_id, dialogue_id, payload)
  SELECT kind, lab, dialogue, payload::jsonb
    FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[])
         WITH ORDINALITY AS e(kind, lab, dialogue, payload, place)
   ORDER BY place
  RETURNING sequence
), bumped AS (
  INSERT INTO lab_ledger (lab_id, revision, bumped_by, audit_sequence, audit_hash)
  SELECT key, bool_or(touched)::int, pg_current_xact_id()::text::bigint, 0, ''
    FROM (SELECT unnest($5::uuid[]) AS key, false AS touched
          UNION ALL SELECT unnest($6::uuid[]), true
          UNION ALL SELECT noted::uuid, true
            FROM unnest(string_to_array(current_setting('{TOUCHED}', true), ',')) AS noted
           WHERE noted <> '') AS keys
   GROUP BY key ORDER BY key
  ON CONFLICT (lab_id) DO UPDATE SET revision = lab_ledger.revision + excluded.revision,
      bumped_by = CASE excluded.revision WHEN 0 THEN lab_ledger.bumped_by
                  ELSE excluded.bumped_by END
  RETURNING lab_id, audit_sequence, audit_hash
)
SELECT NULL::uuid AS lab_id, sequence AS place, NULL::bytea AS hash FROM told
UNION ALL SELECT lab_id, audit_sequence, audit_hash FROM bumped
"""  # noqa: S608 our own name of a setting
"""Announcements, and every revision that was touched, locked in one fixed order. What the database
noted of the changed rows (kit.revisions) counts, whatever the verbs said."""
_AUDITED = (
    "lab_id",
    "sequence",
    "capacity_id",
    "action",
    "object_type",
    "object_id",
    "detail",
    "previous_hash",
    "hash",
)
_AUDIT = """
WITH chained AS (
  INSERT INTO audit_event (lab_id, sequence, at, actor_id, capacity_id, action, object_type,
                           object_id, detail, previous_hash, hash)
  SELECT lab, sequence, $13, $14, capacity, action, kind, object, detail::jsonb, previous, hash
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::uuid[],
                $7::text[], $8::bytea[], $9::bytea[])
      AS e(lab, sequence, capacity, action, kind, object, detail, previous, hash)
)
UPDATE lab_ledger l SET audit_sequence = h.sequence, audit_hash = h.hash
  FROM unnest($10::uuid[], $11::bigint[], $12::bytea[]) AS h(lab, sequence, hash)
 WHERE l.lab_id = h.lab
"""
