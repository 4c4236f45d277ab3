"""A dialogue as notices are looked for in it: how it stands, who is there, what waits for time."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.ids import to_global
from policylab.labs import Action, Gathering, Participant
from policylab.notices import words
from policylab.notices.rules import Need, NoticeKind
from policylab.positions import Term, terms_of
from policylab.process import Said

NEWS_DAYS = 30
_NAMED = re.compile(r"(?<!:):(\w+)")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A dialogue as its notices are looked for."""

    session: AsyncSession
    gathering: Gathering
    terms: Mapping[UUID, Term]
    """When the open procedures end, by procedure."""

    @property
    def now(self) -> datetime:
        return self.gathering.situation.now

    @property
    def dialogue_id(self) -> UUID:
        return self.gathering.dialogue.id

    @property
    def address(self) -> str:
        return f"/dialogues/{to_global('Dialogue', self.dialogue_id)}"

    def who(self, wanted: Callable[[Participant], bool]) -> list[Participant]:
        return [person for person in self.gathering.people if wanted(person)]

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """What a statement finds of this dialogue; `:dialogue` and `:since` are filled in."""
        plain, names = _plain(sql)
        values |= {"dialogue": self.dialogue_id, "since": self.now - timedelta(days=NEWS_DAYS)}
        connection = await self.session.connection()
        result = await connection.exec_driver_sql(plain, tuple(values[name] for name in names))
        return list(result)

    def need(
        self,
        person: Participant,
        kind: NoticeKind,
        subject_id: UUID,
        said: Said,
        url: str,
        *,
        due_at: datetime | None = None,
        closed_to: UUID | None = None,
    ) -> Need:
        return Need(
            person_id=person.person_id,
            kind=kind,
            subject_id=subject_id,
            said=words.within(said_of(self.gathering.dialogue.questions), said),
            action=words.ACTIONS[kind],
            url=url,
            due_at=due_at,
            closed_to=closed_to,
        )


@cache
def _plain(sql: str) -> tuple[str, list[str]]:
    """A statement as PostgreSQL takes it, and what its $1, $2 … are called."""
    names = list(dict.fromkeys(_NAMED.findall(sql)))
    return _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", sql), names


def said_of(texts: Mapping[str, str]) -> Said:
    """A text that people wrote, for both languages of the house."""
    anything = next(iter(texts.values()), "")
    english = texts.get("en") or anything
    return Said(english, texts.get("fr") or english)


async def scene_of(session: AsyncSession, gathering: Gathering) -> Scene:
    """The dialogue with the deadlines that run in it."""
    result = await (await session.connection()).execute(
        text("SELECT procedure_id FROM ballot WHERE dialogue_id = :dialogue AND state = 'OPEN'"),
        {"dialogue": gathering.dialogue.id},
    )
    terms = await terms_of(session, [row.procedure_id for row in result])
    return Scene(session=session, gathering=gathering, terms=terms)


def sitting(delegation_id: UUID, actions: Iterable[Action]) -> Callable[[Participant], bool]:
    wanted = frozenset(actions)
    return lambda person: person.delegation_id == delegation_id and bool(wanted & person.may)


def leading(delegation_id: UUID, actions: Iterable[Action]) -> Callable[[Participant], bool]:
    sits = sitting(delegation_id, actions)
    return lambda person: person.head and sits(person)
