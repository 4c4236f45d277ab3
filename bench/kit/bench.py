"""A benchmark beside peers: what somebody asks of it, and where what it has found goes."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.kit.judging import Results
from bench.kit.options import Options
from bench.kit.peers import FOLDER
from bench.kit.rows import machine
from bench.kit.telling import Telling
from bench.kit.work import Work

ROOT = Path(__file__).resolve().parents[2]
console = Console(stderr=True)


def say(words: str) -> None:
    """What is being done."""
    console.print(f"{datetime.now():%H:%M:%S} {words}", style="dim", highlight=False)


@dataclass(frozen=True)
class Bench:
    """One benchmark: its pieces of work and the peers that do them, too."""

    name: str
    works: Sequence[Work]
    peers: Mapping[str, Any]
    packages: Callable[[], dict[str, str]]
    """Those of the peers, with their versions."""
    telling: Telling

    def asked(self, options: Options) -> tuple[list[Work], list[str]]:
        """The works and the peers that are asked for; ends with a sentence what can't be done."""
        if sys.platform != "linux":
            raise SystemExit("This benchmark reads /proc and ties programs to cores: Linux only.")
        works, names = self._works(options), self._peers(options)
        if options.write_docs and (options.quick or len(names) < len(self.peers)):
            raise SystemExit("The page of the docs shows every peer, measured in full.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        return works, names

    def _works(self, options: Options) -> list[Work]:
        _check(f"work of {self.name}", options.only, [work.name for work in self.works])
        if options.only:
            return [work for work in self.works if work.name in options.only]
        return [work for work in self.works if options.whole or not work.on_request]

    def _peers(self, options: Options) -> list[str]:
        names = list(self.peers) if options.peers is None else list(options.peers)
        _check("peer", names, self.peers, "; `--peers none` measures ours alone")
        return names

    def tell(
        self, results: Results, options: Options, problems: Iterable[str], commit: str, **more: Any
    ) -> None:
        """Show what was found; keep it where every peer was measured in full."""
        report = self._report(results, options, commit) | {"problems": list(problems)} | more
        self.telling.show(report)
        if options.details is not None:
            options.details.write_text(json.dumps(results.found_by_name(), indent=1), "utf-8")
        if options.quick or len(results.servers) <= len(self.peers):
            return
        last = FOLDER / f"{self.name}.json"
        merged = self.telling.merged(last, report)
        last.write_text(json.dumps(merged, indent=1), "utf-8")
        if options.write_docs:
            self.telling.write_page(merged)

    def _report(self, results: Results, options: Options, commit: str) -> dict[str, Any]:
        date = datetime.now(UTC)
        run = {
            "measured": f"{date:%Y-%m-%d %H:%M}",
            "runs": 1 if options.quick else options.runs,
            "commit": commit,
        }
        return {
            "date": date.isoformat(timespec="minutes"),
            "machine": machine(),
            "versions": {server.name: server.version for server in results.servers},
            "packages": self.packages(),
            "lines": [line | run for line in results.lines()],
        }


def _check(kind: str, asked: Iterable[str], known: Iterable[str], more: str = "") -> None:
    unknown = ", ".join(sorted(set(asked) - set(known)))
    if unknown:
        there = ", ".join(known)
        raise SystemExit(f"There is no {kind} called {unknown}. There are: {there}{more}.")


def commit() -> str:
    """What of ours is measured."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return asked.stdout.strip()
