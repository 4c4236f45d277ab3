"""C6: what can't be applied and read again is not stored; what is stored opens.

The attack of C5 ends with this promise as well. Here: an update that passes everything but breaks
the document in memory is found among honest ones, refused alone, and the honest ones stay.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from policylab.coediting import live
from policylab.coediting.live import Broken, Live
from policylab.coediting.reader import Update
from policylab.kit.db import Database
from tests.coediting import crafted
from tests.coediting.harness import Writer, eventually, serving, words_of

pytestmark = pytest.mark.promise

POISON = crafted.paragraph(66, "poison")


async def test_a_culprit_is_found_among_honest_updates_and_cut_off(
    house: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No known bytes pass the reader and break pycrdt; so this one is made to break it."""
    write = Live.write

    def breaks(self: Live, updates: list[Update]) -> Any:
        if any(update.data == POISON for update in updates):
            raise Broken("a panic in the middle of a transaction")
        return write(self, updates)

    monkeypatch.setattr(live.Live, "write", breaks)
    async with serving(house, tmp_path) as open_house:
        draft_id = await open_house.draft()
        people = [await open_house.person(draft_id) for _ in range(4)]
        writers = [Writer(open_house.url(draft_id, frames="1"), each) for each in people]
        for writer in writers:
            await writer.connect()
            await writer.settled()
        tokens = [writer.write_token() for writer in writers[1:]]
        await writers[0].change(POISON)
        tokens += [writer.write_token() for writer in writers[1:]]
        await eventually(lambda: writers[0].refused)
        assert writers[0].refused is not None
        assert writers[0].refused["code"] == "INVALID_INPUT"
        await asyncio.gather(*(writer.settled() for writer in writers[1:]))
        words = words_of(await open_house.text(draft_id))
        assert "poison" not in words
        assert all(token in words for token in tokens)
        for writer in writers:
            await writer.close()
