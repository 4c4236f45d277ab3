"""What becomes of a procedure: the verbs that change its course, and what is known of it then."""

from collections.abc import Awaitable
from typing import Any

import pytest

from policylab import decisions, labs
from policylab.decisions.conduct import ProcedureState
from policylab.decisions.tables import Procedure
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import FactKind
from tests import make
from tests.decisions import deciding


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
