"""Changes that the house makes to a live text for a person: as small as they can be.

What stays the same keeps its ids, so authorship, anchors and cursors of others stay where they are.
"""

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from typing import Any, Final

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab.coediting.live import NOTHING
from policylab.coediting.reading import MARK_NAME, plain
from policylab.coediting.rules import ROOT
from policylab.coediting.writing import insert_nodes, marks_of

Json = dict[str, Any]
Parent = XmlFragment | XmlElement
Run = tuple[str, Json]
"""Words, and the marks on them as Yjs keeps them."""

_TOKEN: Final = re.compile(r"\w+|\s+|[^\w\s]")


def change(whole: bytes, client_id: int, work: Callable[["Doc[Any]"], None]) -> bytes | None:
    """Do something to a text under this client id; what it changed, None when nothing."""
    doc = Doc[Any](client_id=client_id)
    doc.apply_update(whole)
    said: list[bytes] = []
    observer = doc.observe(lambda event: said.append(event.update))
    with doc.transaction():
        work(doc)
    doc.unobserve(observer)
    return said[-1] if said and said[-1] != NOTHING else None


def rewrite(doc: "Doc[Any]", content: Json) -> None:
    """Make the text say this, leaving alone what it says already."""
    _rewrite_children(doc.get(ROOT, type=XmlFragment), content.get("content") or [])


# ── blocks ──


def _rewrite_children(parent: Parent, nodes: list[Json]) -> None:
    have, want = _have(parent), _want(nodes)
    matcher = SequenceMatcher(None, [key for key, *_ in have], [key for key, _ in want], False)
    for kind, first, last, start, stop in reversed(matcher.get_opcodes()):
        if kind == "equal":
            for (_, at, count), (key, wanted) in zip(
                reversed(have[first:last]), reversed(want[start:stop]), strict=True
            ):
                if key == _WORDS:
                    _rewrite_runs(parent, at, count, wanted)
                else:
                    _rewrite_block(parent.children[at], wanted[0])
            continue
        place = have[first][1] if first < len(have) else len(parent.children)
        gone = sum(count for _, _, count in have[first:last])
        del parent.children[place : place + gone]
        insert_nodes(parent, place, [node for _, group in want[start:stop] for node in group])


_WORDS: Final = ("words", None)


def _have(parent: Parent) -> list[tuple[tuple[Any, Any], int, int]]:
    """The children: a key for each block and each stretch of words, where it is, how many."""
    found: list[tuple[tuple[Any, Any], int, int]] = []
    for at, child in enumerate(parent.children):
        if isinstance(child, XmlElement):
            found.append(((child.tag, child.attributes.get("id")), at, 1))
        elif found and found[-1][0] == _WORDS:
            found[-1] = (_WORDS, found[-1][1], found[-1][2] + 1)
        else:
            found.append((_WORDS, at, 1))
    return found


def _want(nodes: list[Json]) -> list[tuple[tuple[Any, Any], list[Json]]]:
    wanted: list[tuple[tuple[Any, Any], list[Json]]] = []
    for node in nodes:
        if node["type"] != "text":
            wanted.append(((node["type"], (node.get("attrs") or {}).get("id")), [node]))
        elif wanted and wanted[-1][0] == _WORDS:
            wanted[-1][1].append(node)
        else:
            wanted.append((_WORDS, [node]))
    return wanted


def _rewrite_block(element: Any, node: Json) -> None:
    attributes = {key: each for key, each in (node.get("attrs") or {}).items() if each is not None}
    have = {key: plain(value) for key, value in element.attributes if value is not None}
    for key in have.keys() - attributes.keys():
        del element.attributes[key]
    for key, value in attributes.items():
        if have.get(key) != value:
            element.attributes[key] = value
    _rewrite_children(element, node.get("content") or [])


# ── words ──


def _rewrite_runs(parent: Parent, at: int, count: int, nodes: list[Json]) -> None:
    """Several runs that stand side by side become what the first says; the others are let go."""
    if count > 1 and not _same_words(parent, at, count, nodes):
        del parent.children[at + 1 : at + count]
        count = 1
    if count == 1:
        _rewrite_words(parent.children[at], nodes)


