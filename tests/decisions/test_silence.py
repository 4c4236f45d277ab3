"""Under the silence procedure whoever says nothing assents, if she was told so."""

import asyncio
from datetime import UTC, datetime, timedelta

from policylab import labs
from policylab.decisions.rules import Outcome, Rule, RuleCode
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.positions import Stance, Words
from tests import make
from tests.decisions import deciding
from tests.decisions.conducting import close, refused, verdict
from tests.decisions.deciding import Text

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
