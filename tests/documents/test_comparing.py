"""Comparing: what a reader sees of two texts, for texts of every kind."""

import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from policylab.documents.comparing import ChangeKind, Run, RunKind, compare, compare_words
from policylab.documents.sections import sections_of
from tests.documents.writing import clause, doc, heading

DOCUMENT = UUID(int=7)


@dataclass
class Part:
    """A clause as rows keep it."""

    section_id: UUID
    number: str
    heading: str | None
    parent: UUID | None
    content: list[Any] = field(default_factory=list[Any])
    hash: bytes = b""


def parts(*blocks: Any) -> list[Part]:
    return [
        Part(s.id, s.number, s.heading, s.parent, s.blocks, s.hash)
        for s in sections_of(doc(*blocks), DOCUMENT)
    ]


def said(runs: list[Run]) -> str:
    signs = {RunKind.EQUAL: "{}", RunKind.INSERTED: "+{}+", RunKind.DELETED: "-{}-"}
    signs[RunKind.BREAK] = "/"
    return "".join(signs[run.kind].format(run.text) for run in runs)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Cities pay.", "Cities pay.", "Cities pay."),
        ("", "New.", "+New.+"),
        ("Old.", "", "-Old.-"),
        ("Cities may pay.", "Cities shall pay.", "Cities- may-+ shall+ pay."),
        ("one two three four", "one 2 3 four", "one- two three-+ 2 3+ four"),
        ("One.\nTwo.", "One.", "One./-Two.-"),
        ("One.", "One.\nTwo.", "One./+Two.+"),
        ("élève", "élèves", "-élève-+élèves+"),
    ],
)
def test_words_are_shown_as_they_stayed_went_and_came(before: str, after: str, shown: str) -> None:
    assert said(compare_words(before, after)) == shown


def test_both_texts_can_be_read_from_their_comparison() -> None:
    dice = random.Random(7)
    vocabulary = ["cities", "pay", "for", "rooms", ",", ".", "the", "Œuvre", "100"]
    for _ in range(300):
        texts = [" ".join(dice.choices(vocabulary, k=dice.randint(0, 30))) for _ in range(2)]
        runs = compare_words(*texts)
        for text, other in zip(texts, (RunKind.INSERTED, RunKind.DELETED), strict=True):
            assert "".join(run.text for run in runs if run.kind is not other) == text


def test_a_very_long_clause_is_shown_whole() -> None:
    runs = compare_words("a " * 15_000 + "a", "b " * 15_000 + "b")
    assert [run.kind for run in runs] == [RunKind.DELETED, RunKind.INSERTED]


def test_every_clause_is_same_changed_added_or_removed() -> None:
    before = parts(heading("A", "a"), clause("One.", "1"), clause("Two.", "2"), clause("3.", "3"))
    after = parts(heading("A", "a"), clause("One.", "1"), clause("Deux.", "2"), clause("4.", "4"))
    changes = compare(before, after)
    assert [change.kind for change in changes] == [
        ChangeKind.SAME,
        ChangeKind.SAME,
        ChangeKind.CHANGED,
        ChangeKind.REMOVED,
        ChangeKind.ADDED,
    ]
    assert not any(change.moved for change in changes)


def test_the_fewest_clauses_count_as_moved() -> None:
    lines = [clause(f"{number}.", str(number)) for number in range(5)]
    first = parts(*lines)
    later = parts(lines[4], *lines[:4])
    moved = [
        change.after.number for change in compare(first, later) if change.moved and change.after
    ]
    assert moved == ["1"]
    assert not any(change.moved for change in compare(first, first))


def test_a_clause_under_another_heading_has_moved() -> None:
    one, two, line = heading("A", "a"), heading("B", "b"), clause("Line.", "l")
    [change] = [c for c in compare(parts(one, line, two), parts(one, two, line)) if c.moved]
    assert change.kind is ChangeKind.SAME
    assert (change.before and change.before.number, change.after and change.after.number) == (
        "1.1",
        "2.1",
    )


def test_a_changed_owner_of_a_measure_is_seen() -> None:
    def measure(owner: str) -> Any:
        return clause("Open rooms.", "m") | {
            "type": "measure",
            "attrs": {"id": str(UUID(int=3)), "owner": owner},
        }

    [change] = compare(parts(measure("City")), parts(measure("Region")))
    assert change.kind is ChangeKind.CHANGED
    assert said(change.runs) == "-City-+Region+/Open rooms."
