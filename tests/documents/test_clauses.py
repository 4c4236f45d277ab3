"""Reading a live text clause by clause comes to the same as reading it whole."""

import copy
import random
import secrets
from typing import Any
from uuid import UUID

import pytest

from policylab.documents.clauses import read_clauses
from policylab.documents.projection import columns_of
from policylab.documents.sections import frozen_form, sections_of
from policylab.documents.tree import mended
from tests.coediting.inputs import kept, text_after
from tests.coediting.node import WEB
from tests.coediting.test_editors import as_stored, edited
from tests.documents.writing import clause, doc, heading, paragraph, words

DRAFT, DOCUMENT = UUID(int=1), UUID(int=2)

Rows = dict[UUID, dict[str, Any]]


def whole(content: Any) -> Rows:
    """The clauses of a text, mended and read whole."""
    found = sections_of(frozen_form(mended(content, DRAFT)), DOCUMENT)
    return {section.id: columns_of(section) for section in found}


class Shown:
    """What rows say of a text, kept up to date clause by clause."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.sources: dict[UUID, bytes] = {}
        self.written = 0

    def follow(self, content: Any) -> None:
        before, self.rows, self.written = self.rows, {}, 0
        read = read_clauses(copy.deepcopy(content), DRAFT, DOCUMENT, self.sources)
        for each in read:
            row = before.get(each.section_id, {}) | (each.says or {})
            row |= {"section_id": each.section_id, "number": each.number, "parent": each.parent}
            self.rows[each.section_id] = row | {"place": each.place}
            self.written += each.says is not None
        self.sources = {each.section_id: each.source for each in read}


TEXTS = [
    doc(),
    doc(paragraph("")),
    doc(paragraph(""), heading("Aims", "aims"), clause("Learn.", "learn")),
    doc(paragraph("Before"), heading("Aims", "aims"), paragraph("Under"), clause("x", "x")),
    doc(heading("A", "a"), heading("B", "b", 3), clause("x", "x"), heading("C", "c", 2)),
    doc(clause("twice", "x"), clause("twice", "x")),
    doc({"type": "clause"}),
    doc({"type": "heading", "attrs": {"level": 9}, "content": [words("no level")]}),
    doc({"type": "heading", "content": [words("e"), words("\u0301", {"type": "bold"})]}),
    doc(heading("\0", "nul"), clause("e\u0301 not composed", "x"), clause("a\0b", "y")),
    doc({"type": "bulletList", "attrs": {"id": "no uuid"}}),
    doc(heading("A", "a") | {"attrs": {"id": "00000000-0000-4000-8000-00000000000A"}}),
    doc({"type": "table", "content": [{"type": "tableRow"}]}, clause("x", "x")),
    doc(clause("x", "x") | {"content": [{"type": "clause"}]}),
]


@pytest.mark.parametrize("first", range(len(TEXTS)))
def test_from_any_text_to_any_other_the_clauses_are_those_of_the_whole(first: int) -> None:
    for second in range(len(TEXTS)):
        shown = Shown()
        for content in (TEXTS[first], TEXTS[second]):
            try:
                expected = whole(content)
            except Exception as error:  # noqa: BLE001 the same problem, whichever way
                with pytest.raises(type(error)):
                    shown.follow(content)
                continue
            shown.follow(content)
            assert list(shown.rows) == list(expected)
            assert shown.rows == expected


@pytest.mark.lengthy
@pytest.mark.skipif(not (WEB / "node_modules" / "yjs").exists(), reason="no npm ci in web/")
def test_what_editors_write_is_shown_as_y_tiptap_reads_it() -> None:
    seed = secrets.randbelow(2**31)
    print(f"seed {seed}")
    shown, settled = Shown(), 0
    for said in edited(seed, 400, 3, every=20):
        if "text" in said:
            content = as_stored(said["text"])
            shown.follow(content)
            assert shown.rows == whole(content)
            settled += 1
    assert settled > 10


def test_only_clauses_that_say_something_new_are_read_again() -> None:
    blocks = [
        block for n in range(50) for block in (heading(f"H{n}", f"h{n}"), clause("x", f"{n}"))
    ]
    shown = Shown()
    shown.follow(doc(*blocks))
    assert shown.written == 100
    dice = random.Random(1)
    for _ in range(20):
        at = dice.choice([n for n, block in enumerate(blocks) if block["type"] == "clause"])
        blocks[at] = clause(f"new {dice.random()}", "x") | {"attrs": blocks[at]["attrs"]}
        shown.follow(doc(*blocks))
        assert shown.written == 1
        dice.shuffle(blocks)
        shown.follow(doc(*blocks))
        assert shown.written == 0
        assert shown.rows == whole(doc(*blocks))


def test_whatever_gets_into_a_text_can_be_shown() -> None:
    for data in kept():
        content = text_after(data)
        shown = Shown()
        shown.follow(content)
        assert shown.rows == whole(content)
