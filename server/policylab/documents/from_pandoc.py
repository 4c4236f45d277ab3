"""pandoc's tree as blocks of ours. Pure; nothing is fetched, and nothing that is unknown is run.

What our schema has no word for becomes plain paragraphs, so that no words are lost.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from policylab.documents.tree import BadText, Json

Node = Any
DEEPEST_HEADING = 4
DEEPEST = 60
_ADDRESSES = ("https://", "http://", "mailto:", "#")
_MARKS = {
    "Emph": "italic",
    "Strong": "bold",
    "Underline": "underline",
    "Strikeout": "strike",
    "Superscript": "superscript",
    "Subscript": "subscript",
}
_OPENING = ("subtitle", "abstract")


def blocks_from(tree: Json, pictures: Mapping[str, str]) -> list[Json]:
    """The blocks of a text, without ids; `pictures` gives an attachment's address by name.

    Title, authors and date of a file are no part of the text: a document has its own.
    """
    return _Builder(pictures).whole(tree)


class _Builder:
    def __init__(self, pictures: Mapping[str, str]) -> None:
        self.pictures = pictures
        self.depth = 0

    def whole(self, tree: Json) -> list[Json]:
        meta = tree.get("meta") or {}
        made = [block for name in _OPENING for block in self._meta(meta.get(name))]
        return made + self.blocks(tree["blocks"])

    def _meta(self, value: Node) -> list[Json]:
        if value and value["t"] == "MetaInlines":
            return self._paragraph(value["c"])
        return self.blocks(value["c"]) if value and value["t"] == "MetaBlocks" else []

    # ── blocks ──

    def blocks(self, nodes: Sequence[Node]) -> list[Json]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadText("file", "it is too deeply nested")
        made = [block for node in nodes for block in self._block(node)]
        self.depth -= 1
        return made

    def _block(self, node: Node) -> list[Json]:
        kind, content = node["t"], node.get("c")
        make: Callable[[Node], list[Json]] | None = getattr(self, f"_{kind.lower()}", None)
        return make(content) if make else []

    def _para(self, content: Node) -> list[Json]:
        return self._paragraph(content)

    def _plain(self, content: Node) -> list[Json]:
        return self._paragraph(content)

    def _paragraph(self, inlines: Sequence[Node]) -> list[Json]:
        words, images = self._words(inlines)
        made: list[Json] = [{"type": "paragraph", "content": words}] if words else []
        return made + images

    def _header(self, content: Node) -> list[Json]:
        level, _, inlines = content
        words, images = self._words(inlines)
        attrs = {"level": min(max(int(level), 1), DEEPEST_HEADING)}
        made: list[Json] = [{"type": "heading", "attrs": attrs, "content": words}] if words else []
        return made + images

    def _bulletlist(self, content: Node) -> list[Json]:
        items = self._items(content)
        return [{"type": "bulletList", "content": items}] if items else []

    def _orderedlist(self, content: Node) -> list[Json]:
        (start, *_), listed = content
        items = self._items(listed)
        attrs = {"start": min(max(int(start), 0), 100_000)}
        return [{"type": "orderedList", "attrs": attrs, "content": items}] if items else []

    def _items(self, listed: Sequence[Node]) -> list[Json]:
        bodies = (self._inner(blocks) for blocks in listed)
        return [{"type": "listItem", "content": body} for body in bodies if body]

    def _inner(self, nodes: Sequence[Node]) -> list[Json]:
        """Blocks inside a list, a table or a quotation: a heading there is a bold paragraph."""
        return [_no_heading(block) for block in self.blocks(nodes)]

    def _blockquote(self, content: Node) -> list[Json]:
        body = self._inner(content)
        return [{"type": "blockquote", "content": body}] if body else []

    def _codeblock(self, content: Node) -> list[Json]:
        lines = [[{"t": "Str", "c": line}] for line in content[1].splitlines()]
        return self._lineblock(lines)

    def _lineblock(self, lines: Node) -> list[Json]:
        inlines: list[Node] = []
        for line in lines:
            inlines += [{"t": "LineBreak"}, *line] if inlines else line
        return self._paragraph(inlines)

    def _definitionlist(self, content: Node) -> list[Json]:
        made: list[Json] = []
        for term, meanings in content:
            made += self._paragraph([{"t": "Strong", "c": term}])
            for meaning in meanings:
                made += self.blocks(meaning)
        return made

    def _div(self, content: Node) -> list[Json]:
        return self.blocks(content[1])

    def _figure(self, content: Node) -> list[Json]:
        _, caption, body = content
        made = self.blocks(body)
        said = self.blocks(caption[1])
        known = {block["attrs"].get("alt") for block in made if block["type"] == "image"}
        return made + [block for block in said if _plain_words(block) not in known]

    def _table(self, content: Node) -> list[Json]:
        _, caption, _, head, bodies, foot = content
        rows = [self._row(row, "tableHeader") for row in head[1]]
        for _, _, intermediate, body in bodies:
            rows += [self._row(row, "tableHeader") for row in intermediate]
            rows += [self._row(row, "tableCell") for row in body]
        rows += [self._row(row, "tableCell") for row in foot[1]]
        rows = [row for row in rows if row["content"]]
        made = self.blocks(caption[1])
        return [*made, {"type": "table", "content": rows}] if rows else made

    def _row(self, row: Node, kind: str) -> Json:
        return {"type": "tableRow", "content": [self._cell(cell, kind) for cell in row[1]]}

    def _cell(self, cell: Node, kind: str) -> Json:
        _, _, rowspan, colspan, blocks = cell
        attrs = {"colspan": min(int(colspan), 50), "rowspan": min(int(rowspan), 500)}
        return {"type": kind, "attrs": attrs, "content": self._inner(blocks)}

    # ── words ──

    def _words(self, inlines: Sequence[Node]) -> tuple[list[Json], list[Json]]:
        """Words with their marks, and the pictures among them."""
        made, images = list[Json](), list[Json]()
        for piece in self._inlines(inlines, {}, 0):
            (images if piece["type"] == "image" else made).append(piece)
        return _trimmed(made), images

    def _inlines(
        self, inlines: Sequence[Node], marks: Mapping[str, Json], depth: int
    ) -> Iterator[Json]:
        if depth > DEEPEST:
            raise BadText("file", "it is too deeply nested")
        for node in inlines:
            yield from self._inline(node, marks, depth)

    def _inline(self, node: Node, marks: Mapping[str, Json], depth: int) -> Iterator[Json]:
        kind, content = node["t"], node.get("c")
        if kind in _MARKS:
            yield from self._inlines(content, {**marks, _MARKS[kind]: {}}, depth + 1)
        elif kind in ("SmallCaps", "Quoted", "Cite", "Span", "Link"):
            yield from self._wrapped(kind, content, marks, depth)
        elif kind == "LineBreak":
            yield {"type": "hardBreak"}
        elif kind == "Image":
            yield self._image(content)
        elif kind == "Note":
            words = " ".join(filter(None, map(_plain_words, self.blocks(content))))
            if words:
                yield {"type": "footnote", "content": [{"type": "text", "text": words}]}
        else:
            said = {"Space": " ", "SoftBreak": " "}.get(kind)
            if said is None and kind in ("Str", "Code", "Math"):
                said = content if kind == "Str" else content[1]
            if said:
                yield _text(said, marks)

    def _wrapped(
        self, kind: str, content: Node, marks: Mapping[str, Json], depth: int
    ) -> Iterator[Json]:
        if kind == "Quoted":
            single = content[0]["t"] == "SingleQuote"
            yield _text("‘" if single else "“", marks)
            yield from self._inlines(content[1], marks, depth + 1)
            yield _text("’" if single else "”", marks)
            return
        inlines = content if kind == "SmallCaps" else content[1]
        if kind == "Link" and _is_address(content[2][0]):
            marks = {**marks, "link": {"href": content[2][0]}}
        if kind == "Span":
            lang = dict(content[0][2]).get("lang")
            marks = {**marks, "language": {"lang": lang}} if lang else marks
        yield from self._inlines(inlines, marks, depth + 1)

    def _image(self, content: Node) -> Json:
        _, inlines, (target, title) = content
        alt = _plain_words({"content": list(self._inlines(inlines, {}, 0))}) or title or ""
        attrs = {"src": self.pictures.get(target, ""), "alt": alt[:1_000]}
        return {"type": "image", "attrs": attrs}


def _is_address(address: str) -> bool:
    return address.startswith(_ADDRESSES) and len(address) <= 10_000


def _text(words: str, marks: Mapping[str, Json]) -> Json:
    listed = [
        {"type": name, "attrs": dict(attrs)} if attrs else {"type": name}
        for name, attrs in marks.items()
    ]
    return {"type": "text", "text": words} | ({"marks": listed} if listed else {})


def _trimmed(words: list[Json]) -> list[Json]:
    """No blanks at the ends, and nothing at all where there are only blanks."""
    while words and words[0]["type"] in ("text", "hardBreak"):
        if words[0]["type"] == "text" and (kept := words[0]["text"].lstrip()):
            words[0] = {**words[0], "text": kept}
            break
        words.pop(0)
    while words and words[-1]["type"] in ("text", "hardBreak"):
        if words[-1]["type"] == "text" and (kept := words[-1]["text"].rstrip()):
            words[-1] = {**words[-1], "text": kept}
            break
        words.pop()
    return words


def _no_heading(block: Json) -> Json:
    if block["type"] != "heading":
        return block
    words = [
        {**piece, "marks": [{"type": "bold"}, *_without(piece, "bold")]}
        if piece["type"] == "text"
        else piece
        for piece in block["content"]
    ]
    return {"type": "paragraph", "content": words}


def _without(piece: Json, mark: str) -> list[Json]:
    return [each for each in piece.get("marks", ()) if each["type"] != mark]


def _plain_words(block: Json) -> str:
    """The words of a block, in one line."""
    if block.get("type") == "hardBreak":
        return " "
    inner = "".join(map(_plain_words, block.get("content", ())))
    return (block.get("text", "") + inner).strip() if block.get("type") != "text" else block["text"]
