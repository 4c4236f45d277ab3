"""A unit of work: one change, and all that it leaves behind.

Rooms write through its session or, where something is done often, by plain statements, which are
prepared once for each connection. Both are one transaction; each sees what the other has written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Self
from uuid import UUID

import orjson
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.ahead import fetch_last
from policylab.kit.chain import unnumbered
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.events import Announcement, Event
from policylab.kit.ledger import HOUSE
from policylab.kit.revisions import TOUCHED
from policylab.kit.tables import Table, metadata
from policylab.kit.viewer import Viewer

OpenSession = Callable[[], AsyncSession]


@dataclass(frozen=True)
class _Audit:
    lab_id: UUID
    action: str
    object_type: str
    object_id: UUID | None
    capacity_id: UUID | None
    detail: str
    """As JSON, its keys sorted."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A plain statement, and what it is given."""

    sql: str
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """A client mutation id, and for what it is used: the same for each retry."""

    key: str
    operation: str
    input_hash: bytes


class UnitOfWork:
    """One change: everything in it becomes true at once, or nothing does."""

    def __init__(
        self, plain: Any, open_session: OpenSession, viewer: Viewer, now: datetime
    ) -> None:
        self.viewer = viewer
        self.now = now
        """The database's clock at the start of the transaction; the only clock that rules see."""
        self.shared: dict[str, Any] = {}
        """Things of the house that transport hands in (settings, the co-editing hub)."""
        self.first: Any | None = None
        """What the first one with this claim has answered; None where this is the first."""
        self.reach: str | None = None
        """What the viewer reaches, as `policylab_reach` keeps it, where a verb has looked that up
        and changes nothing of it: for what is read of its outcome."""
        self._plain = plain
        self._open_session = open_session
        self._session: AsyncSession | None = None
        self._events: list[Event] = []
        self._audits: list[_Audit] = []
        self._last: dict[str, Statement] = {}
        self._labs: set[UUID] = set()
        self._claim: Claim | None = None
        self._answer: tuple[UUID, str, str] | None = None

    @classmethod
    async def begun(
        cls, plain: Any, open_session: OpenSession, viewer: Viewer, claim: Claim | None
    ) -> Self:
        """The unit of work of a transaction that has begun.

        A second one with the same claim waits for the first one to end.
        """
        if claim is None:
            return cls(plain, open_session, viewer, await plain.fetchval("SELECT now()"))
        person = viewer.person_id or HOUSE
        given = (person, claim.key, claim.operation, claim.input_hash)
        now, is_first = await plain.fetchrow(_CLAIM, *given)
        uow = cls(plain, open_session, viewer, now)
        uow._claim = claim
        if not is_first:
            known = await plain.fetchrow(_CLAIMED, person, claim.key)
            if (known["operation"], known["input_hash"]) != (claim.operation, claim.input_hash):
                message = "This client mutation id was used before, with another input."
                raise Refused(RefusalCode.IDEMPOTENCY_CONFLICT, message, field="clientMutationId")
            uow.first = known["answer"]
        return uow

    @property
    def session(self) -> AsyncSession:
        """For what is read and written as objects; opened when first asked for."""
        assert not self._last, "What is to be carried out last is not written yet."
        if self._session is None:
            self._session = self._open_session()
        return self._session

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a plain statement, as asyncpg gives them. JSON goes in as text."""
        await self._send_waiting()
        return await self._plain.fetch(statement, *values)

    async def fetchrow(self, statement: str, *values: Any) -> Any:
        """The first row of a plain statement, or None."""
        await self._send_waiting()
        return await self._plain.fetchrow(statement, *values)

    async def together(self, **statements: Statement) -> list[Any]:
        """Carry out several statements in one round trip; the rows that the last of them returns.

        Each can read what those before it return, by their names, and is carried out after those
        that it reads. None of them sees what another has written.
        """
        return await self.fetch(_joined(_sql(statements)), *_values(statements))

    async def last(self, **statements: Statement) -> None:
        """The same with what the change leaves behind, in one round trip; or sooner, should a plain
        statement be asked for before. Each returns something, which nobody is told.

        The session is not to be used after it: it would not see what is still to be written.
        """
        await self._send_waiting()
        self._last = statements

    async def insert(self, *rows: Table) -> None:
        """Write new rows of one table at once and without the session, which never knows them."""
        first, *others = map(inserting, rows)
        if not others:
            await self.fetch(first.sql, *first.values)
            return
        await self._send_waiting()
        await self._plain.executemany(first.sql, [each.values for each in (first, *others)])

    async def _send_waiting(self) -> None:
        """Write what waits, in the session or to be written last, so that a statement sees it."""
        await self._send_objects()
        if self._last:
            waiting, self._last = self._last, {}
            await self.together(**waiting)

    async def _send_objects(self) -> None:
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
        written = orjson.dumps(detail or {}, option=orjson.OPT_SORT_KEYS).decode()
        event = _Audit(lab_id or HOUSE, action, object_type, object_id, capacity_id, written)
        self._audits.append(event)

    def keep_answer(self, answer: dict[str, Any]) -> None:
        """Keep what a retry with the same claim shall be answered."""
        assert self._claim is not None
        self._answer = (
            self.viewer.person_id or HOUSE,
            self._claim.key,
            orjson.dumps(answer).decode(),
        )

    async def finish(self) -> list[Announcement]:
        """Write the ledger last, labs in one fixed order, by one statement, with what was to be
        carried out last, and commit; the announcements to send after that."""
        await self._send_objects()
        told = self._told()
        ending = self._ending(self._last, told)
        rows = await fetch_last(self._plain, ending.sql, *ending.values)
        return [each._replace(sequence=row[0]) for each, row in zip(told, rows, strict=True)]

    @classmethod
    def imagined(cls, viewer: Viewer, now: datetime) -> Self:
        """One that is not carried out, for what it would end with."""
        return cls(None, _nowhere, viewer, now)

    def ending(self, last: dict[str, Statement], *, answer: str) -> Statement:
        """What `finish` would carry out, had these statements been kept for last. `answer` ends
        it, and may read what is `told`."""
        return self._ending(last, self._told(), answer=answer)

    def _told(self) -> list[Announcement]:
        return [
            Announcement(0, event.kind, event.lab_id, event.dialogue_id, event.payload())
            for event in self._events
        ]

    def _ending(
        self, last: dict[str, Statement], told: list[Announcement], **more: str
    ) -> Statement:
        values = [
            *_values(last),
            _as_json([each._asdict() for each in told]),
            _as_json(self._audited()),
            ",".join(map(str, self._labs)),
            self.now,
            self.viewer.person_id,
            *(self._answer or ()),
        ]
        return Statement(_ending(_sql(last), answered=self._answer is not None, **more), values)

    def _audited(self) -> list[dict[str, Any]]:
        """This change's audit events, lab by lab: what of each is hashed, and what is told."""
        labs: dict[UUID, dict[str, Any]] = {}
        for audit in self._audits:
            lab = labs.setdefault(audit.lab_id, {"lab": audit.lab_id, "said": [], "told": []})
            fields = vars(audit)
            row = fields | {"at": self.now, "actor_id": self.viewer.person_id}
            lab["said"].append(unnumbered(row).decode())
            lab["told"].append(fields | {"detail": orjson.Fragment(audit.detail)})
        return list(labs.values())

    async def close(self) -> None:
        """Let the objects go; the connection stays with whoever opened it."""
        if self._session is not None:
            await self._session.close()


