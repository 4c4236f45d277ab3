"""A real `policylab serve` process, for tests that go through its sockets and may kill it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import orjson

from policylab import identity
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM

PROGRAM = str(Path(sys.executable).with_name("policylab"))
PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


class Served:
    """One replica: started, killed and started again at will, on the same port and database."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        processes: int = 1,
    ) -> None:
        self.database_url = database_url
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / f"serve-{self.port}.log"
        self._environment = {
            **{key: value for key, value in os.environ.items() if "POLICYLAB_" not in key},
            "POLICYLAB_DATABASE_URL": database_url,
            "POLICYLAB_DATA_FOLDER": str(folder),
            "POLICYLAB_PORT": str(self.port),
            "POLICYLAB_UNSAFE_DATABASE": "true",  # the tests' own is quick, and loses on a cut
            **(settings or {}),
        }
        self._command = [PROGRAM, "serve", "--processes", str(processes)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        assert self.process is None or self.process.poll() is not None, "it runs already"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not start.\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """As a power cut does it: no signal handler runs."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator does it."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(30)

    @property
    def memory(self) -> int:
        """Resident bytes of the process (Linux)."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        client: httpx2.AsyncClient | None = None,
    ) -> dict[str, Any]:
        """One GraphQL request as a program with a token makes it; the whole answer."""
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        body = orjson.dumps({"query": query, "variables": dict(variables or {})})
        if client is not None:
            answer = await client.post(f"{self.url}/graphql", content=body, headers=headers)
        else:
            async with httpx2.AsyncClient(timeout=30) as own:
                answer = await own.post(f"{self.url}/graphql", content=body, headers=headers)
        return answer.json()


async def token_of(database: Database, person_id: UUID, *scopes: TokenScope) -> str:
    """A personal access token of this person: for reading and writing unless said otherwise."""
    wanted = scopes or (TokenScope.READ, TokenScope.WRITE)
    async with database.write(SYSTEM) as uow:
        _, secret = await identity.create_access_token(
            uow, SYSTEM, person_id=person_id, name="test", scopes=wanted, days=1
        )
    return secret
