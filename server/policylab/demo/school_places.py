"""“Children who arrive during the school year”: a joint text that is being written now."""

from uuid import UUID

from policylab.demo import material, pen
from policylab.demo.language_learning import WRITER, meet
from policylab.demo.stage import Stage
from policylab.demo.table import convene
from policylab.documents import DocumentKind


async def play(stage: Stage, lab_id: UUID) -> None:
    """Up to the drafting, with open drafts, remarks, a closed note and a suggestion."""
    table = await convene(stage, lab_id, "dialogue_schools")
    said = table.said
    await meet(table)
    text = await table.begin_text(
        said["text"], kind=DocumentKind[said["kind"]], writer=WRITER, written=said["written"]
    )
    await text.remark(said["remarks"])
    await text.note(said["notes"])
    wish = said["suggestion"]
    await stage.act(
        wish["who"],
        pen.suggest,
        dialogue_id=table.id,
        draft_id=text.drafts[wish["language"]],
        content=material.tree(text.name, wish["language"]),
        section_id=text.section(wish["at"]),
        instead_of=wish["instead_of"],
        words=wish["words"],
    )
