"""Feeds, calendars and the catalogue of a house, asked through the real layers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from starlette.applications import Starlette

from policylab import decisions, identity
from policylab.decisions.tables import DecisionRecord
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import Viewer
from policylab.settings import Settings
from policylab.transport import app
from tests import make
from tests.decisions import deciding
from tests.decisions.deciding import Text

BASE = "http://localhost:8800"


@dataclass
class Asking:
    """The whole house, asked as one person or another, or as nobody."""

    database: Database
    app: Starlette

    @classmethod
    def at(cls, database: Database, data_folder: Path, **more: Any) -> "Asking":
        settings = Settings(
            data_folder=data_folder, port=8800, base_url=BASE, demo_mode=False, **more
        )
        built, house = app.build(settings)
        house.database_ = database
        return cls(database, built)

    async def get(self, path: str, *, method: str = "GET", **headers: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx2.AsyncClient(transport=transport, base_url=BASE) as web:
            return await web.request(method, path, headers=named)

    async def token(self, viewer: Viewer, *scopes: TokenScope) -> str:
        async with self.database.write(viewer) as uow:
            _, secret = await identity.create_access_token(
                uow, viewer, name="Feeds", scopes=scopes or [TokenScope.READ], days=1
            )
        return secret

    async def bearer(self, viewer: Viewer, *scopes: TokenScope) -> dict[str, str]:
        return {"authorization": f"Bearer {await self.token(viewer, *scopes)}"}


@dataclass(frozen=True)
class Decided:
    """A decision that is sealed, and who was there."""

    table: make.Table
    frozen: Text
    record: DecisionRecord

    @property
    def package(self) -> str:
        return f"/files/records/{to_global('DecisionRecord', self.record.id)}.zip"

    @property
    def feed(self) -> str:
        dialogue = to_global("Dialogue", self.table.dialogue_id)
        return f"/feeds/dialogues/{dialogue}/decisions.atom"


async def decided(
    database: Database, data_folder: Path, *, reasons: str = "Because it works."
) -> Decided:
    deciding.key_in(data_folder)
    table, frozen, record, _ = await deciding.sealed(database, reasons=reasons)
    return Decided(table, frozen, record)


async def publish(database: Database, here: Decided, **options: Any) -> None:
    """The record published by somebody who may, in the phase for it."""
    await make.enter(database, here.table, "publication")
    viewer = here.table.secretariat
    async with database.write(viewer) as uow:
        await decisions.publish_record(uow, viewer, record_id=here.record.id, **options)
