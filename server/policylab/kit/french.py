"""Refusals in French. Rooms say a sentence once, in English; `french.json` has its French.

A key is the sentence as the code writes it, with `{0}`, `{1}` … where it puts something in. What a
room says in both languages itself (`Said`) passes through as it is.
"""

import json
import re
from functools import cache
from importlib import resources

_HOLE = re.compile(r"\{(\d)\}")


def said_in(sentence: str, locale: str) -> str:
    """The sentence in the person's language; as it is where we have no other words for it."""
    return in_french(sentence) if locale.lower().startswith("fr") else sentence


@cache
def in_french(sentence: str) -> str:
    """The sentence in French, its names and numbers kept."""
    whole, patterns = _catalogue()
    if sentence in whole:
        return whole[sentence]
    for pattern, french in patterns:
        found = pattern.fullmatch(sentence)
        if found:
            return french.format(*found.groups())
    return sentence


def known() -> dict[str, str]:
    """The catalogue as it is written: from each English sentence to the French one."""
    return json.loads(resources.files(__package__).joinpath("french.json").read_text("utf-8"))


@cache
def _catalogue() -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """Sentences without holes by themselves; the others as patterns, the most exact ones first."""
    whole = {english: french for english, french in known().items() if not _HOLE.search(english)}
    holed = {english: french for english, french in known().items() if english not in whole}
    exact_first = sorted(holed, key=lambda english: -len(_HOLE.sub("", english)))
    return whole, [(_pattern(english), holed[english]) for english in exact_first]


def _pattern(english: str) -> re.Pattern[str]:
    pieces = _HOLE.split(english)[::2]  # the holes are numbered in their order
    return re.compile("(.+?)".join(map(re.escape, pieces)), re.DOTALL)
