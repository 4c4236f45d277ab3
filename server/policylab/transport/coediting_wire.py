"""A connection to a draft, byte by byte, from when `coediting_doorway` has let it in.

Binary frames that stand alone are read here, since they are what people's keystrokes come in;
everything else (fragments, pings, closing, what is malformed) goes through `websockets`, which
knows the protocol's whole book of rules. Nothing is decided here: see choices/coediting-wire.md.
"""

import asyncio
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from policylab.coediting.protocol import BadFrame, Change, read_frame
from policylab.coediting.room import Room
from policylab.coediting.session import Session
from policylab.transport.request_lines import Lines, how_ended

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiled part for this platform
    from websockets.utils import apply_mask

PATH: Final = "/coedit/{draft_id}"
LARGEST: Final = 1_048_576
"""Bytes of one message."""
MOST_WAITING: Final = 1_000_000
"""Bytes that may wait for somebody who reads slowly."""
HIGH_WATER: Final = 65_536
LARGE: Final = 65_536
MOST_UNJUDGED: Final = 1_048_576
"""Bytes that one connection may send ahead of what has been dealt with."""
SMALL: Final = 256
"""What a frame costs besides its bytes, so that many empty ones are not for nothing."""
SELDOM: Final = 4_096
"""The same for what honest clients send seldom: questions, presence, fragments, pings."""
MOST_PIECES: Final = 1_024
"""Fragments of one message."""
AT_ONCE: Final = 256
"""Frames that are read at once; then it is the others' turn."""
BURST: Final = 8 * 1_048_576
RATE: Final = 4 * 1_048_576
"""Bytes that one connection may send at once, and each second after that; it is read no faster."""
PARTING_SECONDS: Final = 5.0
PULSE_SECONDS: Final = 10.0
STALLED_MILLISECONDS: Final = 20_000
COME_BACK: Final = 1012
TOO_BIG: Final = 1009
TOO_SLOW: Final = 4502
BAD_FRAME: Final = 4400
DIRECTLY: Final = sys.platform != "win32"
"""Sockets are files: what is written to one need not wait for the event loop's next round."""
PING: Final = bytes((0x80 | Opcode.PING, 0))
_ALONE: Final = 0x80 | Opcode.BINARY
_PONG: Final = 0x80 | Opcode.PONG


def framed(messages: Iterable[bytes]) -> bytes:
    """Messages as websocket frames, one each, in one piece."""
    parts: list[bytes] = []
    for message in messages:
        length = len(message)
        if length < 126:
            parts.append(bytes((_ALONE, length)))
        elif length < 65_536:
            parts.append(bytes((_ALONE, 126)) + length.to_bytes(2, "big"))
        else:
            parts.append(bytes((_ALONE, 127)) + length.to_bytes(8, "big"))
        parts.append(message)
    return b"".join(parts)


