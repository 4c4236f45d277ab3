"""The closed schema of a text, as data, and the strict reading of ProseMirror JSON by it.

The web app's `editor/schema.ts` says the same; both are tested on `tests/samples/texts`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

Json = dict[str, Any]

DEEPEST = 32
MOST_NODES = 100_000
LONGEST_TEXT = 4_000_000
_HALF_A_LETTER = re.compile("[\ud800-\udfff]")

BLOCKS = ("paragraph", "bulletList", "orderedList", "table", "blockquote", "image")
CONTENT: dict[str, tuple[str, ...]] = {
    "doc": ("heading", "clause", "measure", *BLOCKS),
    "heading": ("text", "hardBreak", "footnote"),
    "paragraph": ("text", "hardBreak", "footnote"),
    "clause": BLOCKS,
    "measure": BLOCKS,
    "bulletList": ("listItem",),
    "orderedList": ("listItem",),
    "listItem": BLOCKS,
    "table": ("tableRow",),
    "tableRow": ("tableHeader", "tableCell"),
    "tableHeader": BLOCKS,
    "tableCell": BLOCKS,
    "blockquote": BLOCKS,
    "image": (),
    "hardBreak": (),
    "footnote": ("text",),
    "text": (),
}
NEEDS_CONTENT = frozenset(
    {"doc", "clause", "measure", "bulletList", "orderedList", "listItem", "table", "tableRow"}
    | {"tableHeader", "tableCell", "blockquote"}
)
IDENTIFIED = frozenset(
    {"heading", "paragraph", "clause", "measure", "bulletList", "orderedList", "listItem"}
    | {"table", "blockquote", "image", "footnote"}
)
PROPOSABLE = frozenset({"heading", "clause", "measure", *BLOCKS})


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 10_000 and "\0" not in value


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int | float) and low <= value <= high and value == int(value)
    )


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 50 and all(_text(item) for item in value)


def _address(value: Any) -> bool:
    return _text(value) and value.startswith(("https://", "http://", "mailto:", "#"))


def _picture(value: Any) -> bool:
    return _text(value) and (value.startswith("attachment:") or value == "")


def _signed(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= {"id", "capacity", "at", "kind"}


ATTRIBUTES: dict[str, dict[str, Callable[[Any], bool]]] = {
    "heading": {"level": _whole(1, 4)},
    "measure": {
        "owner": _text,
        "partners": _texts,
        "level": _text,
        "start": _text,
        "end": _text,
        "means": _text,
        "indicators": _texts,
    },
    "orderedList": {"start": _whole(0, 100_000)},
    "tableHeader": {"colspan": _whole(1, 50), "rowspan": _whole(1, 500)},
    "tableCell": {"colspan": _whole(1, 50), "rowspan": _whole(1, 500)},
    "image": {"src": _picture, "alt": _text},
}
MARKS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "bold": {},
    "italic": {},
    "underline": {},
    "strike": {},
    "superscript": {},
    "subscript": {},
    "language": {"lang": _text},
    "link": {"href": _address},
    "insertion": {"id": _text, "capacity": _text, "at": _text},
    "deletion": {"id": _text, "capacity": _text, "at": _text},
}
SUGGESTIONS = ("insertion", "deletion")


@dataclass
class BadText(Exception):
    """The JSON is not a text by the schema; `place` says where."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class _Reader:
    """Reads one text; bounded in depth, nodes and characters."""

    deepest = DEEPEST
    most_nodes = MOST_NODES
    longest_text = LONGEST_TEXT

    def __init__(self) -> None:
        self.nodes = 0
        self.characters = 0
        self.ids: set[str] = set()

    def wrong(self, place: str, problem: str) -> None:
        """An attribute or a mark is not as the schema has it."""
        raise BadText(place, problem)

    def new_id(self, given: Any) -> str:
        """For a block whose own id is missing, malformed or a double."""
        return str(uuid4())

    def read(self, node: Any, expected: tuple[str, ...], place: str, depth: int) -> Json:
        self.nodes += 1
        if depth > self.deepest or self.nodes > self.most_nodes:
            raise BadText(place, "the text is too large or too deeply nested")
        if not isinstance(node, dict) or node.get("type") not in expected:
            raise BadText(place, f"expected one of {', '.join(expected) or 'nothing'}")
        kind = node["type"]
        if kind == "text":
            return self._words(node, place)
        made: Json = {"type": kind}
        attributes = self._attributes(kind, node.get("attrs") or {}, place)
        if attributes:
            made["attrs"] = attributes
        content = self._content(kind, node.get("content") or [], place, depth)
        if content:
            made["content"] = content
        elif kind in NEEDS_CONTENT:
            made["content"] = self._filler(kind)
        return made

    def _content(self, kind: str, content: Any, place: str, depth: int) -> list[Json]:
        if not isinstance(content, list):
            raise BadText(place, "content is a list")
        children = [
            self.read(child, CONTENT[kind], f"{place}/{kind}[{index}]", depth + 1)
            for index, child in enumerate(content)
            if not _is_void(child)
        ]
        return _joined(children)

    def _words(self, node: Json, place: str) -> Json:
        text = node.get("text")
        if not isinstance(text, str) or not (text := text.replace("\0", "")):
            raise BadText(place, "words are missing")
        if _HALF_A_LETTER.search(text):
            raise BadText(place, "a broken character")
        self.characters += len(text)
        if self.characters > self.longest_text:
            raise BadText(place, "the text is too long")
        made: Json = {"type": "text", "text": text}
        marks = self._marks(node.get("marks") or [], place)
        if marks:
            made["marks"] = marks
        return made

    def _marks(self, marks: Any, place: str) -> list[Json]:
        if not isinstance(marks, list):
            raise BadText(place, "marks are a list")
        read = [kept for mark in marks if (kept := self._mark(mark, place)) is not None]
        return sorted(read, key=lambda mark: list(MARKS).index(mark["type"]))

    def _mark(self, mark: Any, place: str) -> Json | None:
        if not isinstance(mark, dict) or mark.get("type") not in MARKS:
            return self.wrong(place, "an unknown mark")
        known, given = MARKS[mark["type"]], mark.get("attrs") or {}
        if not isinstance(given, dict):
            return self.wrong(place, "a mark's attributes are an object")
        kept = {name: given[name] for name in known if given.get(name) is not None}
        for name, value in kept.items():
            if not known[name](value):
                return self.wrong(place, f"{mark['type']}: {name} is not right")
        return {"type": mark["type"], "attrs": kept} if kept else {"type": mark["type"]}

    def _attributes(self, kind: str, given: Any, place: str) -> Json:
        if not isinstance(given, dict):
            raise BadText(place, "attributes are an object")
        made: Json = {}
        if kind in IDENTIFIED:
            made["id"] = self._identifier(given.get("id"))
        for name, right in ATTRIBUTES.get(kind, {}).items():
            value = given.get(name)
            if value is None:
                continue
            if not right(value):
                self.wrong(place, f"{kind}: {name} is not right")
                continue
            made[name] = int(value) if isinstance(value, float) else value
        if kind == "heading":
            made.setdefault("level", 1)
        proposal = given.get("proposal")
        if proposal is not None and kind in PROPOSABLE:
            if _signed(proposal):
                made["proposal"] = proposal
            else:
                self.wrong(place, "a proposal is not right")
        return made

    def _filler(self, kind: str) -> list[Json]:
        """The least content that a node may hold."""
        inner = {"bulletList": "listItem", "orderedList": "listItem", "table": "tableRow"}
        inner["tableRow"] = "tableCell"
        child = inner.get(kind, "paragraph")
        made: Json = {"type": child}
        if child in IDENTIFIED:
            made["attrs"] = {"id": self.new_id(None)}
        if child in NEEDS_CONTENT:
            made["content"] = self._filler(child)
        return [made]

    def _identifier(self, given: Any) -> str:
        """A block's own id; a new one where it is missing, malformed or a double."""
        try:
            identifier = str(UUID(given)) if isinstance(given, str) else self.new_id(given)
        except ValueError:
            identifier = self.new_id(given)
        if identifier in self.ids:
            identifier = self.new_id(given)
        self.ids.add(identifier)
        return identifier


