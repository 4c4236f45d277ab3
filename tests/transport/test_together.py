"""Questions that many ask at once are put as one, and nobody gets an answer from before."""

import asyncio
from collections.abc import Mapping

import pytest

from policylab.transport.together import MOST, Together


class Oracle:
    """Answers with how often it has been asked before."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.go = asyncio.Event()
        self.fails = False

    async def __call__(self, asked: list[str]) -> Mapping[str, int]:
        self.asked.append(asked)
        number = len(self.asked)
        await self.go.wait()
        if self.fails:
            raise ConnectionError("away")
        return dict.fromkeys(asked, number)


async def test_who_asks_while_others_are_answered_is_answered_with_the_next() -> None:
    oracle = Oracle()
    together = Together[str, int](oracle)
    first = [asyncio.ensure_future(together(name)) for name in ("a", "b")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.ensure_future(together(name)) for name in ("a", "c", "a")]
    oracle.go.set()
    assert await asyncio.gather(*first) == [1, 1]
    assert await asyncio.gather(*later) == [2, 2, 2]
    assert oracle.asked == [["a", "b"], ["a", "c"]]


async def test_a_failure_is_everybodys_who_asked_and_nobody_elses() -> None:
    oracle = Oracle()
    together = Together[str, int](oracle)
    oracle.go.set()
    oracle.fails = True
    lost = [asyncio.ensure_future(together(name)) for name in ("a", "b")]
    for each in await asyncio.gather(*lost, return_exceptions=True):
        assert isinstance(each, ConnectionError)
    oracle.fails = False
    assert await together("a") == 2


async def test_whoever_stops_waiting_takes_no_answer_away() -> None:
    oracle = Oracle()
    together = Together[str, int](oracle)
    gone = asyncio.ensure_future(together("a"))
    stays = asyncio.ensure_future(together("a"))
    await asyncio.sleep(0)
    gone.cancel()
    oracle.go.set()
    assert await stays == 1
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_a_lot_is_bounded() -> None:
    oracle = Oracle()
    together = Together[str, int](oracle)
    oracle.go.set()
    await asyncio.gather(*(together(str(number)) for number in range(2 * MOST + 1)))
    assert [len(asked) for asked in oracle.asked] == [MOST, MOST, 1]
