"""What changed between two texts: clause by clause, word by word, and what only moved. Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

Json = dict[str, Any]
_TOKEN = re.compile(r"\n|[^\S\n]*(?:[^\W_]+|[^\w\s]|_)|[^\S\n]+")
"""A word or a sign, with the blanks before it; or a new line."""
MOST_TOKENS = 10_000
"""Beyond this, what differs in a clause is shown as taken out and put in whole."""
_OWN_WORDS = ("owner", "partners", "level", "start", "end", "means", "indicators")


class RunKind(StrEnum):
    """What became of a stretch of words."""

    EQUAL = "equal"
    """Words that both texts have."""
    INSERTED = "inserted"
    """Words that only the later text has."""
    DELETED = "deleted"
    """Words that only the earlier text has."""
    BREAK = "break"
    """A new line."""


class ChangeKind(StrEnum):
    """What became of a clause."""

    SAME = "same"
    """Both texts have it, without a difference."""
    ADDED = "added"
    """Only the later text has it."""
    REMOVED = "removed"
    """Only the earlier text has it."""
    CHANGED = "changed"
    """Both texts have it, with a difference."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of words, and what became of it."""

    kind: RunKind
    text: str


class Part(Protocol):
    """A clause as rows keep it, of a draft or of a version."""

    section_id: UUID
    number: str
    heading: str | None
    parent: UUID | None
    content: list[Any]
    hash: bytes


@dataclass(frozen=True)
class SectionChange:
    """One clause in both texts."""

    section_id: UUID
    kind: ChangeKind
    moved: bool
    before: Part | None
    after: Part | None
    runs: list[Run] = field(default_factory=list[Run])


def compare(before: Sequence[Part], after: Sequence[Part]) -> list[SectionChange]:
    """Every clause of two texts, in the order of the later one; what is gone stands where it was.

    A clause has moved when it stands elsewhere among those that both texts have, or under another
    heading.
    """
    old, new = {part.section_id: part for part in before}, {p.section_id: p for p in after}
    moved = _moved(list(old), list(new)) | {
        key for key in old.keys() & new.keys() if old[key].parent != new[key].parent
    }
    return [
        _change(key, old.get(key), new.get(key), moved=key in moved)
        for key in _merged(list(old), list(new))
    ]


def _change(key: UUID, old: Part | None, new: Part | None, *, moved: bool) -> SectionChange:
    if old is None or new is None:
        kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED
    else:
        kind = ChangeKind.SAME if bytes(old.hash) == bytes(new.hash) else ChangeKind.CHANGED
    before, after = whole_words(old.content if old else ()), whole_words(new.content if new else ())
    return SectionChange(key, kind, moved, old, new, compare_words(before, after))


def _moved(old: list[UUID], new: list[UUID]) -> set[UUID]:
    """What is not part of the longest stretch, gaps allowed, that both orders share."""
    place = {key: at for at, key in enumerate(new)}
    shared = [key for key in old if key in place]
    ends: list[int] = []
    tails: list[int] = []
    back: list[int | None] = []
    for at, key in enumerate(shared):
        found = bisect_left(ends, place[key])
        ends[found : found + 1], tails[found : found + 1] = [place[key]], [at]
        back.append(tails[found - 1] if found else None)
    kept: set[UUID] = set()
    step = tails[-1] if tails else None
    while step is not None:
        kept.add(shared[step])
        step = back[step]
    return set(shared) - kept


def _merged(old: list[UUID], new: list[UUID]) -> list[UUID]:
    """The later order, with what is gone after the clause that it came after."""
    made, gone = list(new), set(old) - set(new)
    for at, key in enumerate(old):
        if key in gone:
            before = old[at - 1] if at else None
            made.insert(made.index(before) + 1 if before is not None else 0, key)
    return made


def compare_words(before: str, after: str) -> list[Run]:
    """The two texts as one: what stayed, what went, what came."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    pieces = [(RunKind.EQUAL, "".join(old[:start]))]
    pieces += _middle(old[start : len(old) - end], new[start : len(new) - end])
    return _runs([*pieces, (RunKind.EQUAL, "".join(old[len(old) - end :]))])


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many tokens are the same from the beginning."""
    return next(
        (at for at, (one, two) in enumerate(zip(old, new, strict=False)) if one != two),
        min(len(old), len(new)),
    )


def _middle(old: list[str], new: list[str]) -> list[tuple[RunKind, str]]:
    if len(old) + len(new) > MOST_TOKENS:
        return [(RunKind.DELETED, "".join(old)), (RunKind.INSERTED, "".join(new))]
    pieces: list[tuple[RunKind, str]] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, first, last, start, stop in matcher.get_opcodes():
        if kind == "equal":
            pieces.append((RunKind.EQUAL, "".join(old[first:last])))
            continue
        pieces.append((RunKind.DELETED, "".join(old[first:last])))
        pieces.append((RunKind.INSERTED, "".join(new[start:stop])))
    return pieces


def _runs(pieces: Iterable[tuple[RunKind, str]]) -> list[Run]:
    """Pieces as runs; line breaks are runs of their own."""
    made: list[Run] = []
    for kind, text in pieces:
        for at, line in enumerate(text.split("\n")):
            if at and made and made[-1].kind is not RunKind.BREAK:
                made.append(Run(RunKind.BREAK, "\n"))
            if line and made and made[-1].kind is kind:
                made[-1] = Run(kind, made[-1].text + line)
            elif line:
                made.append(Run(kind, line))
    while made and made[-1].kind is RunKind.BREAK:
        made.pop()
    return made


def whole_words(blocks: Iterable[Json]) -> str:
    """Everything in these blocks that a reader can read: words, footnotes, pictures, a measure's
    owner and dates. Proposed insertions are left out."""
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def _lines(node: Json) -> Iterable[str]:
    kind, attributes = node["type"], node.get("attrs") or {}
    if kind == "measure":
        yield from (_said(attributes[name]) for name in _OWN_WORDS if attributes.get(name))
    if kind == "image":
        yield f"[{attributes.get('alt') or ''}]"
    if kind in ("paragraph", "heading"):
        yield "".join(_pieces(node)).strip()
        return
    for child in node.get("content", ()):
        yield from _lines(child)


def _said(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _pieces(block: Json) -> Iterable[str]:
    for child in block.get("content", ()):
        if child["type"] == "hardBreak":
            yield " "
        elif child["type"] == "footnote":
            yield f" [{''.join(_pieces(child))}]"
        elif not any(mark["type"] == "insertion" for mark in child.get("marks", ())):
            yield child["text"]
