"""What an amendment proposes: read strictly, and no more taken away than its words say."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from policylab.comments.proposing import (
    LONGEST_PROPOSAL,
    blocks_from_words,
    check_proposal,
    read_proposal,
    words_of,
)
from policylab.kit.errors import RefusalCode, Refused
from tests.comments.desk import clause, heading, words

NAME, OTHER = UUID(int=7), UUID(int=8)
BOLD = ({"type": "bold"},)


def table() -> dict[str, Any]:
    cell = {"type": "tableCell", "content": [words("Teachers"), words("120")]}
    rows = [{"type": "tableRow", "content": [cell]}]
    return {"type": "table", "attrs": {"id": str(uuid4())}, "content": rows}


def picture() -> dict[str, Any]:
    return {"type": "image", "attrs": {"id": str(uuid4()), "src": "", "alt": "A classroom"}}


def test_words_replace_a_clause_and_keep_its_id() -> None:
    before = [clause(NAME, words("Cities teach."))]
    [made] = blocks_from_words("Regions teach.\n\nCities help. ", before=before)
    assert made["attrs"]["id"] == str(NAME)
    assert words_of([made]) == "Regions teach.\nCities help."
    assert made["content"][0]["attrs"]["id"] == before[0]["content"][0]["attrs"]["id"]


def test_blocks_whose_words_stay_are_left_as_they_are() -> None:
    first, grid, last = words("Cities teach.", marks=BOLD), table(), words("From 2027.")
    [made] = blocks_from_words(
        "Cities teach.\nTeachers\n120\nFrom 2028.", before=[clause(NAME, first, grid, last)]
    )
    assert made["content"][:2] == [first, grid]
    assert words_of(made["content"][2:]) == "From 2028."
    assert made["content"][2]["attrs"]["id"] == last["attrs"]["id"]


def test_a_table_whose_words_change_becomes_paragraphs_and_no_word_is_lost() -> None:
    [made] = blocks_from_words("Teachers\n130", before=[clause(NAME, table())])
    assert [block["type"] for block in made["content"]] == ["paragraph", "paragraph"]
    assert words_of([made]) == "Teachers\n130"


def test_pictures_stay_though_plain_words_do_not_mention_them() -> None:
    shown = picture()
    for said in ("Cities teach.", "Regions teach."):
        [made] = blocks_from_words(said, before=[clause(NAME, words("Cities teach."), shown)])
        assert shown in made["content"]


def test_the_first_line_is_a_headings_own() -> None:
    under = words("An introduction.", marks=BOLD)
    before = [heading(NAME, "Learning"), under]
    made = blocks_from_words("Teaching\nAn introduction.", before=before)
    assert [words_of([block]) for block in made] == ["Teaching", "An introduction."]
    assert made[0]["attrs"] == before[0]["attrs"]
    assert made[1] == under
    assert blocks_from_words("Learning\nMore.", before=before)[0] == before[0]


def test_words_before_the_first_heading_are_replaced_as_paragraphs() -> None:
    [made] = blocks_from_words("A new foreword.", before=[words("A foreword.")])
    assert (made["type"], words_of([made])) == ("paragraph", "A new foreword.")


def test_no_words_strike_the_clause_out() -> None:
    assert blocks_from_words(" \n ", before=[clause(NAME, words("Cities teach."))]) == []
    assert read_proposal([], section_id=NAME, before=[clause(NAME, words("x"))]) == []


def test_blocks_are_read_by_the_schema_of_texts() -> None:
    before = [clause(NAME, words("Cities teach."))]
    wanted = clause(NAME, words("Cafe\u0301s teach."))
    wanted["attrs"]["colour"] = "red"
    [made] = read_proposal({"type": "doc", "content": [wanted]}, section_id=NAME, before=before)
    assert made["attrs"] == {"id": str(NAME)}
    assert words_of([made]) == "Cafés teach."


SUGGESTED = {"type": "insertion", "attrs": {"id": "s", "capacity": "c", "at": "2026"}}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("Regions teach.", id="words instead of blocks"),
        pytest.param([clause(OTHER, words("Regions teach."))], id="another clause"),
        pytest.param([heading(NAME, "Regions")], id="another kind"),
        pytest.param([words("Regions teach.")], id="no clause"),
        pytest.param([words("First."), clause(NAME, words("x"))], id="words before the clause"),
        pytest.param([clause(NAME, words("x")), clause(OTHER, words("y"))], id="two clauses"),
        pytest.param([clause(NAME, {"type": "script"})], id="an unknown block"),
        pytest.param([clause(NAME, words("Regions", marks=[SUGGESTED]))], id="an open suggestion"),
        pytest.param([{"type": "clause"} for _ in range(3)], id="blocks without ids"),
    ],
)
def test_what_is_no_single_clause_is_refused(value: Any) -> None:
    before = [clause(NAME, words("Cities teach."))]
    with pytest.raises(Refused) as refused:
        read_proposal(value, section_id=NAME, before=before)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, "content")
    read_proposal([clause(NAME, words("Regions."))], section_id=NAME, before=before)


def test_a_proposal_changes_something_and_is_not_endless() -> None:
    before = [clause(NAME, words("Cities teach."))]
    with pytest.raises(Refused) as same:
        check_proposal(before, before, field="text")
    assert (same.value.code, same.value.field) == (RefusalCode.INVALID_INPUT, "text")
    with pytest.raises(Refused) as long:
        check_proposal([words("x" * (LONGEST_PROPOSAL + 1))], before, field="content")
    assert long.value.code is RefusalCode.TOO_LARGE
    check_proposal([words("x" * LONGEST_PROPOSAL)], before, field="content")
