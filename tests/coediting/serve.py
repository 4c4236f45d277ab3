"""A server of live texts in a process of its own, for tests that kill it or measure it.

The real routes, hub and store; who may do what is read from a file that the test writes.
Arguments: database URL, port, file with standings, folder for secrets.
"""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from policylab import coediting
from policylab.coediting import Right, Standing
from policylab.kit.db import Database
from policylab.kit.viewer import Viewer
from policylab.settings import Settings
from policylab.transport import coediting as transport
from policylab.transport import middleware
from policylab.transport.coediting_doorway import Doorway
from tests.coediting.harness import Doorstep


class FromFile(coediting.Gate):
    """The gate of these tests: standings by person and draft, as the file has them now."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def may(self, viewer: Viewer, draft_id: UUID) -> Standing:
        said = orjson.loads(self._path.read_bytes()).get(f"{viewer.person_id} {draft_id}")
        if said is None:
            return coediting.NOBODY
        capacity = UUID(said["capacity"])
        return Standing(
            Right(said["right"]), viewer.person_id, capacity, said["level"], label=said["label"]
        )


async def main(url: str, port: int, gate: Path, folder: Path) -> None:
    database = await Database.connect(url, size=6)
    hub = coediting.Hub(database, FromFile(gate))
    settings = Settings(port=port, data_folder=folder)
    step = Doorstep(settings, database, hub)
    healthy = Route("/readyz", lambda _: PlainTextResponse("yes"))
    app = Starlette(
        routes=[healthy, *transport.routes(step)],  # pyright: ignore[reportArgumentType]
        middleware=middleware.stack(settings),
    )
    app.state.house = step
    await hub.start()
    config = uvicorn.Config(
        app,
        port=port,
        ws=Doorway(transport.Door(step), settings),
        log_config=None,
        lifespan="off",
    )
    await uvicorn.Server(config).serve()
    await hub.stop()
    await database.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])))