class Wires:
    """All such connections of a process; notices the lines that have gone silent."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.said: tuple[Sequence[bytes], bytes] = ((), b"")
        """What was last written to somebody, and its frames: many are written the same."""
        self._open: set[Wire] = set()
        self._pulse: asyncio.TimerHandle | None = None

    def framed(self, messages: Sequence[bytes]) -> bytes:
        """Frames of messages that are perhaps written to many: they are made once."""
        frames = framed(messages)
        self.said = (messages, frames)
        return frames

    def add(self, wire: "Wire") -> None:
        self._open.add(wire)
        if self._pulse is None:
            self._pulse = asyncio.get_running_loop().call_later(PULSE_SECONDS, self._feel)

    def discard(self, wire: "Wire") -> None:
        self._open.discard(wire)

    def _feel(self) -> None:
        self._pulse = None
        for wire in list(self._open):
            wire.feel_pulse()
        if self._open:
            self._pulse = asyncio.get_running_loop().call_later(PULSE_SECONDS, self._feel)


class Wire(asyncio.Protocol):
    """One connection, as the network and as a draft sees it (`coediting.turn.Peer`)."""

    session: Session

    def __init__(self, transport: asyncio.Transport, wires: Wires, connections: set[Any]) -> None:
        transport.set_write_buffer_limits(high=HIGH_WATER)
        self._transport = transport
        self._wires = wires
        self._connections = connections
        """Those whom uvicorn tells when it stops."""
        self._socket = socket.socket(fileno=transport.get_extra_info("socket").fileno())
        """The transport's own, to write to without it."""
        self._send = self._socket.send
        if sys.platform == "linux":  # who takes nothing of what the system holds for her is cut off
            self._socket.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MILLISECONDS
            )
        self._direct = False
        """It is known that nothing waits before what is written next."""
        self._rules: ServerProtocol | None = None
        self._room: Room
        self._since = asyncio.get_running_loop().time()
        self._finishing: asyncio.Task[None] | None = None
        self._rest = bytearray()
        self._need = 0
        self._fragments: list[bytes] = []
        self._fragmented = False
        self._closing = False
        self._waiting: deque[tuple[bytes, int]] = deque()
        """Frames, and what each counts against `MOST_WAITING`."""
        self._waiting_bytes = 0
        self._paused = False
        self._unread_answers = 0
        """Bytes of answers to pings that wait to be read."""
        self._large_waits = False
        self._unjudged = 0
        self._budget = float(BURST)
        self._budget_at = 0.0
        self._reading = True
        self._look: asyncio.TimerHandle | None = None
        self._unread = False
        """Whether whole frames wait in `_rest`."""
        self._heard = True
        self._unsent = 0
        """What waited in the event loop at the last pulse."""

    def enter(self, join: Callable[["Wire"], Room]) -> None:
        """Join the draft, and begin to read."""
        self._connections.add(self)
        self._wires.add(self)
        self._room = join(self)
        self._transport.resume_reading()

    # ── for the event loop ──

    def data_received(self, data: bytes) -> None:
        self._heard = True
        if len(self._rest) + len(data) < self._need:
            self._rest += data
        else:
            if self._rest:
                data = bytes(self._rest + data)
                self._rest.clear()
            self._need = 0
            self._frames(data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing, self._direct = True, False
        self._socket.detach()  # the transport closes it
        self._waiting.clear()
        self._connections.discard(self)
        self._wires.discard(self)
        if self._finishing is not None:
            self._finishing.cancel()
        self._room.leave(self)
        self._wires.lines.ended(
            PATH,
            how_ended(self._rules),
            asyncio.get_running_loop().time() - self._since,
            self.session.standing.person_id,
        )

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = self._large_waits = False
        self._unread_answers = 0
        while self._waiting and not self._paused:
            data, cost = self._waiting.popleft()
            self._waiting_bytes -= cost
            self._put(data)

    # ── for uvicorn ──

    def shutdown(self) -> None:
        """The server stops: what has come in is finished, then the client is asked to come back."""
        self._transport.pause_reading()

        async def finish() -> None:
            await self._room.settle()
            self.close(COME_BACK, "The server restarts.")

        self._finishing = asyncio.get_running_loop().create_task(finish(), name="coediting.finish")

    # ── frames in ──

    def _frames(self, data: bytes) -> None:
        """Every whole frame in the bytes, as far as it may go; what is left of them waits."""
        at, end, count = 0, len(data), 0
        while end - at >= 2:
            if count == AT_ONCE or not self._reading:
                self._unread = True
                self._hold()
                self._look_again()
                break
            count += 1
            length = data[at + 1] & 0x7F
            header = 6 if length < 126 else 8 if length == 126 else 14
            if end - at < header - 4:
                break
            if header > 6:
                length = int.from_bytes(data[at + 2 : at + header - 4], "big")
            stop = at + header + length
            plain = data[at] == _ALONE and data[at + 1] & 0x80
            if length > LARGEST or not data[at + 1] & 0x80:
                self._by_library(data[at:])  # it knows what is wrong with this
                return
            if stop > end:
                self._need = stop - at
                break
            if plain and not (self._fragmented or self._closing):
                body = at + header
                self._take(apply_mask(data[body:stop], data[body - 4 : body]))
            elif data[at] == _PONG and length < 126 and not self._closing:
                self._spend(SELDOM)
            else:
                self._by_library(data[at:stop])
            at = stop
        if at < end:
            self._rest += data[at:]

    @property
    def _library(self) -> ServerProtocol:
        """The whole book of rules, for what is no plain message."""
        if self._rules is None:
            self._rules = ServerProtocol(state=OPEN, max_size=LARGEST)
        return self._rules

    def _by_library(self, data: bytes) -> None:
        """One frame that is not a message by itself, or is wrong."""
        library = self._library
        if library.state is not OPEN and self._transport.is_closing():
            return
        self._spend(len(data) + SELDOM)
        library.receive_data(data)
        for event in library.events_received():
            if isinstance(event, Frame) and not self._closing:
                self._by_opcode(event)
        self._flush_library()
        if self._unread_answers > MOST_WAITING:
            self.close(TOO_SLOW, "You read too slowly; please come back.")

    def _by_opcode(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT:
            self.close(BAD_FRAME, "A frame is text.")
        elif frame.opcode in (Opcode.BINARY, Opcode.CONT):
            self._fragments.append(bytes(frame.data))
            self._fragmented = not frame.fin
            if frame.fin:
                whole, self._fragments = b"".join(self._fragments), []
                self._take(whole)
            elif len(self._fragments) > MOST_PIECES:
                self.close(TOO_BIG, "A message is in too many pieces.")

    def _flush_library(self) -> None:
        """Send what the library has to say; its last word is that nothing more will come."""
        for data in self._library.data_to_send():
            if data:
                self._put(data)
                self._unread_answers += len(data) if self._paused else 0
            else:
                self._closing, self._direct = True, False
                self._transport.close()

    def _take(self, data: bytes) -> None:
        try:
            message = read_frame(data)
        except BadFrame as bad:
            self.close(BAD_FRAME, str(bad))
            return
        changes = isinstance(message, Change) and message.says_something
        cost = len(data) + (SMALL if changes else SELDOM)
        self._unjudged += cost
        self._room.receive(self, message)
        self._spend(cost)

    def _spend(self, cost: int) -> None:
        self._budget -= cost
        if self._unjudged > MOST_UNJUDGED or self._budget < 0:
            self._hold()
            self._look_again()  # perhaps nothing is to be judged

    # ── for the draft ──

    def write(self, messages: Sequence[bytes]) -> None:
        """Send these messages, a frame each; a connection that reads too slowly is cut off."""
        said, frames = self._wires.said
        self._send_to((self,), frames if said is messages else self._wires.framed(messages))

    @classmethod
    def write_all(
        cls, peers: set[Any], messages: Sequence[bytes], besides: Mapping[Any, bytes]
    ) -> None:
        """Send the same messages to many, and one more to some of them."""
        frames = framed(messages)
        cls._send_to(peers.difference(besides), frames)
        for wire in peers.intersection(besides):
            cls._send_to((wire,), frames + framed((besides[wire],)))

    @staticmethod
    def _send_to(wires: Iterable["Wire"], frames: bytes) -> None:
        """The one loop that every reader of every change goes through: it costs little more than
        the system's own work."""
        size = len(frames)
        for wire in wires:
            if not (wire._direct or wire._is_clear()):
                wire._queue(frames)
                continue
            send = wire._send  # not called as a method, which it is not: that is slower
            try:
                sent = send(frames)
            except OSError:  # full, or gone: the event loop waits, or finds out
                sent = 0
            if sent != size:
                wire._put(frames[sent:] if sent else frames)

    def _is_clear(self) -> bool:
        """Whether what is written next may go to the system at once, past the event loop."""
        transport = self._transport
        waits = self._paused or self._closing or transport.is_closing()
        self._direct = DIRECTLY and not waits and not transport.get_write_buffer_size()
        return self._direct

    def _queue(self, data: bytes) -> None:
        if self._closing:
            return
        if self._paused:
            self._keep(data)
        else:
            self._put(data)

    def _put(self, data: bytes) -> None:
        """Let the event loop send it; what is written next goes after it."""
        self._direct = False
        self._transport.write(data)

    def _keep(self, data: bytes) -> None:
        """Let it wait for a reader who is slow; what waits for many is in memory once."""
        cost = len(data) + SMALL
        if cost > LARGE and not self._large_waits:  # a whole text may take its time
            self._large_waits, cost = True, 0
        self._waiting.append((data, cost))
        self._waiting_bytes += cost
        if self._waiting_bytes > MOST_WAITING:
            self.close(TOO_SLOW, "You read too slowly; please come back.")

    def close(self, code: int, reason: str) -> None:
        """Say why, and close; what it has not taken by then is not sent any more."""
        if self._closing:
            return
        self._closing, self._direct = True, False
        if self._library.state is OPEN:
            if code != TOO_SLOW:
                for data, _ in self._waiting:
                    self._transport.write(data)
            self._waiting.clear()
            self._library.send_close(code, reason)
            self._flush_library()
        self._unjudged = 0
        self._read_on()  # it has a last word, too
        asyncio.get_running_loop().call_later(PARTING_SECONDS, self._transport.abort)

    def resume(self) -> None:
        """What this connection sent has been dealt with; read on."""
        self._unjudged = 0
        if not self._reading:
            self._read_on()

    def _hold(self) -> None:
        """Read no more of it for now; what it sends waits on its own side."""
        if self._reading:
            self._reading = False
            self._transport.pause_reading()

    def _read_on(self) -> None:
        """Read on, as soon as its share of this second allows."""
        loop = asyncio.get_running_loop()
        if self._reading or self._unjudged > MOST_UNJUDGED or self._transport.is_closing():
            return
        now = loop.time()
        self._budget = min(BURST, self._budget + (now - self._budget_at) * RATE)
        self._budget_at = now
        if self._budget < 0:
            self._look_again(-self._budget / RATE + 0.01)
            return
        self._reading = True
        if self._unread:
            self._unread = False
            data = bytes(self._rest)
            self._rest.clear()
            self._frames(data)
        if self._reading and not self._transport.is_closing():
            self._transport.resume_reading()

    def _look_again(self, seconds: float = 0.0) -> None:
        """See soon whether to read on: once, however many reasons there are to."""
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(seconds, self._looked)

    def _looked(self) -> None:
        self._look = None
        self._read_on()

    def feel_pulse(self) -> None:
        """Cut off a line on which nothing has come in, or nothing gone out, for a whole pulse."""
        unsent = self._transport.get_write_buffer_size()
        stuck = self._paused and unsent == self._unsent  # nothing is added while it is paused
        self._unsent = unsent
        if stuck or (not self._heard and self._reading):
            self._transport.abort()
            return
        self._heard = False
        if not self._paused:  # what can't go out must not grow: see above
            self._put(PING)