def _same_words(parent: Parent, at: int, count: int, nodes: list[Json]) -> bool:
    children: list[Any] = [parent.children[each] for each in range(at, at + count)]
    runs = [run for child in children for run in runs_of(child)]
    have = [token for token, _ in _tokens(runs)], [marks for _, marks in _tokens(runs)]
    wanted = _tokens(_wanted(nodes))
    return have == ([token for token, _ in wanted], [marks for _, marks in wanted])


def _rewrite_words(run: Any, nodes: list[Json]) -> None:
    have, want = _tokens(runs_of(run)), _tokens(_wanted(nodes))
    places = _places(have)
    matcher = SequenceMatcher(None, [word for word, _ in have], [word for word, _ in want], False)
    for kind, first, last, start, stop in reversed(matcher.get_opcodes()):
        if kind == "equal":
            for offset in reversed(range(last - first)):
                marks = _difference(have[first + offset][1], want[start + offset][1])
                if marks:
                    run.format(places[first + offset], places[first + offset + 1], marks)
            continue
        if last > first:
            del run[places[first] : places[last]]
        place = places[first]
        for word, marks in want[start:stop]:
            run.insert(place, word, marks)
            place += len(word.encode())


def runs_of(run: XmlText) -> list[Run]:
    """The words of a run, cut wherever the marks change."""
    return [
        (words, {key: plain(value) for key, value in (marks or {}).items() if value is not None})
        for words, marks in run.diff()
        if isinstance(words, str)
    ]


def _wanted(nodes: list[Json]) -> list[Run]:
    return [(node["text"], marks_of(node)) for node in nodes]


def _tokens(runs: list[Run]) -> list[Run]:
    return [(token, marks) for words, marks in runs for token in _TOKEN.findall(words)]


def _places(tokens: list[Run]) -> list[int]:
    """Where each token begins, in bytes of UTF-8, and where the last one ends."""
    places = [0]
    for word, _ in tokens:
        places.append(places[-1] + len(word.encode()))
    return places


def _difference(have: Json, want: Json) -> Json:
    """What to format so that words carry the wanted marks; None takes a mark away.

    A mark that y-tiptap spells with a suffix is the same mark.
    """
    named: dict[str, tuple[str, Any]] = {_name(key): (key, value) for key, value in have.items()}
    marks: Json = {key: None for name, (key, _) in named.items() if name not in want}
    for name, value in want.items():
        key, known = named.get(name, (name, None))
        if known != value:
            marks[key] = value
    return marks


def _name(key: str) -> str:
    hashed = MARK_NAME.fullmatch(key)
    return hashed[1] if hashed else key


# ── suggestions ──


def settle(doc: "Doc[Any]", suggestion_id: str, *, accept: bool) -> bool:
    """Carry out or take back everything that was suggested under one id; False if nothing was.

    What is kept keeps its author: marks are taken off, words are not written anew.
    """
    with doc.transaction():
        return _settle_children(doc.get(ROOT, type=XmlFragment), suggestion_id, accept)


def _settle_children(parent: Parent, suggestion_id: str, accept: bool) -> bool:
    found = False
    for at in reversed(range(len(parent.children))):
        child = parent.children[at]
        if isinstance(child, XmlText):
            found = _settle_words(child, suggestion_id, accept) or found
            continue
        assert isinstance(child, XmlElement)
        proposal: Any = child.attributes.get("proposal")
        if isinstance(proposal, dict) and proposal.get("id") == suggestion_id:
            found = True
            if proposal.get("kind") == ("delete" if accept else "insert"):
                del parent.children[at]
                continue
            del child.attributes["proposal"]
        found = _settle_children(child, suggestion_id, accept) or found
    return found


def _settle_words(run: XmlText, suggestion_id: str, accept: bool) -> bool:
    found = False
    for start, stop, marks in reversed(list(_stretches(run))):
        own = {
            key: _name(key)
            for key, value in marks.items()
            if _name(key) in ("insertion", "deletion")
            and isinstance(value, dict)
            and value.get("id") == suggestion_id
        }
        if not own:
            continue
        found = True
        if ("deletion" if accept else "insertion") in own.values():
            del run[start:stop]
        else:
            run.format(start, stop, dict.fromkeys(own))
    return found


def _stretches(run: XmlText) -> Iterator[tuple[int, int, Json]]:
    at = 0
    for words, marks in runs_of(run):
        stop = at + len(words.encode())
        yield at, stop, marks
        at = stop
