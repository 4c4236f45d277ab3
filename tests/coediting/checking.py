"""What must be true of any bytes that claim to be a change: refused, or good for everybody.

`Checked` is one text as a server keeps it. It takes updates as rooms do, and after each sees for
itself that what was accepted can be applied, read, frozen, and loaded again, and waits for nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any
from uuid import UUID

import orjson
from pycrdt import Doc

from policylab.coediting.items import Items
from policylab.coediting.lib0 import BadBytes
from policylab.coediting.placing import DELETED, GONE, INLINE
from policylab.coediting.protocol import read_state
from policylab.coediting.reader import Update, read_update
from policylab.coediting.reading import read_text, text_of
from policylab.coediting.shape import Shape, learn, shape_of
from policylab.documents.tree import mended

STEPS_A_BYTE = 60
STEPS_ANYWAY = 800
DRAFT = UUID(int=1)


class Checked:
    """A text, what is known of it by id, and the document that must agree with it."""

    def __init__(self, base: Iterable[bytes] = ()) -> None:
        self.doc: Doc[Any] = Doc()
        self.shape, self.known = Shape(), dict[int, int]()
        for data in base:
            self.doc.apply_update(data)
            learn(self.shape, self.known, data)

    def take(self, data: bytes) -> bool:
        """Take an update if it may be taken; whatever is not as promised is an AssertionError."""
        try:
            update = read_update(data)
            if is_missing(update, self.known):
                return False
            codes = self.shape.judge(update, self.known)
        except BadBytes:
            return False
        self.shape.add(update, codes, self.known)
        for client, _, end in update.sections:
            self.known[client] = max(end, self.known.get(client, 0))
        self._apply(update.data)
        return True

    def _apply(self, data: bytes) -> None:
        try:
            self.doc.apply_update(data)
        except BaseException as error:
            raise AssertionError(f"accepted, and not to be applied: {error!r}") from error

    def check(self) -> None:
        """Everything that was taken is in the document, and the document is good for everybody."""
        state = read_state(self.doc.get_state())
        assert state == {client: end for client, end in self.known.items() if end}
        whole = self.doc.get_update()
        update = read_update(whole, trusted=True)
        assert not is_missing(update, {}), "something waits for what never comes"
        assert {client: end for client, _, end in update.sections} == state
        text = read_text(self.doc)
        assert text_of(whole) == text
        orjson.dumps(mended(text, DRAFT))
        self._check_shape(whole, update)
        list(Items(whole).in_order(None))

    def _check_shape(self, whole: bytes, update: Update) -> None:
        """What was learnt step by step is what the whole tells; both may be told again."""
        Shape().judge(update, {})
        fresh, known = shape_of([whole])
        assert known == {client: end for client, end in self.known.items() if end}
        decoded = Shape.decode(self.shape.encode())
        for struct in update.structs:
            for clock in {struct.clock, struct.clock + struct.length - 1}:
                learnt = self.shape.spot(struct.client, clock)
                assert decoded.spot(struct.client, clock) == learnt
                there = fresh.spot(struct.client, clock)
                if there is not None and there[0] not in (GONE, INLINE) and there[0] & 3 != DELETED:
                    assert there == learnt


def is_missing(update: Update, known: dict[int, int]) -> bool:
    """Does an update build on what is not here?"""
    ends = dict(known)
    for client, start, end in update.sections:
        if start > known.get(client, 0):
            return True
        ends[client] = max(end, ends.get(client, 0))
    return (
        update.holes
        or any(need > ends.get(client, 0) for client, need in update.needs.items())
        or any(end > ends.get(client, 0) for client, _, end in update.deletes)
    )


def steps_of(data: bytes) -> int:
    """How many lines of our own code run until there is a verdict on these bytes."""
    steps = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal steps
        steps += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        Shape().judge(read_update(data), {})
    except BadBytes:
        pass
    finally:
        sys.settrace(before)
    return steps


def check_steps(data: bytes) -> None:
    """The verdict costs no more than a few lines for each byte."""
    steps = steps_of(data)
    assert steps <= STEPS_ANYWAY + STEPS_A_BYTE * len(data), f"{steps} for {len(data)} bytes"
