"""A load generator: Node on a core of its own, one piece of work at a time.

Its `main.mjs` is told what to do as JSON on standard input, and says what it has found on its last
line.
"""

import json
import subprocess
from pathlib import Path
from typing import Any, TypeAlias

from bench.kit.peers import NODE
from bench.kit.processes import GENERATOR, on_core

Found: TypeAlias = dict[str, Any]

PATIENCE_SECONDS = 300


class Failed(RuntimeError):
    """A piece of work could not be finished; the message says why."""


class Running:
    """A piece of work under way: what `call` names, with what else the order says."""

    def __init__(self, main: Path, order: dict[str, Any]) -> None:
        self._call = order["call"]
        with on_core(GENERATOR):
            self._process = subprocess.Popen(
                [NODE, "--max-old-space-size=6000", str(main)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode())
        self._process.stdin.close()
        self._process.stdin = None

    def hear(self) -> str:
        """The next line it says."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().strip()

    def answer(self) -> Found:
        """What it has found."""
        try:
            said, _ = self._process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{self._call}: not done after {PATIENCE_SECONDS} s") from error
        finally:
            self.end()
        lines = said.decode().strip().splitlines()
        found = json.loads(lines[-1]) if lines else {"error": "It said nothing."}
        if "error" in found:
            raise Failed(f"{self._call}: {found['error']}")
        return found

    def end(self) -> None:
        """Whatever it is doing."""
        self._process.kill()
        self._process.wait()


def generate(main: Path, order: dict[str, Any]) -> Found:
    """Do one piece of work; what it has found."""
    return Running(main, order).answer()
