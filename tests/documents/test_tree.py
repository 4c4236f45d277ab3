"""Reading texts by the closed schema, and finding their clauses."""

import copy
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from policylab.documents.sections import sections_of, text_hash
from policylab.documents.tree import BadText, open_suggestions, plain_text, read_tree, walk

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "texts").glob("*.json"))
DOCUMENT = UUID(int=7)


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        next(path for path in SAMPLES if path.stem == name).read_text("utf-8")
    )
    return found


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_text_by_the_schema_is_read_without_loss(path: Path) -> None:
    text = json.loads(path.read_text("utf-8"))
    assert read_tree(text) == text


def test_numbers_follow_the_order_of_headings_clauses_and_measures() -> None:
    sections = sections_of(sample("plain"), DOCUMENT)
    assert [(s.number, s.kind) for s in sections] == [
        ("", "preamble"),
        ("1", "heading"),
        ("1.1", "clause"),
        ("1.2", "clause"),
        ("1.3", "heading"),
        ("1.3.1", "clause"),
        ("2", "heading"),
        ("2.1", "measure"),
    ]
    assert sections[0].id == uuid5(DOCUMENT, "preamble")
    assert sections[1].text == "Vision\nEverybody who lives here belongs here."
    assert sections[5].parent == sections[4].id
    assert [s.order for s in sections] == list(range(8))


def test_a_clause_keeps_its_hash_when_it_moves_and_loses_it_when_it_changes() -> None:
    before = sample("plain")
    moved = copy.deepcopy(before)
    moved["content"][3], moved["content"][4] = moved["content"][4], moved["content"][3]
    hashes = {s.id: s.hash for s in sections_of(before, DOCUMENT)}
    assert {s.id: s.hash for s in sections_of(moved, DOCUMENT)} == hashes
    assert text_hash(moved) != text_hash(before)
    changed = copy.deepcopy(before)
    changed["content"][3]["content"][0]["content"][0]["text"] = "No municipality offers "
    different = [s.id for s in sections_of(changed, DOCUMENT) if s.hash != hashes[s.id]]
    assert different == [UUID(before["content"][3]["attrs"]["id"])]


def test_missing_and_doubled_ids_are_made_anew() -> None:
    text = sample("plain")
    first = text["content"][3]["attrs"]["id"]
    text["content"][4]["attrs"]["id"] = first
    del text["content"][5]["attrs"]["id"]
    ids = [node["attrs"]["id"] for node in walk(read_tree(text)) if "id" in node.get("attrs", {})]
    assert len(ids) == len(set(ids))
    assert ids.count(first) == 1


def test_the_words_of_a_text_are_those_that_stand() -> None:
    words = plain_text(sample("rich"))
    assert "Cities may co-operate." in words
    assert "shall" not in words


def test_waiting_suggestions_are_found() -> None:
    assert len(open_suggestions(sample("rich"))) == 2
    assert open_suggestions(sample("plain")) == set()


BAD: dict[str, Any] = {
    "an unknown node": {"type": "doc", "content": [{"type": "script"}]},
    "an unknown mark": {
        "type": "doc",
        "content": [
            {
                "type": "paragraph",
                "content": [{"type": "text", "text": "x", "marks": [{"type": "blink"}]}],
            }
        ],
    },
    "a dangerous address": {
        "type": "doc",
        "content": [
            {
                "type": "paragraph",
                "content": [
                    {
                        "type": "text",
                        "text": "x",
                        "marks": [{"type": "link", "attrs": {"href": "javascript:alert(1)"}}],
                    }
                ],
            }
        ],
    },
    "a picture from elsewhere": {
        "type": "doc",
        "content": [{"type": "image", "attrs": {"src": "https://example.org/x.png"}}],
    },
    "a heading of level nine": {
        "type": "doc",
        "content": [{"type": "heading", "attrs": {"level": 9}}],
    },
    "words without words": {
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}],
    },
    "a list of text": [],
    "nothing": None,
    "a clause in a clause": {
        "type": "doc",
        "content": [{"type": "clause", "content": [{"type": "clause"}]}],
    },
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_schema_does_not_know_is_refused_with_its_place(name: str) -> None:
    with pytest.raises(BadText) as bad:
        read_tree(BAD[name])
    assert bad.value.place


def test_depth_is_bounded() -> None:
    node: dict[str, Any] = {"type": "paragraph"}
    for _ in range(60):
        node = {"type": "blockquote", "content": [node]}
    with pytest.raises(BadText):
        read_tree({"type": "doc", "content": [node]})
