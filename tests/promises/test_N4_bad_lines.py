"""N4: over bad lines everybody still ends with the same text; a silent line is noticed."""

import asyncio
from pathlib import Path

import pytest

from policylab.kit.db import Database
from policylab.transport import coediting_wire
from tests.coediting.harness import Writer, eventually, serving
from tests.coediting.process import Process
from tests.promises.conftest import full
from tests.promises.drafting import Pen, check_all_there
from tests.promises.line import Line
from tests.promises.proxy import Weather, bad_line

pytestmark = pytest.mark.promise
WEATHERS = {
    "far away": Weather(delay=0.5, jitter=0.3),
    "narrow": Weather(rate=200_000 / 8),
    "in crumbs": Weather(slices=50),
    "cut every second": Weather(resets=1.0),
    "all of it": Weather(delay=0.15, jitter=0.1, rate=200_000 / 8, slices=50, resets=3.0),
}
SECONDS = full(60, 5)


async def test_over_bad_lines_everybody_ends_with_the_same_text(live: Process) -> None:
    """One writer on each kind of line, and one on a good one."""
    draft_id = await live.draft()
    lines = [bad_line(live.port, weather) for weather in WEATHERS.values()]
    proxies = [await line.__aenter__() for line in lines]
    pens: list[Pen] = []
    for port in [*(proxy.port for proxy in proxies), live.port]:
        writer = Writer(live.url(draft_id), await live.person(draft_id))
        writer.way = port
        pens.append(Pen(writer, between=(0.05, 0.2)))
    for pen in pens:
        pen.begin()
    await asyncio.sleep(SECONDS)
    assert proxies[3].resets >= SECONDS // 2
    assert all(len(pen.writer.written) > 3 for pen in pens)
    for weather in WEATHERS.values():
        weather.clear_up()
    async with asyncio.timeout(30):
        for pen in pens:
            await pen.end()
    wrote = {token for pen in pens for token in pen.writer.written}
    for pen in pens:
        await eventually(lambda pen=pen: all(token in str(pen.writer.text) for token in wrote), 5)
        pen.note()
    await check_all_there(pens, await live.text(draft_id))
    for pen in pens:
        await pen.writer.close()
    for line in lines:
        await line.__aexit__(None, None, None)


@pytest.fixture
def quick_pulse(monkeypatch: pytest.MonkeyPatch) -> float:
    # Two pulses are what it takes at most; both ends of the promise are 45 seconds.
    assert coediting_wire.PULSE_SECONDS * 2 <= 45
    monkeypatch.setattr(coediting_wire, "PULSE_SECONDS", 0.4)
    return 0.4


async def test_a_silent_line_is_noticed(
    database: Database, tmp_path: Path, quick_pulse: float
) -> None:
    weather = Weather()
    async with serving(database, tmp_path) as house:
        draft_id = await house.draft()
        here, away = await house.person(draft_id), await house.person(draft_id)
        async with (
            bad_line(house.port, weather) as proxy,
            house.writer(draft_id, here) as good,
        ):
            url = house.url(draft_id).replace(f":{house.port}/", f":{proxy.port}/")
            line = await Line.open(url, away, Host=f"localhost:{house.port}")
            assert line.status == 101
            await eventually(lambda: len(house.hub.present(draft_id)) == 2)
            answering = asyncio.create_task(_answer_pings(line))
            await asyncio.sleep(3 * quick_pulse)
            assert len(house.hub.present(draft_id)) == 2  # who answers stays, saying nothing else
            weather.silent = True
            await eventually(lambda: len(house.hub.present(draft_id)) == 1, 5 * quick_pulse + 2)
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            await line.close()
            assert good.code is None


async def _answer_pings(line: Line) -> None:
    while True:
        opcode, data = await line.hear()
        if opcode == 9:
            await line.say(10, data)
