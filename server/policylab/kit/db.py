"""The database: one unit of work for each change, one short transaction for each read.

A unit of work runs as the house, because its rules judge before it writes; every read runs as its
viewer, so that row-level security stands behind the predicates of `kit.sources`. The viewer is set
with the transaction and ends with it: pooled connections keep nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import URL, text
from sqlalchemy.engine import make_url
from sqlalchemy.event import listens_for
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.bus import Bus
from policylab.kit.desk import Desk
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.events import Event
from policylab.kit.idle import IDLE_SECONDS, Idle
from policylab.kit.ledger import HOUSE
from policylab.kit.revisions import TOUCHED
from policylab.kit.viewer import Viewer

SERVICE_ROLE = "policylab_service"
SERVER_SETTINGS = {"role": SERVICE_ROLE, "application_name": "policylab", "jit": "off"}
SET_VIEWER = "SELECT set_config('policylab.viewer', $1, true)"
_READ_AS = text(
    "SELECT set_config('transaction_read_only', 'on', true), "
    "set_config('policylab.viewer', :viewer, true)"
)
BEGIN = "BEGIN READ ONLY; SELECT set_config('policylab.viewer', '{0}', true)"
BEGIN_SETTLED = f"{BEGIN}, set_config('plan_cache_mode', 'force_generic_plan', true)"
"""In one round trip; hence no parameters, but see `_checked`."""
STATEMENTS_KEPT = 300
"""Prepared statements that each pooled connection of reads keeps: each takes some 65 kB there."""


@dataclass(frozen=True)
class _Audit:
    lab_id: UUID
    action: str
    object_type: str
    object_id: UUID | None
    capacity_id: UUID | None
    detail: dict[str, Any]


@dataclass
class UnitOfWork:
    """One change: everything in it becomes true at once, or nothing does."""

    session: AsyncSession
    viewer: Viewer
    now: datetime
    """The database's clock at the start of the transaction; the only clock that rules see."""
    shared: dict[str, Any] = field(default_factory=dict[str, Any])
    """Things of the house that transport hands in (settings, the co-editing hub)."""
    _events: list[Event] = field(default_factory=list[Event])
    _audits: list[_Audit] = field(default_factory=list[_Audit])
    _labs: set[UUID] = field(default_factory=set[UUID])

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
        connection = await self.session.connection()
        values = {"person": self.viewer.person_id or HOUSE, "key": key}
        new = await connection.execute(
            text(
                "INSERT INTO mutation_answer (person_id, key, operation, input_hash) "
                "VALUES (:person, :key, :operation, :hash) ON CONFLICT DO NOTHING RETURNING key"
            ),
            values | {"operation": operation, "hash": input_hash},
        )
        if new.first() is not None:
            return None
        known = await connection.execute(
            text(
                "SELECT operation, input_hash, answer FROM mutation_answer "
                "WHERE person_id = :person AND key = :key"
            ),
            values,
        )
        row = known.one()
        if row.operation != operation or bytes(row.input_hash) != input_hash:
            message = "This client mutation id was used before, with another input."
            raise Refused(RefusalCode.IDEMPOTENCY_CONFLICT, message, field="clientMutationId")
        return row.answer

    async def keep_answer(self, *, key: str, answer: dict[str, Any]) -> None:
        """Keep what a retry with the same key shall be answered."""
        await (await self.session.connection()).execute(
            text(
                "UPDATE mutation_answer SET answer = CAST(:answer AS jsonb) "
                "WHERE person_id = :person AND key = :key"
            ),
            {
                "answer": orjson.dumps(answer).decode(),
                "person": self.viewer.person_id or HOUSE,
                "key": key,
            },
        )

    async def _finish(self) -> list[int]:
        """Write the ledger last, labs in one fixed order, and say which announcements to send."""
        await self.session.flush()
        sequences = await self._announced() if self._events else []
        for lab, head in await self._write_ledger():
            await self._write_audit(lab, head)
        return sequences

    async def _announced(self) -> list[int]:
        """Keep the announcements, in their order, with the change."""
        written = [orjson.dumps(event.payload()).decode() for event in self._events]
        result = await (await self.session.connection()).execute(
            _ANNOUNCE,
            {
                "kinds": [event.kind for event in self._events],
                "labs": [event.lab_id for event in self._events],
                "dialogues": [event.dialogue_id for event in self._events],
                "payloads": written,
            },
        )
        return list(result.scalars())

    async def _write_ledger(self) -> list[tuple[UUID, Any]]:
        """Bump every revision that was touched; the heads of all rows, locked in one fixed order.

        What the database noted of the changed rows (kit.revisions) counts, whatever the verbs said.
        """
        connection = await self.session.connection()
        audited = {audit.lab_id for audit in self._audits}
        result = await connection.execute(
            _BUMP, {"touched": list(self._labs), "audited": list(audited)}
        )
        return [(row.lab_id, row) for row in result if row.lab_id in audited]

    async def _write_audit(self, lab: UUID, head: Any) -> None:
        connection = await self.session.connection()
        sequence, previous = int(head.audit_sequence), bytes(head.audit_hash)
        rows: list[dict[str, Any]] = []
        for audit in self._audits:
            if audit.lab_id == lab:
                sequence += 1
                row = self._audit_row(audit, sequence, previous)
                previous = row["hash"]
                rows.append(row)
        await connection.execute(_INSERT_AUDIT, rows)
        await connection.execute(
            text(
                "UPDATE lab_ledger SET audit_sequence = :sequence, audit_hash = :hash "
                "WHERE lab_id = :lab"
            ),
            {"sequence": sequence, "hash": previous, "lab": lab},
        )

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


