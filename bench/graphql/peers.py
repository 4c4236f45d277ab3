"""The peers, started as their own manuals say for production."""

import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.graphql.data.template import RUN
from bench.graphql.works import GRAPHQL_WS, MERCURIUS, POSTGRAPHILE, STRAWBERRY
from bench.kit import peers
from bench.kit.peers import FOLDER, NODE
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.settings import Settings

HERE = Path(__file__).parent
SCRIPTS = HERE / "servers"
MANIFEST = HERE / "peers.toml"
FOR_NODE = FOLDER / "graphql-node"
POOL = 2 * int(Settings.model_fields["pool_size"].default)
"""Connections: as many as both pools of ours have."""


def _for_node() -> dict[str, str]:
    return tomllib.loads(MANIFEST.read_text("utf-8"))["npm"]


def versions() -> dict[str, str]:
    """Every package of the peers, with its version."""
    ours_too = ("strawberry-graphql", "sqlmodel", "sqlalchemy", "asyncpg", "uvicorn")
    return _for_node() | {name: version(name) for name in ours_too}


def install() -> None:
    """Fetch what is missing, once for each state of the manifest."""
    scripts = [*SCRIPTS.glob("*.mjs"), *SCRIPTS.glob("*.graphql")]
    peers.install_for_node(FOR_NODE, _for_node(), scripts)


class Peer(peers.Peer):
    """One that answers on the same database."""

    script: str
    documents = "documents"
    postgraphile = False
    first_asked = "/graphql"

    def __init__(self, postgres: EmbeddedPostgres, folder: Path) -> None:
        super().__init__(folder)
        self._postgres = postgres

    def _command(self) -> list[str]:
        return [NODE, str(FOR_NODE / self.script)]

    def _environment(self) -> dict[str, str]:
        return {
            "POOL": str(POOL),
            "PGHOST": str(self._postgres.socket_folder),
            "PGDATABASE": RUN,
            "PGUSER": SERVICE,
            "PGOPTIONS": "-c jit=off",
            "DATABASE_URL": self._postgres.url(RUN, SERVICE),
            "NODE_ENV": "production",
            "GRAPHILE_ENV": "production",
        }

    @property
    def address(self) -> dict[str, Any]:
        """Where the generator finds it."""
        return {"port": self._port, "host": "127.0.0.1", "pid": self.pid}

    def variables(self, screen: str, plain: dict[str, Any]) -> dict[str, Any]:
        """As they are: the peers know things by their UUIDs."""
        return plain


class PostGraphile(Peer):
    name = POSTGRAPHILE
    version = versions()["postgraphile"]
    script = "postgraphile.mjs"
    documents = "documents/postgraphile"
    postgraphile = True


class Mercurius(Peer):
    name = MERCURIUS
    version = versions()["mercurius"]
    script = "mercurius.mjs"


class Strawberry(Peer):
    name = STRAWBERRY
    version = versions()["strawberry-graphql"]

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "bench.graphql.servers.stock"]


class GraphqlWs(Peer):
    """Subscriptions alone."""

    name = GRAPHQL_WS
    version = versions()["graphql-ws"]
    script = "graphql_ws.mjs"


PEERS: dict[str, type[Peer]] = {
    peer.name: peer for peer in (PostGraphile, Mercurius, Strawberry, GraphqlWs)
}
