"""A fair copy as pandoc's own tree. Pure.

Words become `Str`s, which pandoc escapes for each format; raw markup is ours alone and never made
from what people wrote.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from policylab.documents.tree import Json
from policylab.export.dossier import Picture
from policylab.export.rules import direction

_MARKS = {
    "bold": "Strong",
    "italic": "Emph",
    "underline": "Underline",
    "strike": "Strikeout",
    "superscript": "Superscript",
    "subscript": "Subscript",
}
_PAGE_WIDTH = 6.1
"""Inches of text on a page of ours."""
_DOTS = 96
TABS = {"docx": ("openxml", "<w:r><w:tab/></w:r>"), "odt": ("opendocument", "<text:tab/>")}


class Flavour(Enum):
    """What a format understands."""

    DOCX = "docx"
    ODT = "odt"
    HTML = "html5"
    MARKDOWN = "gfm"

    @property
    def styled(self) -> bool:
        """Whether it takes styles by name from a reference document."""
        return self in (Flavour.DOCX, Flavour.ODT)


def words(text: str) -> list[Json]:
    """Words and the spaces between them."""
    made: list[Json] = []
    for piece in re.split(r"([ \t\n]+)", text):
        if piece.strip(" \t\n"):
            made.append({"t": "Str", "c": piece})
        elif piece:
            made.append({"t": "Space"})
    return made


def attr(identifier: str = "", classes: Sequence[str] = (), **pairs: str) -> list[Any]:
    """What pandoc calls attributes; `custom_style` stands for custom-style."""
    return [identifier, list(classes), [[k.replace("_", "-"), v] for k, v in pairs.items()]]


def para(*inlines: Sequence[Json]) -> Json:
    return {"t": "Para", "c": [each for part in inlines for each in part]}


def span(inlines: Sequence[Json], classes: Sequence[str] = (), **pairs: str) -> Json:
    return {"t": "Span", "c": [attr("", classes, **pairs), list(inlines)]}


def div(
    blocks: Sequence[Json], classes: Sequence[str] = (), identifier: str = "", **pairs: str
) -> Json:
    return {"t": "Div", "c": [attr(identifier, classes, **pairs), list(blocks)]}


def strong(text: str) -> Json:
    return {"t": "Strong", "c": words(text)}


def raw(form: str, text: str) -> Json:
    return {"t": "RawBlock", "c": [form, text]}


def header(level: int, inlines: Sequence[Json], identifier: str = "", *classes: str) -> Json:
    return {"t": "Header", "c": [level, attr(identifier, classes), list(inlines)]}


def link(inlines: Sequence[Json], target: str) -> Json:
    return {"t": "Link", "c": [attr(), list(inlines), [target, ""]]}


def in_language(blocks: Sequence[Json], language: str, *classes: str) -> Json:
    """Blocks that say which language they are in, and which way it runs."""
    pairs = {"lang": language}
    if direction(language) == "rtl":
        pairs["dir"] = "rtl"
    return div(blocks, classes, **pairs)


def pictures_in(value: Any) -> list[str]:
    """The words for the pictures in pandoc's blocks, in reading order."""
    if isinstance(value, list):
        return [said for item in cast("list[Any]", value) for said in pictures_in(item)]
    if not isinstance(value, dict):
        return []
    node = cast("Json", value)
    if node.get("t") == "Image":
        return ["".join(part.get("c", " ") for part in node["c"][1])]
    return pictures_in(node.get("c"))


