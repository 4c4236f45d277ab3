"""HTML and Markdown: self-contained, without anything that runs, and readable."""

import json
from itertools import pairwise
from typing import Any

import pytest
from lxml import html

from policylab.export.papers import write_html, write_markdown
from tests.export.samples import (
    CITY,
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
VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style><script>alert(1)</script>",
    "<!--<script>-->",
    "&lt;script&gt;",
    "{{7*7}} ${7*7} <%= 7 %>",
    "[x](javascript:alert(1))",
    "<a href='javascript:alert(1)'>x</a>",
    "```\n<script>",
]


def hostile(text: str) -> Any:
    mark = {"type": "link", "attrs": {"href": f"https://example.org/?q={len(text)}"}}
    tree = doc(
        heading(text),
        clause(paragraph(text, words(text, {"type": "bold"}), words(text, mark))),
        {"type": "image", "attrs": {"id": "", "src": "attachment:gone", "alt": text}},
    )
    said = {"en": text, "fr": text}
    return bare(tree, titles=said, question=said, lab=said, frozen_by=said, identifier=text)


@pytest.mark.parametrize("text", VECTORS)
async def test_nothing_that_people_wrote_becomes_markup(text: str) -> None:
    tree = html.document_fromstring(await write_html(hostile(text)))
    assert not tree.xpath("//script|//svg|//iframe|//object|//embed|//form|//base|//link")
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert all(href.startswith(("#", "https://example.org/")) for href in tree.xpath("//a/@href"))
    said = "".join(tree.text_content().split())
    assert "".join(text.split()) in said


async def test_a_page_forbids_everything_but_its_own_style_and_pictures() -> None:
    made = dossier({"fr": sample("rich")}, "fr", pictures={MAP: picture()})
    data = await write_html(made)
    tree = html.document_fromstring(data)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    (source,) = tree.xpath("//img/@src")
    assert source.startswith("data:image/png;base64,")
    assert tree.xpath("//img/@alt") == ["A map of courses"]
    assert b"url(" not in data
    assert b"@import" not in data


async def test_a_page_in_two_languages_marks_each_passage_and_repeats_no_id() -> None:
    tree = html.document_fromstring(await write_html(dossier()))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert all(href[1:] in ids for href in tree.xpath("//a/@href") if href.startswith("#"))
    for row in tree.xpath("//div[@class='pair']"):
        assert [part.get("lang") for part in row] == ["en", "fr"]
    (clause_en,) = tree.xpath("//p[contains(., 'Every municipality')]")
    assert clause_en.xpath("ancestor::*[@lang][1]/@lang") == ["en"]
    assert tree.get("lang") == "en"


async def test_headings_follow_one_another_without_a_gap() -> None:
    tree = html.document_fromstring(await write_html(dossier({"fr": sample("rich")}, "fr")))
    levels = [int(each.tag[1]) for each in tree.xpath("//h1|//h2|//h3|//h4|//h5")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(table.xpath("./thead//th") for table in tree.xpath("//table"))


async def test_right_to_left_text_says_so() -> None:
    made = bare(doc(clause(paragraph("كل بلدية تقدم دروسا"))), language="ar")
    tree = html.document_fromstring(await write_html(made))
    assert tree.get("dir") == "rtl"
    (line,) = tree.xpath("//p[contains(., 'بلدية')]")
    assert line.xpath("ancestor::*[@dir][1]/@dir") == ["rtl"]


async def test_illustrative_data_say_so_first() -> None:
    shown = html.document_fromstring(await write_html(dossier(None, "fr")))
    (notice,) = shown.xpath("//header//p[@class='notice']/text()")
    assert notice.startswith("Exemple fictif")
    real = html.document_fromstring(await write_html(dossier(None, "fr", illustrative=False)))
    assert not real.xpath("//p[@class='notice']")


async def test_markdown_begins_with_metadata_that_a_title_cannot_break() -> None:
    title = 'A "title": --- \n---\nillustrative: false'
    text = (await write_markdown(dossier(None, "en", titles={"en": title}))).decode()
    head = text.split("---\n", 2)[1]
    lines = dict(line.split(": ", 1) for line in head.strip().splitlines())
    assert json.loads(lines["title"]) == title
    assert lines["illustrative"] == "true"


@pytest.mark.parametrize("text", VECTORS[:4])
async def test_markdown_keeps_words_as_words(text: str) -> None:
    made = (await write_markdown(hostile(text))).decode()
    body = made.split("---\n", 2)[2]
    assert "<script" not in body.replace("\\<script", "")
    assert "<img" not in body.replace("\\<img", "")
    assert "<svg" not in body.replace("\\<svg", "")


async def test_markdown_names_bodies_and_numbers_clauses() -> None:
    text = (await write_markdown(dossier(None, "en"))).decode()
    assert "\n## 1 Vision\n" in text
    assert "**1.1** Every municipality offers language courses **within six months**" in text
    assert f"| {CITY.names['en']} | clause 1.1 | Object | Six months is too long. |" in text


async def test_the_same_set_is_the_same_page() -> None:
    assert await write_html(dossier()) == await write_html(dossier())
    assert await write_markdown(dossier()) == await write_markdown(dossier())
