"""What the load generator of this benchmark is told to do."""

from pathlib import Path
from typing import Any

from bench.coedit.peers import YJS
from bench.coedit.works import TEXTS
from bench.kit.generating import Found, Running

MAIN = Path(__file__).parent / "generator" / "main.mjs"


def begin(call: str, server: dict[str, Any], options: dict[str, Any]) -> Running:
    """One piece of work, under way."""
    return Running(MAIN, {"call": call, "server": server, "options": options})


def generate(call: str, server: dict[str, Any], options: dict[str, Any]) -> Found:
    """Do one piece of work; what it has found."""
    return begin(call, server, options).answer()


def text(name: str, folder: Path) -> Path:
    """The file with one of the texts, made on first use; the same every time."""
    file = folder / f"{name}.json"
    if not file.exists():
        options = TEXTS[name] | {"yjs": str(YJS), "file": str(file)}
        generate("makeDocument", {}, options)
    return file
