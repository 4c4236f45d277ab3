"""How long notices wait, told by a clock of the test's own."""

from collections.abc import Callable

import pytest

from policylab.notices import listening
from policylab.notices.listening import MUCH, QUIET_SECONDS


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], list[float]]:
    """The moments for which one sleeps, where the process works so much of the time."""

    def of_a_process(share: float) -> list[float]:
        moments: list[float] = []

        async def sleep(seconds: float) -> None:
            moments.append(seconds)

        monkeypatch.setattr(listening.asyncio, "sleep", sleep)
        monkeypatch.setattr(listening, "monotonic", lambda: sum(moments))
        monkeypatch.setattr(listening, "process_time", lambda: share * sum(moments))
        return moments

    return of_a_process


async def test_while_there_is_little_to_do_the_next_look_comes_after_a_quiet_moment(
    slept: Callable[[float], list[float]],
) -> None:
    moments = slept(MUCH / 2)
    await listening._pause(100 * QUIET_SECONDS)  # pyright: ignore[reportPrivateUsage]
    assert moments == [QUIET_SECONDS]


async def test_while_there_is_much_to_do_people_come_first(
    slept: Callable[[float], list[float]],
) -> None:
    moments = slept(2 * MUCH)
    await listening._pause(9.5 * QUIET_SECONDS)  # pyright: ignore[reportPrivateUsage]
    assert moments == [QUIET_SECONDS] * 10


async def test_what_comes_in_quick_succession_is_looked_at_together(
    slept: Callable[[float], list[float]],
) -> None:
    moments = slept(2 * MUCH)
    await listening._pause(0.0)  # pyright: ignore[reportPrivateUsage]
    assert moments == [QUIET_SECONDS]
