"""Port Lanter answers rumours: a strategy that has been carried out and evaluated."""

from datetime import UTC, datetime
from uuid import UUID

from policylab import strategies
from policylab.demo.sessions import hold
from policylab.demo.stage import Stage
from policylab.demo.table import Table, convene
from policylab.documents import DocumentKind
from policylab.labs import FactKind

COORDINATOR = "port-lanter.rumours"


async def play(stage: Stage, lab_id: UUID) -> None:
    """From the city's decision to the report that ends it."""
    table = await convene(stage, lab_id, "dialogue_rumours")
    said = table.said
    await table.state(FactKind.INTENT_STATED, said["intent"], by=COORDINATOR)
    await table.go("diagnosis")
    await _text(table, "diagnosis", DocumentKind.NOTE)
    await table.go("evidence")
    await table.state(FactKind.ANSWERS_APPROVED, said["approved"], by=COORDINATOR)
    await table.go("network")
    await _text(table, "charter", DocumentKind.PROTOCOL, decided="charter")
    await table.go("agents")
    await hold(table, said["training"], minutes_by=COORDINATOR)
    await table.go("campaign")
    await _text(table, "plan", DocumentKind.PLAN, decided="plan")
    await table.go("evaluation")
    await stage.act(
        COORDINATOR,
        strategies.file_report,
        dialogue_id=table.id,
        day=datetime.now(UTC).date(),
        comment=said["report"],
    )


async def _text(table: Table, name: str, kind: DocumentKind, decided: str | None = None) -> None:
    """Write a text and freeze it; where it is decided, until its record is sealed."""
    said = table.said
    text = await table.begin_text(name, kind=kind, writer=COORDINATOR)
    if name == "plan":
        await text.remark(said["remarks"])
    await text.freeze()
    if decided:
        procedure = await table.open_decision(text)
        await table.take(text, said[f"{decided}_positions"])
        record = await table.close_decision(procedure)
        await table.seal(record, said[f"{decided}_reasons"])
