"""A dialogue in its drafting phase, and people who write there through a served house."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from websockets.exceptions import WebSocketException

from policylab import coediting, documents
from policylab.coediting import Right, Standing
from policylab.coediting.room import RIGHTS_CHANGED
from policylab.documents.sources import LANGUAGE_VERSION
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM
from policylab.labs import Role
from policylab.transport.coediting_wire import COME_BACK
from tests import make
from tests.coediting.harness import Person, Writer, eventually, tokens_in, words_of
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

    async def another(self) -> UUID:
        """A draft of another document in the same dialogue."""
        here = self.desk.table
        async with self.database.write(here.rapporteur) as uow:
            document = await documents.create_document(
                uow,
                here.rapporteur,
                dialogue_id=here.dialogue_id,
                kind=documents.DocumentKind.STRATEGY,
                titles={"en": "One more"},
            )
            part: Any = LANGUAGE_VERSION.table
            await uow.session.flush()
            found = await uow.session.exec(
                select(part.id).where(col(part.document_id) == document.id)
            )
            draft = await documents.open_draft(
                uow, here.rapporteur, language_version_id=found.one(), content=None
            )
            return draft.id

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


class Pen:
    """Somebody who writes whenever there is a line, and comes back whenever there is none."""

    def __init__(self, writer: Writer, *, between: tuple[float, float] = (0.005, 0.03)) -> None:
        self.writer = writer
        self.told: set[str] = set()
        """Tokens of others that reached this client: so they are stored."""
        self.codes: list[int | None] = []
        self.lines = 0
        self._between = between
        self._ending = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._ending = False
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        dice = random.Random(str(self.writer.url))
        while not self._ending:
            with suppress(OSError, WebSocketException, TimeoutError, EOFError):
                await self.writer.connect()
                self.lines += 1
                while self.writer.code is None and not self._ending:
                    self.writer.write_token()
                    await asyncio.sleep(dice.uniform(*self._between))
            if not self._ending:
                self.codes.append(self.writer.code)
            self.note()
            await asyncio.sleep(0.02)

    def note(self) -> None:
        own = set(self.writer.written)
        for data in self.writer.frames:
            self.told |= set(tokens_in(data)) - own
        self.writer.frames.clear()

    async def die(self) -> None:
        """The client is gone, with everything it had not brought to the server."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.note()
        with suppress(OSError, WebSocketException):
            await self.writer.drop()

    async def end(self) -> None:
        """Write no more; what was written is brought to the server first."""
        self._ending = True
        assert self._task is not None
        await asyncio.wait_for(self._task, 30)
        if self.writer.code is not None or not self.writer.synced:  # the last try may have failed
            await self.writer.connect()
        await self.writer.settled()
        self.note()


async def check_asked_to_come_back(pens: list[Pen]) -> None:
    """Whoever had a line was told that the server restarts, and of nothing else but an appointment:
    news of her own may reach a process after she has come to it, perhaps while it stops, and then
    she is asked to come anew. What earlier lines ended with each has forgotten."""
    told = {COME_BACK, RIGHTS_CHANGED}
    await eventually(lambda: all(told.intersection(pen.codes) for pen in pens))
    codes = {code for pen in pens for code in pen.codes}
    assert COME_BACK in codes
    assert codes <= {*told, None}


async def check_all_there(pens: list[Pen], content: object) -> None:
    """Everybody has the same text, with each token of each of them once."""
    found = tokens_in(words_of(content))
    assert len(found) == len(set(found))
    wrote = {token for pen in pens for token in pen.writer.written}
    told = {token for pen in pens for token in pen.told | pen.writer.acknowledged}
    assert told - set(found) == set()
    assert wrote == set(found)
    for pen in pens:
        assert set(tokens_in(words_of(pen.writer.text))) == wrote


def address(served: Served, draft_id: UUID, query: str = "?frames=1") -> str:
    return f"ws://localhost:{served.port}/coedit/{to_global('Draft', draft_id)}{query}"


def writer_at(served: Served, draft_id: UUID, person: Person) -> Writer:
    return Writer(address(served, draft_id), person)
