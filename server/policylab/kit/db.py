"""The database: one unit of work for each change, one short transaction for each read.

A unit of work runs as the house, because its rules judge before it writes; every read runs as its
viewer, so that row-level security stands behind the predicates of `kit.sources`. The viewer is set
with the transaction and ends with it: pooled connections keep nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, Self

import asyncpg
import orjson
from sqlalchemy import URL, Connection, PoolProxiedConnection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.ahead import begin, begin_now, end
from policylab.kit.bus import Bus
from policylab.kit.chain import audit_hash
from policylab.kit.change import Claim, Statement, UnitOfWork, inserting
from policylab.kit.connections import IDLE_SECONDS, Connections, OfDriver, OfEngine
from policylab.kit.desk import Desk
from policylab.kit.log import log
from policylab.kit.viewer import Viewer

__all__ = [
    "Claim",
    "Database",
    "Line",
    "Statement",
    "UnitOfWork",
    "audit_hash",
    "bus_of",
    "connect_arguments",
    "inserting",
]

SERVICE_ROLE = "policylab_service"
SERVER_SETTINGS = {"role": SERVICE_ROLE, "application_name": "policylab", "jit": "off"}
SETTLED = {"plan_cache_mode": "force_generic_plan"}
"""For statements that are always the same: they are planned once and not for each value."""
_UNSETTLED = "; SET LOCAL plan_cache_mode = auto"
BEGIN_SETTLED = "BEGIN READ ONLY; SET LOCAL policylab.viewer = '{0}'"
BEGIN = BEGIN_SETTLED + _UNSETTLED
"""No parameters, since nothing waits for them (`kit.ahead`); but see `_checked`."""
_NAME = re.compile(r"|system|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REACH = re.compile(r"[0-9a-f{},\- ]+")
BEGIN_WRITING = "BEGIN; SET LOCAL policylab.viewer = 'system'"
MOST_ASIDE = 4
"""Connections for what is asked without a transaction."""
STATEMENTS_KEPT = 300
"""Prepared statements that each pooled connection of reads keeps: each takes some 65 kB there."""


class Database:
    """The one truth, and the ways to read and change it."""

    def __init__(
        self,
        engine: AsyncEngine,
        changing: Connections[PoolProxiedConnection],
        reading: Connections[Any],
        pool: asyncpg.Pool,
        bus: Bus,
    ) -> None:
        self.engine = engine
        """What objects are read and written through."""
        self.changing, self.reading = changing, reading
        self.pool = pool
        """For what the house asks for itself now and then, without a transaction."""
        self.bus = bus
        self.desk = Desk(bus.connect)

    @classmethod
    async def connect(cls, url: str, *, size: int = 10, listen: bool = True) -> Self:
        """Open the pools. Connections act as the service's role, whoever the URL names."""
        engine = create_async_engine(
            make_url(url),
            poolclass=NullPool,  # `Connections` keeps them
            json_deserializer=orjson.loads,
            isolation_level="AUTOCOMMIT",  # we begin and end transactions ourselves
            connect_args={
                "server_settings": SERVER_SETTINGS | SETTLED,
                "statement_cache_size": STATEMENTS_KEPT,
                "max_cached_statement_lifetime": 0,
            },
        )
        arguments: dict[str, Any] = {
            **connect_arguments(url),
            "server_settings": SERVER_SETTINGS | SETTLED,
            "statement_cache_size": STATEMENTS_KEPT,
            "max_cached_statement_lifetime": 0,
        }
        pool = await asyncpg.create_pool(
            **arguments,
            min_size=0,
            max_size=min(size, MOST_ASIDE),
            max_inactive_connection_lifetime=IDLE_SECONDS,
            init=_speak_json,
            reset=_leave,
        )
        bus = bus_of(pool, url)
        if listen:
            await bus.start()
        changing = Connections(OfEngine(engine), size=size)
        reading = Connections(OfDriver(_speak_json, **arguments), size=size)
        return cls(engine, changing, reading, pool, bus)

    def line(self) -> Line:
        """A connection of one's own, for a hot path; whoever asks for it closes it."""
        return Line(self.bus.connect)

    async def close(self) -> None:
        await self.desk.close()
        await self.bus.stop()
        await self.pool.close()
        await self.reading.close()
        await self.changing.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def write(
        self, viewer: Viewer, *, settled: bool = False, claim: Claim | None = None
    ) -> AsyncGenerator[UnitOfWork]:
        """One unit of work: commits when the block ends, rolls back when it raises.

        `settled`: as for `rows`. For what people do, one thing at a time and by its key. With a
        `claim` it is done once: `uow.first` is what another one has answered already.
        """
        commands = BEGIN_WRITING if settled else BEGIN_WRITING + _UNSETTLED
        pooled = await self.changing.take()
        try:
            async with self._unit(pooled, viewer, claim, commands) as uow:
                yield uow
        finally:
            self.changing.give_back(pooled)

    @asynccontextmanager
    async def write_and_read(
        self, viewer: Viewer, claim: Claim | None = None
    ) -> AsyncGenerator[tuple[AbstractAsyncContextManager[UnitOfWork], Any]]:
        """A unit of work, settled, that is run first; and the connection that reads as the viewer
        after it."""
        pooled = await self.changing.take()
        plain: Any = pooled.driver_connection
        try:
            yield self._then_read(pooled, viewer, claim), plain
            await end(plain)
        except BaseException:
            await _undo(plain)
            raise
        finally:
            self.changing.give_back(pooled)

    @asynccontextmanager
    async def _then_read(
        self, pooled: PoolProxiedConnection, viewer: Viewer, claim: Claim | None
    ) -> AsyncGenerator[UnitOfWork]:
        async with self._unit(pooled, viewer, claim, BEGIN_WRITING) as uow:
            yield uow
        begin(pooled.driver_connection, reading_as(viewer, uow.reach))

    @asynccontextmanager
    async def _unit(
        self, pooled: PoolProxiedConnection, viewer: Viewer, claim: Claim | None, commands: str
    ) -> AsyncGenerator[UnitOfWork]:
        plain: Any = pooled.driver_connection
        try:
            begin(plain, commands)
            session = partial(self._session, pooled)
            uow = await UnitOfWork.begun(plain, session, viewer, claim)
            try:
                yield uow
                told = await uow.finish()
            finally:
                await uow.close()
        except BaseException:
            await _undo(plain)
            raise
        if told:
            self.bus.send(told)

    @asynccontextmanager
    async def read(self, viewer: Viewer) -> AsyncGenerator[AsyncSession]:
        """A session that only reads, and sees what the viewer may see."""
        pooled = await self.changing.take()
        plain: Any = pooled.driver_connection
        try:
            await begin_now(plain, BEGIN.format(_checked(viewer.database_name)))
            async with self._session(pooled) as session:
                yield session
        finally:
            try:
                await _undo(plain)
            finally:
                self.changing.give_back(pooled)

    def _session(self, pooled: PoolProxiedConnection) -> AsyncSession:
        """For objects, over a connection that whoever took it gives back."""
        connection = Connection(self.engine.sync_engine, pooled)
        return AsyncSession(AsyncConnection(self.engine, connection), expire_on_commit=False)

    async def in_one(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a statement that is a whole change, and a transaction of its own: a function
        that acts for the house."""
        connection = await self.reading.take()
        try:
            return await connection.fetch(statement, *values)
        finally:
            self.reading.give_back(connection)

    def rows(self, viewer: Viewer, *, settled: bool = False) -> AbstractAsyncContextManager[Any]:
        """An asyncpg connection that only reads, as the viewer: for loaders and hot paths.

        `settled`: its statements are always the same, and are planned once and not for each value.
        """
        commands = BEGIN_SETTLED if settled else BEGIN
        return self._begun(commands.format(_checked(viewer.database_name)))

    def raw(self) -> AbstractAsyncContextManager[Any]:
        """An asyncpg connection in a writing transaction of the house: for the update log."""
        return self._begun(BEGIN_WRITING + _UNSETTLED)

    @asynccontextmanager
    async def _begun(self, commands: str) -> AsyncGenerator[Any]:
        """A connection in a transaction, which begins with its first statement."""
        connection = await self.reading.take()
        try:
            begin(connection, commands)
            yield connection
            await end(connection)
        except BaseException:
            await _undo(connection)
            raise
        finally:
            self.reading.give_back(connection)


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


async def _undo(connection: Any) -> None:
    """Leave no transaction behind; a connection that cannot be cleared is given up, and PostgreSQL
    undoes what it had begun."""
    try:
        if not connection.is_closed():
            await end(connection, "ROLLBACK")
    except Exception as error:  # noqa: BLE001 what went wrong before is what counts
        log.warning("database.connection_given_up", error=repr(error))
        connection.terminate()
    except BaseException:
        connection.terminate()
        raise


def _checked(viewer: str) -> str:
    """The viewer's name in the database, which goes into a statement as it is."""
    if not _NAME.fullmatch(viewer):
        raise ValueError("This is no viewer's name.")
    return viewer


def reading_as(viewer: Viewer, reach: str | None) -> str:
    """What begins to read as a viewer after a change, which may have looked up what she reaches."""
    name = _checked(viewer.database_name)
    read = BEGIN_SETTLED.format(name)
    if reach is None:
        return read
    assert _REACH.fullmatch(reach)
    return f"{read}; SET LOCAL policylab.reach = '{name} {reach}'"


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