class _Mender(_Reader):
    """Reads what somebody's program left in a live text: what does not fit is dropped.

    Whatever gets into a live text can be read here, so its bounds lie beyond those of co-editing.
    """

    deepest = 2 * DEEPEST
    most_nodes = 20 * MOST_NODES
    longest_text = 10 * LONGEST_TEXT

    def __init__(self, draft_id: UUID) -> None:
        super().__init__()
        self.draft_id = draft_id
        self.made = 0

    def wrong(self, place: str, problem: str) -> None:
        """Dropped, so that nobody can keep a text from being read or frozen."""

    def new_id(self, given: Any) -> str:
        """The same one each time the same text is read."""
        self.made += 1  # uuid5 of the place among those made: doubles of one id differ too
        return str(uuid5(self.draft_id, f"{self.made} {given}"))


def read_tree(value: Any) -> Json:
    """A text by the schema: unknown attributes are dropped, missing ids made; BadText else."""
    return _Reader().read(value, ("doc",), "text", 0)


def mended(value: Any, draft_id: UUID) -> Json:
    """A live text by the schema: attributes and marks that don't fit are dropped, ids made.

    Made ids are the same each time the same text is read. BadText for what is no text at all.
    """
    return _Mender(draft_id).read(value, ("doc",), "text", 0)


