"""Refusals in French. Rooms say a sentence once, in English; `french.json` has its French.

A key is the sentence as the code writes it, with `{0}`, `{1}` … where it puts something in. What a
room says in both languages itself (`Said`) passes through as it is. What is put in may be such
sentences in turn: what is wrong with a file, line by line.
"""

import json
import re
from functools import cache, lru_cache
from importlib import resources

_HOLE = re.compile(r"\{(\d)\}")
_BETWEEN = re.compile(r"(; |(?<=\.) (?=[A-Z]))")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
SPACE, THIN_SPACE = "\u00a0", "\u202f"
"""What French sets before a colon and a semicolon; what it sets between thousands."""


def said_in(sentence: str, locale: str) -> str:
    """The sentence in the person's language; as it is where we have no other words for it."""
    return in_french(sentence) if locale.lower().startswith("fr") else sentence


@lru_cache(maxsize=2048)
def in_french(sentence: str) -> str:
    """The sentence in French, its names and numbers kept."""
    whole, patterns = _catalogue()
    if sentence in whole:
        return whole[sentence]
    for pattern, french in patterns:
        found = pattern.fullmatch(sentence)
        if found:
            return french.format(*map(_put_in, found.groups()))
    return sentence


def _put_in(words: str) -> str:
    """What stands in a sentence: a name, a number, or sentences of ours one after the other."""
    if _THOUSANDS.fullmatch(words):
        return words.replace(",", THIN_SPACE)
    told = [_piece(piece) for piece in _BETWEEN.split(words)]
    return "".join(told)


def _piece(words: str) -> str:
    """One of several sentences; where it is about some place, `place: ` stands before it."""
    if words == "; ":
        return SPACE + words
    told = in_french(words)
    place, colon, problem = words.partition(": ")
    if told != words or not colon or in_french(problem) == problem:
        return told
    return f"{place}{SPACE}: {in_french(problem)}"


def known() -> dict[str, str]:
    """The catalogue as it is written: from each English sentence to the French one."""
    return json.loads(resources.files("policylab.kit").joinpath("french.json").read_text("utf-8"))


@cache
def _catalogue() -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """Sentences without holes by themselves; the others as patterns, the most exact ones first.

    What begins with a hole could begin anywhere, so it comes after whatever begins with words.
    """
    whole = {english: french for english, french in known().items() if not _HOLE.search(english)}
    holed = {english: french for english, french in known().items() if english not in whole}
    exact_first = sorted(
        holed, key=lambda english: (english.startswith("{"), -len(_HOLE.sub("", english)))
    )
    return whole, [(_pattern(english), holed[english]) for english in exact_first]


def _pattern(english: str) -> re.Pattern[str]:
    pieces = _HOLE.split(english)[::2]  # the holes are numbered in their order
    return re.compile("(.+?)".join(map(re.escape, pieces)), re.DOTALL)