def _nowhere() -> AsyncSession:
    raise RuntimeError("This change is not carried out.")


def _as_json(value: Any) -> str:
    """Identifiers may be of the driver's own kind."""
    return orjson.dumps(value, default=str).decode()


def inserting(row: Table, *, after: str = "", returning: str = "", **columns: str) -> Statement:
    """The statement that writes one new row, without the session.

    `after`: what is read first, as for FROM. `columns`: what is written there instead of the row's
    own value, in SQL, where `{}` stands for that.
    """
    table = row.__tablename__
    names, written = _columns(table)
    sql = _insertion(table, tuple(columns.items()), after, returning)
    told = vars(row)  # as it was made: nobody is to notice that it is read
    values = [told[name] for name in names]
    for place in written:
        if values[place] is not None:
            values[place] = orjson.dumps(values[place]).decode()
    return Statement(sql, values)


@cache
def _columns(table: str) -> tuple[list[str], list[int]]:
    """The columns of a row that we write ourselves; and which of them, by place, are JSON."""
    columns = [column for column in metadata.tables[table].c if column.server_default is None]
    written = [n for n, column in enumerate(columns) if isinstance(column.type, JSONB)]
    return [column.name for column in columns], written


@cache
def _insertion(table: str, written: tuple[tuple[str, str], ...], after: str, returning: str) -> str:
    names, _ = _columns(table)
    told_by = dict(written)
    places = [told_by.get(name, "{}").format(f"${n}") for n, name in enumerate(names, start=1)]
    told = f"SELECT {', '.join(places)} FROM {after}" if after else f"VALUES ({', '.join(places)})"  # noqa: S608 our own names
    back = f" RETURNING {returning}" if returning else ""
    return f"INSERT INTO {table} ({', '.join(names)}) {told}{back}"


def _sql(statements: dict[str, Statement]) -> tuple[tuple[str, str], ...]:
    return tuple((name, each.sql) for name, each in statements.items())


def _values(statements: dict[str, Statement]) -> list[Any]:
    return [value for each in statements.values() for value in each.values]


@cache
def _joined(statements: tuple[tuple[str, str], ...]) -> str:
    """Statements as one; the values of each follow those of the one before."""
    parts, _ = _parts(statements)
    return f"WITH {parts} SELECT * FROM {statements[-1][0]}"  # noqa: S608 our own statements


_NUMBERS = "SELECT sequence FROM told ORDER BY sequence"


