"""One text in memory: what pycrdt is asked to do, and what becomes of it when it fails.

The document is a cache of the log. Whatever goes wrong in it, it is dropped and made again.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from weakref import finalize

from pycrdt import Doc, TransactionEvent

from policylab.coediting.carrying import Carried, carried, may_carry
from policylab.coediting.items import Items
from policylab.coediting.lib0 import Cursor, write_bytes
from policylab.coediting.protocol import SyncAsked, answer_sync, read_state, write_state
from policylab.coediting.reader import Update, read_update
from policylab.coediting.session import Knowledge, Owner
from policylab.coediting.shape import Shape, learn

NOTHING = b"\x00\x00"
"""The update that changes nothing."""

Ranges = dict[int, list[tuple[int, int]]]


class Broken(Exception):
    """The document in memory can't be trusted any more."""


def guarded(error: BaseException) -> None:
    """Turn a panic of pycrdt, which is no `Exception`, into `Broken`; let the rest rise."""
    if type(error).__name__ == "PanicException":
        raise Broken(str(error)) from error
    if not isinstance(error, Exception):
        raise error
    raise Broken(repr(error)) from error


def recalled(remembered: bytes) -> tuple[dict[int, int], bytes]:
    """How far each client is in a text, and its shape, as `Live.remembered` put them together."""
    cursor = Cursor(remembered)
    state = read_state(cursor.chunk())
    return state, remembered[cursor.at :]


class _Heard:
    """What a document said it had become by a transaction, where somebody wants to know."""

    def __init__(self) -> None:
        self.wanted = False
        self._said = NOTHING

    def __call__(self, event: TransactionEvent) -> None:
        if self.wanted:
            self._said = event.update

    def take(self) -> bytes:
        said, self._said, self.wanted = self._said, NOTHING, False
        return said


class Live:
    """A pycrdt document and what is known of it by id."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.doc = Doc[Any]()
        self.size = 0
        """Bytes of the text as it was loaded, and of everything that has come since."""
        self._whole: bytes | None = None
        self._deleted: Ranges | None = None
        self._items: Items | None = None
        self._heard = _Heard()
        # A document and what watches it hold each other until the watching is ended.
        watching = self.doc.observe(self._heard)
        finalize(self, self.doc.unobserve, watching).atexit = False

    @classmethod
    def load(
        cls, state: bytes | None, shape: bytes | None, tail: Iterable[bytes], knowledge: Knowledge
    ) -> "Live":
        """From a snapshot and the log rows after it."""
        live = cls(knowledge)
        if state is not None and shape is not None:
            live.size = len(state)
            live._apply([state])
            knowledge.shape = Shape.decode(recalled(shape)[1])
            knowledge.known = live.state()
            knowledge.committed = dict(knowledge.known)
        live.follow(tail)
        return live

    def remembered(self) -> bytes:
        """What is kept beside the bytes of the text: how far each client is, and its shape."""
        return write_bytes(write_state(self.knowledge.committed)) + self.knowledge.shape.encode()

    def follow(self, updates: Iterable[bytes]) -> None:
        """Take in log rows that another process, or an earlier life, has stored."""
        rows, knowledge = list(updates), self.knowledge
        self.size += sum(map(len, rows))
        self._items = None
        for row in rows:
            for client, _, end in learn(knowledge.shape, knowledge.known, row).sections:
                knowledge.committed[client] = max(end, knowledge.committed.get(client, 0))
        self._apply(rows)

    def write(self, updates: Sequence[Update]) -> bytes | None:
        """Apply one person's accepted updates; what they changed, or None when nothing did."""
        self._heard.wanted = True
        self._apply([update.data for update in updates])
        said = self._heard.take()
        self.size += len(said)
        return said if said != NOTHING else None

    def carried(self, update: Update) -> list[Carried]:
        """What of an accepted update's words stood in the text before. Ask before taking it in."""
        known = self.knowledge.known
        if self._items is None:
            if not may_carry(update, known):
                return []
            self._items = Items(self.whole())
        found = carried(self._items, update, known)
        self._items.add(update, known)
        return found

    def check(self) -> None:
        """Everything accepted is in the document, nothing waits for what never comes."""
        if self.state() != {key: end for key, end in self.knowledge.known.items() if end}:
            raise Broken("an accepted update was not taken in")

    def commit(self) -> None:
        """What is in the document is durable now."""
        self.knowledge.committed.update(self.knowledge.known)

    def _apply(self, updates: Sequence[bytes]) -> None:
        self._whole = self._deleted = None
        try:
            with self.doc.transaction():
                for update in updates:
                    self.doc.apply_update(update)
        except BaseException as error:  # noqa: BLE001 panics are BaseExceptions
            guarded(error)

    def state(self) -> dict[int, int]:
        """How far each client is in the document."""
        return read_state(self.doc.get_state())

    def whole(self) -> bytes:
        """The whole text as one update."""
        if self._whole is None:
            self._whole = self.doc.get_update()
        return self._whole

    def since(self, state: dict[int, int], data: bytes) -> bytes:
        """What a client with this state vector lacks."""
        if not state:
            return self.whole()
        try:
            return self.doc.get_update(data)
        except BaseException as error:
            guarded(error)
            raise

    def answers(self, wanted: SyncAsked) -> tuple[bytes, ...]:
        """The message that brings a client with this state vector up to date."""
        return (answer_sync(self.since(wanted.state, wanted.data)),)

    @property
    def committed(self) -> dict[int, int]:
        return self.knowledge.committed

    @property
    def owners(self) -> dict[int, Owner]:
        return self.knowledge.owners

    def deletes_nothing_new(self, update: Update) -> bool:
        """Is all that the update deletes deleted already?"""
        if self._deleted is None:
            own = read_update(self.doc.get_update(self.doc.get_state()), trusted=True)
            self._deleted = _merged(own.deletes)
        return all(
            any(start <= clock and end <= stop for start, stop in self._deleted.get(client, ()))
            for client, clock, end in _flat(_merged(update.deletes))
        )


def _merged(deletes: Iterable[tuple[int, int, int]]) -> Ranges:
    """Neighbouring and overlapping ranges as one."""
    ranges: Ranges = {}
    for client, start, end in sorted(deletes):
        own = ranges.setdefault(client, [])
        if own and start <= own[-1][1]:
            own[-1] = (own[-1][0], max(end, own[-1][1]))
        else:
            own.append((start, end))
    return ranges


def _flat(ranges: Ranges) -> Iterable[tuple[int, int, int]]:
    return ((client, start, end) for client, own in ranges.items() for start, end in own)
