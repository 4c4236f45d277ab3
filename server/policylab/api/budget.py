"""What a person may ask for in a minute, by the published cost of documents (promise G7).

Each process counts for itself: behind several, a person may reach the sum of them.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode

from policylab.api.context import Context
from policylab.api.execution import Executor, Request, refused_whole
from policylab.api.limits import cost_of
from policylab.kit.errors import RefusalCode, Refused

REMEMBERED = 10_000
"""People whose budget is kept in mind, and documents whose cost is."""


class OverBudget(Refused):
    """Too much was asked for in a minute."""

    def __init__(self, allowed: int, seconds: int) -> None:
        message = (
            f"You have asked for more than {allowed:,} fields in a minute. "
            f"Ask again in {seconds} seconds."
        )
        super().__init__(RefusalCode.TOO_MANY, message)
        self.seconds = seconds

    def answer(self, locale: str) -> dict[str, Any]:
        """The same on every transport: the refusal, and the seconds to wait."""
        answer = refused_whole(self, locale)
        answer["errors"][0]["extensions"]["retryAfter"] = self.seconds
        return answer


@dataclass(slots=True)
class _Purse:
    left: float
    at: float


class Budgets:
    """Fills each person's purse by the minute; nothing is counted where nothing is allowed for."""

    def __init__(self, a_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.a_minute = a_minute
        self._clock = clock
        self._purses: OrderedDict[str, _Purse] = OrderedDict()
        self._costs: OrderedDict[tuple[str, str | None], int] = OrderedDict()

    def spend(self, who: str, cost: int) -> None:
        """Take so much out of somebody's purse; OverBudget when there is too little in it."""
        if not self.a_minute:
            return
        now, cost = self._clock(), min(cost, self.a_minute)
        purse = self._purses.setdefault(who, _Purse(self.a_minute, now))
        self._purses.move_to_end(who)
        if len(self._purses) > REMEMBERED:
            self._purses.popitem(last=False)
        rate = self.a_minute / 60
        purse.left = min(self.a_minute, purse.left + (now - purse.at) * rate)
        purse.at = now
        if cost > purse.left:
            raise OverBudget(self.a_minute, math.ceil((cost - purse.left) / rate))
        purse.left -= cost

    def charge(self, executor: Executor, request: Request, context: Context, address: str) -> None:
        """Let the viewer pay for an operation; whoever is not signed in pays by her address."""
        person = context.viewer.person_id
        self.spend(str(person or address), self._cost(executor, request, context))

    def _cost(self, executor: Executor, request: Request, context: Context) -> int:
        known = (request.fingerprint or request.query or "", request.operation)
        if known not in self._costs:
            document: DocumentNode = executor.document(request, context)
            self._costs[known] = cost_of(document, request.operation)
            if len(self._costs) > REMEMBERED:
                self._costs.popitem(last=False)
        return self._costs[known]
