"""Where comments hang: relative positions of a live text as places that people can read.

pycrdt does not say where in a document an id is. So a copy of the text is marked: letters that no
text holds are inserted beside the ids (as updates, which need nothing but ids), and the marked copy
is read like any other text. The other way round, a letter is put at a place of a copy, and the
update that comes of it names the ids beside it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab.coediting.carrying import Origins
from policylab.coediting.lib0 import utf16_length, write_string, write_uint
from policylab.coediting.live import Live
from policylab.coediting.outline import blocks_of, identifier, lines_of
from policylab.coediting.placing import GONE, INLINE, VALUE, WORDS
from policylab.coediting.presence import position_of
from policylab.coediting.reader import read_update
from policylab.coediting.reading import read_text
from policylab.coediting.rules import ROOT

Json = dict[str, Any]

_LAST: Final = 2**53 - 1
"""A client id that stands behind all others where several write at one spot."""
_FIRST: Final = 0
_MARK: Final = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an anchor is at the moment."""

    section_id: UUID | None
    """The clause it begins in; None before the first heading."""
    start: int
    """Characters from the beginning of the clause's words; lines are joined by a line break."""
    end: int
    quotation: str
    """The words between, as far as the clause goes; empty when they are gone: orphaned."""

    @property
    def orphaned(self) -> bool:
        return not self.quotation.strip()


def read_anchor(value: Any) -> Json | None:
    """An anchor as clients send it, `{"anchor": …, "head": …}`, with nothing else; or None."""
    if not isinstance(value, dict):
        return None
    anchor, head = position_of(value.get("anchor")), position_of(value.get("head"))  # pyright: ignore
    return {"anchor": anchor, "head": head} if anchor and head else None


def spots(
    live: Live,
    anchors: Sequence[Json | None],
    origins: Origins,
    quotations: Sequence[str] = (),
) -> list[Spot | None]:
    """Where each anchor is; None for what is no anchor, or whose surroundings are gone."""
    copy = Doc[Any]()
    copy.apply_update(live.whole())
    for number, anchor in enumerate(anchors):
        known = read_anchor(anchor)
        if known is None:
            continue
        for side, key in enumerate(("anchor", "head")):
            update = _marking(known[key], 2 * number + side, live, origins)
            if update is not None:
                copy.apply_update(update)
    content = read_text(copy)
    found = _find(content)
    there = [_spot(found, 2 * number) for number in range(len(anchors))]
    for number, quotation in enumerate(quotations[: len(there)]):
        spot = there[number]
        if quotation.strip() and (spot is None or spot.orphaned):
            there[number] = _quoted(content, quotation) or spot
    return there


def _quoted(content: Json, quotation: str) -> Spot | None:
    """The one place where these words stand; None if there are several, or none."""
    places = [
        Spot(section_id, at, at + len(quotation), quotation)
        for section_id, words in _clauses(content).items()
        for at in [each.start() for each in re.finditer(re.escape(quotation), words)]
    ]
    return places[0] if len(places) == 1 else None


def _clauses(content: Json) -> dict[UUID | None, str]:
    """The words of each clause, marks left out."""
    lines: dict[UUID | None, list[str]] = {}
    for block, section_id in blocks_of(content):
        lines.setdefault(section_id, []).extend(lines_of(block))
    return {
        section_id: _MARK.sub("", "\n".join(_with_words(each)))
        for section_id, each in lines.items()
    }


def _marking(position: Json, number: int, live: Live, origins: Origins) -> bytes | None:
    """An update that puts a mark at a relative position; None when its ids are not known here."""
    item, inside = position["item"], position["type"]
    before = position["assoc"] < 0
    if item is not None:
        client, clock = origins.now(item["client"], item["clock"])
        if clock >= live.knowledge.known.get(client, 0):
            return None
        beside = write_uint(client) + write_uint(clock)
        spot = live.knowledge.shape.spot(client, clock)
        words = spot is None or spot[0] in (INLINE, VALUE)
        return _update(0x80 if before else 0x40, beside, number, words, first=before)
    if inside is None:
        return _update(0, write_uint(1) + write_string(ROOT), number, False, first=before)
    client, clock = inside["client"], inside["clock"]
    spot = live.knowledge.shape.spot(client, clock)
    if spot is None or spot[0] in (GONE, INLINE, VALUE):
        return None
    place = write_uint(0) + write_uint(client) + write_uint(clock)
    return _update(0, place, number, spot[0] & 3 == WORDS, first=before)


