"""“Language learning for newcomers: who does what”: a lab session at its decision.

Counted and closed; a dissenting statement is attached, and the record waits to be sealed.
"""

from uuid import UUID

from policylab import decisions, positions
from policylab.demo.sessions import hold, invite
from policylab.demo.stage import Stage
from policylab.demo.table import Table, convene
from policylab.demo.text import Text
from policylab.documents import DocumentKind
from policylab.kit.viewer import SYSTEM
from policylab.labs import FactKind

WRITER = "network.rapporteur"


async def play(stage: Stage, lab_id: UUID) -> None:
    """From the convocation to the eve of the seal."""
    table = await convene(stage, lab_id, "dialogue_language")
    await meet(table)
    text = await _write(table)
    await _settle(table, text)
    await _decide(table, text)


async def meet(table: Table) -> None:
    """Convening, framing and the session, as every lab session begins."""
    await invite(table)
    await table.go("framing")
    if "links" in table.said:
        await table.attach_result("marrow-bay.coordinator", "xa-marrow-bay-index-3-2025-03")
    await table.state(FactKind.FRAMING_SETTLED, table.said["framing"])
    await table.go("session")
    await hold(table, table.said["meeting"], minutes_by=WRITER)
    await table.state(FactKind.OPTIONS_AGREED, table.said["options"])
    await table.go("drafting")


async def _write(table: Table) -> Text:
    said = table.said
    text = await table.begin_text(
        said["text"],
        kind=DocumentKind[said["kind"]],
        writer=WRITER,
        written=said["written"],
    )
    await text.remark(said["remarks"])
    await text.note(said["notes"])
    await table.link(text, said["links"])
    await text.freeze()
    return text


async def _settle(table: Table, text: Text) -> None:
    said = table.said
    await table.go("home-consultation")
    await text.remark(said["at_home"])
    tabled = await text.table(said["amendments"])
    for body, facts in said["delegations"].items():
        head = f"{body}.{facts['people'][0]}"
        await table.state(FactKind.DELEGATION_READY, by=head)
    await table.go("settlement")
    await text.open()
    await text.settle(said["amendments"], tabled, by=WRITER)
    await text.freeze()


async def _decide(table: Table, text: Text) -> None:
    """Positions first, then a procedure whose deadline is now: it counts what has been said.

    One position is ad referendum and one is only drafted, so that neither counts; a procedure with
    the usual days could not be closed before these have run.
    """
    said, act = table.said, table.stage.act
    await table.go("positions")
    taken = await table.take(text, said["positions"])
    await table.take(text, said["clauses"])
    await table.draft_positions(text, said["drafted"])
    async with table.stage.database.read(SYSTEM) as session:
        conditions = await positions.conditions_of(session, taken)
    for one in (each for found in conditions.values() for each in found):
        await act(table.moderator, positions.mark_condition_met, condition_id=one.id)
        await act("port-lanter.welcome", positions.confirm_condition, condition_id=one.id)
    procedure = await table.open_decision(text, days=0)
    await table.go("decision")
    record = await table.close_decision(procedure)
    dissent = said["dissent"]
    await act(dissent["who"], decisions.attach_statement, record_id=record, words=dissent["text"])
