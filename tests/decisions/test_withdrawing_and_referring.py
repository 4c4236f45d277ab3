"""A procedure is withdrawn by its moderator, and referred once by each delegation."""

from datetime import timedelta

from policylab import positions
from policylab.decisions.conduct import ProcedureState
from policylab.decisions.rules import Outcome
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.viewer import SYSTEM
from policylab.labs import FactKind
from policylab.positions import Stance
from tests import make
from tests.decisions import deciding
from tests.decisions.conducting import close, facts, refer, refused, state, verdict, withdraw
from tests.decisions.deciding import Text


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
