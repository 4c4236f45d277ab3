"""Frames of the co-editing wire, read and written. See choices/coediting-wire.md. Pure."""

import json
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from policylab.coediting.lib0 import (
    BadBytes,
    Cursor,
    read_json,
    write_bytes,
    write_string,
    write_uint,
)
from policylab.coediting.reader import Update

MAX_PRESENCES: Final = 500
MAX_PRESENCE: Final = 8_192
MAX_STATE_VECTOR: Final = 50_000
"""Clients in a question. More would hold up the others while it is read."""


class BadFrame(Exception):
    """This is no frame of the wire. The connection it came over is closed, and no other."""


@dataclass(frozen=True, slots=True)
class SyncAsked:
    """A state vector: the other asks for what it lacks."""

    state: dict[int, int]
    data: bytes


@dataclass(slots=True)
class Change:
    """An update's bytes, unread; `whole` when it holds everything that we said we lack."""

    data: bytes
    whole: bool
    update: Update | None = None
    """What is in it, where that has been read ahead."""

    @property
    def says_something(self) -> bool:
        return self.data != b"\x00\x00"


@dataclass(frozen=True, slots=True)
class Presence:
    """One client's state as it was sent; None when it leaves."""

    client: int
    clock: int
    state: Any


@dataclass(frozen=True, slots=True)
class Presences:
    entries: tuple[Presence, ...]


@dataclass(frozen=True, slots=True)
class PresenceAsked:
    pass


Message: TypeAlias = SyncAsked | Change | Presences | PresenceAsked


UPDATE: Final = b"\x00\x02"
_LENGTHS: Final = [b"-", b"-", b"-", *(bytes((length,)) for length in range(128))]
"""For each length of a short frame, the byte that says how long the update in it is."""


def read_frame(data: bytes) -> Message:
    """The one message in a frame; BadFrame when it is empty, cut off, unknown or followed."""
    if len(data) < 131 and data[:2] == UPDATE and data[2:3] == _LENGTHS[len(data)]:
        return Change(data[3:], False)  # a keystroke
    try:
        cursor = Cursor(data)
        message = _message(cursor)
        cursor.done()
    except BadBytes as error:
        raise BadFrame(error.message) from error
    return message


def _message(cursor: Cursor) -> Message:
    kind = cursor.uint()
    if kind == 0:
        return _sync(cursor)
    if kind == 1:
        inner = Cursor(cursor.chunk())
        presences = _presences(inner)
        inner.done()
        return presences
    if kind == 3:
        return PresenceAsked()
    raise BadFrame("A message is of no known kind.")


def _sync(cursor: Cursor) -> Message:
    kind = cursor.uint()
    if kind == 0:
        data = cursor.chunk()
        if Cursor(data).uint() > MAX_STATE_VECTOR:
            raise BadBytes("A state vector is too long.", too_large=True)
        return SyncAsked(read_state(data), data)
    if kind in (1, 2):
        return Change(cursor.chunk(), whole=kind == 1)
    raise BadFrame("A sync message is of no known kind.")


def read_state(data: bytes) -> dict[int, int]:
    """A state vector: how far each client is known. A text that many have written over the years
    knows tens of thousands."""
    cursor = Cursor(data)
    state = {cursor.uint(): cursor.uint() for _ in range(cursor.uint())}
    cursor.done()
    return state


def write_state(state: dict[int, int]) -> bytes:
    """A state vector, as Yjs writes it."""
    known = [(client, clock) for client, clock in sorted(state.items(), reverse=True) if clock]
    parts = [write_uint(client) + write_uint(clock) for client, clock in known]
    return write_uint(len(parts)) + b"".join(parts)


def _presences(cursor: Cursor) -> Presences:
    count = cursor.uint()
    if count > MAX_PRESENCES:
        raise BadFrame("Too many presences in one frame.")
    entries: list[Presence] = []
    for _ in range(count):
        client, clock, source = cursor.uint(), cursor.uint(), cursor.string()
        if len(source) > MAX_PRESENCE:
            raise BadFrame("A presence is too large.")
        entries.append(Presence(client, clock, read_json(source) if source else None))
    return Presences(tuple(entries))


def ask_sync(state: dict[int, int]) -> bytes:
    """Sync step 1: tell me what I lack."""
    return b"\x00\x00" + write_bytes(write_state(state))


def answer_sync(update: bytes) -> bytes:
    """Sync step 2: what you lack."""
    return b"\x00\x01" + write_bytes(update)


def pass_on(update: bytes) -> bytes:
    """An update that is stored."""
    return b"\x00\x02" + write_bytes(update)


def show_presences(entries: list[tuple[int, int, str]]) -> bytes:
    """Presence of several clients: id, clock and state as JSON."""
    parts = [
        write_uint(client) + write_uint(clock) + write_string(state)
        for client, clock, state in entries
    ]
    return b"\x01" + write_bytes(write_uint(len(parts)) + b"".join(parts))


REFUSED: Final = 100
STORED: Final = 101
WELCOME: Final = 102


def say_refused(code: str, message: str, count: int) -> bytes:
    """Ours: the update with this number on this connection was not accepted."""
    said = {"code": code, "message": message, "count": count}
    return write_uint(REFUSED) + write_string(json.dumps(said, ensure_ascii=False))


def say_stored(sequence: int, count: int) -> bytes:
    """Ours: durable up to this log position, and so are this connection's first updates."""
    return write_uint(STORED) + write_uint(sequence) + write_uint(count)


def say_welcome(said: dict[str, Any]) -> bytes:
    """Ours: who one is here and what one may do."""
    return write_uint(WELCOME) + write_string(json.dumps(said, ensure_ascii=False))
