"""Live texts read into rows while the house runs.

Every replica hears that a text has changed; whoever comes first does the work, the others find it
done. What nobody heard of is found by looking now and then.
"""

import asyncio
from uuid import UUID

from sqlmodel import col, select

from policylab import coediting
from policylab.coediting import TextChanged
from policylab.documents.projection import project, project_together
from policylab.documents.tables import Draft
from policylab.documents.tree import BadText
from policylab.kit.db import Database
from policylab.kit.events import Announcement
from policylab.kit.log import log
from policylab.kit.viewer import SYSTEM

QUIET_SECONDS = 0.2
"""TextChanged comes after a quiet moment already; this gathers what several replicas say."""
LOOK_SECONDS = 20.0
FIRST_LOOK_SECONDS = 1.0
"""Those who come back after a start are let in before."""
LONGEST_SECONDS = 60.0
"""A look passes over what is still being written, whose writers announce it; so long at most."""
TOGETHER = 16
"""So many texts in one transaction: each costs a fraction of what it would cost by itself."""


class Looks:
    """Tells at each look for which drafts no announcement can be waited for."""

    def __init__(self) -> None:
        self._left: dict[UUID, tuple[int, float]] | None = None
        """How far the log of what was behind went at the last look, and since when it is behind."""

    def overdue(self, behind: dict[UUID, int], now: float) -> dict[UUID, int]:
        """At the first look all, then those in which nothing has come since the last look, or that
        are behind too long."""
        before = self._left
        self._left = {
            key: (seq, (before or {}).get(key, (0, now))[1]) for key, seq in behind.items()
        }
        if before is None:
            return behind
        return {
            key: seq
            for key, (seq, since) in self._left.items()
            if before.get(key, (-1,))[0] == seq or now - since >= LONGEST_SECONDS
        }


class Projector:
    """Keeps the sections of this house's drafts up to date while it runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[UUID, int] = {}
        self._looks = Looks()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._database.bus.on(TextChanged, self._hear)
        self._task = asyncio.create_task(self._work(), name="documents.projection")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _hear(self, announcement: Announcement) -> None:
        draft_id = UUID(announcement.payload["draft_id"])
        self._waiting[draft_id] = max(announcement.payload["seq"], self._waiting.get(draft_id, -1))
        self._wake.set()

    async def _work(self) -> None:
        """Project what was heard of; now and then, and at first, what lies behind unheard."""
        loop = asyncio.get_running_loop()
        look_at = loop.time() + FIRST_LOOK_SECONDS
        while not self._database.pool.is_closing():
            try:
                if loop.time() >= look_at:
                    look_at = loop.time() + LOOK_SECONDS
                    behind = await self._behind()
                    self._waiting |= self._looks.overdue(behind, loop.time())
                while self._waiting:
                    await self._next()
            except Exception as error:  # noqa: BLE001 it is tried again at the next look
                log.warning("documents.projection_late", error=repr(error))
            await self._rest(look_at - loop.time())

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, QUIET_SECONDS)):
                await self._wake.wait()
            await asyncio.sleep(QUIET_SECONDS)
        except TimeoutError:
            pass
        self._wake.clear()

    async def _behind(self) -> dict[UUID, int]:
        """Drafts whose log goes further than their sections show."""
        async with self._database.read(SYSTEM) as session:
            rows = await session.exec(
                select(Draft.id, Draft.projected_seq).where(col(Draft.closed_at).is_(None))
            )
            shown = dict(rows.all())
            heads = await coediting.log_positions(session, list(shown))
        return {key: seq for key, seq in heads.items() if seq > shown[key]}

    async def _next(self) -> None:
        """Project a few texts together; what is large, or keeps the others from it, by itself."""
        few = min(len(self._waiting), TOGETHER)
        wanted = dict(self._waiting.popitem() for _ in range(few))
        left = list(wanted)
        if few > 1:
            try:
                left = await self._together(wanted)
            except Exception as error:  # noqa: BLE001 which of them, is seen when each is alone
                log.warning("documents.projection_alone", drafts=few, error=repr(error))
        failed: Exception | None = None
        for draft_id in left:
            try:
                await self._alone(draft_id, wanted[draft_id])
            except Exception as error:  # noqa: BLE001 raised once the others have had their turn
                failed = error
        if failed is not None:
            raise failed

    async def _together(self, wanted: dict[UUID, int]) -> list[UUID]:
        """Whoever closes several drafts locks them in this order too."""
        rows = select(Draft).where(col(Draft.id).in_(wanted)).order_by(col(Draft.id))
        async with self._database.write(SYSTEM) as uow:
            held = await uow.session.exec(rows.with_for_update(key_share=True))
            drafts = [row for row in held.all() if row.projected_seq < wanted[row.id]]
            return [draft.id for draft in await project_together(uow, drafts)]

    async def _alone(self, draft_id: UUID, seq: int) -> None:
        try:
            async with self._database.write(SYSTEM) as uow:
                draft = await uow.session.get(Draft, draft_id, with_for_update={"key_share": True})
                if draft is not None and draft.projected_seq < seq:
                    await project(uow, draft)
        except BadText as error:
            log.warning("documents.not_a_text", draft=str(draft_id), problem=error.problem)


def listen(database: Database) -> Projector:
    """Keep sections up to date from now on, and catch up with what changed while nobody did."""
    projector = Projector(database)
    projector.start()
    return projector
