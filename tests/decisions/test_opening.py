"""Procedures are opened by the moderator, on exact words, when the time has come for them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from policylab import index, labs, strategies
from policylab.decisions.rules import Outcome, Rule, RuleCode
from policylab.documents import DocumentKind
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.viewer import SYSTEM
from policylab.labs import FactKind
from policylab.positions import Subject
from tests import make
from tests.decisions import deciding
from tests.decisions.conducting import facts, refused, verdict, withdraw
from tests.decisions.deciding import Text

CONSENSUS = Rule(code=RuleCode.CONSENSUS)


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
