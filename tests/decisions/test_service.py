"""Procedures: opened on exact words, referred once, closed with everything that counts."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from policylab import decisions, identity, index, labs, positions, strategies
from policylab.decisions.conduct import ProcedureState
from policylab.decisions.log_rules import instant
from policylab.decisions.rules import Outcome, Rule, RuleCode
from policylab.decisions.tables import Procedure
from policylab.documents import DocumentKind
from policylab.identity import OrganisationKind
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import FactKind
from policylab.positions import Stance, Subject, Words
from tests import make
from tests.decisions import deciding
from tests.decisions.deciding import Text

CONSENSUS = Rule(code=RuleCode.CONSENSUS)


@pytest.fixture
async def table(database: Database) -> make.Table:
    return await make.table(database)


@pytest.fixture
async def frozen(database: Database, table: make.Table) -> Text:
    return await deciding.freeze(database, table)


async def refused(
    database: Database, doing: Awaitable[Any], *tables: str, code: RefusalCode
) -> Refused:
    """The refusal of an attempt, which leaves these tables as they were."""
    watched = tables or ("procedure", "closing", "decision_record", "dialogue_fact", "audit_event")
    before = [await deciding.count(database, each) for each in watched]
    with pytest.raises(Refused) as caught:
        await doing
    assert caught.value.code is code, caught.value.message
    assert [await deciding.count(database, each) for each in watched] == before
    return caught.value


async def verdict(database: Database, viewer: Viewer, procedure: Procedure) -> decisions.Judged:
    async with database.read(viewer) as session:
        return (await decisions.verdict_of(session, [procedure.id]))[procedure.id]


async def state(database: Database, procedure: Procedure) -> ProcedureState:
    async with database.write(SYSTEM) as uow:
        course = (await decisions.courses_of(uow.session, [procedure.id]))[procedure.id]
        return course.state(uow.now)


async def facts(database: Database, table: make.Table, kind: FactKind) -> list[Any]:
    async with database.read(SYSTEM) as session:
        found = await labs.facts_of(session, [table.dialogue_id])
    return [fact for fact in found[table.dialogue_id] if fact.kind is kind]


async def withdraw(
    database: Database, viewer: Viewer, procedure: Procedure, reasons: str = ""
) -> None:
    async with database.write(viewer) as uow:
        await decisions.withdraw_procedure(uow, viewer, procedure_id=procedure.id, reasons=reasons)


async def refer(
    database: Database, viewer: Viewer, procedure: Procedure, reasons: str = "Our council sits."
) -> None:
    async with database.write(viewer) as uow:
        await decisions.refer(uow, viewer, procedure_id=procedure.id, reasons=reasons)


async def close(database: Database, viewer: Viewer, procedure: Procedure) -> None:
    async with database.write(viewer) as uow:
        await decisions.close_procedure(uow, viewer, procedure_id=procedure.id)


# ── opening ──


async def test_a_procedure_opens_with_the_templates_rule_and_the_dialogues_days(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    assert procedure.rule == {
        "code": "PER_LEVEL_ASSENT",
        "inner": {"code": "CONSENSUS"},
        "levels": ["LOCAL", "REGIONAL", "NATIONAL"],
    }
    assert procedure.closes_at - procedure.opens_at == timedelta(days=14)
    opened = await facts(database, table, FactKind.PROCEDURE_OPENED)
    assert [fact.detail for fact in opened] == [
        {"procedure_id": str(procedure.id), "closes_at": procedure.closes_at.isoformat()}
    ]
    judged = await verdict(database, table.head(), procedure)
    assert judged.provisional
    assert judged.verdict.outcome is Outcome.INCONCLUSIVE


async def test_who_is_entitled_is_fixed_when_it_opens(
    database: Database, table: make.Table, frozen: Text
) -> None:
    await make.seat(database, table, "HEAVY", weight=3)
    await make.seat(database, table, "HEARD", voting=False)
    procedure = await deciding.open_procedure(database, table, frozen, CONSENSUS)
    await make.seat(database, table, "LATE")
    judged = await verdict(database, table.head(), procedure)
    assert judged.verdict.tallies[0].entitled == 6


@pytest.mark.parametrize("who", ["rapporteur", "expert", "observer", "secretariat", "head"])
async def test_only_the_moderator_opens_a_procedure(
    database: Database, table: make.Table, frozen: Text, who: str
) -> None:
    viewer = table.head() if who == "head" else getattr(table, who)
    attempt = deciding.open_procedure(database, table, frozen, by=viewer)
    await refused(database, attempt, "procedure", "ballot", code=RefusalCode.NOT_YOUR_ROLE)
    assert await deciding.open_procedure(database, table, frozen)


async def test_for_an_outsider_the_text_is_not_there(
    database: Database, table: make.Table, frozen: Text
) -> None:
    attempt = deciding.open_procedure(database, table, frozen, by=table.outsider)
    await refused(database, attempt, "procedure", code=RefusalCode.NOT_FOUND)


async def test_a_procedure_opens_only_in_its_phase(
    database: Database, table: make.Table, frozen: Text
) -> None:
    attempt = deciding.open_procedure(database, table, frozen, phase="drafting")
    await refused(database, attempt, "procedure", code=RefusalCode.NOT_IN_THIS_PHASE)


async def test_one_procedure_at_a_time_on_the_same_words(
    database: Database, table: make.Table, frozen: Text
) -> None:
    first = await deciding.open_procedure(database, table, frozen)
    attempt = deciding.open_procedure(database, table, frozen)
    await refused(database, attempt, code=RefusalCode.ALREADY_DONE)
    assert await deciding.open_procedure(database, table, frozen.clause(1))
    await withdraw(database, table.moderator, first)
    assert await deciding.open_procedure(database, table, frozen)


async def test_of_two_openings_at_once_one_is_refused(
    database: Database, table: make.Table, frozen: Text
) -> None:
    await make.enter(database, table, "positions")
    both = await asyncio.gather(
        *(deciding.open_procedure(database, table, frozen, phase=None) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["Procedure", "Refused"]
    assert await deciding.count(database, "procedure") == 1


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule(code=RuleCode.QUALIFIED_MAJORITY), "rule.numerator"),
        (Rule(code=RuleCode.CONSENSUS, levels=("LOCAL",)), "rule.levels"),
        (
            Rule(code=RuleCode.PER_LEVEL_ASSENT, inner=CONSENSUS, levels=("GALACTIC",)),
            "rule.levels",
        ),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(
    database: Database, table: make.Table, frozen: Text, rule: Rule, field: str
) -> None:
    attempt = deciding.open_procedure(database, table, frozen, rule)
    told = await refused(database, attempt, "procedure", code=RefusalCode.INVALID_INPUT)
    assert told.field == field


async def test_levels_named_apart_are_those_that_must_assent(
    database: Database, table: make.Table, frozen: Text
) -> None:
    rule = Rule(code=RuleCode.PER_LEVEL_ASSENT, inner=CONSENSUS)
    procedure = await deciding.open_procedure(
        database, table, frozen, rule, levels=["LOCAL", "NATIONAL"]
    )
    assert procedure.levels == ["LOCAL", "NATIONAL"]


async def test_a_strategy_waits_until_every_recommendation_is_answered(
    database: Database, table: make.Table
) -> None:
    strategy = await deciding.freeze(database, table, kind=DocumentKind.STRATEGY)
    note = await deciding.freeze(database, table)
    await attach_recommendation(database, table)
    attempt = deciding.open_procedure(database, table, strategy)
    told = await refused(database, attempt, "procedure", code=RefusalCode.CONDITIONS_NOT_MET)
    assert "Recommendations without a response: 1" in told.message
    assert await deciding.open_procedure(database, table, note)
    await answer_recommendation(database, table)
    assert await deciding.open_procedure(database, table, strategy)


async def attach_recommendation(database: Database, table: make.Table) -> None:
    """An INDEX result with one recommendation, which the dialogue works on."""
    administrator = table.administrator
    data = b"""{"results": [{"territory": {"name": "Marrow Bay", "country": "XA"},
      "edition": "index-3", "answeredOn": "2025-03", "illustrative": true,
      "scores": [{"value": 58}],
      "recommendations": [{"number": "1", "text": {"en": "Teach."}, "dimensions": ["LANGUAGE"]}]
    }]}"""
    await index.load_reference(database)
    async with database.write(administrator) as uow:
        await index.import_file(uow, administrator, name="index.json", data=data)
    async with database.rows(SYSTEM) as connection:
        assessment_id = await connection.fetchval(
            "SELECT assessment_id FROM recommendation r JOIN assessment a ON a.id = assessment_id "
            "WHERE r.illustrative"
        )
    await make.enter(database, table, "framing")
    async with database.write(table.head()) as uow:
        await strategies.attach_assessment(
            uow, table.head(), dialogue_id=table.dialogue_id, assessment_id=assessment_id
        )


async def answer_recommendation(database: Database, table: make.Table) -> None:
    """The answer, as the room below keeps it; whether somebody may is not this test's matter."""
    async with database.write(SYSTEM) as uow:
        missing = await index.unanswered(uow.session, table.dialogue_id)
        await index.record_response(
            uow,
            lab_id=table.lab_id,
            dialogue_id=table.dialogue_id,
            recommendation_id=missing[0].id,
            answer=index.ResponseAnswer.ACCEPTED,
            reasons="",
            level=None,
            decided_on=uow.now.date(),
            capacity_id=None,
        )


