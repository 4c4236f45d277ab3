"""Where somebody stands, as far as a verb asks: what most verbs need, by one plain statement."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import not_found
from policylab.kit.viewer import Viewer
from policylab.labs.access import REACHED, WAYS
from policylab.labs.standing import (
    PHASE_HELD,
    SEATS_HELD,
    Here,
    acting_as,
    roles_of,
    seat_of,
    standing,
)
from policylab.process import Action, WhyNot, known_template, settled


@dataclass(frozen=True, slots=True)
class _WayIn:
    """One way in which she reaches the dialogue, and how that stands."""

    delegation_id: UUID | None
    role: str
    level: str | None
    head: bool
    voting: bool
    capacity_id: UUID | None
    lab_id: UUID
    phase_id: str
    template_digest: str


WAY: Final = tuple(field.name for field in fields(_WayIn))
"""The first columns of what `with_standing` answers."""


@dataclass(frozen=True, kw_only=True)
class _Asked(Here):
    """Judged for a few actions, and no others."""

    dialogue: UUID
    lab: UUID
    judged: dict[Action, WhyNot | None]

    @property
    def dialogue_id(self) -> UUID:
        return self.dialogue

    @property
    def lab_id(self) -> UUID:
        return self.lab

    def why_not(self, action: Action) -> WhyNot | None:
        return self.judged[action]


def with_standing(asked: str, *, dialogue: str, person: str) -> str:
    """A statement that answers the row of `asked`, and for each way in which a person reaches a
    dialogue how that stands, and holds it: for `here_from`.

    Ways are as `policylab_access` says, from her places: they are looked up once, not once for each
    way. All that they lead to is told as `reach`.
    """
    return f"""
WITH asked AS MATERIALIZED ({asked}),
phase AS MATERIALIZED ({PHASE_HELD}),
seat AS MATERIALIZED ({SEATS_HELD}),
mine AS MATERIALIZED (SELECT * FROM policylab_participation WHERE person_id = {{person}}),
ways AS MATERIALIZED ({WAYS.format(places="mine")})
SELECT way.delegation_id, way.role, way.level, way.head, way.voting, way.capacity_id,
       phase.lab_id, phase.phase_id, phase.template_digest,
       phase.changed OR EXISTS (SELECT FROM seat WHERE changed) AS changed,
       ({REACHED.format(ways="ways")}) AS reach, asked.*
  FROM asked LEFT JOIN phase ON true LEFT JOIN ways way ON way.dialogue_id = {{dialogue}}
""".replace("{dialogue}", dialogue).replace("{person}", person)  # noqa: S608 our own words


_HELD = with_standing("SELECT $1::uuid AS dialogue_id", dialogue="$1", person="$2")


async def held(
    uow: UnitOfWork, viewer: Viewer, dialogue_id: UUID, *, actions: Collection[Action]
) -> Here:
    """Where the viewer stands, and whether she may do these things; NOT_FOUND for a dialogue she
    may not see. Neither the phase nor her seat can change before the transaction ends.

    What happened in the dialogue is looked up only where it has a say in one of the actions.
    """
    given = (dialogue_id, viewer.person_id)
    return (await here_from(uow, viewer, _HELD, *given, actions=actions))[1]


async def here_from(
    uow: UnitOfWork, viewer: Viewer, statement: str, *values: Any, actions: Collection[Action]
) -> tuple[Any, Here]:
    """The same in the dialogue that a statement of `with_standing` names, and what else it tells of
    it; NOT_FOUND where it finds none."""
    rows = await uow.fetch(statement, *values)
    if rows and rows[0]["changed"]:  # a moment ago; now it is held, and stays as it is
        rows = await uow.fetch(statement, *values)
    ways = [_WayIn(*row[: len(WAY)]) for row in rows if row["role"] is not None]
    if not rows or not (ways or viewer.system):
        raise not_found()
    dialogue_id = rows[0]["dialogue_id"]
    here = _asked(viewer, dialogue_id, ways, actions) if ways else None
    return rows[0], here or await standing(uow.session, viewer, dialogue_id)


def here_told(
    viewer: Viewer, dialogue_id: UUID, ways: Iterable[Sequence[Any]], *, actions: Collection[Action]
) -> Here | None:
    """Where she stands, by all her ways into a dialogue as JSON tells their columns (`WAY`); None
    where it takes more to tell."""
    found = [
        _WayIn(*(_read(name, told) for name, told in zip(WAY, way, strict=True))) for way in ways
    ]
    return _asked(viewer, dialogue_id, found, actions)


def _read(name: str, told: Any) -> Any:
    return UUID(told) if told is not None and name.endswith("_id") and name != "phase_id" else told


def _asked(
    viewer: Viewer, dialogue_id: UUID, ways: list[_WayIn], actions: Collection[Action]
) -> _Asked | None:
    """None where it takes more than these rows to tell."""
    template = known_template(ways[0].template_digest)
    name = acting_as(ways, {})
    if template is None or name is None:
        return None
    roles = frozenset(role for way in ways for role in roles_of(way))
    judged = settled(template, ways[0].phase_id, roles, actions)
    if judged is None:
        return None
    seat: _WayIn | None = seat_of(ways)
    return _Asked(
        dialogue=dialogue_id,
        lab=ways[0].lab_id,
        roles=roles,
        delegation_id=seat.delegation_id if seat else None,
        level=seat.level if seat else None,
        head=bool(seat and seat.head),
        voting=bool(seat and seat.voting),
        locale=viewer.locale,
        acting_as=name,
        judged=judged,
    )
