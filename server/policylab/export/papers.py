"""The second writer: Word, OpenDocument, HTML and Markdown, by way of pandoc's tree.

Two languages follow one another in Word, OpenDocument and Markdown, which people go on writing in;
on an HTML page they stand side by side, clause by clause.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

from policylab.documents.tree import Json
from policylab.export import html_page, pandoc, words
from policylab.export.annexes import annexes
from policylab.export.cover import Cover, Fact, author, cover_of
from policylab.export.dossier import Dossier
from policylab.export.fair_copy import fair_copy, pairs, targets_in
from policylab.export.identifiers import path_of
from policylab.export.packing import mended
from policylab.export.pandoc_tree import (
    Flavour,
    Translator,
    div,
    header,
    in_language,
    link,
    para,
    pictures_in,
    raw,
    span,
    strong,
)
from policylab.export.pandoc_tree import words as strings
from policylab.export.reference import Running, docx_reference, odt_reference
from policylab.export.rules import house_language

PAGE_BREAKS = {
    Flavour.DOCX: ("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'),
    Flavour.ODT: ("opendocument", '<text:p text:style-name="Page_20_Break"/>'),
}
CONTENTS_DEPTH = 2


async def write_docx(dossier: Dossier) -> bytes:
    """A Word file with its table of contents written out."""
    return await _office(dossier, Flavour.DOCX, docx_reference(_running(dossier)))


async def write_odt(dossier: Dossier) -> bytes:
    """The same for OpenDocument."""
    return await _office(dossier, Flavour.ODT, odt_reference(_running(dossier)))


async def write_html(dossier: Dossier) -> bytes:
    """One file that needs no other and runs nothing."""
    blocks = await asyncio.to_thread(_html_blocks, dossier)
    options = ["--wrap=none", "--no-highlight"]
    body = await _converted(dossier, Flavour.HTML, blocks, options=options)
    contents = [(each, _entries(dossier, each)) for each in dossier.languages]
    return html_page.page(dossier, body.decode(), contents)


def _html_blocks(dossier: Dossier) -> list[Json]:
    translators = [_translator(dossier, Flavour.HTML, each) for each in dossier.languages]
    if len(translators) == 1:
        text = [in_language(translators[0].blocks(_text(dossier)), translators[0].language)]
    else:
        text = [
            div(
                [_beside(to, blocks) for to, blocks in zip(translators, row, strict=True)], ["pair"]
            )
            for _, row in pairs(dossier)
        ]
    back = [
        in_language(to.blocks(annexes(dossier, to.language)), to.language, "annexes")
        for to in translators
    ]
    return [*text, *back]


async def write_markdown(dossier: Dossier) -> bytes:
    """GitHub's Markdown after a block of metadata."""
    blocks = await asyncio.to_thread(_markdown_blocks, dossier)
    text = await _converted(dossier, Flavour.MARKDOWN, blocks, options=["--wrap=none"])
    return _metadata(dossier).encode() + text


def _markdown_blocks(dossier: Dossier) -> list[Json]:
    blocks: list[Json] = []
    for language in dossier.languages:
        to, cover = _translator(dossier, Flavour.MARKDOWN, language), cover_of(dossier, language)
        text = fair_copy(dossier, language)
        to = replace(to, targets=frozenset(targets_in(text)))
        own = [header(1, strings(cover.title)), para(strings(f"{cover.kicker} — {cover.subtitle}"))]
        own += [{"t": "BlockQuote", "c": [para([strong(cover.notice)])]}] if cover.notice else []
        own += [_listed(cover.facts, words.COLON.within(house_language(language)))]
        own += to.blocks(text) + to.blocks(annexes(dossier, language))
        blocks += own if len(dossier.languages) == 1 else [in_language(own, language)]
    return blocks


def _metadata(dossier: Dossier) -> str:
    """What programs look for at the top; JSON's texts are YAML's too."""
    main = dossier.languages[0]
    values = {
        "title": dossier.title(main),
        "author": author(dossier, main),
        "lang": main,
        "date": dossier.frozen_at.date().isoformat(),
        "version": dossier.number,
        "identifier": path_of(dossier, main),
        "sha256": dossier.hash,
        "illustrative": dossier.illustrative,
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["---", *lines, "---", "", ""])


async def _office(dossier: Dossier, flavour: Flavour, reference: bytes) -> bytes:
    blocks = await asyncio.to_thread(_office_blocks, dossier, flavour)
    made = await _converted(dossier, flavour, blocks, reference=reference)
    pictures = pictures_in(blocks) if flavour is Flavour.ODT else []
    return await asyncio.to_thread(mended, made, dossier.frozen_at, pictures)