def audit_hash(row: dict[str, Any], previous: bytes) -> bytes:
    """SHA-256 over the previous hash and the event's fields, keys sorted; chains the events."""
    fields = {key: str(value) for key, value in row.items() if value is not None}
    return hashlib.sha256(previous + orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).digest()


_BUMP = text(
    f"""
    INSERT INTO lab_ledger (lab_id, revision, bumped_by, audit_sequence, audit_hash)
    SELECT key, bool_or(touched)::int, pg_current_xact_id()::text::bigint, 0, ''
      FROM (SELECT unnest(CAST(:audited AS uuid[])) AS key, false AS touched
            UNION ALL SELECT unnest(CAST(:touched AS uuid[])), true
            UNION ALL SELECT noted::uuid, true FROM
              unnest(string_to_array(current_setting('{TOUCHED}', true), ',')) AS noted
              WHERE noted <> '') AS keys
     GROUP BY key ORDER BY key
    ON CONFLICT (lab_id) DO UPDATE SET revision = lab_ledger.revision + excluded.revision,
        bumped_by = CASE excluded.revision WHEN 0 THEN lab_ledger.bumped_by
                    ELSE excluded.bumped_by END
    RETURNING lab_id, audit_sequence, audit_hash
    """  # noqa: S608 our own name of a setting
)
_ANNOUNCE = text(
    "INSERT INTO outbox (kind, lab_id, dialogue_id, payload) SELECT kind, lab, dialogue, payload "
    "FROM unnest(CAST(:kinds AS text[]), CAST(:labs AS uuid[]), CAST(:dialogues AS uuid[]), "
    "CAST(:payloads AS jsonb[])) WITH ORDINALITY AS e(kind, lab, dialogue, payload, place) "
    "ORDER BY place RETURNING sequence"
)
_INSERT_AUDIT = text(
    "INSERT INTO audit_event (lab_id, sequence, at, actor_id, capacity_id, action, object_type, "
    "object_id, detail, previous_hash, hash) VALUES (:lab_id, :sequence, :at, :actor_id, "
    ":capacity_id, :action, :object_type, :object_id, CAST(:detail AS jsonb), :previous_hash, "
    ":hash)"
)


