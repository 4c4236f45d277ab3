"""The house's own changes to a text are as small as they can be, and come out as wanted."""

import random
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc

from policylab.coediting import editing
from policylab.coediting.blame import blame
from policylab.coediting.carrying import Origins
from policylab.coediting.reader import read_update
from policylab.coediting.reading import joined, read_text, text_of
from policylab.coediting.shape import shape_of
from policylab.coediting.writing import write_text

WORDS = ["Courses", " ", "begin", "🌍", "dès l'été", ".", ",", " in six months"]
SIGNED = {"id": "s", "capacity": str(UUID(int=5)), "at": "2026"}
MARKS: list[list[Any]] = [
    [],
    [{"type": "bold"}],
    [{"type": "bold"}, {"type": "italic"}],
    [{"type": "link", "attrs": {"href": "https://example.org"}}],
    [{"type": "insertion", "attrs": SIGNED}],
]


def random_text(dice: random.Random) -> Any:
    """A text whose blocks and words come from a small stock, so that texts resemble each other."""
    names = dice.sample(range(1, 9), dice.randrange(1, 7))
    return {"type": "doc", "content": [_block(dice, name) for name in names]}


def _block(dice: random.Random, name: int) -> Any:
    if name in (7, 8):
        inside = [_block(dice, 10 * name + number) for number in range(dice.randrange(1, 3))]
        return {"type": "clause", "attrs": {"id": str(UUID(int=name))}, "content": inside}
    block: dict[str, Any] = {"type": "paragraph", "attrs": {"id": str(UUID(int=name))}}
    if name < 7 and dice.random() < 0.3:
        block = {"type": "heading", "attrs": block["attrs"] | {"level": dice.randrange(1, 4)}}
    content = [
        {"type": "hardBreak"} if dice.random() < 0.1 else _words(dice)
        for _ in range(dice.randrange(0, 6))
    ]
    return block | ({"content": joined(content)} if content else {})


def _words(dice: random.Random) -> Any:
    node: dict[str, Any] = {"type": "text", "text": dice.choice(WORDS)}
    marks = dice.choice(MARKS)
    return node | ({"marks": marks} if marks else {})


@pytest.mark.parametrize("seed", range(60))
def test_any_text_becomes_any_other(seed: int) -> None:
    dice = random.Random(seed)
    texts = [random_text(dice) for _ in range(4)]
    _, whole = write_text(texts[0], client_id=3)
    log = [whole]
    assert text_of(whole) == texts[0]
    for number, text in enumerate(texts[1:]):

        def work(doc: Doc[Any], text: Any = text) -> None:
            editing.rewrite(doc, text)

        update = editing.change(text_bytes(log), 20 + number, work)
        if update is not None:
            log.append(update)
        assert text_of(*log) == text
    shape, known = shape_of(log[:1])
    for update in log[1:]:
        shape.judge(read_update(update), known)  # an editor would have been allowed to say it
        shape, known = shape_of(log)


def text_bytes(log: list[bytes]) -> bytes:
    doc: Doc[Any] = Doc()
    for update in log:
        doc.apply_update(update)
    return doc.get_update()


@pytest.mark.parametrize("seed", range(40))
def test_every_character_is_somebodys(seed: int) -> None:
    """What is counted by author is what can be read, and nobody else has written any of it."""
    dice = random.Random(seed)
    first, second = random_text(dice), random_text(dice)
    _, whole = write_text(first, client_id=3)

    def work(doc: Doc[Any]) -> None:
        editing.rewrite(doc, second)

    update = editing.change(whole, 20, work)
    whole = text_bytes([whole, update] if update else [whole])
    counts = blame(whole, {3: 1, 20: 2}, Origins([])).counts
    total = sum(counts.values(), Counter[int]())
    assert total.keys() <= {1, 2}
    assert total.total() == len(letters(second))


def letters(node: Any) -> str:
    """All letters of a node."""
    return node.get("text", "") + "".join(letters(child) for child in node.get("content", []))


def test_reading_leaves_a_document_as_it_is() -> None:
    doc: Doc[Any] = Doc()
    doc.apply_update(write_text(random_text(random.Random(1)), client_id=3)[1])
    before = doc.get_update()
    read_text(doc)
    assert doc.get_update() == before
