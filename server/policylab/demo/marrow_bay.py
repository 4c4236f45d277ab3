"""Marrow Bay: from its INDEX result to a strategy, which is out for consultation."""

from datetime import timedelta
from uuid import UUID

from policylab import labs
from policylab.demo.stage import Stage
from policylab.demo.table import Table, convene
from policylab.demo.text import Text
from policylab.documents import DocumentKind
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import uuid7
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind

COORDINATOR = "marrow-bay.coordinator"
WRITER = "marrow-bay.deputy"


async def play(stage: Stage, lab_id: UUID) -> None:
    """From the resolution of the council to the consultation."""
    table = await convene(stage, lab_id, "dialogue_strategy")
    said = table.said
    await table.state(FactKind.INTENT_STATED, said["intent"], by=COORDINATOR)
    await table.go("questionnaire")
    await table.state(FactKind.ANSWERS_APPROVED, said["answers"], by=COORDINATOR)
    await table.state(FactKind.REPORT_RECEIVED, said["report"], by=COORDINATOR)
    await table.go("report")
    await table.attach_result(COORDINATOR, "xa-marrow-bay-index-3-2025-03")
    await table.state(FactKind.COUNCIL_NOTED, said["noted"], by=COORDINATOR)
    await table.go("responses")
    await table.respond(said["responses"])
    await table.go("drafting")
    text = await _write(table)
    await table.go("consultation")
    await _consult(table, text)


async def _write(table: Table) -> Text:
    said = table.said
    text = await table.begin_text(
        said["text"], kind=DocumentKind[said["kind"]], writer=WRITER, written=said["written"]
    )
    await table.link(text, said["links"])
    await text.remark(said["remarks"])
    await text.freeze()
    return text


async def _consult(table: Table, text: Text) -> None:
    said = table.said
    await table.stage.act(
        table.moderator, open_consultation, dialogue_id=table.id, set_id=text.set_id
    )
    await text.remark(said["consulted"])
    await table.take(text, said["opinions"])
    await table.draft_positions(text, said["drafted"])


async def open_consultation(
    uow: UnitOfWork, viewer: Viewer, *, dialogue_id: UUID, set_id: UUID
) -> None:
    """Tell the process that the consultation is open until its days have run.

    No room has a verb for this yet, so the fact is recorded here once the moderator is judged.
    """
    here = await labs.standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.MODERATE)
    closes_at = uow.now + timedelta(days=here.dialogue.settings["consultation"])
    detail = {"consultation_id": uuid7(), "version_set_id": set_id, "closes_at": closes_at}
    await labs.record_fact(
        uow, dialogue_id, FactKind.CONSULTATION_OPENED, detail, capacity_id=here.capacity_id
    )
