"""Whether the house stands: for load balancers and for people who run it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from policylab import migrations
from policylab.kit.db import Database
from policylab.kit.log import log
from policylab.transport.house import House

NO_STORE = {"cache-control": "no-store"}


def routes(house: House) -> list[Route]:
    """`/healthz`: the process answers. `/readyz`: it can do its work."""

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    async def readyz(request: Request) -> Response:
        problem = await _problem(house.database)
        if problem:
            return JSONResponse({"status": problem}, 503, headers=NO_STORE)
        return JSONResponse({"status": "ready"}, headers=NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _problem(database: Database) -> str | None:
    """What stands in the way, or None."""
    try:
        async with database.pool.acquire(timeout=2) as connection:
            revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    except Exception as error:  # noqa: BLE001 whatever it is, the answer is the same: not ready
        log.warning("readyz.database", error=repr(error))
        return "database unreachable"
    if revision != migrations.head():
        return "migrations pending"
    return None if database.bus.alive else "listener down"