class Database:
    """The one truth, and the ways to read and change it."""

    def __init__(self, engine: AsyncEngine, pool: asyncpg.Pool, bus: Bus) -> None:
        self.engine = engine
        self.pool = pool
        self.bus = bus
        self.desk = Desk(bus.connect)
        self._idle = Idle(engine)

    @classmethod
    async def connect(cls, url: str, *, size: int = 10, listen: bool = True) -> Self:
        """Open the pools. Connections act as the service's role, whoever the URL names."""
        engine = create_async_engine(
            make_url(url),
            pool_size=size,
            max_overflow=0,
            pool_use_lifo=True,
            connect_args={"server_settings": SERVER_SETTINGS},
        )
        listens_for(engine.sync_engine, "checkout")(_still_open)
        arguments = connect_arguments(url)
        pool = await asyncpg.create_pool(
            **arguments,
            min_size=1,
            max_size=size,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            server_settings=SERVER_SETTINGS,
            statement_cache_size=STATEMENTS_KEPT,
            max_cached_statement_lifetime=0,
            init=_speak_json,
            reset=_leave,
        )
        bus = bus_of(pool, url)
        if listen:
            await bus.start()
        return cls(engine, pool, bus)

    def line(self) -> Line:
        """A connection of one's own, for a hot path; whoever asks for it closes it."""
        return Line(self.bus.connect)

    async def close(self) -> None:
        self._idle.stop()
        await self.desk.close()
        await self.bus.stop()
        await self.pool.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def write(self, viewer: Viewer) -> AsyncGenerator[UnitOfWork]:
        """One unit of work: commits when the block ends, rolls back when it raises."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            connection = await session.connection()
            row = await connection.execute(
                text("SELECT set_config('policylab.viewer', 'system', true), now()")
            )
            uow = UnitOfWork(session, viewer, row.one()[1])
            yield uow
            sequences = await uow._finish()  # pyright: ignore[reportPrivateUsage]
            await session.commit()
        if sequences:
            await self.bus.send(sequences)

    @asynccontextmanager
    async def read(self, viewer: Viewer) -> AsyncGenerator[AsyncSession]:
        """A session that only reads, and sees what the viewer may see."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            connection = await session.connection()
            await connection.execute(_READ_AS, {"viewer": viewer.database_name})
            yield session

    @asynccontextmanager
    async def rows(self, viewer: Viewer, *, settled: bool = False) -> AsyncGenerator[Any]:
        """An asyncpg connection that only reads, as the viewer: for loaders and hot paths.

        `settled`: its statements are always the same, and are planned once and not for each value.
        """
        begin = BEGIN_SETTLED if settled else BEGIN
        async with self.pool.acquire() as connection:
            try:
                await connection.execute(begin.format(_checked(viewer.database_name)))
                yield connection
            except BaseException:
                if not connection.is_closed():  # whatever became of it, BEGIN included
                    await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    @asynccontextmanager
    async def raw(self) -> AsyncGenerator[Any]:
        """An asyncpg connection in a writing transaction of the house: for the update log."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(SET_VIEWER, "system")
            yield connection


class Line:
    """A connection outside the pools that is the house's throughout: a statement, a round trip.

    For what is written many times a second and by one task at a time. A transaction is opened only
    where several statements belong together.
    """

    def __init__(self, connect: dict[str, Any]) -> None:
        settings = connect["server_settings"] | {"policylab.viewer": "system"}
        self._connect = connect | {"server_settings": settings}
        self._open: Any = None
        self._prepared: dict[str, Any] = {}

    async def connection(self) -> Any:
        """The asyncpg connection, opened anew after it was lost."""
        if self._open is None or self._open.is_closed():
            self._prepared.clear()
            self._open = await asyncpg.connect(**self._connect)
        return self._open

    async def prepared(self, statement: str) -> Any:
        """A statement of few that are used all the time, made ready once for each connection."""
        connection = await self.connection()
        if statement not in self._prepared:
            self._prepared[statement] = await connection.prepare(statement)
        return self._prepared[statement]

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()


def bus_of(pool: asyncpg.Pool, url: str) -> Bus:
    """The announcements of this database, with the one listening connection still to be opened."""
    return Bus(pool, connect_arguments(url) | {"server_settings": SERVER_SETTINGS})


def connect_arguments(url: str) -> dict[str, Any]:
    """What asyncpg.connect wants for one of our URLs (unix sockets included)."""
    parsed: URL = make_url(url)
    host = parsed.host or parsed.query.get("host")
    return {
        key: value
        for key, value in {
            "host": host,
            "port": parsed.port,
            "user": parsed.username,
            "password": parsed.password,
            "database": parsed.database,
        }.items()
        if value is not None
    }


def _still_open(connection: Any, *_: Any) -> None:
    """Pass over pooled connections that ended with the database's last life, at no round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _checked(viewer: str) -> str:
    """The viewer's name in the database, which goes into a statement as it is."""
    if viewer not in ("", "system"):
        UUID(viewer)
    return viewer


async def _leave(connection: Any) -> None:
    """Nothing is put in order when a connection comes back: nobody leaves anything on one."""


async def _speak_json(connection: Any) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=_dumps,
            decoder=orjson.loads,
        )


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