# ── silence ──

SILENCE = Rule(code=RuleCode.SILENCE_PROCEDURE, days=0)


async def declare_silence(database: Database, table: make.Table, deadline: datetime) -> None:
    await make.enter(database, table, "convening")
    async with database.write(table.moderator) as uow:
        await labs.send_notice(
            uow,
            table.moderator,
            dialogue_id=table.dialogue_id,
            agenda="The text on languages.",
            silence_deadline=deadline,
        )


async def test_silence_is_assent_only_after_a_notice_that_said_so(
    database: Database, table: make.Table, frozen: Text
) -> None:
    attempt = deciding.open_procedure(database, table, frozen, SILENCE)
    await refused(database, attempt, "procedure", code=RefusalCode.CONDITIONS_NOT_MET)
    deadline = datetime.now(UTC) + timedelta(seconds=4)
    await declare_silence(database, table, deadline)
    procedure = await deciding.open_procedure(database, table, frozen, SILENCE)
    assert procedure.closes_at == deadline
    await make.enter(database, table, "decision")
    early = close(database, table.moderator, procedure)
    await refused(database, early, code=RefusalCode.CONDITIONS_NOT_MET)
    await asyncio.sleep(max(0.0, (deadline - datetime.now(UTC)).total_seconds()) + 0.05)
    await close(database, table.moderator, procedure)
    judged = await verdict(database, table.head(), procedure)
    assert judged.verdict.outcome is Outcome.ADOPTED


