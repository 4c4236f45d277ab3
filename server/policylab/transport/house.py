"""The running house: what every route is handed. Made in app.py, opened with the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection

from policylab.api.execution import Executor
from policylab.kit.db import Database
from policylab.kit.viewer import Viewer
from policylab.settings import Settings
from policylab.transport.said import said

ViewerOf = Callable[[HTTPConnection, Database, Settings, str | None], Awaitable[Viewer]]


@dataclass
class House:
    """Settings from the start; database, executor and co-editing hub once it is open."""

    settings: Settings
    viewer_of_connection: ViewerOf
    executor: Executor
    database_: Database | None = None
    hub: Any = None
    """The co-editing hub (coediting.hub.Hub)."""
    polls: Any = None
    """Co-editing without websockets (transport.coediting_requests.Polls)."""
    shared: dict[str, Any] = field(default_factory=dict[str, Any])
    """What resolvers and verbs may reach: demo_mode, sign_in_name, hub, base_url."""

    @property
    def database(self) -> Database:
        if self.database_ is None:
            raise RuntimeError("The house is not open yet.")
        return self.database_

    async def viewer_of(self, connection: HTTPConnection, about: str | None = None) -> Viewer:
        """Who is asking, by cookie or by bearer token; nobody when neither holds. `about`: what the
        same statement shall tell of her, in SQL (transport.signin)."""
        viewer = await self.viewer_of_connection(connection, self.database, self.settings, about)
        connection.scope["state"]["person"] = viewer.person_id  # for the log
        return viewer


def locale_of(connection: HTTPConnection, viewer: Viewer) -> str:
    """The language asked for, else the person's own."""
    asked = said(connection.scope).get("x-policylab-language") or ""
    return asked if 2 <= len(asked) <= 15 and asked.replace("-", "").isalnum() else viewer.locale
