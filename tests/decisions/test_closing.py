"""A closing counts what counts, nobody is cut short, and what is closed stays closed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from policylab import decisions, identity, positions
from policylab.decisions.conduct import ProcedureState
from policylab.decisions.log_rules import instant
from policylab.decisions.rules import Outcome, Rule, RuleCode
from policylab.identity import OrganisationKind
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.viewer import SYSTEM
from policylab.labs import FactKind
from policylab.positions import Stance, Words
from tests import make
from tests.decisions import deciding
from tests.decisions.conducting import close, facts, refer, refused, state, verdict, withdraw
from tests.decisions.deciding import Text

CONSENSUS = Rule(code=RuleCode.CONSENSUS)


async def test_everything_that_counts_is_counted_and_kept_with_the_outcome(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen, {"REGION": Stance.SUPPORT_WITH_RESERVATION})
    record = await deciding.close(database, table, procedure)
    judged = await verdict(database, table.head(), procedure)
    assert not judged.provisional
    assert judged.verdict.outcome is Outcome.ADOPTED
    assert [(t.level, t.in_favour, t.passes) for t in judged.verdict.tallies] == [
        (None, 3, None),
        ("LOCAL", 1, True),
        ("REGIONAL", 1, True),
        ("NATIONAL", 1, True),
    ]
    async with database.read(SYSTEM) as session:
        closing = (await decisions.closings_of(session, [procedure.id]))[procedure.id]
    assert {(item["level"], item["stance"], item["counted"]) for item in closing.positions} == {
        ("LOCAL", "SUPPORT", True),
        ("REGIONAL", "SUPPORT_WITH_RESERVATION", True),
        ("NATIONAL", "SUPPORT", True),
    }
    closed = await facts(database, table, FactKind.PROCEDURE_CLOSED)
    assert [fact.detail["outcome"] for fact in closed] == ["ADOPTED"]
    assert record.identifier == f"LAB-{datetime.now(UTC).year}-001"


async def test_one_objection_at_one_level_stands_in_the_way_and_is_named(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen, {"REGION": Stance.OBJECT})
    record = await deciding.close(database, table, procedure)
    assert record.outcome is Outcome.NOT_ADOPTED
    judged = await verdict(database, table.head(), procedure)
    assert "region: 1 objection stands" in judged.said.en
    assert "région : 1 objection subsiste" in judged.said.fr


async def test_a_level_without_a_delegation_makes_it_inconclusive(database: Database) -> None:
    city = {"CITY": (OrganisationKind.CITY, "LOCAL")}
    table = await make.table(database, bodies=city)
    frozen = await deciding.freeze(database, table)
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    record = await deciding.close(database, table, procedure)
    assert record.outcome is Outcome.INCONCLUSIVE


async def test_a_position_ad_referendum_counts_only_once_confirmed(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take(database, table, frozen, "CITY")
    await deciding.take(database, table, frozen, "REGION")
    pending = await deciding.take(database, table, frozen, "MINISTRY", ad_referendum=True)
    judged = await verdict(database, table.head(), procedure)
    assert judged.verdict.outcome is Outcome.INCONCLUSIVE
    await make.enter(database, table, "decision")
    await refused(
        database,
        close(database, table.moderator, procedure),
        code=RefusalCode.CONDITIONS_NOT_MET,
    )
    head = table.head("MINISTRY")
    async with database.write(head) as uow:
        await positions.confirm_position(uow, head, position_id=pending.id)
    record = await deciding.close(database, table, procedure)
    assert record.outcome is Outcome.ADOPTED


async def test_only_positions_on_the_very_subject_count(
    database: Database, table: make.Table, frozen: Text
) -> None:
    other = await deciding.freeze(database, table)
    procedure = await deciding.open_procedure(database, table, frozen, CONSENSUS, days=0)
    await make.enter(database, table, "positions")
    for body in table.seats:
        await deciding.take(database, table, frozen.clause(1), body)
        await deciding.take(database, table, other, body)
    record = await deciding.close(database, table, procedure)
    assert record.outcome is Outcome.INCONCLUSIVE


async def test_a_condition_counts_against_until_it_is_met_and_confirmed(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen, {"CITY": Stance.CONDITIONAL})
    assert (await verdict(database, table.head(), procedure)).verdict.outcome is (
        Outcome.NOT_ADOPTED
    )
    async with database.rows(SYSTEM) as connection:
        condition = await connection.fetchval("SELECT id FROM position_condition")
    for viewer, mark in (
        (table.moderator, positions.mark_condition_met),
        (table.head(), positions.confirm_condition),
    ):
        async with database.write(viewer) as uow:
            await mark(uow, viewer, condition_id=condition)
    record = await deciding.close(database, table, procedure)
    assert record.outcome is Outcome.ADOPTED


async def test_before_the_deadline_nobody_who_is_entitled_is_cut_short(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen, CONSENSUS)
    await deciding.take(database, table, frozen, "CITY")
    await make.enter(database, table, "decision")
    told = await refused(
        database,
        close(database, table.moderator, procedure),
        code=RefusalCode.CONDITIONS_NOT_MET,
    )
    assert "does not count yet: 2" in told.message
    await make.enter(database, table, "positions")
    for body in ("REGION", "MINISTRY"):
        await deciding.take(database, table, frozen, body)
    assert (await deciding.close(database, table, procedure)).outcome is Outcome.ADOPTED


async def test_after_the_deadline_silence_is_counted_as_silence(
    database: Database, table: make.Table, frozen: Text
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    procedure = await deciding.open_procedure(database, table, frozen, CONSENSUS, closes_at=soon)
    await deciding.take(database, table, frozen, "CITY")
    await asyncio.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()) + 0.05)
    record = await deciding.close(database, table, procedure)
    judged = await verdict(database, table.head(), procedure)
    assert record.outcome is Outcome.ADOPTED
    assert judged.verdict.tallies[0].no_position == 2


@pytest.mark.parametrize("who", ["rapporteur", "head", "secretariat"])
async def test_only_the_moderator_closes(
    database: Database, table: make.Table, frozen: Text, who: str
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    viewer = table.head() if who == "head" else getattr(table, who)
    attempt = deciding.close(database, table, procedure, by=viewer)
    await refused(database, attempt, code=RefusalCode.NOT_YOUR_ROLE)
    assert await deciding.close(database, table, procedure)


async def test_what_is_closed_stays_closed(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    await deciding.close(database, table, procedure)
    assert await state(database, procedure) is ProcedureState.CLOSED
    moderator, head = table.moderator, table.head()
    attempts: list[Callable[[], Awaitable[None]]] = [
        lambda: close(database, moderator, procedure),
        lambda: withdraw(database, moderator, procedure),
    ]
    for attempt in attempts:
        await refused(database, attempt(), code=RefusalCode.CLOSED)
    await make.enter(database, table, "positions")
    await refused(database, refer(database, head, procedure), code=RefusalCode.CLOSED)
    late = deciding.take(database, table, frozen, "CITY", Stance.ABSTAIN)
    await refused(database, late, "position", code=RefusalCode.CLOSED)


async def test_casting_waits_for_a_closing_under_way_and_is_then_refused(
    database: Database,
) -> None:
    table = await make.table(database, template="index-followup-strategy")
    frozen = await deciding.freeze(database, table)
    procedure = await deciding.open_procedure(database, table, frozen, phase="decision")
    await deciding.take_all(database, table, frozen)
    async with database.write(table.moderator) as uow:
        await decisions.close_procedure(uow, table.moderator, procedure_id=procedure.id)
        casting = asyncio.create_task(
            deciding.take(database, table, frozen, "CITY", Stance.ABSTAIN)
        )
        await asyncio.sleep(0.1)
        assert not casting.done()
    await refused(database, casting, "position", code=RefusalCode.CLOSED)


async def test_a_closing_waits_for_a_cast_under_way_and_counts_it(database: Database) -> None:
    table = await make.table(database, template="index-followup-strategy")
    frozen = await deciding.freeze(database, table)
    procedure = await deciding.open_procedure(database, table, frozen, phase="decision")
    await deciding.take_all(database, table, frozen)
    head = table.head()
    async with database.write(head) as uow:
        late = await positions.take_position(
            uow, head, subject=frozen.subject, stance=Stance.ABSTAIN, words=Words()
        )
        closing = asyncio.create_task(close(database, table.moderator, procedure))
        await asyncio.sleep(0.1)
        assert not closing.done()
    await closing
    async with database.read(SYSTEM) as session:
        kept = (await decisions.closings_of(session, [procedure.id]))[procedure.id]
    assert str(late.id) in {item["position"] for item in kept.positions}
    assert max(item["releasedAt"] for item in kept.positions) <= instant(kept.at)


async def test_records_of_one_lab_are_numbered_without_gaps_also_at_once(
    database: Database, table: make.Table, frozen: Text
) -> None:
    opened = [
        await deciding.open_procedure(database, table, frozen.clause(place), days=0)
        for place in range(3)
    ]
    await make.enter(database, table, "decision")
    await asyncio.gather(*(close(database, table.moderator, each) for each in opened))
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch("SELECT identifier FROM decision_record ORDER BY 1")
    year = datetime.now(UTC).year
    assert [row[0] for row in rows] == [f"LAB-{year}-00{number}" for number in (1, 2, 3)]


async def test_the_people_behind_a_closing_are_functions(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    await deciding.close(database, table, procedure)
    async with database.rows(SYSTEM) as connection:
        kept = await connection.fetchval("SELECT positions::text FROM closing")
    people = await identity.list_people(database)
    assert not [person.display_name for person in people if person.display_name in kept]