@dataclass(frozen=True)
class Translator:
    """Turns the blocks of one language into pandoc's, for one format."""

    flavour: Flavour
    language: str
    pictures: Mapping[str, Picture]
    targets: frozenset[str] = frozenset()
    """The clauses that the text itself leads to."""

    def anchor(self, identifier: str) -> str:
        """The name of a place; the same clause has another one in another language."""
        return f"{self.language}-{identifier}" if identifier else ""

    def styled(self, block: Json, style: str, *classes: str) -> Json:
        """A paragraph in one of our styles, or in a class of the same name."""
        if self.flavour.styled:
            return div([block], custom_style=style)
        return div([block], classes) if classes and self.flavour is Flavour.HTML else block

    def blocks(self, nodes: Iterable[Json]) -> list[Json]:
        return [block for node in nodes for block in self.block(node)]

    def block(self, node: Json) -> list[Json]:
        content = node.get("content", [])
        match node["type"]:
            case "heading":
                return [self._heading(node)]
            case "paragraph":
                return [para(self.inlines(content))]
            case "clause" | "measure":
                return self._clause(node)
            case "bulletList":
                items = [self._item(item) for item in content]
                return [{"t": "BulletList", "c": items}] if items else []
            case "orderedList":
                shape = [node["attrs"]["start"], {"t": "Decimal"}, {"t": "Period"}]
                items = [self._item(item) for item in content]
                return [{"t": "OrderedList", "c": [shape, items]}] if items else []
            case "blockquote":
                return [{"t": "BlockQuote", "c": self.blocks(content)}]
            case "table":
                return [self._table(node)]
            case "image":
                return [para(self._image(node))]
            case kind:
                raise ValueError(f"a fair copy has no {kind}")

    def _item(self, item: Json) -> list[Json]:
        """The blocks of a list's item; a lone paragraph stands close to its neighbours."""
        made = self.blocks(item.get("content", []))
        if len(made) == 1 and made[0]["t"] == "Para":
            return [{"t": "Plain", "c": made[0]["c"]}]
        return made

    def _heading(self, node: Json) -> Json:
        attrs = node["attrs"]
        number = attrs.get("number", "")
        level = attrs["depth"] + (0 if self.flavour.styled else 1)
        place = self._place(attrs["id"])
        title = [*place, *self._number(number), *self.inlines(node["content"])]
        classes = ["annex"] if attrs.get("annex") and number else []
        return header(level, title, self.anchor(attrs["id"]), *classes)

    def _number(self, number: str) -> list[Json]:
        if not number:
            return []
        if self.flavour is Flavour.HTML:
            return [span(words(number), ["number"]), {"t": "Space"}]
        space = {"t": "Str", "c": "\u2002"} if self.flavour.styled else {"t": "Space"}
        return [*words(number), space]

    def _clause(self, node: Json) -> list[Json]:
        first, rest = [], list(node["content"])
        if rest and rest[0]["type"] == "paragraph":
            first = self.inlines(rest.pop(0)["content"])
        opening = self.styled(para(self._mark(node["attrs"]["number"]), first), "Clause")
        made = [opening, *(self._continued(block) for block in self.blocks(rest))]
        if node["type"] == "measure":
            made += self._facts(node["attrs"]["facts"])
        identifier = node["attrs"]["id"]
        if self.flavour is Flavour.MARKDOWN:
            made[0]["c"] = self._place(identifier) + made[0]["c"]
            return made
        return [div(made, [node["type"]], self.anchor(identifier))]

    def _place(self, identifier: str) -> list[Json]:
        """An anchor for Markdown, only where the text leads to it: readers see the source."""
        if self.flavour is not Flavour.MARKDOWN or identifier not in self.targets:
            return []
        return [{"t": "RawInline", "c": ["html", f'<a id="{self.anchor(identifier)}"></a>']}]

    def _mark(self, number: str) -> list[Json]:
        """The number in front of a clause."""
        if self.flavour.styled:
            tab = {"t": "RawInline", "c": list(TABS[self.flavour.value])}
            return [span(words(number), custom_style="Clause Number"), tab]
        if self.flavour is Flavour.HTML:
            return [span(words(number), ["number"]), {"t": "Space"}]
        return [strong(number), {"t": "Space"}]

    def _continued(self, block: Json) -> Json:
        return self.styled(block, "Clause Continued") if block["t"] == "Para" else block

    def _facts(self, facts: Sequence[Sequence[str]]) -> list[Json]:
        lines = [(words(label), words(text)) for label, text in facts]
        if not lines:
            return []
        if self.flavour.styled:
            return [
                self.styled(
                    para([span(label, custom_style="Label"), {"t": "Space"}], text), "Measure Fact"
                )
                for label, text in lines
            ]
        items = [
            [{"t": "Plain", "c": [{"t": "Strong", "c": label}, {"t": "Space"}, *text]}]
            for label, text in lines
        ]
        listed = {"t": "BulletList", "c": items}
        return [div([listed], ["facts"]) if self.flavour is Flavour.HTML else listed]

    def _image(self, node: Json) -> list[Json]:
        attrs = node["attrs"]
        picture = self.pictures.get(attrs["picture"] or "")
        if picture is None or self.flavour is Flavour.MARKDOWN:
            return [{"t": "Emph", "c": words(attrs["absent"] or f"[{attrs['alt']}]")}]
        data = base64.b64encode(picture.data).decode()
        source = f"data:{picture.media_type};base64,{data}"
        width = min(_PAGE_WIDTH, picture.width / _DOTS)
        size = {"width": f"{width:.2f}in"} if self.flavour.styled else {}
        return [{"t": "Image", "c": [attr(**size), words(attrs["alt"]), [source, ""]]}]

    def _table(self, node: Json) -> Json:
        attrs = node["attrs"]
        widths = attrs.get("widths")
        total = sum(widths) if widths else 1
        share = [{"t": "ColWidth", "c": width / total} for width in widths or ()]
        default = {"t": "ColWidth", "c": 1 / attrs["columns"]}
        if not self.flavour.styled:
            default = {"t": "ColWidthDefault"}
        columns = [
            [{"t": "AlignDefault"}, share[place] if share else default]
            for place in range(attrs["columns"])
        ]
        rows = [[attr(), [self._cell(cell) for cell in row]] for row in node["rows"]]
        heads, rest = rows[: attrs["headers"]], rows[attrs["headers"] :]
        body = [attr(), 0, [], rest]
        return {
            "t": "Table",
            "c": [attr(), [None, []], columns, [attr(), heads], [body], [attr(), []]],
        }

    def _cell(self, cell: Json) -> list[Any]:
        attrs = cell["attrs"]
        blocks = self._item(cell)
        return [attr(), {"t": "AlignDefault"}, attrs["rowspan"], attrs["colspan"], blocks]

    def inlines(self, nodes: Iterable[Json]) -> list[Json]:
        return [inline for node in nodes for inline in self._inline(node)]

    def _inline(self, node: Json) -> list[Json]:
        if node["type"] == "hardBreak":
            return [{"t": "LineBreak"}]
        if node["type"] == "footnote":
            return [{"t": "Note", "c": [para(self.inlines(node["content"]))]}]
        made = words(node["text"])
        for mark in node["marks"]:
            made = self._marked(made, node["text"], mark)
        return made

    def _marked(self, inlines: list[Json], text: str, mark: Json) -> list[Json]:
        match mark["type"]:
            case "link":
                target = mark.get("href") or "#" + self.anchor(mark["anchor"])
                return [link(inlines, target)]
            case "language":
                return [span(inlines, lang=mark["lang"])]
            case "code":
                return [{"t": "Code", "c": [attr(), text]}]
            case kind:
                return [{"t": _MARKS[kind], "c": inlines}] if kind in _MARKS else inlines
