"""The peers, set up as their own documentation does it."""

import secrets
import signal
import subprocess
import tomllib
import venv
from functools import partial
from pathlib import Path
from typing import Any

from bench.kit import peers
from bench.kit.peers import FOLDER, NODE

HERE = Path(__file__).parent
SCRIPTS = HERE / "servers"
MANIFEST = HERE / "peers.toml"
FOR_NODE, FOR_PYTHON = FOLDER / "coedit-node", FOLDER / "coedit-python"
YJS = FOR_NODE / "node_modules" / "yjs" / "dist" / "yjs.mjs"


def versions() -> dict[str, str]:
    """Every package of the peers, with its version."""
    known = tomllib.loads(MANIFEST.read_text("utf-8"))
    return known["npm"] | known["pypi"]


def install(*, node: bool, python: bool) -> None:
    """Fetch what is missing, once for each state of the manifest."""
    known = tomllib.loads(MANIFEST.read_text("utf-8"))
    if node:
        peers.install_for_node(FOR_NODE, known["npm"], SCRIPTS.glob("*.mjs"))
    if python:
        peers.once(FOR_PYTHON, known["pypi"], partial(_install_for_python, known["pypi"]))


def _install_for_python(wanted: dict[str, str]) -> None:
    venv.create(FOR_PYTHON, with_pip=True)
    packages = [f"{name}=={version}" for name, version in wanted.items()]
    command = [str(FOR_PYTHON / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages]
    subprocess.run(command, check=True)


class Peer(peers.Peer):
    """One that brings texts to people with tokens."""

    kind = "plain"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.tokens = [secrets.token_urlsafe(24) for _ in range(50)]

    def _environment(self) -> dict[str, str]:
        return {"FOLDER": str(self._folder), "TOKENS": ",".join(self.tokens)}

    def kill(self, *, whole: bool = False) -> None:
        self._end(signal.SIGKILL)

    def spec(self, documents: list[str]) -> dict[str, Any]:
        """What the generator is told."""
        return {
            "name": self.name,
            "kind": self.kind,
            "host": "127.0.0.1",
            "port": self._port,
            "tokens": self.tokens,
            "pids": [self.pid],
            "documents": documents,
        }

    def fresh(self, count: int) -> list[str]:
        """Names of documents that do not exist yet."""
        return [f"text-{secrets.token_hex(8)}" for _ in range(count)]


class Hocuspocus(Peer):
    name = "hocuspocus"
    version = versions()["@hocuspocus/server"]
    kind = "hocuspocus"

    def _command(self) -> list[str]:
        return [NODE, str(FOR_NODE / "hocuspocus.mjs")]


class YWebsocketServer(Peer):
    name = "y-websocket-server"
    version = versions()["@y/websocket-server"]

    def _command(self) -> list[str]:
        return [NODE, str(FOR_NODE / "y_websocket_server.mjs")]

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"YPERSISTENCE": str(self._folder / "leveldb")}


class PycrdtWebsocket(Peer):
    name = "pycrdt-websocket"
    version = versions()["pycrdt-websocket"]

    def _command(self) -> list[str]:
        return [str(FOR_PYTHON / "bin" / "python"), str(SCRIPTS / "pycrdt_websocket_server.py")]


class PassingOn(Peer):
    """No peer: only passes on, and so shows what the generator itself can take in."""

    name = "passing-on"
    version = ""

    def _command(self) -> list[str]:
        return [NODE, str(SCRIPTS / "passing_on.mjs")]


PEERS: dict[str, type[Peer]] = {
    peer.name: peer for peer in (Hocuspocus, YWebsocketServer, PycrdtWebsocket)
}
