"""Our own server as it is run: `policylab serve`, its embedded PostgreSQL, real people and drafts.

Rights, limits and authorship are on. Fifty people of ten delegations, each with a token; every
draft is one that their dialogue has open for writing.
"""

import asyncio
import secrets
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from bench.kit.processes import SERVER, kill_all, on_core
from policylab import documents as texts
from policylab import labs, migrations
from policylab.documents.tables import Draft, LanguageVersion
from policylab.identity import OrganisationKind
from policylab.kit.db import Database, UnitOfWork
from policylab.kit.embedded import OWNER, SERVICE, EmbeddedPostgres
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.serving import Served, token_of

DELEGATIONS, PEOPLE_EACH = 10, 5
NAME = "bench"


class Ours:
    """Policy Lab, started and ended at will on the same database."""

    name = "policylab"
    version = version("policylab")

    def __init__(self, folder: Path) -> None:
        self._folder = folder / self.name
        self._folder.mkdir()
        self._postgres = EmbeddedPostgres(self._folder / "postgres")
        self._served: Served | None = None
        self._table: make.Table | None = None
        self.tokens: list[str] = []

    def furnish(self) -> None:
        """A house with people in it."""
        with on_core(SERVER):
            self._postgres.start()
        self._postgres.create_database(NAME)
        asyncio.run(migrations.upgrade(self._postgres.url(NAME, OWNER)))
        asyncio.run(self._fill())
        self._postgres.stop()
        self._served = Served(self._postgres.url(NAME, SERVICE), self._folder)

    async def _fill(self) -> None:
        house = await Database.connect(self._postgres.url(NAME, SERVICE), size=4, listen=False)
        try:
            levels = [level for level, _ in make.LEVELS]
            bodies = {
                f"BODY{number}": (OrganisationKind.CITY, levels[number % len(levels)])
                for number in range(DELEGATIONS)
            }
            self._table = await make.table(house, bodies=bodies)
            people = [person for body in bodies for person in await self._seated(house, body)]
            await make.enter(house, self._table, "drafting")
            for person in people:
                assert person.person_id is not None
                self.tokens.append(await token_of(house, person.person_id))
        finally:
            await house.close()

    async def _seated(self, house: Database, body: str) -> list[Viewer]:
        """Everybody of one delegation."""
        assert self._table is not None
        seat = self._table.seats[body]
        people = [seat.head, seat.delegate]
        while len(people) < PEOPLE_EACH:
            person = await make.person(house, f"Delegate {len(people)}, {body}")
            assert person.person_id is not None
            async with house.write(SYSTEM) as uow:
                await labs.seat_delegate(
                    uow,
                    SYSTEM,
                    delegation_id=seat.delegation_id,
                    person_id=person.person_id,
                    functions={"en": "Delegate"},
                )
            people.append(person)
        return people

    def start(self) -> None:
        """Database and server on their core."""
        assert self._served is not None
        with on_core(SERVER):
            self._postgres.start()
            self._served.start()

    def stop(self) -> None:
        """As an operator does it."""
        if self._served is not None:
            self._served.stop()
        self._postgres.stop()

    def kill(self, *, whole: bool = False) -> None:
        """kill -9 of the server; `whole`: and of every process of the database at once."""
        assert self._served is not None
        assert self._served.process is not None
        roots = [self._served.process.pid]
        kill_all([*roots, self._postmaster] if whole else roots)
        self._served.process.wait(30)

    @property
    def _postmaster(self) -> int:
        pid = (self._postgres.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0]
        return int(pid)

    def spec(self, documents: list[str]) -> dict[str, Any]:
        """What the generator is told."""
        assert self._served is not None
        assert self._served.process is not None
        return {
            "name": self.name,
            "kind": "plain",
            "host": "localhost",
            "port": self._served.port,
            "path": "coedit/",
            "query": "frames=1",
            "bearer": True,
            "tokens": self.tokens,
            "pids": [self._served.process.pid, self._postmaster],
            "documents": documents,
        }

    def fresh(self, count: int) -> list[str]:
        """Drafts that nobody has opened yet. Those of earlier runs are closed: the house shall not
        read them into clauses beside the work that is measured."""
        return asyncio.run(self._drafts(count))

    async def _drafts(self, count: int) -> list[str]:
        assert self._table is not None
        writer = self._table.head("BODY0")
        house = await Database.connect(self._postgres.url(NAME, SERVICE), size=2, listen=False)
        try:
            async with house.write(SYSTEM) as uow:
                earlier = update(Draft).where(col(Draft.closed_at).is_(None))
                await uow.session.exec(earlier.values(closed_at=uow.now))
            async with house.write(writer) as uow:
                return [await self._draft(uow, writer) for _ in range(count)]
        finally:
            await house.close()

    async def _draft(self, uow: UnitOfWork, writer: Viewer) -> str:
        assert self._table is not None
        document = await texts.create_document(
            uow,
            writer,
            dialogue_id=self._table.dialogue_id,
            kind=texts.DocumentKind.STRATEGY,
            titles={"en": f"Text {secrets.token_hex(4)}"},
        )
        wanted = select(LanguageVersion.id).where(col(LanguageVersion.document_id) == document.id)
        part = (await uow.session.exec(wanted)).one()
        draft = await texts.open_draft(uow, writer, language_version_id=part)
        return to_global("Draft", draft.id)

    def remove(self) -> None:
        """The database's folder may lie elsewhere when its user can't reach ours."""
        shutil.rmtree(self._postgres.folder, ignore_errors=True)
