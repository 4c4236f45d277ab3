"""The demo's content as files: who there is, what they wrote, and texts in both languages at once.

A text is a list of blocks, each with its English and its French beside it, so that a clause has one
identifier and one place in both languages by construction.
"""

from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5

import yaml

Json = dict[str, Any]
Block = dict[str, Any]
_DATA = files("policylab.demo") / "data"
_ROOT = UUID("0192d0c0-0000-7000-8000-00000000a12e")
"""Under which the blocks of the demo's texts are named; the same in every house."""
TITLES = {"h1": 1, "h2": 2}


@lru_cache
def read(name: str) -> Any:
    """The content of one file of the demo."""
    return yaml.safe_load((_DATA / f"{name}.yaml").read_text("utf-8"))


def raw(name: str) -> bytes:
    """One file as it is."""
    return (_DATA / name).read_bytes()


def section_id(text: str, label: str) -> UUID:
    """The identifier of a block that carries this label."""
    return uuid5(_ROOT, f"{text}/{label}")


def tree(name: str, language: str, without: Collection[str] | None = None) -> Json:
    """A text of the demo in one language, some clauses left out that others have yet to write."""
    blocks: list[Block] = [
        each for each in read(name)["blocks"] if each["id"] not in (without or ())
    ]
    return {"type": "doc", "content": [_block(name, block, language) for block in blocks]}


def words(text: str, *marks: Json) -> Json:
    """A run of words with these marks."""
    run: Json = {"type": "text", "text": text}
    return run | {"marks": list(marks)} if marks else run


def titles(name: str) -> dict[str, str]:
    """What a text is called, by language."""
    return read(name)["titles"]


def _block(text: str, block: Block, language: str) -> Json:
    label: str = block["id"]
    attributes: Json = {"id": str(section_id(text, label))}
    kind = next(iter(block))
    said: str = block[kind][language]
    if kind in TITLES:
        attributes["level"] = TITLES[kind]
        return {"type": "heading", "attrs": attributes, "content": [words(said)]}
    paragraph = _paragraph(text, f"{label}/words", said)
    if kind == "measure":
        return {
            "type": "measure",
            "attrs": attributes | _facts(block["facts"], language),
            "content": [paragraph],
        }
    points = [
        {
            "type": "listItem",
            "attrs": {"id": str(section_id(text, f"{label}/point/{number}"))},
            "content": [_paragraph(text, f"{label}/point/{number}/words", point[language])],
        }
        for number, point in enumerate(block.get("points", ()))
    ]
    content: list[Json] = [paragraph]
    if points:
        listed = {"id": str(section_id(text, f"{label}/points"))}
        content.append({"type": "bulletList", "attrs": listed, "content": points})
    return {"type": "clause", "attrs": attributes, "content": content}


def _paragraph(text: str, label: str, said: str) -> Json:
    attributes = {"id": str(section_id(text, label))}
    return {"type": "paragraph", "attrs": attributes, "content": [words(said)]}


def _facts(facts: Json, language: str) -> Json:
    """A measure's owner, partners, level, dates, means and indicators in one language."""
    return {key: _said(value, language) for key, value in facts.items()}


def _said(value: Any, language: str) -> Any:
    if isinstance(value, list):
        return [_said(item, language) for item in value]
    return value[language] if isinstance(value, dict) else str(value)


def markdown(name: str, language: str) -> str:
    """The same text as Markdown, as somebody has it in a word processor before it is imported."""
    lines: list[str] = []
    for block in read(name)["blocks"]:
        kind = next(iter(block))
        said = block[kind][language]
        lines.append(f"{'#' * TITLES[kind]} {said}" if kind in TITLES else said)
        points = block.get("points", ())
        if points:
            lines.append("\n".join(f"- {point[language]}" for point in points))
    return "\n\n".join(lines) + "\n"
