"""Two ways to one answer: by a plan, and by graphql-core; compared byte for byte."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from policylab.api.compiled import Counts
from policylab.api.context import Context
from policylab.api.execution import Executor, Request
from policylab.kit.db import Database
from policylab.kit.viewer import Viewer

_ERROR_ID = re.compile(rb"\b[0-9a-f]{32}\b")


@dataclass
class Compared:
    """What came of many documents."""

    asked: int = 0
    refused: int = 0
    """Not run at all: over a limit, or not valid."""
    with_errors: int = 0
    compiled: int = 0
    not_understood: Counter[str] = field(default_factory=Counter[str])
    different: list[str] = field(default_factory=list[str])

    def told(self) -> str:
        """In one line, for whoever watches."""
        return (
            f"{self.asked} asked, {self.refused} not valid or over a limit, "
            f"{self.with_errors} with errors, {self.compiled} answered by a plan; "
            f"{self.share:.1%} understood; {len(self.different)} different"
        )

    @property
    def share(self) -> float:
        """The share of documents that a plan was made for, of those that were run."""
        run = self.asked - self.refused
        return 1 - self.not_understood.total() / run if run else 0.0


@dataclass
class Comparer:
    """Asks both ways as one viewer."""

    database: Database
    executor: Executor = field(default_factory=lambda: Executor(free_documents=True))
    found: Compared = field(default_factory=Compared)

    async def ask(
        self,
        text: str,
        variables: Mapping[str, Any],
        viewer: Viewer,
        locale: str | None = None,
    ) -> Mapping[str, Any]:
        """Ask both ways, note how that went, and give the plan's answer. A change is made once."""
        executor = self.executor
        executor.counts = Counts()
        request = Request(query=text, variables=variables)
        first = Context(self.database, viewer, locale=locale)
        second = Context(self.database, viewer, locale=locale)
        self.found.asked += 1
        if executor.kind(request, first) is None:
            self.found.refused += 1
            return {}
        ours = await executor.run(request, first)
        second.done = first.done  # the same change, made once
        core = await executor._interpreted(executor.document(request, second), request, second)
        return self._note(ours, core, f"{text}\n{orjson.dumps(dict(variables)).decode()}")

    def _note(self, ours: Any, core: Any, what: str) -> Mapping[str, Any]:
        counts, found = self.executor.counts, self.found
        found.compiled += counts.compiled
        found.not_understood += counts.not_understood
        found.with_errors += "errors" in core
        if counts.compiled == 0 and _fail_alike(ours, core):
            return ours
        if masked(ours) != masked(core):
            found.different.append(f"{what}\nours: {masked(ours)!r}\ncore: {masked(core)!r}")
        elif counts.given_up and "errors" not in core:
            found.different.append(f"{what}\ngiven up without need: {counts.given_up}")
        return ours


def _fail_alike(ours: Mapping[str, Any], core: Mapping[str, Any]) -> bool:
    """Whether both are graphql-core's, with errors: which of several errors below one null it
    tells is chance, and differs from one time to the next."""
    return "errors" in ours and "errors" in core and ours["data"] == core["data"]


def masked(answer: Mapping[str, Any]) -> bytes:
    """The bytes that a client gets, without the ids of errors."""
    return _ERROR_ID.sub(b"an-id", orjson.dumps(answer))
