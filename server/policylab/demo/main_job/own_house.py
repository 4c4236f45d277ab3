"""A house of the run's own: an empty database, a server process and a port, gone afterwards."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from policylab import identity, migrations, premises
from policylab.demo.main_job.client import Caller, Client, StepFailed
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.ids import key_of, to_global
from policylab.kit.viewer import SYSTEM
from policylab.premises import Premises
from policylab.settings import PREFIX, Settings

PATIENCE = 45.0


@dataclass
class OwnHouse:
    """The house as whoever runs it has it: its database, and a client for everything else."""

    database: Database
    client: Client
    folder: Path

    async def administrator(self) -> Caller:
        """The first administrator with a token, as `policylab people` and `token` make them."""
        async with self.database.write(SYSTEM) as uow:
            person = await identity.create_person(
                uow,
                SYSTEM,
                display_name="Service administrator",
                administrator=True,
                illustrative=True,
            )
        everything = (TokenScope.READ, TokenScope.WRITE, TokenScope.ADMIN)
        key = to_global("Person", person.id)
        return await self.caller(key, "Service administrator", *everything)

    async def caller(self, person: str, name: str, *scopes: TokenScope) -> Caller:
        """Somebody with a token, as `policylab token create` gives it."""
        async with self.database.write(SYSTEM) as uow:
            _, secret = await identity.create_access_token(
                uow,
                SYSTEM,
                person_id=key_of(person, "Person"),
                name="demo-run",
                scopes=scopes or (TokenScope.READ, TokenScope.WRITE),
                days=1,
            )
        return Caller(person, secret, name)


@asynccontextmanager
async def own_house() -> AsyncGenerator[OwnHouse]:
    """Set an empty house up, serve it on a free port, and take it away afterwards."""
    with tempfile.TemporaryDirectory(prefix="policylab-demo-run-") as name:
        folder, port = Path(name), _free_port()
        settings = Settings(data_folder=folder, port=port, database_url="")
        entered = await asyncio.to_thread(premises.enter, settings)
        try:
            await migrations.upgrade(entered.settings.owner_database_url)
            async with _served(entered, folder, port) as client:
                database = await Database.connect(entered.settings.database_url, size=3)
                try:
                    yield OwnHouse(database, client, folder)
                finally:
                    await database.close()
        finally:
            await asyncio.to_thread(entered.leave)


@asynccontextmanager
async def _served(entered: Premises, folder: Path, port: int) -> AsyncGenerator[Client]:
    """The installed program as a process, until it is told to stop."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    environment = {
        **kept,
        f"{PREFIX}DATABASE_URL": entered.settings.database_url,
        f"{PREFIX}DATA_FOLDER": str(folder),
        f"{PREFIX}PORT": str(port),
    }
    log = folder / "serve.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from policylab.cli import main; main()", "serve",
            env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            client = Client(http, f"http://localhost:{port}")
            await _ready(client, process, log)
            yield client
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(client: Client, process: asyncio.subprocess.Process, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while process.returncode is None and time.monotonic() < end:
        with suppress(httpx2.TransportError):  # it does not listen yet
            answer = await client.http.get(f"{client.url}/readyz")
            if answer.status_code == 200:
                return
        await asyncio.sleep(0.05)
    written = await asyncio.to_thread(log.read_text)
    raise StepFailed(f"The server did not start.\n{written[-3000:]}")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]
