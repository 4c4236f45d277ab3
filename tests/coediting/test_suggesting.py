"""A suggestion-only writer: the text without her suggestions stays as it was."""

from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab.coediting.reader import read_update
from policylab.coediting.suggesting import Shadow, without
from policylab.coediting.writing import write_text

OWN, OTHER = str(UUID(int=1)), str(UUID(int=2))


def mark(kind: str, capacity: str) -> dict[str, Any]:
    return {kind: {"id": "s", "capacity": capacity}}


def text() -> Any:
    words = [
        {"type": "text", "text": "Courses within "},
        {
            "type": "text",
            "text": "six",
            "marks": [{"type": "deletion", "attrs": mark("deletion", OTHER)["deletion"]}],
        },
        {"type": "text", "text": " months."},
    ]
    block = {"type": "paragraph", "attrs": {"id": str(UUID(int=9))}, "content": words}
    return {"type": "doc", "content": [block]}


class Hand:
    """Somebody who changes a copy of the text; her updates are tried on a shadow."""

    def __init__(self) -> None:
        _, whole = write_text(text(), client_id=3)
        self.doc: Doc[Any] = Doc(client_id=7)
        self.doc.apply_update(whole)
        self.shadow = Shadow(whole, OWN)
        self._said: list[bytes] = []
        self.doc.observe(lambda event: self._said.append(event.update))

    @property
    def root(self) -> XmlFragment:
        return self.doc.get("default", type=XmlFragment)

    @property
    def run(self) -> XmlText:
        block = self.root.children[0]
        assert isinstance(block, XmlElement)
        run = block.children[0]
        assert isinstance(run, XmlText)
        return run

    @property
    def admitted(self) -> bool:
        return all(self.shadow.admits(read_update(said)) for said in self._said)


def insert_own(hand: Hand) -> None:
    hand.run.insert(8, "free ", mark("insertion", OWN))


def wish_to_delete(hand: Hand) -> None:
    hand.run.format(0, 8, mark("deletion", OWN))


def change_own_insertion(hand: Hand) -> None:
    insert_own(hand)
    del hand.run[8:10]


def take_own_wish_back(hand: Hand) -> None:
    wish_to_delete(hand)
    hand.run.format(0, 8, {"deletion": None})


def propose_a_block(hand: Hand) -> None:
    with hand.doc.transaction():
        block = hand.root.children.append(XmlElement("paragraph"))
        block.attributes["proposal"] = {"id": "p", "capacity": OWN, "kind": "insert"}
        block.children.append(XmlText("New."))


def propose_to_drop_a_block(hand: Hand) -> None:
    block = hand.root.children[0]
    assert isinstance(block, XmlElement)
    block.attributes["proposal"] = {"id": "p", "capacity": OWN, "kind": "delete"}


@pytest.mark.parametrize(
    "work",
    [
        insert_own,
        wish_to_delete,
        change_own_insertion,
        take_own_wish_back,
        propose_a_block,
        propose_to_drop_a_block,
    ],
)
def test_suggestions_of_ones_own_are_admitted(work: Any) -> None:
    hand = Hand()
    work(hand)
    assert hand.admitted


def write_plainly(hand: Hand) -> None:
    hand.run.insert(8, "free ")


def delete(hand: Hand) -> None:
    del hand.run[0:3]


def format_words(hand: Hand) -> None:
    hand.run.format(0, 5, {"bold": {}})


def accept_anothers(hand: Hand) -> None:
    hand.run.format(15, 18, {"deletion": None})


def insert_as_another(hand: Hand) -> None:
    hand.run.insert(8, "free ", mark("insertion", OTHER))


def add_a_block(hand: Hand) -> None:
    hand.root.children.append(XmlElement("paragraph"))


def drop_a_block(hand: Hand) -> None:
    del hand.root.children[0]


def accept_own(hand: Hand) -> None:
    insert_own(hand)
    hand.run.format(8, 13, {"insertion": None})


@pytest.mark.parametrize(
    "work",
    [
        write_plainly,
        delete,
        format_words,
        accept_anothers,
        insert_as_another,
        add_a_block,
        drop_a_block,
        accept_own,
    ],
)
def test_anything_else_is_not(work: Any) -> None:
    hand = Hand()
    work(hand)
    assert not hand.admitted


def test_a_text_without_ones_suggestions_keeps_those_of_others() -> None:
    assert without(text(), OWN) == text()
    assert without(text(), OTHER)["content"][0]["content"] == [
        {"type": "text", "text": "Courses within six months."}
    ]
