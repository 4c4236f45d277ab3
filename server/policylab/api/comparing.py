"""Two texts beside each other."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import strawberry

from policylab import documents
from policylab.api.context import Context
from policylab.api.declare import Node, described_enum, load, plain, query, root, value
from policylab.documents import ChangeKind, RunKind
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import from_global

for kind in (ChangeKind, RunKind):
    described_enum(kind)


@value
class TextRun:
    """A stretch of words in a comparison."""

    kind: RunKind = plain("What became of it.")
    text: str = plain("The words.")


@value
class SectionChange:
    """One clause in two texts."""

    section_id: str = plain("The clause.")
    kind: ChangeKind = plain("What became of it.")
    moved: bool = plain("Whether it stands elsewhere in the later text.")
    number_from: str | None = plain("Its number in the earlier text.")
    number_to: str | None = plain("Its number in the later text.")
    heading_from: str | None = plain("Its heading in the earlier text.")
    heading_to: str | None = plain("Its heading in the later text.")
    runs: list[TextRun] = plain("Both texts of the clause in one.")


@value
class Comparison:
    """Two texts beside each other."""

    language: str = plain("The language of the earlier text.")
    from_: Node = plain("The earlier text.", name="from")
    to: Node = plain("The later text.")
    added: int = plain("How many clauses came.")
    removed: int = plain("How many clauses went.")
    changed: int = plain("How many clauses say something else.")
    moved: int = plain("How many clauses stand elsewhere.")
    sections: list[SectionChange] = plain("Every clause, in the order of the later text.")


def runs_shown(runs: Sequence[documents.Run]) -> list[TextRun]:
    """A comparison's words as clients see them."""
    return [TextRun(kind=run.kind, text=run.text) for run in runs]


async def find_comparison(
    context: Context,
    from_: Annotated[
        strawberry.ID, strawberry.argument(name="from", description="The earlier text.")
    ],
    to: Annotated[strawberry.ID, strawberry.argument(description="The later text.")],
) -> Comparison | None:
    kinds, keys = zip(*(_text_key(identifier) for identifier in (from_, to)), strict=True)
    try:
        async with context.database.read(context.viewer) as session:
            found = await documents.compare(session, context.viewer, *keys)
    except Refused as refused:
        if refused.code is RefusalCode.NOT_FOUND:
            return None
        raise
    earlier, later = [await load(context, kind, key) for kind, key in zip(kinds, keys, strict=True)]
    counted = [change.kind for change in found.sections]
    return Comparison(
        language=found.language,
        from_=earlier,
        to=later,
        added=counted.count(ChangeKind.ADDED),
        removed=counted.count(ChangeKind.REMOVED),
        changed=counted.count(ChangeKind.CHANGED),
        moved=sum(change.moved for change in found.sections),
        sections=section_changes(found.sections),
    )


def _text_key(identifier: str) -> tuple[str, UUID]:
    kind, key = from_global(identifier)
    if kind not in ("Version", "Draft"):
        raise not_found()
    return kind, key


def section_changes(changes: Sequence[documents.SectionChange]) -> list[SectionChange]:
    """The clauses of a comparison as clients see them."""
    return [_change_shown(change) for change in changes]


def _change_shown(change: documents.SectionChange) -> SectionChange:
    before, after = change.before, change.after
    return SectionChange(
        section_id=str(change.section_id),
        kind=change.kind,
        moved=change.moved,
        number_from=before.number if before else None,
        number_to=after.number if after else None,
        heading_from=before.heading if before else None,
        heading_to=after.heading if after else None,
        runs=runs_shown(change.runs),
    )


@query
class ComparingQuery:
    compare: Comparison | None = root(
        "What changed between two versions of a document, or between a version and a draft.",
        find_comparison,
        access="as the two texts",
    )
