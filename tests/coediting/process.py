"""Starts, kills and measures a server of live texts; people come to it as to any other."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from uuid import UUID

import orjson

from policylab import coediting, identity
from policylab.coediting import Right, Standing
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import SYSTEM
from tests.coediting.harness import Person
from tests.serving import free_port, token_of

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 40


class Process:
    """One server process on a database that outlives it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.port = free_port()
        self._folder = folder
        self._gate = folder / "standings.json"
        self._gate.write_text("{}")
        self._log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        url = self.database.engine.url.render_as_string(hide_password=False)
        environment = {key: value for key, value in os.environ.items() if "POLICYLAB" not in key}
        environment["PYTHONPATH"] = f"{ROOT / 'server'}{os.pathsep}{ROOT}"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, str(Path(__file__).with_name("serve.py")), url),
                    *(str(self.port), str(self._gate), str(self._folder)),
                ],
                env=environment,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await asyncio.to_thread(self._ready):
                if self._process.poll() is not None:
                    raise RuntimeError(self._log.read_text()[-4000:])
                await asyncio.sleep(0.05)

    def _ready(self) -> bool:
        try:
            address = f"http://localhost:{self.port}/readyz"
            with urllib.request.urlopen(address, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def kill(self) -> None:
        """No signal handler runs, no buffer is written."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            await asyncio.to_thread(self._process.wait, 30)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def connections(self) -> int:
        """How many connections to its port it has open (Linux)."""
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        lines += Path("/proc/net/tcp6").read_text().splitlines()[1:]
        fields = [line.split() for line in lines]
        ours = f":{self.port:04X}"
        return sum(each[1].endswith(ours) and each[3] == "01" for each in fields)

    @property
    def memory(self) -> int:
        """Resident bytes of the process (Linux)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    # ── who comes, and where to ──

    def url(self, draft_id: UUID, query: str = "?frames=1") -> str:
        return f"ws://localhost:{self.port}/coedit/{to_global('Draft', draft_id)}{query}"

    async def draft(self, content: object = None) -> UUID:
        draft_id = uuid7()
        async with self.database.write(SYSTEM) as uow:
            await coediting.open_draft(
                uow,
                draft_id=draft_id,
                dialogue_id=uuid7(),
                content=content,  # pyright: ignore[reportArgumentType]
            )
        return draft_id

    async def person(
        self, draft_id: UUID, right: Right = Right.WRITE, *, label: str = "Delegate"
    ) -> Person:
        async with self.database.write(SYSTEM) as uow:
            row = await identity.create_person(uow, SYSTEM, display_name=label)
        standing = Standing(right, row.id, uuid7(), "local", label=label)
        person = Person(row.id, await token_of(self.database, row.id), standing)
        self.admit(person, draft_id, right)
        return person

    def admit(self, person: Person, draft_id: UUID, right: Right) -> None:
        """Let somebody do this to a draft from now on."""
        known = orjson.loads(self._gate.read_bytes())
        known[f"{person.id} {draft_id}"] = {
            "right": right.value,
            "capacity": person.capacity,
            "level": "local",
            "label": person.standing.label,
        }
        fresh = self._gate.with_suffix(".new")
        fresh.write_bytes(orjson.dumps(known))
        fresh.replace(self._gate)

    async def text(self, draft_id: UUID) -> object:
        async with self.database.read(SYSTEM) as session:
            return (await coediting.committed_text(session, draft_id)).content
