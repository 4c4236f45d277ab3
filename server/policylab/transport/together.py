"""Questions that many ask at the same moment, put to the database as one."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Final, Generic, TypeVar

AT_ONCE: Final = 2
"""How many lots of questions are under way at the same time."""
MOST: Final = 200
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
        self._finders: set[asyncio.Task[None]] = set()

    def __call__(self, asked: Asked) -> Awaitable[Answer]:
        answer = self._waiting.get(asked)
        if answer is None:
            answer = self._waiting[asked] = asyncio.get_running_loop().create_future()
            if len(self._finders) < AT_ONCE:
                task = asyncio.create_task(self._work(), name="together")
                self._finders.add(task)
                task.add_done_callback(self._finders.discard)
        return asyncio.shield(answer)

    async def _work(self) -> None:
        while self._waiting:
            asked = list(self._waiting)[:MOST]
            waiting = {each: self._waiting.pop(each) for each in asked}
            try:
                answers = await self._find(asked)
            except Exception as error:  # noqa: BLE001 it is raised where it was asked for
                for answer in waiting.values():
                    answer.set_exception(error)
                    answer.exception()  # heard, even when whoever asked has gone
                continue
            for each, answer in waiting.items():
                answer.set_result(answers[each])