def _update(info: int, place: bytes, number: int, words: bool, *, first: bool) -> bytes:
    """The mark as an update: a string among words, a run of words among blocks."""
    client = write_uint(_FIRST + number if first else _LAST - number)
    mark = write_string(f"\ue000{number}\ue001")
    if words:
        structs = [bytes((info | 4,)) + place + mark]
    else:
        inside = write_uint(0) + client + write_uint(0)
        structs = [bytes((info | 7,)) + place + write_uint(6), b"\x04" + inside + mark]
    head = write_uint(1) + write_uint(len(structs)) + client + write_uint(0)
    return head + b"".join(structs) + b"\x00"


Places = dict[int, tuple[UUID | None, int, str]]
"""For each mark: the clause, how many characters go before it, and the clause's words."""


def _find(content: Json) -> Places:
    clauses: dict[UUID | None, list[str]] = {}
    for block, section_id in blocks_of(content):
        clauses.setdefault(section_id, []).extend(lines_of(block))
    places: Places = {}
    for section_id, lines in clauses.items():
        text = "\n".join(_with_words(lines))
        words = _MARK.sub("", text)
        gone = 0
        for mark in _MARK.finditer(text):
            places[int(mark[1])] = (section_id, mark.start() - gone, words)
            gone += len(mark[0])
    return places


def _with_words(lines: Iterable[str]) -> list[str]:
    """The lines that hold words; marks on a line of their own go to the line that follows."""
    found: list[str] = []
    waiting = ""
    for line in lines:
        if _MARK.sub("", line):
            found.append(waiting + line)
            waiting = ""
        else:
            waiting += line
    return [*found[:-1], "".join([*found[-1:], waiting])] if waiting else found


def _spot(places: Places, number: int) -> Spot | None:
    first, last = places.get(number), places.get(number + 1)
    if first is None or last is None:
        return None
    if first[0] != last[0]:
        return Spot(first[0], first[1], len(first[2]), first[2][first[1] :])
    start, end = sorted((first[1], last[1]))
    return Spot(first[0], start, end, first[2][start:end])


def anchor_to(whole: bytes, section_id: UUID | None, quotation: str) -> Json | None:
    """An anchor on the first place in a clause where these words stand in one run, or None."""
    if not quotation:
        return None
    copy = Doc[Any]()
    copy.apply_update(whole)
    root = copy.get(ROOT, type=XmlFragment)
    with copy.transaction():
        found = _words_in(root, read_text(copy), section_id, quotation)
    if found is None:
        return None
    run, start, end = found
    first = quotation[0]
    anchor = _letter_before(copy, run, start + len(first.encode()))
    head = _letter_before(copy, run, end)
    return {
        "anchor": _beside(anchor[0], anchor[1] + 1 - utf16_length(first), 0),
        "head": _beside(head[0], head[1], -1),
    }


def _words_in(
    root: XmlFragment, content: Json, section_id: UUID | None, quotation: str
) -> tuple[XmlText, int, int] | None:
    wanted = {
        name
        for block, section in blocks_of(content)
        if section == section_id
        and (name := identifier((block.get("attrs") or {}).get("id"))) is not None
    }
    for block in root.children:
        if (
            not isinstance(block, XmlElement)
            or identifier(block.attributes.get("id")) not in wanted
        ):
            continue
        for run in _runs(block):
            words = "".join(each for each, _ in run.diff() if isinstance(each, str))
            at = words.find(quotation)
            if at >= 0:
                start = len(words[:at].encode())
                return run, start, start + len(quotation.encode())
    return None


def _runs(element: XmlElement) -> list[XmlText]:
    found: list[XmlText] = []
    for child in element.children:
        if isinstance(child, XmlText):
            found.append(child)
        elif isinstance(child, XmlElement) and child.tag != "footnote":
            found += _runs(child)
    return found


def _letter_before(doc: "Doc[Any]", run: XmlText, place: int) -> tuple[int, int]:
    """The id of the letter before a place of a run: what comes to stand there names it."""
    said: list[bytes] = []
    observer = doc.observe(lambda event: said.append(event.update))
    run.insert(place, "\ue000")
    doc.unobserve(observer)
    del run[place : place + len("\ue000".encode())]
    letter = read_update(said[0], trusted=True).structs[0].place
    assert letter is not None
    return letter


def _beside(client: int, clock: int, side: int) -> Json:
    item = {"client": client, "clock": clock}
    return {"type": None, "tname": None, "item": item, "assoc": side}
