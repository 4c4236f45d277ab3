"""Where somebody stands in a dialogue, and what the process lets her do there now."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs.situation import situations_of
from policylab.labs.tables import Capacity, Dialogue
from policylab.process import (
    Action,
    Outlook,
    Role,
    Situation,
    Template,
    WhyNot,
    outlook,
    template_of,
)

_CHANGED = "age({0}.xmin) <= age(pg_snapshot_xmin(pg_current_snapshot())::xid)"
PHASE_HELD = f"""
SELECT g.lab_id, g.phase_id, g.template_digest, {_CHANGED.format("g")} AS changed
  FROM dialogue g WHERE g.id = {{dialogue}} FOR SHARE
"""  # noqa: S608 our own words
SEATS_HELD = f"""
SELECT {_CHANGED.format("s")} AS changed
  FROM delegate s WHERE s.dialogue_id = {{dialogue}} AND s.person_id = {{person}} FOR SHARE
"""  # noqa: S608 our own words
"""The phase of a dialogue, and somebody's seats there, held: who would change them waits until the
transaction ends. They are as they are once nobody else does, while the rest of a statement is as it
was when that began; `changed` says whether there can have been a change between the two: the row
comes from a transaction that is not older than all that ran then."""

_HOLD = text(
    f"""
SELECT (SELECT count(*) FROM ({PHASE_HELD}) phase), (SELECT count(*) FROM ({SEATS_HELD}) seats)
""".format(dialogue="CAST(:dialogue AS uuid)", person="CAST(:person AS uuid)")  # noqa: S608
)


@dataclass(frozen=True, kw_only=True)
class Here(ABC):
    """One person in one dialogue at one moment, as far as a verb needs to know: who she is in it,
    and what stands in the way of what she wants to do."""

    roles: frozenset[Role]
    delegation_id: UUID | None
    level: str | None
    head: bool
    voting: bool
    locale: str = "en"
    acting_as: UUID | None = None

    @property
    @abstractmethod
    def dialogue_id(self) -> UUID:
        """The dialogue."""

    @property
    @abstractmethod
    def lab_id(self) -> UUID:
        """Its lab."""

    @abstractmethod
    def why_not(self, action: Action) -> WhyNot | None:
        """Why this is not allowed now; None when it is."""

    @property
    def capacity_id(self) -> UUID:
        """Who this person is when she acts here; refused to those who only read."""
        if self.acting_as is None:
            message = "You read along in this dialogue; only those who take part act in it."
            raise Refused(RefusalCode.NOT_YOUR_ROLE, message)
        return self.acting_as

    def require(self, action: Action) -> None:
        """Refuse, with the reason and what would open the way, what is not allowed now."""
        why = self.why_not(action)
        if why is not None:
            raise why.refusal(self.locale)

    def require_seat(self) -> UUID:
        """The delegation this person speaks for; refused to those without a seat."""
        if self.delegation_id is None:
            raise Refused(RefusalCode.NOT_YOUR_ROLE, "Only delegations do this.")
        return self.delegation_id


@dataclass(frozen=True, kw_only=True)
class Standing(Here):
    """One person in one dialogue at one moment, with everything that follows for her."""

    dialogue: Dialogue
    situation: Situation
    outlook: Outlook

    @property
    def may(self) -> frozenset[Action]:
        """What this person may do now."""
        return self.outlook.allowed

    @property
    def phase_id(self) -> str:
        return self.dialogue.phase_id

    @property
    def template(self) -> Template:
        """The template the dialogue runs on."""
        return template_of(self.dialogue.template_body, self.dialogue.template_digest)

    @property
    def dialogue_id(self) -> UUID:
        return self.dialogue.id

    @property
    def lab_id(self) -> UUID:
        return self.dialogue.lab_id

    def why_not(self, action: Action) -> WhyNot | None:
        """Why this is not allowed now; None when it is."""
        return self.outlook.why_not(action)


async def standing(
    session: AsyncSession, viewer: Viewer, dialogue_id: UUID, *, lock: bool = False
) -> Standing:
    """Where the viewer stands; NOT_FOUND for a dialogue she may not see.

    With `lock` neither the phase nor the viewer's seat can change before the transaction ends.
    """
    if lock:
        await _hold(session, viewer, dialogue_id)
    found = await standings(session, viewer, [dialogue_id])
    if dialogue_id not in found:
        raise not_found()
    return found[dialogue_id]


async def standings(
    session: AsyncSession, viewer: Viewer, dialogue_ids: Collection[UUID]
) -> dict[UUID, Standing]:
    """Where the viewer stands in each of these dialogues that she may see."""
    access = await _access(session, viewer, dialogue_ids)
    if not access:
        return {}
    rows = await session.exec(select(Dialogue, func.now()).where(col(Dialogue.id).in_(access)))
    found = rows.all()
    dialogues = [dialogue for dialogue, _ in found]
    situations = await situations_of(session, dialogues, now=found[0][1]) if found else {}
    capacities = await _capacities(session, viewer, access)
    return {
        dialogue.id: _standing(
            dialogue,
            access[dialogue.id],
            situations[dialogue.id],
            capacities.get(dialogue.id, {}),
            viewer.locale,
        )
        for dialogue in dialogues
    }


async def standings_together(
    session: AsyncSession, viewers: Collection[Viewer], dialogue_id: UUID
) -> dict[Viewer, Standing]:
    """Where each of these people stands in one dialogue; those who may not see it are left out.

    For many who come at once: the dialogue is looked at one time.
    """
    dialogue = await session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return {}
    persons = {viewer.person_id for viewer in viewers if viewer.person_id is not None}
    access = await _access_together(session, persons, dialogue_id)
    now = (await session.exec(select(func.now()))).one()
    situation = (await situations_of(session, [dialogue], now=now))[dialogue_id]
    capacities = await _capacities_together(session, persons, dialogue_id)
    template = template_of(dialogue.template_body, dialogue.template_digest)
    outlooks: dict[frozenset[Role], Outlook] = {}
    found: dict[Viewer, Standing] = {}
    for viewer in viewers:
        rows = [_HOUSE] if viewer.system else access.get(viewer.person_id, [])
        if not rows:
            continue
        roles = frozenset(role for row in rows for role in roles_of(row))
        if roles not in outlooks:
            outlooks[roles] = outlook(template, situation, roles)
        held = capacities.get(viewer.person_id, {})
        found[viewer] = _standing(dialogue, rows, situation, held, viewer.locale, outlooks[roles])
    return found


async def may_read(session: AsyncSession, viewer: Viewer, dialogue_id: UUID) -> bool:
    """Whether the viewer may see this dialogue."""
    return dialogue_id in await _access(session, viewer, [dialogue_id])


def _standing(
    dialogue: Dialogue,
    access: list[Any],
    situation: Situation,
    capacities: dict[Role, UUID],
    locale: str,
    known: Outlook | None = None,
) -> Standing:
    roles = frozenset(role for row in access for role in roles_of(row))
    seat = seat_of(access)
    template = template_of(dialogue.template_body, dialogue.template_digest)
    return Standing(
        dialogue=dialogue,
        roles=roles,
        delegation_id=seat.delegation_id if seat else None,
        level=seat.level if seat else None,
        head=bool(seat and seat.head),
        voting=bool(seat and seat.voting),
        situation=situation,
        outlook=known or outlook(template, situation, roles),
        locale=locale,
        acting_as=acting_as(access, capacities),
    )


def roles_of(row: Any) -> list[Role]:
    """The roles that one row of the access relation stands for."""
    if row.delegation_id is None:
        return [Role.READER] if row.role == "MEMBER" else [Role(row.role)]
    roles = [Role.DELEGATE]
    if row.head:
        roles.append(Role.HEAD)
    if not row.voting:
        roles.append(Role.CONSULTED)
    return roles


def seat_of(access: Sequence[Any]) -> Any | None:
    """The seat somebody speaks from: the voting one, where she has two."""
    seats = [row for row in access if row.delegation_id is not None]
    return max(seats, key=lambda row: row.voting, default=None)


class _House:
    """The house itself, when a job or the command line acts: as an administrator of the lab."""

    role = Role.ADMINISTRATOR
    delegation_id = capacity_id = level = None
    head = voting = False


_HOUSE = _House()

ACTS_FIRST = [
    Role.MODERATOR,
    Role.RAPPORTEUR,
    Role.COORDINATOR,
    Role.EXPERT,
    Role.SECRETARIAT,
    Role.ADMINISTRATOR,
    Role.STAKEHOLDER,
    Role.OBSERVER,
]


def acting_as(access: Sequence[Any], capacities: Mapping[Role, UUID]) -> UUID | None:
    """In what capacity she acts: a seat speaks before a role, a role given here before one in the
    whole lab."""
    seat = seat_of(access)
    if seat is not None:
        return seat.capacity_id
    given = {Role(row.role): row.capacity_id for row in access if row.capacity_id is not None}
    for role in ACTS_FIRST:
        if role in given:
            return given[role]
    held = {row.role for row in access}
    return next((capacities[r] for r in ACTS_FIRST if r in held and r in capacities), None)


async def _access_together(
    session: AsyncSession, persons: Collection[UUID], dialogue_id: UUID
) -> dict[UUID | None, list[Any]]:
    result = await (await session.connection()).execute(
        text(
            "SELECT person_id, delegation_id, role, level, head, voting, capacity_id "
            "FROM policylab_access WHERE dialogue_id = :dialogue AND person_id = ANY(:persons)"
        ),
        {"persons": list(persons), "dialogue": dialogue_id},
    )
    found: dict[UUID | None, list[Any]] = {}
    for row in result:
        found.setdefault(row.person_id, []).append(row)
    return found


async def _capacities_together(
    session: AsyncSession, persons: Collection[UUID], dialogue_id: UUID
) -> dict[UUID | None, dict[Role, UUID]]:
    rows = await session.exec(
        select(Capacity)
        .where(col(Capacity.dialogue_id) == dialogue_id)
        .where(col(Capacity.person_id).in_(persons))
        .order_by(col(Capacity.id))
    )
    found: dict[UUID | None, dict[Role, UUID]] = {}
    for capacity in rows:
        found.setdefault(capacity.person_id, {})[capacity.role] = capacity.id
    return found


async def _access(
    session: AsyncSession, viewer: Viewer, dialogue_ids: Collection[UUID]
) -> dict[UUID, list[Any]]:
    if viewer.system:
        return {dialogue_id: [_HOUSE] for dialogue_id in dialogue_ids}
    if viewer.person_id is None:
        return {}
    result = await (await session.connection()).execute(
        text(
            "SELECT dialogue_id, delegation_id, role, level, head, voting, capacity_id "
            "FROM policylab_access WHERE person_id = :person AND dialogue_id = ANY(:ids)"
        ),
        {"person": viewer.person_id, "ids": list(dialogue_ids)},
    )
    found: dict[UUID, list[Any]] = {}
    for row in result:
        found.setdefault(row.dialogue_id, []).append(row)
    return found


async def _capacities(
    session: AsyncSession, viewer: Viewer, dialogue_ids: Collection[UUID]
) -> dict[UUID, dict[Role, UUID]]:
    rows = await session.exec(
        select(Capacity)
        .where(col(Capacity.person_id) == viewer.person_id)
        .where(col(Capacity.dialogue_id).in_(dialogue_ids))
        .order_by(col(Capacity.id))
    )
    found: dict[UUID, dict[Role, UUID]] = {}
    for capacity in rows:
        found.setdefault(capacity.dialogue_id, {})[capacity.role] = capacity.id
    return found


async def _hold(session: AsyncSession, viewer: Viewer, dialogue_id: UUID) -> None:
    connection = await session.connection()
    await connection.execute(_HOLD, {"dialogue": dialogue_id, "person": viewer.person_id})
