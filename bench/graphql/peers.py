"""The peers: installed at exact versions, started as their own manuals say for production."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.coedit.peers import NODE, NPM, WHEEL
from bench.coedit.processes import SERVER, end, on_core
from bench.graphql.data.template import RUN
from bench.graphql.works import GRAPHQL_WS, MERCURIUS, POSTGRAPHILE, STRAWBERRY
from bench.peers import FOLDER
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.settings import Settings
from tests.serving import free_port

HERE = Path(__file__).parent
SCRIPTS = HERE / "servers"
MANIFEST = HERE / "peers.toml"
FOR_NODE = FOLDER / "graphql-node"
POOL = 2 * int(Settings.model_fields["pool_size"].default)
"""Connections: as many as both pools of ours have."""
PATIENCE_SECONDS = 60


def versions() -> dict[str, str]:
    """Every package of the peers, with its version."""
    node = tomllib.loads(MANIFEST.read_text("utf-8"))["npm"]
    ours_too = ("strawberry-graphql", "sqlmodel", "sqlalchemy", "asyncpg", "uvicorn")
    return node | {name: version(name) for name in ours_too}


def install() -> None:
    """Fetch what is missing, once for each state of the manifest."""
    wanted = tomllib.loads(MANIFEST.read_text("utf-8"))["npm"]
    stamp, mark = FOR_NODE / "installed", hashlib.sha256(json.dumps(wanted).encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != mark:
        shutil.rmtree(FOR_NODE, ignore_errors=True)
        FOR_NODE.mkdir(parents=True)
        package = {"name": "peers", "private": True, "type": "module", "dependencies": wanted}
        (FOR_NODE / "package.json").write_text(json.dumps(package))
        options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        path = f"{WHEEL / 'bin'}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(
            [*NPM, "install", *options, "--loglevel=error"],
            cwd=FOR_NODE,
            env=os.environ | {"PATH": path},
            check=True,
        )
        stamp.write_text(mark)
    for script in [*SCRIPTS.glob("*.mjs"), *SCRIPTS.glob("*.graphql")]:
        shutil.copy(script, FOR_NODE)  # Node looks for packages beside the script


class Peer:
    """One peer, started and ended at will on the same database."""

    name: str
    version: str
    script: str
    documents = "documents"
    postgraphile = False

    def __init__(self, postgres: EmbeddedPostgres, folder: Path) -> None:
        self._log = folder / f"{self.name}.log"
        self._postgres = postgres
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def _command(self) -> list[str]:
        return [NODE, str(FOR_NODE / self.script)]

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "PORT": str(self._port),
            "POOL": str(POOL),
            "PGHOST": str(self._postgres.socket_folder),
            "PGDATABASE": RUN,
            "PGUSER": SERVICE,
            "PGOPTIONS": "-c jit=off",
            "DATABASE_URL": self._postgres.url(RUN, SERVICE),
            "NODE_ENV": "production",
            "GRAPHILE_ENV": "production",
        }

    def start(self) -> None:
        """Start it on its core, and wait until it answers."""
        with self._log.open("ab") as log, on_core(SERVER):
            self._process = subprocess.Popen(
                self._command(), env=self._environment(), stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self._log.read_text()[-3000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self._port}/graphql", timeout=20).close()
        except urllib.error.HTTPError:
            return True
        except (urllib.error.URLError, OSError):
            return False
        return True

    def stop(self) -> None:
        """As an operator does it."""
        if self._process is not None:
            end(self._process)

    @property
    def address(self) -> dict[str, Any]:
        """Where the generator finds it."""
        assert self._process is not None
        return {"port": self._port, "host": "127.0.0.1", "pid": self._process.pid}

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
