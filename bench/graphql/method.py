"""How it is measured: the same answer first, then in turns, on the same core and database."""

import json
import random
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from bench.graphql.peers import FOR_NODE
from bench.graphql.shapes import common, difference, fields
from bench.graphql.works import (
    DRAFT,
    GRAPHQL_WS,
    LIVE,
    MEMORY,
    MIXED,
    MIXTURE,
    SHOWN,
    UNCHANGED,
)
from bench.kit.generating import Failed, Found, generate
from bench.kit.options import Options
from bench.kit.work import Work

Say: TypeAlias = Callable[[str], None]

HERE = Path(__file__).parent
MAIN = HERE / "generator" / "main.mjs"
TRIES = 3
"""Answers that are compared are asked for so often: compilers and caches come in later."""


class Server(Protocol):
    """Policy Lab or a peer."""

    name: str
    version: str
    documents: str
    postgraphile: bool

    @property
    def address(self) -> dict[str, Any]: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def variables(self, screen: str, plain: dict[str, Any]) -> dict[str, Any]: ...


class Method:
    """Does pieces of work with each server in turn, and keeps what was found."""

    def __init__(self, servers: list[Server], options: Options, say: Say) -> None:
        self.found: dict[tuple[str, str], list[Found]] = {}
        """By work and server, one answer for each run."""
        self.problems: list[str] = []
        self.fields: dict[str, int] = {}
        """How many fields each screen's answer has."""
        self._servers = servers
        self._options = options
        self._say = say
        self._differ: set[tuple[str, str]] = set()
        """Screens that a server answers otherwise than ours does: it is not measured with them."""
        self._now: dict[tuple[str, str], Found] = {}
        """What this run has found."""

    def start(self) -> None:
        for server in self._servers:
            server.start()

    def stop(self) -> None:
        for server in self._servers:
            server.stop()

    # ── the same answer first ──

    def compare(self, screens: list[str], cases: dict[str, Any]) -> None:
        """Ask everybody for every screen, and refuse to measure where answers differ."""
        for screen in screens:
            case = cases[screen][0]
            ours = self._said(self._servers[0], screen, case)
            if ours is None:
                self._differ |= {(screen, server.name) for server in self._servers}
                continue
            self.fields[screen] = fields(ours)
            for peer in self._measured_by_screens()[1:]:
                theirs = self._said(peer, screen, case)
                found = None if theirs is None else difference(ours, theirs)
                if theirs is None or found is not None:
                    self._differ.add((screen, peer.name))
                if found is not None:
                    self.problems.append(f"{screen}, {peer.name}: another answer: {found}")

    def _said(self, server: Server, screen: str, case: dict[str, Any]) -> Any:
        """What the last of some answers says; None where one is no answer."""
        said = None
        for _ in range(TRIES):
            answer = _ask(server, document(server, screen), self._asked(server, screen, case))
            if not answer.get("data") or answer.get("errors"):
                self.problems.append(f"{screen}, {server.name}: {json.dumps(answer)[:400]}")
                return None
            again = common(screen, answer, postgraphile=server.postgraphile)
            found = None if said is None else difference(said, again)
            if found is not None:
                self.problems.append(f"{screen}, {server.name}: it changes its mind: {found}")
                return None
            said = again
        return said

    def _measured_by_screens(self) -> list[Server]:
        return [server for server in self._servers if server.name != GRAPHQL_WS]

    def _asked(self, server: Server, screen: str, case: dict[str, Any]) -> dict[str, Any]:
        return {
            "document": document(server, screen),
            "variables": server.variables(screen, case["variables"]),
            "token": case["token"],
        }

    # ── the measuring ──

    def do(self, work: Work, run: int, cases: dict[str, Any], database: int) -> None:
        """One run of one piece of work: who begins changes from run to run."""
        if work is LIVE:
            servers = [s for s in self._servers if s.name in (self._servers[0].name, GRAPHQL_WS)]
        else:
            servers = self._measured_by_screens()
        first = run % len(servers)
        for server in servers[first:] + servers[:first]:
            if self._skipped(work, server):
                continue
            self._say(f"{work.name}, run {run + 1}: {server.name}")
            try:
                found = self._one(work, server, cases, database)
            except Failed as error:
                self.problems.append(f"{work.name}, {server.name}: {error}")
                continue
            for problem in found.get("problems", ()):
                self.problems.append(f"{work.name}, {server.name}: {problem}")
            self._now[work.name, server.name] = found
            self.found.setdefault((work.name, server.name), []).append(found)

    def new_run(self) -> None:
        """What is found from here on belongs to another run."""
        self._now = {}

    def _skipped(self, work: Work, server: Server) -> bool:
        needed = MIXTURE if work is MIXED else [SHOWN.get(work.name, work.name)]
        return any((screen, server.name) in self._differ for screen in needed)

    def _one(self, work: Work, server: Server, cases: dict[str, Any], database: int) -> Found:
        options = work.settings(self._options)
        where = server.address | {"database": [database]}
        if work is MEMORY:
            return _generate("memory", where)
        if work is LIVE:
            return self._live(server, where, cases["live"], options)
        if work is UNCHANGED:
            known = self._now.get((DRAFT.name, server.name))
            if known is not None and server is not self._servers[0]:
                return known  # no peer gives an ETag: the page is the page
            options = options | {"unchanged": True}
        screens = _mixture(cases) if work is MIXED else _one_screen(work, cases)
        asked = [self._asked(server, screen, case) for screen, case in screens]
        return _generate("page", where, cases=asked, options=options)

    def _live(
        self, server: Server, where: dict[str, Any], live: dict[str, Any], options: dict[str, Any]
    ) -> Found:
        """Ours changes by positions that are cast; the peer is told what to tell."""
        dialogue = server.variables("coverage", {"id": live["dialogueId"]})["id"]
        if server is self._servers[0]:
            changes = [self._asked(server, "cast", case) for case in live["casts"]]
        else:
            told = {"dialogueId": dialogue, "kind": "position.released", "subjectId": dialogue}
            changes = [{"document": "", "variables": told, "token": live["tokens"][0]}]
        words = (HERE / "documents" / "changes.graphql").read_text("utf-8")
        more = {
            "tokens": live["tokens"],
            "modules": str(FOR_NODE),
            "subscription": {"query": words, "variables": {"id": dialogue}},
        }
        return _generate("live", where, cases=changes, options=options | more)


