"""Processes tell each other how far their texts are, and only when there is somebody to tell."""

import asyncio
from collections.abc import Callable
from typing import cast
from uuid import UUID, uuid4

import pytest

from policylab.coediting import hints
from policylab.coediting.hints import Hints
from policylab.kit.bus import Bus


class Street:
    """What several processes shout to each other, each heard by all."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._ears: list[Callable[[str], None]] = []

    async def hear(self, _channel: str, handler: Callable[[str], None]) -> None:
        self._ears.append(handler)

    async def hint(self, _channel: str, payload: str) -> None:
        self.said.append(payload)
        for ear in self._ears:
            ear(payload)


class Process:
    """One process, with the texts that it has open, and what it has heard of others'."""

    def __init__(self, street: Street) -> None:
        self.texts: dict[UUID, int] = {}
        self.heard: list[tuple[UUID, int]] = []
        self.hints = Hints(
            cast("Bus", street), self.texts.items, lambda *hint: self.heard.append(hint)
        )

    def write(self, draft_id: UUID, seq: int) -> None:
        self.texts[draft_id] = seq
        self.hints.note(draft_id, seq)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "HINT_SECONDS", 0.001)


async def moment() -> None:
    await asyncio.sleep(0.02)


async def test_a_process_that_is_alone_says_only_that_it_is_there() -> None:
    street = Street()
    alone = Process(street)
    await alone.hints.start()
    for seq in range(1, 4):
        alone.write(uuid4(), seq)
    alone.hints.be_present()
    await moment()
    assert [said.partition("|")[2] for said in street.said] == [""]


async def test_whoever_comes_hears_what_was_written_before_and_after() -> None:
    street, draft_id = Street(), uuid4()
    first, second = Process(street), Process(street)
    await first.hints.start()
    first.write(draft_id, 7)
    await second.hints.start()
    await moment()
    assert second.heard == [(draft_id, 7)]
    first.write(draft_id, 8)
    first.write(draft_id, 9)
    await moment()
    assert second.heard == [(draft_id, 7), (draft_id, 9)], "what comes together is told once"
    second.write(draft_id, 10)
    await moment()
    assert first.heard == [(draft_id, 10)]


async def test_nothing_is_told_any_more_to_those_who_have_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hints, "BELIEVED_SECONDS", 0.05)
    street, draft_id = Street(), uuid4()
    first, second = Process(street), Process(street)
    await first.hints.start()
    await second.hints.start()
    await moment()
    await asyncio.sleep(0.06)
    before = len(street.said)
    first.write(draft_id, 1)
    await moment()
    assert len(street.said) == before
    monkeypatch.setattr(hints, "PRESENT_SECONDS", 0.0)
    second.hints.be_present()
    await moment()
    assert second.heard == [(draft_id, 1)], "it was there after all, and missed nothing"
