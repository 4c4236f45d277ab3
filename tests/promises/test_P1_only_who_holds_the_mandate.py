"""P1: a formal position is taken only by those who hold a mandate for it: every role, in every
phase, in every state of a mandate; allowed exactly where domain.md (4.5, 7.2, 7.3) says."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from policylab import labs, positions
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.positions import Stance, Subject, Words
from policylab.process import templates
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk
from tests.positions.taking import every, take
from tests.promises.conftest import WHOLE

TODAY = date.today()
DAY = timedelta(days=1)

MANDATES: Mapping[str, Mapping[str, Any] | None] = {
    "missing": None,
    "expired": {"valid_to": TODAY - 2 * DAY},
    "future": {"valid_from": TODAY + 2 * DAY},
    "revoked": {},
    "other subject": {"subjects": [uuid7()]},
    "other level": {},
    "subject to confirmation": {"ad_referendum": True},
    "valid": {},
    "valid for this text": {"subjects": []},
}
CARRY = {"valid", "valid for this text"}
"""Invariant 3: valid on that day and covering the subject."""

TAKEN_IN = {
    "multilevel-policy-lab": {"positions"},
    "index-followup-strategy": {"decision"},
}
"""Where domain.md says that delegations take positions."""

OPINIONS_IN = {"multilevel-policy-lab": set[str](), "index-followup-strategy": {"consultation"}}
"""Where it says that consulted bodies give their opinion."""

CONFIRMED_IN = {
    "multilevel-policy-lab": {"positions"},
    "index-followup-strategy": {"decision"},
}
"""Without a procedure that is open."""

AROUND = (
    "moderator",
    "rapporteur",
    "expert",
    "observer",
    "stakeholder",
    "secretariat",
    "administrator",
    "outsider",
)


class Undo(Exception):
    """Takes back what was allowed, so that every attempt finds the same house."""


async def allowed(house: Database, viewer: Viewer, attempt: Callable[[Any], Awaitable[Any]]) -> Any:
    """None where the house lets somebody, else the code with which it refuses."""
    try:
        async with house.write(viewer) as uow:
            await attempt(uow)
            raise Undo
    except Undo:
        return None
    except Refused as refused:
        return refused.code


@dataclass
class Case:
    """One text, with a delegation in each state of a mandate."""

    made: Desk
    seats: dict[str, make.Seat]
    consulted: make.Seat
    unconfirmed: dict[str, UUID]

    @property
    def subject(self) -> Subject:
        return Subject(set_id=self.made.set_id)

    async def takes(self, house: Database, viewer: Viewer, *, ad_referendum: bool = False) -> Any:
        async def attempt(uow: Any) -> None:
            await positions.take_position(
                uow,
                viewer,
                subject=self.subject,
                stance=Stance.SUPPORT,
                words=Words(),
                ad_referendum=ad_referendum,
            )

        return await allowed(house, viewer, attempt)

    async def confirms(self, house: Database, viewer: Viewer, position_id: UUID) -> Any:
        async def attempt(uow: Any) -> None:
            await positions.confirm_position(uow, viewer, position_id=position_id)

        return await allowed(house, viewer, attempt)


async def prepare(house: Database, template: str) -> Case:
    table = await make.table(house, template=template, bodies={}, mandates=False)
    made = await desk.frozen(house, table)
    seats = {
        state: await seated(house, made, state, options) for state, options in MANDATES.items()
    }
    consulted = await make.seat(house, table, "consulted", voting=False)
    case = Case(made, seats, consulted, {})
    [phase] = TAKEN_IN[template]
    await make.enter(house, table, phase)
    for state, seat in seats.items():
        position = await take(house, seat.head, made, ad_referendum=True)
        case.unconfirmed[state] = position.id
    return case


async def seated(
    house: Database, made: Desk, state: str, options: Mapping[str, Any] | None
) -> make.Seat:
    seat = await make.seat(house, made.table, state, mandate=False)
    if options is None:
        return seat
    wanted = dict(options)
    if state == "valid for this text":
        wanted["subjects"] = [made.document_id]
    if state == "other level":
        await on_another_level(house, made, seat)
        return seat
    seat.mandate_id = await make.file_mandate(house, seat, **wanted)
    if state == "revoked":
        async with house.write(seat.head) as uow:
            await labs.revoke_mandate(uow, seat.head, mandate_id=seat.mandate_id)
    return seat


async def on_another_level(house: Database, made: Desk, seat: make.Seat) -> None:
    """No verb files such a mandate: it is put there as an old house might hold one."""
    async with house.raw() as connection:
        await connection.execute(
            "INSERT INTO mandate (id, lab_id, dialogue_id, delegation_id, level, issuing_body, "
            "issued_on, scope, limits, valid_from, subjects, ad_referendum) "
            "VALUES ($1, $2, $3, $4, 'NATIONAL', 'Council', $5, 'All.', '', $5, '[]', false)",
            uuid7(),
            made.table.lab_id,
            made.table.dialogue_id,
            seat.delegation_id,
            TODAY - DAY,
        )


@pytest.mark.parametrize("template", sorted(TAKEN_IN))
async def test_positions_are_taken_only_under_a_mandate_by_heads_in_their_phase(
    house: Database, template: str
) -> None:
    case = await prepare(house, template)
    before = await every(house)
    phases = [phase.id for phase in templates()[template].phases]
    tried = 0
    for phase in phases if WHOLE else sorted(interesting(template, phases)):
        await make.enter(house, case.made.table, phase)
        tried += await try_seats(house, case, template, phase)
        tried += await try_everybody_else(house, case, phase)
    assert tried > 100
    assert await every(house) == before


def interesting(template: str, phases: list[str]) -> set[str]:
    """The phases that open something, and their neighbours."""
    opening = TAKEN_IN[template] | OPINIONS_IN[template]
    places = {phases.index(phase) for phase in opening}
    return {phases[near] for place in places for near in (place - 1, place, place + 1)}


async def try_seats(house: Database, case: Case, template: str, phase: str) -> int:
    open_now = phase in TAKEN_IN[template]
    may_confirm = phase in CONFIRMED_IN[template]
    for state, seat in case.seats.items():
        where = (template, phase, state)
        full = await case.takes(house, seat.head)
        assert (full is None) is (open_now and state in CARRY), (where, full)
        if open_now and state not in CARRY:
            assert full is RefusalCode.NO_MANDATE, where
        doubtful = await case.takes(house, seat.head, ad_referendum=True)
        assert (doubtful is None) is open_now, (where, doubtful)
        for ad_referendum in (False, True):
            by_delegate = await case.takes(house, seat.delegate, ad_referendum=ad_referendum)
            assert by_delegate is not None, where
        own = case.unconfirmed[state]
        confirmed = await case.confirms(house, seat.head, own)
        assert (confirmed is None) is (may_confirm and state in CARRY), (where, confirmed)
        assert await case.confirms(house, seat.delegate, own) is not None, where
    stranger = case.seats["valid"].head
    foreign = await case.confirms(house, stranger, case.unconfirmed["valid for this text"])
    assert foreign is RefusalCode.NOT_YOUR_ROLE
    heard = await case.takes(house, case.consulted.head)
    opinion = phase in OPINIONS_IN[template]
    assert (heard is None) is (opinion or open_now), (template, phase, "consulted", heard)
    return 6 * len(case.seats) + 2


async def try_everybody_else(house: Database, case: Case, phase: str) -> int:
    for name in AROUND:
        viewer = getattr(case.made.table, name)
        for ad_referendum in (False, True):
            refused = await case.takes(house, viewer, ad_referendum=ad_referendum)
            assert refused is not None, (phase, name)
        refused = await case.confirms(house, viewer, case.unconfirmed["valid"])
        assert refused is not None, (phase, name)
    assert await case.takes(house, SYSTEM) is not None, phase
    return 3 * len(AROUND) + 1
