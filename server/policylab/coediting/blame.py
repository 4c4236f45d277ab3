"""Who wrote each letter of a text, where it stands. Pure.

pycrdt does not tell of ids. So a copy of the text is made in which each letter is one that stands
for its author; the copy is read as the text is, and lies upon it letter for letter.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from policylab.coediting.carrying import Origins
from policylab.coediting.lib0 import utf16_length, write_string
from policylab.coediting.outline import blocks_of, lines_of
from policylab.coediting.reader import Kind, Reader, Struct
from policylab.coediting.reading import text_of

Json = dict[str, Any]

_FIRST: Final = 0x3400
_LAST: Final = 0xD7FF
"""Letters of one unit in UTF-16 and of no other meaning here."""
MOST_CODES: Final = _LAST - _FIRST
"""How many numbers can be told apart."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of a clause that one author wrote, side by side."""

    section_id: UUID | None
    """None before the first heading."""
    start: int
    """Characters from the beginning of the clause's words, as `anchors.Spot` counts them."""
    end: int
    words: str
    author: int
    """Which of the authors that were asked about."""


@dataclass(frozen=True, slots=True)
class Blame:
    """A text by its authors."""

    stretches: list[Stretch]
    """In reading order. Footnotes stand beside the words and are only counted."""
    counts: dict[UUID | None, Counter[int]]
    """For each clause, how many letters each author wrote, footnotes included."""


def blame(whole: bytes, authors: dict[int, int], origins: Origins) -> Blame:
    """Who wrote what of a whole text; `authors` says for each client id which author it is.

    Clients that nobody knows are author 0. Words that were moved are whose they were before.
    """

    def paint(struct: Struct) -> str:
        """Its authors' letters, one for each unit of UTF-16."""
        parts = origins.authors(struct.client, struct.clock, struct.clock + struct.length)
        return "".join(
            code_of(authors.get(client, 0)) * (last - first) for first, last, client in parts
        )

    content, shadows = text_of(whole), text_of(painted(whole, paint))
    stretches: list[Stretch] = []
    counts: dict[UUID | None, Counter[int]] = {}
    for section, clause, shadow in _clauses(content, shadows):
        words, codes = _words(clause), _words(shadow)
        stretches += _stretches(section, words, _authors_of(words, codes))
        counts.setdefault(section, Counter()).update(_count(clause, shadow))
    return Blame(stretches, counts)


def within(stretches: Sequence[Stretch], start: int, end: int) -> list[Stretch]:
    """Of the stretches of one clause, what lies between two places."""
    found: list[Stretch] = []
    for each in stretches:
        first, last = max(each.start, start), min(each.end, end)
        if first < last:
            words = each.words[first - each.start : last - each.start]
            found.append(Stretch(each.section_id, first, last, words, each.author))
    return found


# ── the copy ──


class _Spelling(Reader):
    """Also notes where the strings are."""

    __slots__ = ("places",)

    def __init__(self, whole: bytes) -> None:
        super().__init__(whole, trusted=True)
        self.places: list[tuple[int, int]] = []

    def _content(self, reference: int) -> tuple[Kind, int, Any]:
        start = self.at
        found = super()._content(reference)
        if reference == 4:
            self.places.append((start, self.at))
        return found


def painted(whole: bytes, paint: Callable[[Struct], str]) -> bytes:
    """The same text with other letters: for each string as many units of UTF-16 as it has."""
    spelling = _Spelling(whole)
    strings = [
        struct
        for struct in spelling.read().structs
        if struct.kind is Kind.INLINE and isinstance(struct.said, str)
    ]
    pieces: list[bytes] = []
    at = 0
    for struct, (start, stop) in zip(strings, spelling.places, strict=True):
        pieces += (whole[at:start], write_string(paint(struct)))
        at = stop
    return b"".join([*pieces, whole[at:]])


def code_of(number: int) -> str:
    """The letter that stands for a number; beyond the last they can't be told apart."""
    return chr(min(_FIRST + number, _LAST))


def number_of(code: str) -> int | None:
    """Which number a letter stands for; None for a letter that nobody painted."""
    return ord(code) - _FIRST if _FIRST <= ord(code) <= _LAST else None


# ── the copy upon the text ──


def _clauses(content: Json, painted: Json) -> Iterator[tuple[UUID | None, list[Json], list[Json]]]:
    """The blocks of each clause, as they are and as they are painted."""
    pairs: dict[UUID | None, tuple[list[Json], list[Json]]] = {}
    both = zip(blocks_of(content), blocks_of(painted), strict=True)
    for (block, section), (shadow, _) in both:
        blocks, shadows = pairs.setdefault(section, ([], []))
        blocks.append(block)
        shadows.append(shadow)
    for section, (blocks, shadows) in pairs.items():
        yield section, blocks, shadows


def _words(blocks: list[Json]) -> str:
    """The words of a clause as anchors count them."""
    return "\n".join(line for block in blocks for line in lines_of(block) if line)


def _authors_of(words: str, codes: str) -> list[int]:
    """The author of each letter; a line break, or a blank that is none, goes with what it ends."""
    found: list[int] = []
    at = 0
    for letter in words:
        author = number_of(codes[at])
        found.append(author if author is not None else found[-1] if found else -1)
        at += utf16_length(letter)
    first = next((author for author in found if author >= 0), 0)
    return [first if author < 0 else author for author in found]


def _stretches(section: UUID | None, words: str, authors: list[int]) -> Iterator[Stretch]:
    start = 0
    for author, letters in groupby(authors):
        end = start + sum(1 for _ in letters)
        yield Stretch(section, start, end, words[start:end], author)
        start = end


def _count(blocks: list[Json], shadows: list[Json]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for block, shadow in zip(blocks, shadows, strict=True):
        if block["type"] == "text":
            counts.update(_authors_of(block["text"], shadow["text"]))
        counts.update(_count(block.get("content") or [], shadow.get("content") or []))
    return counts