def _one_screen(work: Work, cases: dict[str, Any]) -> list[tuple[str, Any]]:
    screen = SHOWN.get(work.name, work.name)
    return [(screen, case) for case in cases.get(work.name) or cases[screen]]


def _mixture(cases: dict[str, Any]) -> list[tuple[str, Any]]:
    """Screens as often as people ask for them, in an order that is the same every time."""
    dice = random.Random(2)
    found: list[tuple[str, Any]] = []
    for turn in range(20):
        round_ = [
            (screen, cases[screen][(turn * times + place) % len(cases[screen])])
            for screen, times in MIXTURE.items()
            for place in range(times)
        ]
        dice.shuffle(round_)
        found += round_
    return found


def document(server: Server, screen: str) -> str:
    """The screen's document for this server."""
    return (HERE / server.documents / f"{screen}.graphql").read_text("utf-8")


def _ask(server: Server, words: str, asked: dict[str, Any]) -> dict[str, Any]:
    """One answer, for comparing."""
    where = server.address
    request = urllib.request.Request(
        f"http://{where['host']}:{where['port']}/graphql",
        data=json.dumps({"query": words, "variables": asked["variables"]}).encode(),
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {asked['token']}",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return {"errors": [f"status {error.code}: {error.read().decode()[:300]}"]}


def _generate(call: str, where: dict[str, Any], **more: Any) -> Found:
    return generate(MAIN, {"call": call, "server": where, **more})
