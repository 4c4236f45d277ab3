"""New requests are turned away while more is under way than can be answered soon (promise N5).

What was let in is finished. Behind is a process whose event loop comes late to what is due: then
every request that it takes makes all the others later.
"""

import asyncio
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
            self.running += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.running -= 1

    def _too_much(self) -> bool:
        """Whether what is under way must be finished first."""
        if self._due is None:
            self._look_later()
        return self.running >= MOST or (self.running >= FEW and self._late > LATE_SECONDS)

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
