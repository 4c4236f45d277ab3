"""How it is measured: in turns, on the same core, from the same start; and how words are lost."""

import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from bench.coedit.generating import begin, generate, text
from bench.coedit.works import COLD, KILL
from bench.kit.generating import Failed, Found
from bench.kit.options import Options
from bench.kit.work import Work

Say: TypeAlias = Callable[[str], None]

ROUNDS, FEW_ROUNDS, PEERS_ROUNDS = 50, 6, 4
SETTLE_SECONDS = 12.0
"""Longer than any of them waits before it stores."""


class Server(Protocol):
    """Policy Lab or a peer."""

    name: str
    version: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self, *, whole: bool = False) -> None: ...
    def spec(self, documents: list[str]) -> dict[str, Any]: ...
    def fresh(self, count: int) -> list[str]: ...


class Method:
    """Does pieces of work with each server in turn, and keeps what was found."""

    def __init__(self, servers: list[Server], options: Options, folder: Path, say: Say) -> None:
        self.found: dict[tuple[str, str], list[Found]] = {}
        """By work and server, one answer for each run."""
        self.problems: list[str] = []
        self._servers = servers
        self._options = options
        self._folder = folder
        self._say = say
        self._filled: dict[str, list[str]] = {}

    def do(self, work: Work) -> None:
        """All runs of one piece of work: A B C, C B A, A B C, …"""
        runs = 1 if work.once or self._options.quick else self._options.runs
        for number in range(runs):
            order = self._servers if number % 2 == 0 else self._servers[::-1]
            for server in order:
                self._say(f"{work.name}, run {number + 1} of {runs}: {server.name}")
                self._one(work, server)

    def _one(self, work: Work, server: Server) -> None:
        try:
            if work is KILL:
                found = self._rounds(server)
            elif work is COLD:
                found = self._restarted(work, server)
            else:
                found = self._plainly(work, server)
        except (RuntimeError, OSError) as error:
            self.problems.append(f"{work.name}, {server.name}: {error}")
            return
        finally:
            server.stop()
        for cut in _cuts(found):
            self.problems.append(f"{work.name}, {server.name}: connections ended: {cut}")
        self.found.setdefault((work.name, server.name), []).append(found)

    def _plainly(self, work: Work, server: Server) -> Found:
        server.start()
        options = work.settings(self._options)
        if work.text is not None:
            options["document"] = str(text(work.text, self._folder))
        spec = server.spec(server.fresh(work.documents))
        return generate(work.call, spec, options)

    def _restarted(self, work: Work, server: Server) -> Found:
        """The text is brought in once; each run is a restart."""
        assert work.text is not None
        options = {"document": str(text(work.text, self._folder)), "settle": SETTLE_SECONDS}
        server.start()
        if server.name not in self._filled:
            documents = server.fresh(1)
            generate("fill", server.spec(documents), options)
            self._filled[server.name] = documents
            server.stop()
            server.start()
        return generate(work.call, server.spec(self._filled[server.name]), options)

    # ── kill -9 ──

    def _rounds(self, server: Server) -> Found:
        """Kill it while people write, start it again, and look what is missing."""
        ours = server.name == "policylab"
        rounds = PEERS_ROUNDS if not ours else ROUNDS if self._options.whole else FEW_ROUNDS
        if self._options.quick:
            rounds = 2
        found: Found = {"rounds": rounds, "lost": self._lost(server, rounds, whole=False)}
        if ours:
            found["lostWhole"] = self._lost(server, rounds, whole=True)
        return found

    def _lost(self, server: Server, rounds: int, *, whole: bool) -> int:
        dice = random.Random(1)
        lost = 0
        server.start()
        for _ in range(rounds):
            documents = server.fresh(1)
            writing = begin("untilKilled", server.spec(documents), {})
            try:
                said = writing.hear()
                if said != "writing":
                    raise Failed(f"kill: {said}")
                time.sleep(dice.uniform(0.3, 2.0))
                server.kill(whole=whole)
                reached = writing.answer()["reached"]
            finally:
                writing.end()
            server.start()
            known = generate("known", server.spec(documents), {})["known"]
            lost += missing(reached, known)
        server.stop()
        return lost


def missing(reached: dict[str, int], known: dict[str, int]) -> int:
    """Letters that somebody was sent, or was told are stored, and that are not there any more."""
    return sum(max(0, end - known.get(client, 0)) for client, end in reached.items())


def _cuts(found: Found) -> Iterable[str]:
    """Connections that the server ended while it was measured, each reason once."""
    parts = [found, *(part for part in found.values() if isinstance(part, dict))]
    return sorted({cut for part in parts for cut in part.get("cut", ())})