def _is_void(node: Any) -> bool:
    """Words of nothing but NUL, which no database takes."""
    words = node.get("text") if isinstance(node, dict) and node.get("type") == "text" else None
    return isinstance(words, str) and words != "" and not words.strip("\0")


def _joined(children: list[Json]) -> list[Json]:
    """Neighbouring words with the same marks become one run."""
    made: list[Json] = []
    for child in children:
        last = made[-1] if made else None
        if (
            last
            and child["type"] == last["type"] == "text"
            and child.get("marks") == last.get("marks")
        ):
            last["text"] += child["text"]
        else:
            made.append(child)
    return made


def walk(node: Json) -> Iterator[Json]:
    """The node and everything in it, in reading order."""
    yield node
    for child in node.get("content", ()):
        yield from walk(child)


def plain_text(node: Json) -> str:
    """The words of a node; blocks stand on lines of their own. Proposed insertions are left out."""
    return "\n".join(line for line in (_line(block) for block in _lines(node)) if line)


def _lines(node: Json) -> Iterator[Json]:
    if node["type"] in ("paragraph", "heading"):
        yield node
    for child in node.get("content", ()):
        if child["type"] not in ("text", "hardBreak", "footnote"):
            yield from _lines(child)


def _line(block: Json) -> str:
    pieces: list[str] = []
    for child in block.get("content", ()):
        if child["type"] == "hardBreak":
            pieces.append(" ")
        elif child["type"] == "text" and not _has_mark(child, "insertion"):
            pieces.append(child["text"])
    return "".join(pieces).strip()


def _has_mark(node: Json, kind: str) -> bool:
    return any(mark["type"] == kind for mark in node.get("marks", ()))


def open_suggestions(tree: Json) -> set[str]:
    """Ids of suggestions and proposals that wait in a text; a frozen text has none."""
    found: set[str] = set()
    for node in walk(tree):
        proposal = (node.get("attrs") or {}).get("proposal")
        if proposal:
            found.add(str(proposal.get("id")))
        for mark in node.get("marks", ()):
            if mark["type"] in SUGGESTIONS:
                found.add(str((mark.get("attrs") or {}).get("id")))
    return found
