"""P5: an independent program gets the same outcome from the sealed record alone."""

import asyncio
import json
import random
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from policylab import labs
from policylab.decisions.rules import Base, Rule, RuleCode
from policylab.decisions.signing import Signer, new_signer
from policylab.decisions.tables import Procedure
from policylab.kit.db import Database
from policylab.positions import Stance, Subject, Words
from tests import make
from tests.decisions import deciding, recompute
from tests.promises.conftest import full

LEVELS = ("LOCAL", "REGIONAL", "NATIONAL")
INNER: list[Rule] = [
    Rule(code=RuleCode.SIMPLE_MAJORITY),
    Rule(code=RuleCode.ABSOLUTE_MAJORITY),
    Rule(code=RuleCode.QUALIFIED_MAJORITY, numerator=2, denominator=3, base=Base.ENTITLED),
    Rule(code=RuleCode.QUALIFIED_MAJORITY, numerator=3, denominator=5, base=Base.CAST),
    Rule(code=RuleCode.UNANIMITY_CAST_WITH_MAJORITY),
    Rule(code=RuleCode.CONSENSUS, quorum=(1, 2)),
    Rule(code=RuleCode.CONSENT),
]
RULES: list[Rule] = [
    *INNER,
    Rule(code=RuleCode.ADVISORY_OPINION),
    *(Rule(code=RuleCode.PER_LEVEL_ASSENT, inner=inner, levels=LEVELS) for inner in INNER),
]
STANCES = (*Stance, None)
FRIENDLY = (Stance.SUPPORT, Stance.SUPPORT, Stance.SUPPORT_WITH_RESERVATION, Stance.NOT_COMPETENT)


@pytest.fixture
async def table(house: Database) -> make.Table:
    """Five delegations, two of which weigh more than one."""
    table = await make.table(house)
    table.seats["BOROUGH"] = await make.seat(house, table, "BOROUGH", weight=2)
    table.seats["COAST"] = await make.seat(house, table, "COAST", level="REGIONAL", weight=3)
    return table


async def take_some(
    house: Database,
    table: make.Table,
    subject: Subject,
    chance: random.Random,
    stances: Sequence[Stance | None],
) -> None:
    """Positions at random, some of them ad referendum; None is silence."""
    for body in table.seats:
        stance = chance.choice(stances)
        pending = stances is STANCES and chance.random() < 0.15
        if stance is not None:
            words = deciding.words_for(stance)
            await deciding.take(house, table, subject, body, stance, words, ad_referendum=pending)


async def record_json(
    house: Database, table: make.Table, procedure: Procedure, signer: Signer
) -> dict[str, Any]:
    """The record of a procedure as its package holds it: closed, sealed, packed."""
    record = await deciding.close(house, table, procedure)
    await deciding.seal(house, table, record, signer)
    data = await deciding.package(house, table.head(), record, signer)
    with zipfile.ZipFile(BytesIO(data)) as file:
        return json.loads(file.read("record.json"))


def recomputed(record: dict[str, Any]) -> str:
    counted = [item for item in record["positions"] if item["counted"]]
    return recompute.outcome_of(record["rule"], record["entitled"], counted)


async def test_every_rule_gives_the_same_outcome_in_another_program(
    house: Database, table: make.Table
) -> None:
    """Positions are taken before a procedure opens whose deadline is at once: silence stays."""
    chance, signer = random.Random(62), new_signer()
    rounds = full(10, 1)
    frozen = await deciding.freeze(house, table, clauses=len(RULES) * rounds)
    outcomes: set[str] = set()
    for place, rule in enumerate(RULES * rounds):
        subject = frozen.clause(place + 1)
        await make.enter(house, table, "positions")
        await take_some(house, table, subject, chance, FRIENDLY if place % 2 else STANCES)
        procedure = await deciding.open_procedure(house, table, subject, rule, days=0)
        record = await record_json(house, table, procedure, signer)
        assert record["outcome"]["verdict"]["outcome"] == recomputed(record), record["rule"]
        outcomes.add(recomputed(record))
    assert {"ADOPTED", "NOT_ADOPTED", "OPINION_GIVEN"} <= outcomes


@pytest.mark.parametrize("reasons", ["", "It costs too much."])
async def test_so_does_consent_with_and_without_reasons(
    house: Database, table: make.Table, reasons: str
) -> None:
    frozen = await deciding.freeze(house, table)
    consent = Rule(code=RuleCode.CONSENT)
    procedure = await deciding.open_procedure(house, table, frozen, consent)
    for body in table.seats:
        stance = Stance.OBJECT if body == "COAST" else Stance.SUPPORT
        words = Words(statement=reasons if stance is Stance.OBJECT else "")
        await deciding.take(house, table, frozen, body, stance, words)
    record = await record_json(house, table, procedure, new_signer())
    assert recomputed(record) == ("NOT_ADOPTED" if reasons else "ADOPTED")
    assert record["outcome"]["verdict"]["outcome"] == recomputed(record)


@pytest.mark.parametrize("broken", [False, True])
async def test_so_does_a_silence_procedure(
    house: Database, table: make.Table, broken: bool
) -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=8)
    await make.enter(house, table, "convening")
    async with house.write(table.moderator) as uow:
        await labs.send_notice(
            uow,
            table.moderator,
            dialogue_id=table.dialogue_id,
            agenda="The text.",
            silence_deadline=deadline,
        )
    frozen = await deciding.freeze(house, table)
    silence = Rule(code=RuleCode.SILENCE_PROCEDURE, days=0)
    procedure = await deciding.open_procedure(house, table, frozen, silence)
    if broken:
        words = deciding.words_for(Stance.OBJECT)
        await deciding.take(house, table, frozen, "CITY", Stance.OBJECT, words)
    await asyncio.sleep(max(0.0, (deadline - datetime.now(UTC)).total_seconds()) + 0.05)
    record = await record_json(house, table, procedure, new_signer())
    assert record["notice"]["silenceUntil"] is not None
    assert recomputed(record) == ("ESCALATED" if broken else "ADOPTED")
    assert record["outcome"]["verdict"]["outcome"] == recomputed(record)
