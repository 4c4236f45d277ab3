"""One input of the fuzzing: bytes of an update, or a recipe for several, tried on a known text."""

from __future__ import annotations

import os
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from policylab.coediting.reading import read_text
from tests.coediting import crafted
from tests.coediting.checking import Checked, check_steps
from tests.coediting.program import Recipe

FOUND = Path(__file__).parent / "corpus" / "found.txt"
"""All that fuzzing found, in hex, a line each."""
TRIED = FOUND.with_name("tried.txt")
"""The least inputs that reach all that it reached."""
WHOLE = os.environ.get("POLICYLAB_WHOLE") == "1"

RECIPE, PLAIN = 1, 2
"""What the first byte of an input says: the rest is a recipe, the text has no letters that UTF-16
needs two units for."""


@cache
def base(letters: str = "🌍") -> tuple[bytes, ...]:
    """A text with a list, marks, a gap where something was, and two writers."""
    seven = crafted.update(
        7,
        crafted.element(),
        crafted.run((7, 0)),
        crafted.string(f"wörds {letters}", (7, 1)),
        crafted.attribute("id", crafted.text("one"), (7, 0)),
        crafted.element("bulletList", left=(7, 0)),
        crafted.element("listItem", (7, 11)),
        crafted.element("paragraph", (7, 12)),
        crafted.run((7, 13)),
        crafted.mark("bold", "{}", parent=(7, 14)),
        crafted.string("item", left=(7, 15)),
    )
    nine = crafted.update(
        9,
        crafted.element("blockquote", left=(7, 11)),
        crafted.element("paragraph", (9, 0)),
        crafted.run((9, 1)),
        crafted.string("quoted", (9, 2)),
        deletes=crafted.deleting(7, 3, 2),
    )
    gone = b"\x00" + crafted.deleting(9, 0, 1)
    return seven, nine, gone


def kept(*files: Path) -> list[bytes]:
    """The inputs kept in these files, or in all."""
    lines = [line for file in files or (FOUND, TRIED) for line in file.read_text().split("\n")]
    return [bytes.fromhex(line) for line in lines if line and not line.startswith("#")]


def try_input(data: bytes) -> None:
    """Refused, or good for everybody: an AssertionError, or worse, if neither."""
    if not data:
        return
    text, updates = begun(data)
    taken = [update for update in updates if text.take(update)]
    if taken:
        text.check()
    if zlib.crc32(data) % 32 == 0:
        for update in updates:
            check_steps(update)


def begun(data: bytes) -> tuple[Checked, list[bytes]]:
    """The known text, and the updates that the input tries on it."""
    text = Checked(base("xy" if data[0] & PLAIN else "🌍"))
    rest = data[1:]
    return text, Recipe(rest, text.known).updates() if data[0] & RECIPE else [rest]


def text_after(data: bytes) -> dict[str, Any]:
    """What the known text says after what was taken of an input."""
    text, updates = begun(data)
    for update in updates:
        text.take(update)
    return read_text(text.doc)
