"""Loading the demo: once is enough, and what was cut off goes on where it stopped."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from policylab import demo
from policylab.demo.stage import Stage
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from policylab.settings import Settings

COUNTED = (
    "person", "organisation", "territory", "dialogue", "delegation", "mandate", "document",
    "version_set", "thread", "amendment", "position", "procedure", "decision_record",
    "assessment", "recommendation_response", "trace_link", "dialogue_fact", "audit_event",
)  # fmt: skip


class PowerFails(Exception):
    """It does, in the middle of an act."""


async def counts(database: Database) -> dict[str, int]:
    async with database.rows(SYSTEM) as connection:
        return {
            name: await connection.fetchval(f"SELECT count(*) FROM {name}")  # noqa: S608
            for name in COUNTED
        }


async def test_loading_a_second_time_changes_nothing(
    arvenia: Database, furnished: tuple[str, Settings]
) -> None:
    before = await counts(arvenia)
    assert await demo.load(arvenia, furnished[1]) is False
    assert await counts(arvenia) == before


async def test_of_two_that_go_on_with_a_load_that_was_cut_off_one_finishes_it(
    new_house: Callable[[], str],
    settings: Settings,
    arvenia: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The power fails in the middle of an act: it is undone, and done once in the next run."""
    url = await asyncio.to_thread(new_house)
    one = await Database.connect(url, size=4, listen=False)
    other = await Database.connect(url, size=4, listen=False)
    once = Stage.once
    done = 0

    async def until_the_power_fails(self: Stage, name: str, viewer: Any, work: Any) -> Any:
        nonlocal done
        done += 1

        async def cut_off(uow: Any) -> Any:
            await work(uow)
            raise PowerFails

        return await once(self, name, viewer, cut_off if done == 150 else work)

    monkeypatch.setattr(Stage, "once", until_the_power_fails)
    with pytest.raises(PowerFails):
        await demo.load(one, settings)
    monkeypatch.undo()

    both = await asyncio.gather(demo.load(one, settings), demo.load(other, settings))
    assert sorted(both) == [False, True]
    assert await counts(one) == await counts(arvenia)
    await one.close()
    await other.close()


async def test_a_half_loaded_demo_of_another_release_is_left_alone_and_said_so(
    new_house: Callable[[], str], settings: Settings
) -> None:
    database = await Database.connect(await asyncio.to_thread(new_house), size=4, listen=False)
    stage = await Stage.open(database, settings)

    async def nothing(uow: Any) -> dict[str, Any]:
        return {}

    await stage.once("an act of long ago", SYSTEM, nothing)
    with pytest.raises(demo.DemoChanged, match="Start with an empty database"):
        await demo.load(database, settings)
    assert (await counts(database))["dialogue"] == 0
    await stage.finish()
    assert await demo.load(database, settings) is False  # complete as it was made then
    await database.close()
