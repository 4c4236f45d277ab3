"""Our own server as it is run: `policylab serve`, rights and limits on."""

from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.graphql.data.template import RUN
from bench.kit.processes import SERVER, on_core
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.kit.ids import to_global
from tests.serving import Served

KINDS = {
    "draft": {"id": "Draft"},
    "coverage": {"id": "Dialogue"},
    "decisions": {"id": "Dialogue"},
    "search": {"labId": "Lab"},
    "cast": {"setId": "VersionSet"},
}
"""Which variables of which screen are identifiers of what."""


class Ours:
    """Policy Lab on the benchmark's database."""

    name = "policylab"
    version = version("policylab")
    documents = "documents"
    postgraphile = False

    def __init__(self, postgres: EmbeddedPostgres, folder: Path) -> None:
        own = folder / self.name
        own.mkdir()
        settings = {"POLICYLAB_WORK": "false", "POLICYLAB_LOG_JSON": "true"}
        self._served = Served(postgres.url(RUN, SERVICE), own, settings=settings)

    def start(self) -> None:
        """On its core."""
        with on_core(SERVER):
            self._served.start()

    def stop(self) -> None:
        self._served.stop()

    @property
    def address(self) -> dict[str, Any]:
        """Where the generator finds it."""
        assert self._served.process is not None
        return {"port": self._served.port, "host": "localhost", "pid": self._served.process.pid}

    def variables(self, screen: str, plain: dict[str, Any]) -> dict[str, Any]:
        """The variables with our identifiers."""
        if "input" in plain:
            return {"input": self.variables(screen, plain["input"])}
        kinds = KINDS.get(screen, {})
        return {
            name: to_global(kinds[name], UUID(value)) if name in kinds else value
            for name, value in plain.items()
        }
