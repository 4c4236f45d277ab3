"""The first writer: a dossier as a PDF that is PDF/A-3a and PDF/UA-1 at once."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from policylab.documents.tree import Json
from policylab.export import json_ld, press, words
from policylab.export.annexes import annexes
from policylab.export.cover import Cover, author, cover_of
from policylab.export.dossier import Dossier
from policylab.export.fair_copy import fair_copy, pairs
from policylab.export.rules import direction, house_language

FEWEST_FOR_CONTENTS = 3


async def write_pdf(dossier: Dossier) -> bytes:
    """The PDF in the languages asked for; two of them stand side by side, clause by clause."""
    pictures = {name: each.data for name, each in dossier.pictures.items()}
    data = await asyncio.to_thread(_data, dossier)
    return await press.print_pdf(data, pictures, int(dossier.frozen_at.timestamp()))


def _data(dossier: Dossier) -> bytes:
    return orjson.dumps(drawable_only(prepared(dossier)))


def prepared(dossier: Dossier) -> dict[str, Any]:
    """What the template reads: words, places and lengths."""
    languages = dossier.languages
    covers = [cover_of(dossier, language) for language in languages]
    main = languages[0]
    frozen = dossier.frozen_at
    single = [fair_copy(dossier, main)] if len(languages) == 1 else []
    both = [blocks for _, blocks in pairs(dossier)] if not single else []
    back = [annexes(dossier, language) for language in languages]
    _annexes_begin_a_page(back)
    data: dict[str, Any] = {
        "title": " / ".join(dict.fromkeys(cover.title for cover in covers)),
        "author": author(dossier, main),
        "description": covers[0].subtitle,
        "date": [frozen.year, frozen.month, frozen.day],
        "languages": [_language(each) for each in languages],
        "annex-languages": [_language(each) | _split(house_language(each)) for each in languages],
        "fonts": [family for family in press.font_folders() if family != "Noto Sans"],
        "running": covers[0].title if len(covers[0].title) < 90 else covers[0].title[:88] + "…",
        "version": covers[0].version,
        "mark": words.FICTION_MARK.within(house_language(main)) if dossier.illustrative else "",
        "covers": [_cover(cover) for cover in covers],
        "fingerprint": [_fingerprint(covers)],
        "contents": _contents(dossier),
        "blocks": single[0] if single else [],
        "pairs": both,
        "annexes": back,
        "attached": {
            "name": "metadata.jsonld",
            "data": json_ld.write_json_ld(dossier).decode(),
            "description": "The text and its decision as linked data (JSON-LD)",
        },
    }
    _pictures(data, dossier)
    return data


def _cover(cover: Cover) -> dict[str, Any]:
    return {
        "kicker": cover.kicker,
        "title": cover.title,
        "subtitle": cover.subtitle,
        "notice": cover.notice,
        "facts": [[fact.label, fact.text, False] for fact in cover.facts if not fact.code],
    }


def _fingerprint(covers: list[Cover]) -> list[Any]:
    """What all languages share, said once: too long for half a page."""
    facts = [fact for cover in covers for fact in cover.facts if fact.code]
    return [" / ".join(dict.fromkeys(fact.label for fact in facts)), facts[0].text, True]


def _contents(dossier: Dossier) -> list[str]:
    headings = [item for item in dossier.sections[dossier.languages[0]] if item.heading]
    if len(headings) < FEWEST_FOR_CONTENTS:
        return []
    return [words.CONTENTS.within(house_language(each)) for each in dossier.languages]


def _annexes_begin_a_page(parts: list[list[Json]]) -> None:
    for blocks in parts:
        headings = [node for node in blocks if node["type"] == "heading"]
        for place, node in enumerate(headings):
            node["attrs"]["first"] = place == 0


def _language(tag: str) -> dict[str, Any]:
    return {"tag": tag, "dir": direction(tag)} | _split(tag)


def _split(tag: str) -> dict[str, Any]:
    """Language and region, as Typst takes them."""
    language, *others = tag.split("-")
    region = next((part.upper() for part in others if len(part) == 2 and part.isalpha()), None)
    return {"lang": language.lower(), "region": region}


def _pictures(value: Any, dossier: Dossier) -> None:
    """Say how wide each picture is, and split the tags of passages in another language."""
    if isinstance(value, list):
        for item in value:
            _pictures(item, dossier)
    elif isinstance(value, dict):
        if value.get("type") == "image" and value["attrs"]["picture"]:
            value["attrs"]["width"] = dossier.pictures[value["attrs"]["picture"]].width
        elif value.get("type") == "language" and "lang" in value:
            value["split"] = _language(value["lang"])
        for item in list(value.values()):
            _pictures(item, dossier)


def drawable_only(value: Any) -> Any:
    """The same value with what no font of ours can draw written as its code point.

    PDF/A admits no missing glyph, and a text must not lose a word without a trace.
    """
    if isinstance(value, str):
        known = press.drawable()
        if all(ord(letter) in known or letter in "\n\t" for letter in value):
            return value
        return "".join(
            letter if ord(letter) in known or letter in "\n\t" else f"[U+{ord(letter):04X}]"
            for letter in value
        )
    if isinstance(value, list):
        return [drawable_only(item) for item in value]
    if isinstance(value, dict):
        return {key: drawable_only(item) for key, item in value.items()}
    return value
