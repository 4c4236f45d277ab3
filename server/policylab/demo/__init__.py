"""The fictional state of Arvenia: places, people and dialogues to try things on, all invented.

Everything is made through the rooms' own verbs, by the people who would do it, in the phases that
allow it: nothing in the demo could not have been done by hand.
"""

import asyncio

from policylab import index
from policylab.demo import (
    arvenia,
    language_learning,
    marrow_bay,
    rumours,
    school_places,
)
from policylab.demo.stage import DemoChanged, Stage
from policylab.kit.db import Database
from policylab.settings import Settings

__all__ = ["DemoChanged", "load"]

_TRY = "SELECT pg_try_advisory_lock(hashtext('demo data'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('demo data'))"


async def load(database: Database, settings: Settings | None = None) -> bool:
    """Load the sourced reference data and Arvenia; false when all of it was there already.

    What is missing is made, what is there stays as people have left it.
    """
    async with database.pool.acquire() as connection:
        # Of the session, and tried again and again: transactions that lie idle are ended, and so
        # are statements that wait as long as loading may take on a busy machine.
        while not await connection.fetchval(_TRY):  # noqa: ASYNC110 (another process holds it)
            await asyncio.sleep(0.3)
        try:
            return await _load(database, settings or Settings())
        finally:
            await connection.execute(_UNLOCK)


async def _load(database: Database, settings: Settings) -> bool:
    await index.load_reference(database)
    stage = await Stage.open(database, settings)
    if stage.complete:
        return False
    await arvenia.settle(stage)
    lab_id = await arvenia.found_lab(stage)
    await rumours.play(stage, lab_id)
    await marrow_bay.play(stage, lab_id)
    await language_learning.play(stage, lab_id)
    await school_places.play(stage, lab_id)
    await stage.finish()
    return True
