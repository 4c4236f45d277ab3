"""A dialogue in its drafting phase, and people who write there through a served house."""

from dataclasses import dataclass
from uuid import UUID

from policylab import coediting
from policylab.coediting import Right, Standing
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from policylab.labs import Role
from tests import make
from tests.coediting.harness import Person, Writer
from tests.documents import writing
from tests.documents.writing import Desk
from tests.serving import Served, token_of


@dataclass
class Drafting:
    """A document that is being written; who may write it is decided by the house itself."""

    database: Database
    desk: Desk

    @classmethod
    async def begin(cls, database: Database) -> "Drafting":
        return cls(database, await writing.desk(database))

    @property
    def draft_id(self) -> UUID:
        return self.desk.drafts["en"]

    async def writer(self, name: str = "Rapporteur") -> Person:
        """One more who holds the pen."""
        viewer = await make.person(self.database, name)
        await make.role(self.database, self.desk.table, viewer, Role.RAPPORTEUR)
        assert viewer.person_id is not None
        standing = Standing(Right.WRITE, viewer.person_id, None, "local", label=name)
        return Person(viewer.person_id, await token_of(self.database, viewer.person_id), standing)

    async def text(self, draft_id: UUID | None = None) -> object:
        async with self.database.read(SYSTEM) as session:
            return (await coediting.committed_text(session, draft_id or self.draft_id)).content


def address(served: Served, draft_id: UUID, query: str = "?frames=1") -> str:
    return f"ws://localhost:{served.port}/coedit/{to_global('Draft', draft_id)}{query}"


def writer_at(served: Served, draft_id: UUID, person: Person) -> Writer:
    return Writer(address(served, draft_id), person)