@cache
def _ending(last: tuple[tuple[str, str], ...], *, answered: bool, answer: str = _NUMBERS) -> str:
    """The same with the ledger after them, which reads what the database noted of their rows."""
    parts, given = _parts(last)
    counts = [f"(SELECT count(*) FROM {name})" for name, _ in last]  # noqa: S608 our own names
    written = " + ".join(counts) or "0"
    ledger = _LEDGER.format(noted=_NOTED.format(written=written))
    ledger = _moved(ledger + _ANSWERED if answered else ledger, given)
    return f"WITH {parts}{', ' if parts else ''}{ledger} {answer}"


def _parts(statements: tuple[tuple[str, str], ...]) -> tuple[str, int]:
    """Statements under their names, and how many values they are given."""
    given = 0
    parts: list[str] = []
    for name, sql in statements:
        parts.append(f"{name} AS ({_moved(sql, given)})")
        given += max(map(int, _PLACE.findall(sql)), default=0)
    return ", ".join(parts), given


def _moved(sql: str, by: int) -> str:
    return _PLACE.sub(lambda found: f"${int(found[1]) + by}", sql)


_PLACE = re.compile(r"\$(\d+)")
_CLAIM = """
WITH made AS (
  INSERT INTO mutation_answer (person_id, key, operation, input_hash) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING key
)
SELECT now(), EXISTS (SELECT FROM made)
"""
_CLAIMED = """
SELECT operation, input_hash, answer FROM mutation_answer WHERE person_id = $1 AND key = $2
"""
_NOTED = f"CASE WHEN {{written}} >= 0 THEN current_setting('{TOUCHED}', true) END"
"""Asked only once those rows are written."""
_LEDGER = """
told AS (
  INSERT INTO outbox (kind, lab_id, dialogue_id, payload)
  SELECT kind, lab_id, dialogue_id, payload
    FROM ROWS FROM (jsonb_to_recordset($1::jsonb)
                    AS (kind text, lab_id uuid, dialogue_id uuid, payload jsonb))
         WITH ORDINALITY AS e(kind, lab_id, dialogue_id, payload, place)
   ORDER BY place
  RETURNING sequence, kind, lab_id, dialogue_id, payload
), audited AS (
  SELECT lab, said, told, cardinality(said) AS many
    FROM jsonb_to_recordset($2::jsonb) AS a(lab uuid, said text[], told jsonb)
), touched AS (
  SELECT key, bool_or(shown)::int AS shown
    FROM (SELECT lab AS key, false AS shown FROM audited
          UNION ALL SELECT noted::uuid, true
            FROM unnest(string_to_array(
                   concat_ws(',', $3::text, {noted}), ',')) AS noted
           WHERE noted <> '') AS keys
   GROUP BY key
), bumped AS (
  INSERT INTO lab_ledger AS l (lab_id, revision, bumped_by, audit_sequence, audit_hash)
  SELECT key, shown, pg_current_xact_id()::text::bigint, coalesce(many, 0),
         (policylab_chain('', 0, said))[coalesce(many, 0) + 1]
    FROM touched LEFT JOIN audited ON lab = key ORDER BY key
  ON CONFLICT (lab_id) DO UPDATE SET revision = l.revision + excluded.revision,
      bumped_by = CASE excluded.revision WHEN 0 THEN l.bumped_by ELSE excluded.bumped_by END,
      audit_sequence = l.audit_sequence + excluded.audit_sequence,
      audit_before = l.audit_hash,
      audit_hash = (policylab_chain(l.audit_hash, l.audit_sequence, (
          SELECT said FROM audited WHERE lab = l.lab_id)))[excluded.audit_sequence + 1]
  RETURNING lab_id, audit_sequence, audit_before
), chained AS (
  INSERT INTO audit_event (lab_id, sequence, at, actor_id, capacity_id, action, object_type,
                           object_id, detail, previous_hash, hash)
  SELECT lab_id, place + nth, $4, $5, capacity_id, action, object_type, object_id, detail,
         hashes[nth], hashes[nth + 1]
    FROM (SELECT lab_id, place, told, policylab_chain(before, place, said) AS hashes
            FROM (SELECT lab_id, audit_sequence - many AS place, audit_before AS before, said, told
                    FROM bumped JOIN audited ON lab = lab_id) AS heads OFFSET 0) AS chains,
         ROWS FROM (jsonb_to_recordset(told) AS (action text, object_type text, object_id uuid,
                                                 capacity_id uuid, detail jsonb))
         WITH ORDINALITY AS e(action, object_type, object_id, capacity_id, detail, nth)
)
"""
"""Announcements; every revision that was touched, locked in one fixed order; and the audit events,
each chained to the one before it. What the database noted of the changed rows (kit.revisions)
counts, whatever the verbs said."""
_ANSWERED = """
, answered AS (
  UPDATE mutation_answer SET answer = $8::jsonb WHERE person_id = $6 AND key = $7
)
"""
