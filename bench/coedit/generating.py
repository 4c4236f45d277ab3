"""The load generator: Node on a core of its own, one piece of work at a time."""

import json
import subprocess
from pathlib import Path
from typing import Any

from bench.coedit.peers import NODE, YJS
from bench.coedit.processes import GENERATOR, on_core
from bench.coedit.works import TEXTS

MAIN = Path(__file__).parent / "generator" / "main.mjs"
PATIENCE_SECONDS = 300


class Failed(RuntimeError):
    """A piece of work could not be finished; the message says why."""


class Running:
    """A piece of work under way."""

    def __init__(self, work: str, server: dict[str, Any], options: dict[str, Any]) -> None:
        self._work = work
        with on_core(GENERATOR):
            self._process = subprocess.Popen(
                [NODE, "--max-old-space-size=6000", str(MAIN)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._process.stdin is not None
        order = {"work": work, "server": server, "options": options}
        self._process.stdin.write(json.dumps(order).encode())
        self._process.stdin.close()
        self._process.stdin = None

    def hear(self) -> str:
        """The next line it says."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().strip()

    def answer(self) -> dict[str, Any]:
        """What it has found."""
        try:
            said, _ = self._process.communicate(timeout=PATIENCE_SECONDS)
        except BaseException:
            self.end()
            raise
        lines = said.decode().strip().splitlines()
        found = json.loads(lines[-1]) if lines else {"error": "It said nothing."}
        if "error" in found:
            raise Failed(f"{self._work}: {found['error']}")
        return found

    def end(self) -> None:
        """Whatever it is doing."""
        self._process.kill()
        self._process.wait()


def generate(work: str, server: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Do one piece of work; what it has found."""
    return Running(work, server, options).answer()


def text(name: str, folder: Path) -> Path:
    """The file with one of the texts, made on first use; the same every time."""
    file = folder / f"{name}.json"
    if not file.exists():
        options = TEXTS[name] | {"yjs": str(YJS), "file": str(file)}
        generate("makeDocument", {}, options)
    return file
