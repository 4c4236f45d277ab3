"""The fair copy: what every writer is given, judged once."""

from typing import Any
from uuid import UUID

import pytest

from policylab.documents.tree import plain_text
from policylab.export.fair_copy import fair_copy, pairs, safe_address
from tests.export.samples import (
    MAP,
    bare,
    clause,
    doc,
    dossier,
    heading,
    paragraph,
    picture,
    sample,
    words,
)

Json = dict[str, Any]
DANGEROUS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox",
    "file:///etc/passwd",
    "//evil.example",
    "https:evil",
    "https://",
    'https://x.example/" onclick="alert(1)',
    "https://x.example/<b>",
    "https://[::1",
    "",
]


def copy(tree: Json, **changes: Any) -> list[Json]:
    return fair_copy(bare(tree, **changes), "en")


def linked(href: str) -> Json:
    return words("here", {"type": "link", "attrs": {"href": href}})


@pytest.mark.parametrize("href", DANGEROUS)
def test_an_address_that_could_run_or_mislead_is_no_link(href: str) -> None:
    assert safe_address(href) is None
    (block,) = copy(doc(paragraph(linked(href))))
    assert block["content"] == [{"type": "text", "text": "here", "marks": []}]


@pytest.mark.parametrize(
    "href", ["https://example.org/a?b=c#d", "http://x.example/", "mailto:a@example.org"]
)
def test_an_honest_address_stays(href: str) -> None:
    (block,) = copy(doc(paragraph(linked(href))))
    assert block["content"][0]["marks"] == [{"type": "link", "href": href}]


def test_a_link_within_the_text_leads_to_a_clause_that_is_there_or_nowhere() -> None:
    target = str(UUID(int=8_001))
    tree = doc(heading("A"), clause(paragraph(linked(f"#{target}"), linked("#gone"))))
    _, block = copy(tree)
    first, second = block["content"][0]["content"]
    assert first["marks"] == [{"type": "link", "anchor": target}]
    assert second["marks"] == []


def test_what_was_only_proposed_is_left_out_and_what_stood_stands() -> None:
    blocks = fair_copy(dossier({"fr": sample("rich")}, "fr"), "fr")
    whole = plain_text({"type": "doc", "content": [b for b in blocks if b["type"] != "table"]})
    assert "Cities may co-operate." in whole
    assert "shall" not in whole
    assert "A new clause, proposed." not in whole


def test_depths_have_no_gaps_however_headings_are_nested() -> None:
    tree = doc(heading("A", 3, 1), heading("B", 4, 2), heading("C", 1, 3), heading("D", 4, 4))
    blocks = copy(tree)
    assert [block["attrs"]["depth"] for block in blocks] == [1, 2, 1, 2]
    assert [block["attrs"]["number"] for block in blocks] == ["1", "1.1", "2", "2.1"]


def test_control_characters_are_dropped_and_no_word_with_them() -> None:
    (block,) = copy(doc(paragraph("a\x00b\x08c\x1fd\ufffee")))
    assert block["content"][0]["text"] == "abcde"


def test_a_measure_says_its_facts_in_the_language_of_the_text() -> None:
    blocks = fair_copy(dossier(), "fr")
    facts = next(block for block in blocks if block["type"] == "measure")["attrs"]["facts"]
    assert facts[0] == ["Organisme responsable\u00a0:", "Ministry of Inclusion"]
    assert ["Niveau de gouvernement\u00a0:", "ministère"] in facts


def test_a_picture_that_is_not_there_says_so_with_its_words() -> None:
    lost = fair_copy(dossier({"fr": sample("rich")}, "fr"), "fr")
    image = next(block for block in lost if block["type"] == "image")
    assert image["attrs"]["absent"] == "[Image non reprise: A map of courses]"
    there = fair_copy(dossier({"fr": sample("rich")}, "fr", pictures={MAP: picture()}), "fr")
    image = next(block for block in there if block["type"] == "image")
    assert (image["attrs"]["picture"], image["attrs"]["absent"]) == (MAP, None)


def cell(text: str, **spans: int) -> Json:
    return {"type": "tableCell", "attrs": spans, "content": [paragraph(text)]}


def header(text: str, **spans: int) -> Json:
    return cell(text, **spans) | {"type": "tableHeader"}


def table(*rows: list[Json]) -> Json:
    made = [{"type": "tableRow", "content": row} for row in rows]
    return {"type": "table", "attrs": {"id": str(UUID(int=5))}, "content": made}


def test_a_ragged_table_is_filled_up_and_its_spans_fit() -> None:
    (block,) = copy(doc(table([cell("a", rowspan=9), cell("b", colspan=2)], [cell("c")])))
    assert block["attrs"]["columns"] == 3
    assert block["rows"][0][0]["attrs"]["rowspan"] == 2
    assert len(block["rows"][1]) == 2  # one hangs down from above, one was missing


def test_only_rows_of_headers_alone_head_a_table() -> None:
    (plain,) = copy(doc(table([header("a"), header("b")], [cell("1"), cell("2")])))
    assert plain["attrs"]["headers"] == 1
    (side,) = copy(doc(table([header("a"), cell("b")], [header("c"), cell("d")])))
    assert side["attrs"]["headers"] == 0
    (lone,) = copy(doc(table([header("a")])))
    assert lone["attrs"]["headers"] == 0
    (hanging,) = copy(doc(table([header("a", rowspan=2), header("b")], [cell("c")])))
    assert hanging["attrs"]["headers"] == 0


def test_languages_stand_beside_each_other_clause_by_clause() -> None:
    rows = pairs(dossier())
    numbers = [
        [blocks[0].get("attrs", {}).get("number") for blocks in row if blocks] for _, row in rows
    ]
    assert all(len(row) == 2 and row[0] == row[1] for row in numbers)
    assert len(rows) == len(dossier().sections["en"])
