"""Updates are read whole before anything else touches them: any bytes, in bounded time."""

import random
import secrets
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab.coediting.lib0 import BadBytes, write_uint
from policylab.coediting.live import guarded
from policylab.coediting.placing import DELETED, GONE
from policylab.coediting.reader import Update, keystroke, read_any, read_update
from policylab.coediting.reading import read_text, text_of
from policylab.coediting.rules import CONTENT
from policylab.coediting.shape import Shape, learn, shape_of
from policylab.documents import tree
from tests.coediting import crafted
from tests.coediting.checking import check_steps
from tests.coediting.inputs import FOUND, TRIED, WHOLE, kept, try_input


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


@pytest.mark.lengthy
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


ROW = crafted.update(
    7,
    crafted.element(),
    crafted.run((7, 0)),
    crafted.string("abc", (7, 1)),
    crafted.string("row", left=(7, 3), right=(7, 4)),
)
"""A paragraph of a, b, r, o, w and c: a row of ids begins with r, which is (7, 5)."""


@pytest.mark.parametrize(("left", "right"), [(5, 5), (7, 5), (0, 0)])
def test_behind_the_end_of_a_row_and_before_its_beginning_is_a_place(left: int, right: int) -> None:
    """Yjs says so of what it brings back beside what was brought back twice."""
    shape, known = Shape(), dict[int, int]()
    learn(shape, known, ROW)
    beside = {"left": (7, left), "right": (7, right)}
    part = crafted.string("x", **beside) if left else crafted.element(**beside)
    assert shape.judge(read_update(crafted.update(8, part)), known)


@pytest.mark.parametrize(("left", "right"), [(6, 6), (7, 6), (3, 3)])
def test_behind_something_and_before_the_middle_of_its_row_is_none(left: int, right: int) -> None:
    shape, known = Shape(), dict[int, int]()
    learn(shape, known, ROW)
    part = crafted.string("x", left=(7, left), right=(7, right))
    with pytest.raises(BadBytes, match="the other way round"):
        shape.judge(read_update(crafted.update(8, part)), known)


def test_what_stands_behind_a_row_and_before_it_stands_at_one_place_for_everybody() -> None:
    """In whichever order it comes, beside what others put there, and loaded again."""
    begins, ends, dice = (7, 5), (7, 7), random.Random(1)
    said = [
        crafted.update(8, crafted.string("A", left=ends, right=begins)),
        crafted.update(4, crafted.string("B", left=ends, right=begins)),
        crafted.update(11, crafted.string("C", left=begins, right=begins)),
        crafted.update(9, crafted.string("D", left=ends)),
        crafted.update(5, crafted.string("E", left=ends, right=(7, 4))),
        crafted.update(12, crafted.string("F", left=(7, 6), right=ends)),
        crafted.update(13, crafted.string("G", left=(7, 3), right=begins)),
        crafted.update(2, crafted.string("H", left=(7, 3), right=begins)),
        crafted.update(14, crafted.string("I", left=ends), deletes=crafted.deleting(7, 6, 2)),
    ]
    texts: set[str] = set()
    for _ in range(500):
        dice.shuffle(said)
        doc, again = Doc[Any](), Doc[Any]()
        for place, data in enumerate([ROW, *said]):
            doc.apply_update(data)
            if place == len(said) // 2:
                again.apply_update(doc.get_update())
            elif place > len(said) // 2:
                again.apply_update(data)
        texts |= {
            text_of(each.get_update())["content"][0]["content"][0]["text"] for each in (doc, again)
        }
    assert len(texts) == 1
    assert set(texts.pop()) == set("abrcABCDEFGHI")


def keystrokes(dice: random.Random) -> bytes:
    """An update nearly as a keystroke makes it."""
    numbers = (0, 1, 5, 127, 128, 300, 2**14, 2**21, 2**31 - 2, 2**31 - 1, 2**31, 2**35, 2**53 - 1)
    clients = dice.sample((7, 300, 3_456_789_012, 2**53 - 1, 2**49), 2)
    clock = dice.choice(numbers)
    ids = [number for number in numbers if number < clock or dice.random() < 0.1] or [0]
    beside = {"left": (dice.choice(clients), dice.choice(ids))} if dice.random() < 0.9 else {}
    if dice.random() < 0.5:
        beside["right"] = (dice.choice(clients), dice.choice(ids))
    words = dice.choice(("a", "ab", "abc ", "é", "", "x" * 30, "x" * 127, "x" * 128, "\0", "~"))
    part = crafted.string(words, (clients[0], 0), **beside)
    deletes = dice.choice((b"\x00", b"\x00", b"\x00", crafted.deleting(7, 0, 1), b""))
    return crafted.update(clients[0], part, clock=clock, deletes=deletes)


@pytest.mark.lengthy
def test_the_short_way_through_a_keystroke_says_what_the_long_way_says() -> None:
    seed = secrets.randbelow(2**31)
    print(f"seed {seed}")
    dice, taken = random.Random(seed), 0
    for _ in range(3_000_000 if WHOLE else 40_000):
        data = keystrokes(dice)
        if dice.random() < 0.5:
            data = mutated(data, dice)
        short = keystroke(data)
        if short is not None:
            taken += 1
            assert short == read_any(data)
    assert taken > 1_000


@pytest.mark.lengthy
def test_the_verdict_costs_a_few_steps_for_each_byte() -> None:
    for data in (
        *crafted.hostile().values(),
        crafted.update(7, *([crafted.element()] * 10_000)),
        crafted.update(7, *turned_round(10_000)),
        b"\x00\x01\x07" + write_uint(20_000) + b"\x00\x01" * 20_000,
        crafted.update(7, crafted.element(), crafted.run((7, 0)), *(marks_in_words(5_000))),
    ):
        check_steps(data)


def turned_round(count: int) -> list[bytes]:
    """Blocks of which each stands between one far away and the one before."""
    last = crafted.element()
    return [last, *(crafted.element(left=None, right=(7, at)) for at in range(count))]


def marks_in_words(count: int) -> list[bytes]:
    """Borders of marks, each put between the last and the first."""
    first = [crafted.mark("bold", "{}", parent=(7, 1)), crafted.mark("bold", "{}", parent=(7, 1))]
    return first + [
        crafted.mark("bold", "{}", left=(7, at + 2), right=(7, 2)) for at in range(1, count)
    ]


@pytest.mark.parametrize("data", kept(FOUND), ids=bytes.hex)
def test_what_fuzzing_found_stays_mended(data: bytes) -> None:
    try_input(data)


def test_what_fuzzing_tried_stays_true() -> None:
    for data in kept(TRIED):
        try_input(data)


@pytest.mark.lengthy
def test_fresh_recipes_are_refused_or_good_for_everybody() -> None:
    """The short form of `python -m tests.coediting.fuzz`."""
    seed = secrets.randbelow(2**31)
    print(f"seed {seed}")
    dice = random.Random(seed)
    for _ in range(200_000 if WHOLE else 6_000):
        try_input(bytes((dice.choice((1, 3)),)) + dice.randbytes(dice.randrange(5, 120)))
