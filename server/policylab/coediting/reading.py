"""A live text as ProseMirror JSON, equal to what y-tiptap makes of it in a browser.

Attributes that nobody set are left out; the documents room fills in what its schema knows.
"""

import re
from typing import Any, Final

from pycrdt import Doc, XmlFragment

from policylab.coediting.rules import BLOCKS, MARKS, ROOT

MARK_NAME: Final = re.compile(r"(.*)(--[a-zA-Z0-9+/=]{8})")
"""y-tiptap's spelling of a mark that may be there twice."""

_ORDER: Final = {
    name: place
    for place, name in enumerate(
        (
            *("bold", "italic", "underline", "strike", "superscript", "subscript"),
            *("language", "link", "insertion", "deletion"),
        )
    )
}

Json = dict[str, Any]


def read_text(doc: "Doc[Any]") -> Json:
    """The whole text, as a node of type `doc`."""
    root = doc.get(ROOT, type=XmlFragment)
    with doc.transaction() as transaction:
        raw: Any = transaction._txn  # pyright: ignore[reportPrivateUsage]
        blocks: list[Json] = []
        for child in root.integrated.children(raw):
            nodes = _nodes(child, raw)
            if hasattr(child, "diff") and nodes:  # words outside any block keep their place
                nodes = [{"type": "paragraph", "content": nodes}]
            blocks += nodes
    return {"type": "doc", "content": blocks}


def text_of(*updates: bytes) -> Json:
    """The text that these updates make."""
    doc = Doc[Any]()
    with doc.transaction():
        for update in updates:
            doc.apply_update(update)
    return read_text(doc)


def _nodes(item: Any, raw: Any) -> list[Json]:
    """An element as one node, a run of words as one node for each change of marks."""
    if hasattr(item, "diff"):
        return _words(item.diff(raw))
    name = item.tag()
    if name not in BLOCKS:
        return []
    node: Json = {"type": name}
    attributes = {
        key: plain(value) for key, value in sorted(item.attributes(raw)) if value is not None
    }
    if attributes:
        node["attrs"] = attributes
    content = joined([node for child in item.children(raw) for node in _nodes(child, raw)])
    if content:
        node["content"] = content
    return [node]


def _words(runs: list[tuple[Any, dict[str, Any] | None]]) -> list[Json]:
    nodes: list[Json] = []
    for words, attributes in runs:
        if isinstance(words, str) and words:
            node: Json = {"type": "text", "text": words}
            marks = _marks(attributes or {})
            if marks:
                node["marks"] = marks
            nodes.append(node)
    return nodes


def _marks(attributes: dict[str, Any]) -> list[Json]:
    marks: list[tuple[int, str, Json]] = []
    for key, value in attributes.items():
        hashed = MARK_NAME.fullmatch(key)
        name = hashed[1] if hashed else key
        if value is None or name not in MARKS:
            continue
        mark: Json = {"type": name}
        if isinstance(value, dict) and value:
            mark["attrs"] = plain(value)
        marks.append((_ORDER[name], key, mark))
    return [mark for _, _, mark in sorted(marks, key=lambda each: each[:2])]


def joined(nodes: list[Json]) -> list[Json]:
    """Neighbouring words with the same marks become one, as ProseMirror joins them."""
    together: list[Json] = []
    for node in nodes:
        last = together[-1] if together else None
        if (
            last is not None
            and node["type"] == "text" == last["type"]
            and node.get("marks") == last.get("marks")
        ):
            together[-1] = last | {"text": last["text"] + node["text"]}
        else:
            together.append(node)
    return together


def plain(value: Any) -> Any:
    """A value with whole numbers as integers: pycrdt gives every number as a float."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}  # pyright: ignore
    if isinstance(value, list):
        return [plain(each) for each in value]  # pyright: ignore
    return value
