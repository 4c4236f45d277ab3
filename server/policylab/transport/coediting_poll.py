"""Co-editing for networks that let no websocket through: the same frames over plain requests.

A client sends its frames in one request and has the server's brought by another, which is held
until there is something to bring (long poll). Frames are numbered in both directions and kept until
the other side has said that it has them, so a request that is sent again neither doubles nor loses
one. Nothing is decided here: see choices/coediting-wire.md.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from policylab.coediting.lib0 import BadBytes, Cursor, read_json, write_bytes, write_string
from policylab.coediting.protocol import BadFrame, read_frame
from policylab.coediting.room import Room
from policylab.coediting.session import Session
from policylab.kit.viewer import Viewer
from policylab.transport.coediting_wire import (
    BAD_FRAME,
    BURST,
    LARGE,
    MOST_UNJUDGED,
    MOST_WAITING,
    RATE,
    SMALL,
    TOO_SLOW,
)

HOLD_SECONDS: Final = 20.0
"""Proxies that end what is silent mostly wait for half a minute."""
TOGETHER_SECONDS: Final = 0.02
"""What comes within this time is brought in one answer."""
COST: Final = 64
"""What a frame that waits costs besides its bytes."""


class Poll:
    """One connection that is made of requests, as a draft sees it (`coediting.turn.Peer`)."""

    session: Session

    def __init__(
        self, draft_id: UUID, viewer: Viewer, credentials: bytes, told: Callable[[int, float], None]
    ) -> None:
        self.id = secrets.token_urlsafe(24)
        self.draft_id = draft_id
        self.viewer = viewer
        self.credentials = credentials
        """A digest of what its opener came with: whoever comes with the same is the same."""
        self.taken = 0
        """Frames taken from the client."""
        self.closed: tuple[int, str] | None = None
        self.heard_at = 0.0
        self.under_way = 0
        self._room: Room | None = None
        self._first = 0
        """The number of frames that the client has: what is kept begins after them."""
        self._kept: deque[tuple[bytes, int]] = deque()
        """Frames, and what each counts against `MOST_WAITING`."""
        self._kept_cost = 0
        self._large_until = 0
        self._waiter: asyncio.Future[None] | None = None
        self._sending = False
        self._unjudged = 0
        self._resumed: asyncio.Future[None] | None = None
        self._budget = float(BURST)
        self._since = self._budget_at = asyncio.get_running_loop().time()
        self._told = told
        """Hears with which code it has ended, after how many seconds."""

    def enter(self, join: Callable[["Poll"], Room]) -> None:
        self._room = join(self)

    # ── for the draft ──

    def write(self, messages: Sequence[bytes]) -> None:
        """Keep these for the client; one that fetches nothing is cut off."""
        if self.closed is not None:
            return
        cost = sum(map(len, messages)) + COST * len(messages)
        counts = cost <= LARGE or self._first < self._large_until
        for message in messages:
            each = len(message) + COST if counts else 0
            self._kept.append((message, each))
        if counts:
            self._kept_cost += cost
        else:  # a whole text may take its time
            self._large_until = self._first + len(self._kept)
        if self._kept_cost > MOST_WAITING:
            self.close(TOO_SLOW, "You read too slowly; please come back.")
        else:
            self._wake()

    @classmethod
    def write_all(
        cls, peers: set[Any], messages: Sequence[bytes], besides: Mapping[Any, bytes]
    ) -> None:
        """Keep the same for many; some have one more."""
        for peer in tuple(peers):  # whoever fetches nothing leaves
            own = besides.get(peer)
            peer.write(messages if own is None else (*messages, own))

    def close(self, code: int, reason: str) -> None:
        """It is over; the client hears why with what it has not been brought yet."""
        if self.closed is not None:
            return
        self.closed = code, reason
        self._told(code, asyncio.get_running_loop().time() - self._since)
        if code == TOO_SLOW:
            self._kept.clear()
        if self._room is not None:
            self._room.leave(self)
        self._wake()
        self.resume()

    def resume(self) -> None:
        """What this connection sent has been dealt with; it may send on."""
        self._unjudged = 0
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)

    # ── for the client ──

    async def settle(self) -> None:
        """Wait until what it sent is dealt with."""
        if self._room is not None:
            await self._room.settle()

    def acknowledge(self, got: int) -> None:
        """The client has so many of the frames."""
        if got > self._first + len(self._kept):
            if self.closed is None:
                self.close(BAD_FRAME, "Frames are acknowledged that were never sent.")
            return
        while self._first < got:
            _, cost = self._kept.popleft()
            self._kept_cost -= cost
            self._first += 1

    async def take(self, first: int, frames: Sequence[bytes]) -> bool:
        """Take the frames that are new, after the `first` ones; False when it is not its turn."""
        if self._sending or self._unjudged > MOST_UNJUDGED:
            return False
        if first > self.taken:
            self.close(BAD_FRAME, "Frames are missing.")
        for frame in frames[self.taken - first :]:
            if self.closed is None:
                self.taken += 1
                self._take_one(frame)
        self._sending = True
        try:
            await self._be_fair()
        finally:
            self._sending = False
        return True

    def _take_one(self, frame: bytes) -> None:
        try:
            message = read_frame(frame)
        except BadFrame as bad:
            self.close(BAD_FRAME, str(bad))
            return
        cost = len(frame) + SMALL
        self._unjudged += cost
        self._budget -= cost
        assert self._room is not None
        self._room.receive(self, message)

    async def _be_fair(self) -> None:
        """Answer no sooner than its share of the time, and of the memory, allows."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._budget = min(BURST, self._budget + (now - self._budget_at) * RATE)
        self._budget_at = now
        if self._budget < 0:
            await asyncio.sleep(-self._budget / RATE)
        if self._unjudged > MOST_UNJUDGED and self.closed is None:
            self._resumed = loop.create_future()
            await asyncio.wait([self._resumed], timeout=HOLD_SECONDS)
            self._resumed = None

    async def wait(self) -> bool:
        """Wait until there is something to bring; False when a newer request has come for it."""
        self._wake(superseded=True)
        if self.closed is None and not self._kept:
            waiter = self._waiter = asyncio.get_running_loop().create_future()
            await asyncio.wait([waiter], timeout=HOLD_SECONDS)
            if waiter.cancelled():
                return False
            self._waiter = None
        if self.closed is None and self._kept:
            await asyncio.sleep(TOGETHER_SECONDS)
        return True

    def _wake(self, *, superseded: bool = False) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is None or waiter.done():
            return
        if superseded:
            waiter.cancel()
        else:
            waiter.set_result(None)

    def answer(self, *, frames: bool, opened: bool = False) -> bytes:
        """What the client is told: its frames that were taken, ours that it lacks, the end."""
        brought = [frame for frame, _ in self._kept] if frames else []
        said: dict[str, object] = {"taken": self.taken, "first": self._first}
        if opened:
            said["session"] = self.id
        if self.closed is not None and (frames or not self._kept):
            code, reason = self.closed
            said["closed"] = {"code": code, "reason": reason}
        return packed(said, brought)


def packed(said: object, frames: Sequence[bytes]) -> bytes:
    """A head and frames, each preceded by its length."""
    return write_string(json.dumps(said)) + b"".join(map(write_bytes, frames))


def unpacked(body: bytes) -> tuple[int, int, list[bytes]]:
    """How many of our frames the client has, how many of its own it sent before, and these."""
    cursor = Cursor(body)
    said = read_json(cursor.string())
    frames: list[bytes] = []
    while cursor.at < cursor.end:
        frames.append(cursor.chunk())
    got, first = (said.get("got"), said.get("first")) if isinstance(said, dict) else (None, None)
    # JSON knows no difference between true and 1; a count is not true.
    if type(got) is not int or type(first) is not int or got < 0 or first < 0:
        raise BadBytes("The head says no counts.")
    return got, first, frames
