"""Updates are read whole before anything else touches them: any bytes, in bounded time."""

import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab.coediting.lib0 import BadBytes
from policylab.coediting.live import guarded
from policylab.coediting.reader import Update, read_update
from policylab.coediting.reading import read_text, text_of
from policylab.coediting.rules import CONTENT
from policylab.coediting.shape import DELETED, GONE, Shape, learn, shape_of
from policylab.documents import tree
from tests.coediting import crafted


def judged(data: bytes) -> Update:
    """Read an update, and find the place of everything in an empty text."""
    update = read_update(data)
    Shape().judge(update, {})
    return update


@pytest.mark.parametrize("problem", crafted.hostile())
def test_hostile_updates_are_refused_quickly(problem: str) -> None:
    data = crafted.hostile()[problem]
    began = time.perf_counter()
    with pytest.raises(BadBytes):
        judged(data)
    assert time.perf_counter() - began < 0.25


def test_what_a_text_may_hold_passes() -> None:
    assert text_of(crafted.paragraph(7, "words"))["content"][0]["content"][0]["text"] == "words"
    update = judged(crafted.paragraph(7, "wörds 🌍"))
    assert update.sections == [(7, 0, 10)]
    judged(crafted.nested_blocks(7, 64))
    deep = crafted.attribute("id", crafted.nested_value(60), (7, 0))
    judged(crafted.update(7, crafted.element(), deep))


def test_depth_built_up_over_many_updates_is_bounded() -> None:
    shape, known = Shape(), dict[int, int]()
    learn(shape, known, crafted.update(7, crafted.element("blockquote")))
    for depth in range(1, 64):
        inside = crafted.element("blockquote", (7, depth - 1))
        data = crafted.update(7, inside, clock=depth)
        shape.judge(read_update(data), known)
        learn(shape, known, data)
    too_deep = crafted.update(7, crafted.element("blockquote", (7, 63)), clock=64)
    with pytest.raises(BadBytes):
        shape.judge(read_update(too_deep), known)


def edited(seed: int) -> list[bytes]:
    """The updates of two writers who edit at random."""
    dice = random.Random(seed)
    docs: list[Doc[Any]] = [Doc(client_id=number) for number in (7, 9)]
    said: list[bytes] = []
    for doc in docs:
        doc.observe(lambda event: said.append(event.update))
    for _ in range(dice.randrange(5, 40)):
        doc = dice.choice(docs)
        root = doc.get("default", type=XmlFragment)
        runs = [block.children[0] for block in root.children if isinstance(block, XmlElement)]
        if not runs or dice.random() < 0.2:
            block = root.children.append(XmlElement("paragraph"))
            block.attributes["id"] = str(dice.random())
            block.children.append(XmlText("debut 🌍"))
        elif dice.random() < 0.1:
            del root.children[dice.randrange(len(root.children))]
        else:
            run = dice.choice(runs)
            assert isinstance(run, XmlText)
            if dice.random() < 0.7:
                marks = {"bold": {}} if dice.random() < 0.3 else None
                run.insert(0, dice.choice(["a", "bc", "de"]), marks)
            elif len(run) > len("🌍".encode()):
                del run[0:1]  # a byte, and a letter
        if dice.random() < 0.3:
            docs[0].apply_update(docs[1].get_update(docs[0].get_state()))
            docs[1].apply_update(docs[0].get_update(docs[1].get_state()))
    return said


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_the_updates_of_honest_writers_all_pass(seed: int) -> None:
    """And the shape learnt step by step is the shape of the whole."""
    shape, known = Shape(), dict[int, int]()
    doc: Doc[Any] = Doc()
    for data in edited(seed):
        shape.judge(read_update(data), known)
        learn(shape, known, data)
        doc.apply_update(data)
    whole, state = shape_of([doc.get_update()])
    assert state == known
    decoded = Shape.decode(shape.encode())
    for client, end in known.items():
        for clock in range(end):
            spot, there = shape.spot(client, clock), whole.spot(client, clock)
            assert decoded.spot(client, clock) == spot
            assert there is not None
            if there[0] & 3 not in (GONE, DELETED):
                assert there == spot


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The same bytes with a few of them changed, taken out, doubled or put in."""
    out = bytearray(data)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(out) + 1)
        match dice.randrange(4):
            case 0 if at < len(out):
                out[at] = dice.randrange(256)
            case 1:
                del out[at : at + dice.randrange(1, 4)]
            case 2:
                out[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 4)))
            case _:
                out[at:at] = out[at : at + dice.randrange(1, 12)]
    return bytes(out)


def test_mutated_updates_are_refused_or_can_be_applied_and_read() -> None:
    dice = random.Random(4)
    sources = [update for seed in range(40) for update in edited(seed)]
    passed = 0
    for _ in range(10_000):
        data = mutated(dice.choice(sources), dice)
        try:
            update = judged(data)
        except BadBytes:
            continue
        doc: Doc[Any] = Doc()
        try:
            doc.apply_update(update.data)
            read_text(doc)
        except BaseException as error:  # noqa: BLE001 panics are no Exceptions
            guarded(error)
        passed += 1
    assert passed


def test_what_may_stand_in_what_is_what_documents_say() -> None:
    """Two rooms, one schema: what gets into a live text can be frozen."""
    expected = {name: allowed for name, allowed in tree.CONTENT.items() if name != "text"}
    assert expected == CONTENT


def test_a_deleted_block_may_be_followed_by_whatever_belongs_there() -> None:
    shape, known = Shape(), dict[int, int]()
    learn(shape, known, crafted.update(7, crafted.element("bulletList")))
    gone = crafted.content(1, b"\x02", parent=(7, 0))
    learn(shape, known, crafted.update(7, gone, clock=1))
    item = crafted.update(7, crafted.element("listItem", left=(7, 2)), clock=3)
    shape.judge(read_update(item), known)
    wrong = crafted.update(7, crafted.element("paragraph", left=(7, 2)), clock=3)
    with pytest.raises(BadBytes):
        shape.judge(read_update(wrong), known)
