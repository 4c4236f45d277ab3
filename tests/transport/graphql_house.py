"""GraphQL through the real layers of a house in this process, asked as one person or another."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import orjson
from starlette.applications import Starlette

from policylab import identity, published
from policylab.api.budget import Budgets
from policylab.api.execution import Executor
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.settings import Settings
from policylab.transport import middleware, signin
from policylab.transport.graphql import Endpoint
from policylab.transport.house import House

BASE = "http://localhost:8800"
KNOWN = published.persisted_operations()


def fingerprint(name: str) -> str:
    """Of an operation of the web app."""
    wanted = re.compile(rf"\b(query|mutation|subscription) {name}\b")
    return next(key for key, text in KNOWN.items() if wanted.search(text))


def known(name: str, **variables: Any) -> dict[str, Any]:
    """The request for an operation of the web app."""
    persisted = {"version": 1, "sha256Hash": fingerprint(name)}
    return {"variables": variables, "extensions": {"persistedQuery": persisted}}


class GraphQLHouse:
    """The endpoint as app.py puts it together, on a database of the test's."""

    def __init__(self, database: Database, folder: Path, **settings: Any) -> None:
        self.database = database
        self.settings = Settings(data_folder=folder, port=8800, base_url=BASE, **settings)
        self.house = House(self.settings, signin.viewer_of, Executor(), database_=database)
        self.endpoint = Endpoint(
            database=lambda: database,
            executor=lambda: self.house.executor,
            viewer_of=self.house.viewer_of,
            shared=lambda: self.house.shared,
            origin_allowed=lambda asked: middleware.origin_allowed(asked, self.settings),
            budgets=Budgets(self.settings.query_budget),
        )
        routes = [*self.endpoint.routes(), *signin.routes(self.house)]
        layers = middleware.stack(self.settings, self.endpoint.at_once())
        self.app = app = Starlette(routes=routes, middleware=layers)
        app.state.house = self.house
        self.web = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE)
        self._tokens: dict[UUID | None, str] = {}

    async def token(self, viewer: Viewer) -> str:
        """A token of this person, made once."""
        if viewer.person_id not in self._tokens:
            assert viewer.person_id is not None
            async with self.database.write(SYSTEM) as uow:
                _, secret = await identity.create_access_token(
                    uow,
                    SYSTEM,
                    person_id=viewer.person_id,
                    name="GraphQL",
                    scopes=[TokenScope.READ, TokenScope.WRITE],
                    days=1,
                )
            self._tokens[viewer.person_id] = secret
        return self._tokens[viewer.person_id]

    async def get(
        self, asked: dict[str, Any], viewer: Viewer | None = None, **headers: str
    ) -> httpx2.Response:
        """A query in the address, as browsers keep it."""
        parameters = {
            name: value if isinstance(value, str) else orjson.dumps(value).decode()
            for name, value in asked.items()
        }
        sent = await self._headers(viewer, headers)
        return await self.web.get("/graphql", params=parameters, headers=sent)

    async def post(
        self, asked: dict[str, Any], viewer: Viewer | None = None, **headers: str
    ) -> httpx2.Response:
        sent = await self._headers(viewer, headers)
        return await self.web.post("/graphql", json=asked, headers=sent)

    async def _headers(self, viewer: Viewer | None, headers: dict[str, str]) -> dict[str, str]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if viewer is not None:
            sent["authorization"] = f"Bearer {await self.token(viewer)}"
        return sent
