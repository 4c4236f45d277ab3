"""Where somebody stands, as far as a verb asks: what most verbs need, by two plain statements."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import not_found
from policylab.kit.viewer import Viewer
from policylab.labs.access import WAYS
from policylab.labs.standing import (
    Here,
    acting_as,
    holding,
    roles_of,
    seat_of,
    standing,
)
from policylab.process import Action, WhyNot, known_template, settled

_HOLD = holding("SELECT $1::uuid AS dialogue_id, $2::uuid AS person_id")
_WAYS_IN = f"""
WITH mine AS MATERIALIZED (SELECT * FROM policylab_participation WHERE person_id = $2)
SELECT a.delegation_id, a.role, a.level, a.head, a.voting, a.capacity_id,
       g.lab_id, g.phase_id, g.template_digest
  FROM ({WAYS.format(places="mine")}) a JOIN dialogue g ON g.id = a.dialogue_id
 WHERE a.dialogue_id = $1
"""  # noqa: S608 our own words
"""As `policylab_access` says, from her places: they are looked up once, not once for each way."""


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


async def held(
    uow: UnitOfWork, viewer: Viewer, dialogue_id: UUID, *, actions: Collection[Action]
) -> Here:
    """The same as `here_for`; neither the phase nor her seat can change before the transaction
    ends."""
    await uow.fetch(_HOLD, dialogue_id, viewer.person_id)
    return await here_for(uow, viewer, dialogue_id, actions=actions)


async def here_for(
    uow: UnitOfWork, viewer: Viewer, dialogue_id: UUID, *, actions: Collection[Action]
) -> Here:
    """Where the viewer stands, and whether she may do these things; NOT_FOUND for a dialogue she
    may not see. Verbs hold it first, by `held` or by a statement of their own (`holding`).

    What happened in the dialogue is looked up only where it has a say in one of the actions.
    """
    rows = await uow.fetch(_WAYS_IN, dialogue_id, viewer.person_id)
    ways = [_WayIn(*row) for row in rows]
    if not ways and not viewer.system:
        raise not_found()
    asked = _asked(viewer, dialogue_id, ways, actions) if ways else None
    return asked or await standing(uow.session, viewer, dialogue_id)


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
