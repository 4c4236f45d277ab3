"""Everybody who takes part in a dialogue at this moment, and what each may do there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.labs.situation import situations_of
from policylab.labs.standing import roles_of, seat_of
from policylab.labs.tables import Dialogue
from policylab.process import Action, Outlook, Role, Situation, Template, outlook, template_of

_WAYS_IN = text(
    "SELECT person_id, delegation_id, role, level, head, voting FROM policylab_access "
    "WHERE dialogue_id = :dialogue AND role NOT IN ('READER', 'MEMBER') ORDER BY person_id"
)


@dataclass(frozen=True, kw_only=True)
class Participant:
    """One person who takes part, with the seat she speaks from."""

    person_id: UUID
    roles: frozenset[Role]
    delegation_id: UUID | None
    level: str | None
    head: bool
    outlook: Outlook

    @property
    def may(self) -> frozenset[Action]:
        """What she may do now."""
        return self.outlook.allowed


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """A dialogue with everybody in it."""

    dialogue: Dialogue
    template: Template
    situation: Situation
    people: Sequence[Participant]


async def gathering_of(session: AsyncSession, dialogue_id: UUID) -> Gathering | None:
    """Who takes part in a dialogue, whoever asks: for the house, which tells people what waits."""
    dialogue = await session.get(Dialogue, dialogue_id)
    if dialogue is None:
        return None
    now = (await session.exec(select(func.now()))).one()
    situation = (await situations_of(session, [dialogue], now=now))[dialogue_id]
    template = template_of(dialogue.template_body, dialogue.template_digest)
    ways: dict[UUID, list[Any]] = defaultdict(list)
    for row in await (await session.connection()).execute(_WAYS_IN, {"dialogue": dialogue_id}):
        ways[row.person_id].append(row)
    seen: dict[frozenset[Role], Outlook] = {}
    people: list[Participant] = []
    for person_id, rows in ways.items():
        roles = frozenset(role for row in rows for role in roles_of(row))
        if roles not in seen:
            seen[roles] = outlook(template, situation, roles)
        seat = seat_of(rows)
        people.append(
            Participant(
                person_id=person_id,
                roles=roles,
                delegation_id=seat.delegation_id if seat else None,
                level=seat.level if seat else None,
                head=bool(seat and seat.head),
                outlook=seen[roles],
            )
        )
    return Gathering(dialogue=dialogue, template=template, situation=situation, people=people)
