"""Whoever acts in the demo acts once: each act is one unit of work that notes that it was done.

Loading that was cut off (a power cut during the first start) goes on where it stopped: the note is
written in the same transaction as the act, and an act with a note is not done again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from policylab.kit.db import Database, UnitOfWork
from policylab.kit.errors import Refused
from policylab.kit.ledger import HOUSE
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.settings import BadSettings, Settings

Made = Mapping[str, UUID]
Verb = Callable[..., Awaitable[Any]]
ACTION = "demo.acted"
COMPLETED = "demo.completed"
_NOTES = text(
    "SELECT action, detail FROM audit_event WHERE lab_id = :house AND action = ANY(:actions)"
    " ORDER BY sequence"
)


class DemoChanged(BadSettings):
    """The house holds part of a demo that another release began; it can't be finished."""


@dataclass
class Stage:
    """Where the demo is played: the database, who there is, and what has been done already."""

    database: Database
    settings: Settings
    people: dict[str, Viewer] = field(default_factory=dict[str, Viewer])
    bodies: dict[str, UUID] = field(default_factory=dict[str, UUID])
    complete: bool = False
    _notes: list[Any] = field(default_factory=list[Any])
    _next: int = 0

    @classmethod
    async def open(cls, database: Database, settings: Settings) -> Stage:
        """The stage as an earlier run left it."""
        stage = cls(database, settings)
        async with database.read(SYSTEM) as session:
            found = await (await session.connection()).execute(
                _NOTES, {"house": HOUSE, "actions": [ACTION, COMPLETED]}
            )
            for row in found:
                stage.complete = stage.complete or row.action == COMPLETED
                stage._notes.append(row.detail)
        return stage

    async def finish(self) -> None:
        """Note that everything has been played: a later release leaves it as it is."""
        async with self.database.write(SYSTEM) as uow:
            uow.audit(action=COMPLETED, object_type="Demo", object_id=None)

    async def once(
        self, name: str, viewer: Viewer, work: Callable[[UnitOfWork], Awaitable[Made]]
    ) -> Made:
        """What this work made, now or in an earlier run."""
        place, self._next = self._next, self._next + 1
        if place < len(self._notes):
            note = self._notes[place]
            if note["act"] != name:
                raise DemoChanged(
                    f"The demo data was begun by another release ({note['act']}, not {name})."
                    " Start with an empty database."
                )
            return {key: UUID(value) for key, value in note["made"].items()}
        async with self.database.write(viewer) as uow:
            uow.shared["settings"] = self.settings
            try:
                made = await work(uow)
            except Refused as refused:
                refused.add_note(f"in the demo, at: {name}")
                raise
            detail = {"act": name, "made": {key: str(value) for key, value in made.items()}}
            uow.audit(action=ACTION, object_type="Demo", object_id=None, detail=detail)
        return made

    async def act(self, who: str, verb: Verb, **arguments: Any) -> UUID:
        """Let somebody do one thing; answers the id of what came of it."""
        viewer = self.viewer(who)

        async def work(uow: UnitOfWork) -> Made:
            row = await verb(uow, replace(viewer, signed_in_at=uow.now), **arguments)
            return {"id": row.id} if hasattr(row, "id") else {}

        made = await self.once(f"{who}: {verb.__name__}", viewer, work)
        return made.get("id", HOUSE)

    def viewer(self, who: str) -> Viewer:
        """Somebody of Arvenia, by body and post: `marrow-bay.coordinator`."""
        return SYSTEM if who == "house" else self.people[who]