def _office_blocks(dossier: Dossier, flavour: Flavour) -> list[Json]:
    """One whole document for each language, one after the other."""
    blocks: list[Json] = []
    for language in dossier.languages:
        to, cover = _translator(dossier, flavour, language), cover_of(dossier, language)
        turn = raw(*PAGE_BREAKS[flavour])
        title = (
            [] if not blocks else [turn, div([para(strings(cover.title))], custom_style="Title")]
        )
        front = [*title, *_front(cover), *_contents(dossier, language)]
        text = to.blocks(fair_copy(dossier, language))
        back = to.blocks(annexes(dossier, language))
        blocks.append(in_language([*front, turn, *text, turn, *back], language))
    return blocks


async def _converted(
    dossier: Dossier,
    flavour: Flavour,
    blocks: Sequence[Json],
    *,
    options: Sequence[str] = (),
    reference: bytes | None = None,
) -> bytes:
    meta: dict[str, Json] = {}
    if flavour.styled:
        main = dossier.languages[0]
        meta = {
            "title": {"t": "MetaInlines", "c": strings(cover_of(dossier, main).title)},
            "lang": {"t": "MetaString", "c": main},
        }
    moment = int(dossier.frozen_at.timestamp())
    return await pandoc.convert(
        blocks, meta, to=flavour.value, moment=moment, options=options, reference=reference
    )


def _translator(dossier: Dossier, flavour: Flavour, language: str) -> Translator:
    return Translator(flavour, language, dossier.pictures)


def _text(dossier: Dossier) -> list[Json]:
    return fair_copy(dossier, dossier.languages[0])


def _beside(to: Translator, blocks: Sequence[Json]) -> Json:
    return in_language(to.blocks(blocks), to.language)


def _front(cover: Cover) -> list[Json]:
    """What stands below the title on the first page."""
    made = [div([para(strings(cover.kicker))], custom_style="Kicker")]
    made += [div([para(strings(cover.subtitle))], custom_style="Subtitle")]
    made += [div([para(strings(cover.notice))], custom_style="Notice")] if cover.notice else []
    for fact in cover.facts:
        made.append(div([para(_fact(fact))], custom_style="Fact"))
    return made


def _fact(fact: Fact) -> list[Json]:
    label = {"t": "Span", "c": [["", [], [["custom-style", "Label"]]], strings(fact.label)]}
    text = [{"t": "Code", "c": [["", [], []], fact.text]}] if fact.code else strings(fact.text)
    return [label, {"t": "LineBreak"}, *text]


def _listed(facts: Sequence[Fact], colon: str) -> Json:
    items: list[list[Json]] = []
    for fact in facts:
        text = [{"t": "Code", "c": [["", [], []], fact.text]}] if fact.code else strings(fact.text)
        items.append([{"t": "Plain", "c": [strong(fact.label + colon), {"t": "Space"}, *text]}])
    return {"t": "BulletList", "c": items}


def _entries(dossier: Dossier, language: str) -> list[tuple[int, str, str, str]]:
    """The table of contents: depth, number, title, where it leads."""
    found: list[tuple[int, str, str, str]] = []
    for node in [*fair_copy(dossier, language), *annexes(dossier, language)]:
        attrs = node.get("attrs", {})
        listed = node["type"] == "heading" and attrs.get("number")
        if listed and attrs["depth"] <= CONTENTS_DEPTH:
            title = "".join(each.get("text", " ") for each in node["content"] if "text" in each)
            place = f"{language}-{attrs['id']}"
            found.append((attrs["depth"], attrs["number"], title, place))
    return found


def _contents(dossier: Dossier, language: str) -> list[Json]:
    """The entries written out, because a field would stay empty until somebody fills it."""
    house = house_language(language)
    made = [div([para(strings(words.CONTENTS.within(house)))], custom_style="TOC Heading")]
    for depth, number, title, place in _entries(dossier, language):
        named = [*strings(number), {"t": "Str", "c": "\u2002"}, *strings(title)]
        entry = link([span(named, custom_style="Contents Entry")], f"#{place}")
        made.append(div([para([entry])], custom_style=f"toc {depth}"))
    return made


def _running(dossier: Dossier) -> Running:
    language = dossier.languages[0]
    house, cover = house_language(language), cover_of(dossier, language)
    return Running(
        title=cover.title if len(cover.title) < 80 else cover.title[:78] + "…",
        version=cover.version,
        mark=words.FICTION_MARK.within(house) if dossier.illustrative else "",
        page=words.PAGE.within(house),
        language=language,
    )
