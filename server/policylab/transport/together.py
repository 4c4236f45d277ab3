"""Questions that many ask at the same moment, put to the database as one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Final, Generic, TypeVar

LONGEST_WAIT: Final = 0.03
"""Seconds for which a lot waits for more."""
MOST: Final = 500
"""Questions in a lot."""

Asked = TypeVar("Asked", bound=Hashable)
Answer = TypeVar("Answer")


class Together(Generic[Asked, Answer]):
    """Answers all who ask while earlier questions are being answered in one go.

    Whoever asks is never given an answer that was looked for before: it may have become untrue.
    """

    def __init__(self, find: Callable[[list[Asked]], Awaitable[Mapping[Asked, Answer]]]) -> None:
        self._find = find
        self._waiting: dict[Asked, asyncio.Future[Answer]] = {}
        self._count = 0
        """How often something was asked."""
        self._finder: asyncio.Task[None] | None = None

    def __call__(self, asked: Asked) -> Awaitable[Answer]:
        self._count += 1
        answer = self._waiting.get(asked)
        if answer is None:
            answer = self._waiting[asked] = asyncio.get_running_loop().create_future()
            if self._finder is None:
                self._finder = asyncio.create_task(self._work(), name="together")
        return asyncio.shield(answer)

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                await self._answer_those_who_wait()
        finally:
            self._finder = None

    async def _gather(self) -> None:
        """Let as many come as are at the door already: the event loop reads them round by round."""
        until = asyncio.get_running_loop().time() + LONGEST_WAIT
        known = 0
        while known < self._count and len(self._waiting) < MOST:
            known = self._count
            await asyncio.sleep(0)
            if asyncio.get_running_loop().time() > until:
                break

    async def _answer_those_who_wait(self) -> None:
        asked = list(self._waiting)[:MOST]
        waiting = {each: self._waiting.pop(each) for each in asked}
        try:
            answers = await self._find(asked)
        except Exception as error:  # noqa: BLE001 it is raised where it was asked for
            for answer in waiting.values():
                answer.set_exception(error)
                answer.exception()  # heard, even when whoever asked has gone
            return
        for each, answer in waiting.items():
            answer.set_result(answers[each])
