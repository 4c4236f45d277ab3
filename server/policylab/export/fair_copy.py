"""The fair copy: the frozen tree made ready for every writer, so that none of them judges again.

It has the nodes of `documents.tree` and a little more: numbers and depths of clauses, the facts of
measures as labelled lines, tables laid out, links that are safe, languages that are tags, pictures
that are there. Suggestions are resolved as the text stood: what was only proposed is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from policylab.documents.sections import PREAMBLE, Section, sections_of
from policylab.documents.tree import Json
from policylab.export import words
from policylab.export.dossier import Dossier, attributes
from policylab.export.rules import house_language, language_tag
from policylab.process.rules import Said

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202d\u202e\ufffe\uffff\ud800-\udfff]")
_SCHEMES = {"http", "https", "mailto"}


def fair_copy(dossier: Dossier, language: str) -> list[Json]:
    """The blocks of the text in one language, ready to be written."""
    return _Copyist(dossier, language).blocks(dossier.texts[language].get("content", ()))


def parts(dossier: Dossier, language: str) -> list[tuple[UUID, list[Json]]]:
    """The fair copy cut by clause, so that languages can stand beside each other."""
    tree = {"type": "doc", "content": fair_copy(dossier, language)}
    return [(item.id, item.blocks) for item in sections_of(tree, dossier.document_id)]


def pairs(dossier: Dossier) -> list[tuple[UUID, list[list[Json]]]]:
    """Clause by clause, the blocks in each language asked for; empty where one has none."""
    copies = [dict(parts(dossier, language)) for language in dossier.languages]
    order = list(dict.fromkeys(key for copy in copies for key in copy))
    return [(key, [copy.get(key, []) for copy in copies]) for key in order]


def targets_in(nodes: Iterable[Json]) -> Iterator[str]:
    """The clauses that links within the text lead to."""
    for node in nodes:
        for mark in node.get("marks", ()):
            if "anchor" in mark:
                yield mark["anchor"]
        yield from targets_in(node.get("content", ()))
        for row in node.get("rows", ()):
            yield from targets_in(row)


def plain(text: str) -> str:
    """Words without control characters, which no format of ours can hold.

    Nor with the two that print words backwards: what is read must be what was written.
    """
    return _UNSEEN.sub("", text)


def safe_address(href: object) -> str | None:
    """The address when it leads to a page or a mailbox; None for anything that could run."""
    if not isinstance(href, str) or re.search(r"[\s\x00-\x1f\x7f<>\"\\^`{}|]", href):
        return None
    try:
        split = urlsplit(href)
    except ValueError:
        return None
    if split.scheme not in _SCHEMES or (split.scheme != "mailto" and not split.netloc):
        return None
    return href


class _Copyist:
    """Copies one language of one text."""

    def __init__(self, dossier: Dossier, language: str) -> None:
        self.dossier = dossier
        self.language = language
        self.house = house_language(language)
        found = {item.id: item for item in dossier.sections[language]}
        self.sections = {str(key): item for key, item in found.items() if item.kind != PREAMBLE}
        self.depths = {str(key): _depth(item, found) for key, item in found.items()}

    def blocks(self, nodes: Iterable[Json]) -> list[Json]:
        made = [self.block(node) for node in nodes if not _only_proposed(node)]
        return [node for node in made if node is not None]

    def block(self, node: Json) -> Json | None:
        match node["type"]:
            case "heading" | "paragraph":
                return self._made(node, self.inline(node.get("content", ())))
            case "measure":
                made = self._made(node, self.blocks(node.get("content", ())))
                made["attrs"]["facts"] = self.facts(attributes(node))
                return made
            case "table":
                return self.table(node)
            case "image":
                return self.image(node)
            case _:
                return self._made(node, self.blocks(node.get("content", ())))

    def _made(self, node: Json, content: list[Json]) -> Json:
        given = attributes(node)
        made: Json = {"type": node["type"], "attrs": {"id": given.get("id", "")}}
        section = self.sections.get(str(given.get("id")))
        if section is not None and node["type"] in ("heading", "clause", "measure"):
            made["attrs"] |= {"number": section.number, "depth": self.depths[str(section.id)]}
        if node["type"] == "heading":
            made["attrs"] |= {"level": given.get("level", 1)}
            made["attrs"].setdefault("depth", 1)
        if node["type"] == "orderedList":
            made["attrs"]["start"] = given.get("start", 1)
        made["content"] = content
        return made

    def facts(self, given: dict[str, Any]) -> list[list[str]]:
        """What a measure says of itself, as labels with their words; empty ones are left out."""
        level = given.get("level") or ""
        period = " – ".join(part for part in (given.get("start"), given.get("end")) if part)
        lines: list[tuple[Said, str]] = [
            (words.OWNER, given.get("owner") or ""),
            (words.PARTNERS, ", ".join(given.get("partners") or ())),
            (words.LEVEL, self.dossier.level_name(level, self.language) if level else ""),
            (words.PERIOD, period),
            (words.MEANS, given.get("means") or ""),
            (words.INDICATORS, "; ".join(given.get("indicators") or ())),
        ]
        colon = words.COLON.within(self.house)
        return [[said.within(self.house) + colon, plain(text)] for said, text in lines if text]

    def image(self, node: Json) -> Json:
        given = attributes(node)
        alt = plain(given.get("alt") or "").strip() or words.PICTURE.within(self.house)
        name = str(given.get("src") or "").removeprefix("attachment:")
        there = name in self.dossier.pictures
        absent = None if there else f"[{words.MISSING_PICTURE.within(self.house)}: {alt}]"
        attrs = {"id": given.get("id", ""), "alt": alt, "picture": name if there else None}
        return {"type": "image", "attrs": attrs | {"absent": absent}}

    def inline(self, nodes: Iterable[Json]) -> list[Json]:
        made: list[Json] = []
        for node in nodes:
            if node["type"] == "footnote":
                note = self.inline(node.get("content", ()))
                made.append({"type": "footnote", "content": note})
            elif node["type"] == "hardBreak":
                made.append({"type": "hardBreak"})
            elif not any(mark["type"] == "insertion" for mark in node.get("marks", ())):
                text = plain(node["text"])
                if text:
                    marks = [mark for each in node.get("marks", ()) for mark in self.mark(each)]
                    made.append({"type": "text", "text": text, "marks": marks})
        return made

    def mark(self, mark: Json) -> list[Json]:
        given = attributes(mark)
        match mark["type"]:
            case "link":
                return self._link(str(given.get("href") or ""))
            case "language":
                tag = language_tag(given.get("lang"))
                return [{"type": "language", "lang": tag}] if tag else []
            case "deletion":
                return []
            case kind:
                return [{"type": kind}]

    def _link(self, href: str) -> list[Json]:
        if href.startswith("#"):
            wanted = href[1:]
            return [{"type": "link", "anchor": wanted}] if wanted in self.sections else []
        address = safe_address(href)
        return [{"type": "link", "href": address}] if address else []

    def table(self, node: Json) -> Json:
        """Rows of cells whose spans fit: as wide as the widest row, none below the last."""
        rows = [row.get("content", ()) for row in node.get("content", ())]
        made = [self._row(row, len(rows) - place) for place, row in enumerate(rows)]
        columns = max([*_filled(made), 1])
        for row, filled in zip(made, _filled(made), strict=True):
            row += [_empty_cell() for _ in range(columns - filled)]
        attrs = {"id": attributes(node).get("id", ""), "columns": columns}
        return {"type": "table", "attrs": attrs | {"headers": _headers(made)}, "rows": made}

    def _row(self, row: Sequence[Json], left: int) -> list[Json]:
        cells: list[Json] = []
        for cell in row:
            given = attributes(cell)
            attrs = {
                "header": cell["type"] == "tableHeader",
                "colspan": max(1, int(given.get("colspan") or 1)),
                "rowspan": max(1, min(left, int(given.get("rowspan") or 1))),
            }
            cells.append({"attrs": attrs, "content": self.blocks(cell.get("content", ()))})
        return cells


def _filled(rows: Sequence[Sequence[Json]]) -> list[int]:
    """How many columns each row fills, with what hangs down into it from above."""
    filled = [0] * len(rows)
    for place, row in enumerate(rows):
        for cell in row:
            for below in range(place, min(len(rows), place + cell["attrs"]["rowspan"])):
                filled[below] += cell["attrs"]["colspan"]
    return filled


def _headers(rows: Sequence[Sequence[Json]]) -> int:
    """How many rows at the top are headers alone, and do not reach below themselves."""
    count = 0
    for row in rows[:-1]:
        whole = row and all(cell["attrs"]["header"] for cell in row)
        if not whole or any(cell["attrs"]["rowspan"] > 1 for cell in row):
            break
        count += 1
    return count


def _empty_cell() -> Json:
    return {"attrs": {"header": False, "colspan": 1, "rowspan": 1}, "content": []}


def _only_proposed(node: Json) -> bool:
    proposal = attributes(node).get("proposal")
    return isinstance(proposal, dict) and proposal.get("kind") == "insert"


def _depth(section: Section, known: dict[UUID, Section]) -> int:
    """How deep a section lies, counted without gaps: what typesetters and readers need."""
    depth, parent = 1, section.parent
    while parent is not None:
        depth, parent = depth + 1, known[parent].parent
    return depth
