"""New requests are turned away while more is under way than can be answered soon (promise N5).

What was let in is finished. A process has enough to do when its event loop comes late to what is
due, or when what it answers has waited long: then every request that it takes makes all the others
later.
"""

import asyncio
from collections import deque
from statistics import median
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from policylab.kit.log import log

FEW: Final = 8
"""Requests under way that are never too many."""
MOST: Final = 256
"""Requests under way at the outside: those that wait for something cost memory, too."""
LATE_SECONDS: Final = 0.25
LOOK_SECONDS: Final = 0.05
LONG_SECONDS: Final = 1.0
LATEST: Final = 15
"""By so many answers it is judged how long they take: a few long ones among them say nothing."""
RETRY_AFTER: Final = {"retry-after": "1", "cache-control": "no-store"}
BUSY: Final = "Too much is being asked of this server at the moment. Try again in a second."
WORK: Final = (
    "/graphql",
    "/import",
    "/files/",
    "/feeds/",
    "/catalogue",
    "/calendar/",
    "/log/",
    "/coedit/",
)
"""What costs something. The web app's own files do not, and a page without them is none."""
WAITING: Final = ("/graphql/stream", "/coedit/")
"""Addresses whose requests mostly wait: they are let in like any other, and not counted."""


class Admission:
    """An ASGI layer, outside of all that costs something."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.running = 0
        self._due: float | None = None
        self._late = 0.0
        self._took = deque[float](maxlen=LATEST)
        self._turned_away = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(WORK):
            await self.app(scope, receive, send)
        elif self._too_much():
            self._turned_away += 1
            await JSONResponse({"error": BUSY}, 503, headers=RETRY_AFTER)(scope, receive, send)
        elif scope["path"].startswith(WAITING):
            await self.app(scope, receive, send)
        else:
            await self._take(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        self.running += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.running -= 1
            self._took.append(clock() - begun)

    def _too_much(self) -> bool:
        """Whether what is under way must be finished first."""
        if self._due is None:
            self._look_later()
        if self.running < FEW:
            return False
        return (
            self.running >= MOST
            or self._late > LATE_SECONDS
            or (len(self._took) == LATEST and median(self._took) > LONG_SECONDS)
        )

    def _look_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + LOOK_SECONDS
        loop.call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        """How late this comes is how late everything comes."""
        assert self._due is not None
        self._late = asyncio.get_running_loop().time() - self._due
        if self.running:
            self._look_later()
            return
        self._due = None
        if self._turned_away:
            log.warning("admission.turned_away", requests=self._turned_away)
            self._turned_away = 0
