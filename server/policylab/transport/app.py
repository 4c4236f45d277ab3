"""Puts the house together: settings → database → rooms → web application."""

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from policylab import coediting, documents, identity, labs, notices, working
from policylab.api.budget import Budgets
from policylab.api.execution import Executor
from policylab.kit.db import Database
from policylab.kit.events import Announcement
from policylab.kit.log import many
from policylab.kit.memory import give_back, keep_nothing_large
from policylab.settings import Settings
from policylab.transport import (
    coediting as coediting_socket,
)
from policylab.transport import (
    feeds,
    files,
    graphiql,
    imports,
    log,
    middleware,
    signin,
    watching,
)
from policylab.transport.access import check_declared
from policylab.transport.graphql import Endpoint
from policylab.transport.house import House

AT_LEISURE = 1.0
"""Seconds after the start for which those who come back have the house to themselves."""
SELDOM = (50_000, 5, 20)
"""How seldom the collector looks for cycles: what is made for a request mostly has none. So much
may wait in vain meanwhile: fifty thousand things, and five times that of what has lived longer."""


def build(settings: Settings) -> tuple[Starlette, House]:
    """The web application and the house that it serves; opened by the application's lifespan."""
    executor = Executor(free_for_people=not settings.persisted_only)
    house = House(settings, signin.viewer_of, executor)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        await _open(house)
        sys.path_importer_cache.clear()  # what lies in every folder that a module was looked for in
        gc.collect()
        gc.freeze()
        gc.set_threshold(*SELDOM)
        keep_nothing_large()
        give_back()  # what the start alone needed
        working_on = asyncio.create_task(_work(house))
        yield
        working_on.cancel()
        with suppress(asyncio.CancelledError):
            await working_on
        await _close(house)

    endpoint = _endpoint(house)
    layers = middleware.stack(settings, endpoint.at_once())
    app = Starlette(routes=_routes(house, endpoint), middleware=layers, lifespan=lifespan)
    app.state.house = house
    return app, house


def _endpoint(house: House) -> Endpoint:
    return Endpoint(
        database=lambda: house.database,
        executor=lambda: house.executor,
        viewer_of=house.viewer_of,
        shared=lambda: house.shared,
        origin_allowed=lambda connection: middleware.origin_allowed(connection, house.settings),
        budgets=Budgets(house.settings.query_budget),
    )


def _routes(house: House, endpoint: Endpoint) -> Sequence[BaseRoute]:
    routes = [
        *watching.routes(house),
        *endpoint.routes(),
        *coediting_socket.routes(house),
        *signin.routes(house),
        *imports.routes(house),
        *log.routes(house),
        *feeds.routes(house),
        *graphiql.routes(house),
        *files.routes(house),
    ]
    check_declared(routes)
    return routes


async def _open(house: House) -> None:
    settings = house.settings
    house.database_ = database = await Database.connect(
        settings.database_url, size=settings.pool_size
    )
    gate = documents.DraftGate(database)
    most = settings.live_texts_mb * 1024 * 1024
    house.hub = hub = coediting.Hub(database, gate, most=most)
    house.shared |= {
        "demo_mode": settings.demo_mode,
        "sign_in_name": settings.oidc_name,
        "base_url": settings.base_url,
        "graphiql": settings.graphiql,
        "hub": hub,
        "settings": settings,
    }
    await hub.start()
    await gate.warm_up()
    _connect_listeners(house, database)


def _connect_listeners(house: House, database: Database) -> None:
    """What one room announces and another hears."""
    _judge_writers_anew(house, database)
    documents.listen(database)
    notices.listen(database)


def _judge_writers_anew(house: House, database: Database) -> None:
    """Ask the gate again for whoever is connected when what they may do has changed."""

    async def access_changed(announcement: Announcement) -> None:
        people = announcement.payload.get("person_ids", [])
        await house.hub.access_changed(people, announcement.dialogue_id)

    for event in (
        identity.PersonSuspended,
        identity.SessionsEnded,
        labs.AccessChanged,
        labs.PhaseMoved,  # names nobody: everybody in the dialogue
    ):
        database.bus.on(event, access_changed)


async def _work(house: House) -> None:
    if house.settings.work:
        await asyncio.sleep(AT_LEISURE)
        await working.work(house.database)


async def _close(house: House) -> None:
    await house.hub.stop()
    await house.database.close()
    many.write()