async def test_an_objection_breaks_the_silence_at_once(
    database: Database, table: make.Table, frozen: Text
) -> None:
    await declare_silence(database, table, datetime.now(UTC) + timedelta(days=2))
    procedure = await deciding.open_procedure(database, table, frozen, SILENCE)
    objection = Words(statement="We have no teachers.")
    await deciding.take(database, table, frozen, "CITY", Stance.OBJECT, objection)
    record = await deciding.close(database, table, procedure)
    assert record.outcome is Outcome.ESCALATED


# ── closing ──


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


# ── withdrawing, referring ──


async def test_a_withdrawn_procedure_counts_nothing_and_frees_its_subject(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    await withdraw(database, table.moderator, procedure, "The text has a mistake.")
    judged = await verdict(database, table.head(), procedure)
    assert judged.verdict.outcome is Outcome.WITHDRAWN
    assert judged.verdict.tallies == ()
    closed = await facts(database, table, FactKind.PROCEDURE_CLOSED)
    assert [(f.detail["outcome"], f.note) for f in closed] == [
        ("WITHDRAWN", "The text has a mistake.")
    ]
    assert await deciding.count(database, "decision_record") == 0
    await deciding.take(database, table, frozen, "CITY", Stance.ABSTAIN)


async def test_a_referral_suspends_the_procedure_and_moves_its_deadline(
    database: Database,
) -> None:
    table = await make.table(database, settings={"referral": 3})
    frozen = await deciding.freeze(database, table)
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    await refer(database, table.head(), procedure)
    assert await state(database, procedure) is ProcedureState.SUSPENDED
    async with database.read(SYSTEM) as session:
        term = (await positions.terms_of(session, [procedure.id]))[procedure.id]
    assert term.ends_at - procedure.closes_at == timedelta(days=3)
    told = await facts(database, table, FactKind.PROCEDURE_REFERRED)
    assert [fact.detail["closes_at"] for fact in told] == [term.ends_at.isoformat()]
    cast = deciding.take(database, table, frozen, "REGION", Stance.ABSTAIN)
    await refused(database, cast, "position", code=RefusalCode.CLOSED)
    await make.enter(database, table, "decision")
    attempt = close(database, table.moderator, procedure)
    why = await refused(database, attempt, code=RefusalCode.CONDITIONS_NOT_MET)
    assert "referral" in why.message


async def test_a_delegation_refers_once_by_its_head_with_reasons(
    database: Database, table: make.Table, frozen: Text
) -> None:
    procedure = await deciding.open_procedure(database, table, frozen)
    for viewer, reasons, code in [
        (table.delegate(), "Why.", RefusalCode.NOT_YOUR_ROLE),
        (table.moderator, "Why.", RefusalCode.NOT_YOUR_ROLE),
        (table.outsider, "Why.", RefusalCode.NOT_FOUND),
        (table.head(), "  ", RefusalCode.STATEMENT_REQUIRED),
    ]:
        attempt = refer(database, viewer, procedure, reasons)
        await refused(database, attempt, "referral", "ballot_pause", code=code)
    await refer(database, table.head(), procedure)
    again = refer(database, table.head(), procedure)
    await refused(database, again, "referral", code=RefusalCode.ALREADY_DONE)
    await refer(database, table.head("REGION"), procedure)
    assert await state(database, procedure) is ProcedureState.OPEN  # it suspends for no days here


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


async def test_a_decision_on_an_amendment_names_its_delegation_as_proposer(
    database: Database, table: make.Table, frozen: Text
) -> None:
    amendment_id = await table_amendment(database, table, frozen)
    subject = Subject(set_id=frozen.set_id, amendment_id=amendment_id)
    procedure = await deciding.open_procedure(database, table, subject)
    async with database.read(SYSTEM) as session:
        proposer = procedure.proposer_capacity_id
        assert proposer is not None
        capacity = (await labs.capacities_by_id(session, [proposer]))[proposer]
    assert capacity.delegation_id == table.seats["CITY"].delegation_id


async def table_amendment(database: Database, table: make.Table, frozen: Text) -> Any:
    """An amendment of the city, as its row is kept."""
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        made = await connection.execute(
            text(
                "INSERT INTO amendment (id, lab_id, dialogue_id, document_id, set_id, section_id,"
                " language, delegation_id, capacity_id, before, content, proposed, reasons, state)"
                " SELECT gen_random_uuid(), d.lab_id, d.dialogue_id, :document, :set, :section,"
                " 'en', d.id, c.id, 'a', '[]', 'b', 'why', 'TABLED' FROM delegation d"
                " JOIN capacity c ON c.delegation_id = d.id WHERE d.id = :delegation LIMIT 1"
                " RETURNING id"
            ),
            {
                "document": frozen.document_id,
                "set": frozen.set_id,
                "section": frozen.clauses[1],
                "delegation": table.seats["CITY"].delegation_id,
            },
        )
        return made.scalar_one()


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
