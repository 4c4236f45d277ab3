"""What somebody may do with procedures and records now: the verbs' own rules, asked beforehand.

A fresh sign-in is no right but a way of using one: it is asked for when the deed is done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.decisions import conduct
from policylab.decisions.conduct import Account, Course
from policylab.decisions.reading import accounts_of, courses_of, procedures_by_id
from policylab.decisions.records import may_attach_here, may_correct_here
from policylab.decisions.service import may_refer_here, may_withdraw_here
from policylab.decisions.tables import DecisionRecord
from policylab.kit.errors import Refused
from policylab.kit.viewer import Viewer
from policylab.labs import Action, Standing, standings


@dataclass(frozen=True)
class Permit:
    """Whether an action is open to somebody, and if not, why."""

    action: str
    refused: Refused | None = None


async def procedure_permits(
    session: AsyncSession, viewer: Viewer, procedure_ids: Collection[UUID]
) -> dict[UUID, list[Permit]]:
    """What the viewer may do with each procedure."""
    procedures = await procedures_by_id(session, procedure_ids)
    places = {key: row.dialogue_id for key, row in procedures.items()}
    stands = await standings(session, viewer, set(places.values()))
    courses = await courses_of(session, list(procedures))
    now = (await session.exec(select(func.now()))).one()
    return {
        key: _of_procedure(stands[place], courses[key], now)
        for key, place in places.items()
        if place in stands
    }


async def record_permits(
    session: AsyncSession, viewer: Viewer, record_ids: Collection[UUID]
) -> dict[UUID, list[Permit]]:
    """What the viewer may do with each record."""
    rows = await session.exec(select(DecisionRecord).where(col(DecisionRecord.id).in_(record_ids)))
    places = {row.id: row.dialogue_id for row in rows}
    stands = await standings(session, viewer, set(places.values()))
    accounts = await accounts_of(session, list(places))
    return {
        key: _of_record(stands[place], accounts[key])
        for key, place in places.items()
        if place in stands
    }


def _of_procedure(here: Standing, course: Course, now: datetime) -> list[Permit]:
    locale = here.locale

    def close() -> None:
        here.require(Action.CLOSE_PROCEDURE)
        conduct.check_close(course, now, locale=locale)

    def withdraw() -> None:
        may_withdraw_here(here)
        conduct.check_not_closed(course, locale=locale)

    def refer() -> None:
        may_refer_here(here)
        seat = here.require_seat()
        conduct.check_refer(course, now, delegation_id=seat, locale=locale)

    return [_ask("CLOSE", close), _ask("WITHDRAW", withdraw), _ask("REFER", refer)]


def _of_record(here: Standing, account: Account) -> list[Permit]:
    locale = here.locale

    def attach() -> None:
        may_attach_here(here)
        conduct.check_attach(account, delegation_id=here.require_seat(), locale=locale)

    def seal() -> None:
        here.require(Action.RECORD)
        conduct.check_unsealed(account, locale=locale)

    def correct() -> None:
        may_correct_here(here)
        conduct.check_sealed(account, locale=locale)

    def publish() -> None:
        here.require(Action.PUBLISH)
        conduct.check_publish(account, locale=locale)

    def adopt() -> None:
        here.require(Action.RECORD_ADOPTION)
        conduct.check_sealed(account, locale=locale)

    return [
        _ask("ATTACH_STATEMENT", attach),
        _ask("SEAL", seal),
        _ask("ADD_CORRIGENDUM", correct),
        _ask("PUBLISH", publish),
        _ask("RECORD_ADOPTION", adopt),
    ]


def _ask(action: str, judge: Callable[[], None]) -> Permit:
    try:
        judge()
    except Refused as refused:
        return Permit(action, refused)
    return Permit(action)
