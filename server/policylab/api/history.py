"""How a text came about, as clients see it: when people wrote, what it said, and the way back."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import strawberry
from strawberry.scalars import JSON

from policylab import coediting, documents
from policylab.api.comparing import SectionChange, section_changes
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    column,
    described_input,
    load,
    plain,
    published,
    to_one,
    value,
)
from policylab.api.elsewhere import Capacity, Draft
from policylab.api.origins import PagePlan
from policylab.api.paging import Connection, Walk, page_of
from policylab.api.sections import Section
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.coediting import sources
from policylab.documents import ChangeKind
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import key_of
from policylab.kit.viewer import SYSTEM

# When people wrote


@published(sources.DRAFT_SPELL)
class EditingSpell(Node):
    """A while in which somebody wrote in a draft without a pause; others may have written too."""

    from_position: int = column("The position of its first change in the draft's log.", "first_seq")
    position: int = column("The position of its last change.", "last_seq")
    started_at: datetime = column("When it began.")
    ended_at: datetime = column("When its last change was stored.")
    capacity: Capacity | None = to_one(
        "Who wrote; null for what the house wrote.", by="capacity_id"
    )
    added: int = column("How many letters came. What was only moved is left out.")
    removed: int = column("How many letters went.")
    changes: int = column("How many changes were stored.")


_SPELLS = PagePlan("EditingSpell", "draft_id", "true", ("last_seq", "id"), descending=True)


async def load_history(
    context: Context, roots: Sequence[Any], asked: Walk
) -> Sequence[Connection[EditingSpell]]:
    """Spells of writing in drafts, the latest first."""
    keys = [item.row["id"] for item in roots]
    for key in keys:
        await coediting.keep_up(context.database, key)
    pages = (page_of(context, _SPELLS, key, asked) for key in keys)
    return await asyncio.gather(*pages)


# What it said


@value
class PastText:
    """A draft as it once was."""

    position: int = plain("After how many changes of its log.")
    at: datetime | None = plain("When it came to be so; null before its first word.")
    capacity: Capacity | None = plain("Who changed it then; null for the house.")
    content: JSON = plain("The whole text as ProseMirror JSON.")
    sections: list[Section] = plain("Its clauses then, in order.")


async def load_text_at(
    context: Context,
    roots: Sequence[Any],
    *,
    position: int | None,
    at: datetime | None,
) -> list[PastText]:
    """Drafts as they were."""
    found: list[documents.PastText] = []
    async with context.database.read(SYSTEM) as session:
        for item in roots:
            key, wanted = item.row["id"], position
            if wanted is None and at is not None:
                wanted = await coediting.position_at(session, key, at)
            if wanted is None:
                wanted = (await coediting.log_positions(session, [key]))[key]
            found.append(await documents.text_then(session, key, wanted))
    return [await _past(context, item.row, text) for item, text in zip(roots, found, strict=True)]


async def _past(context: Context, draft: Mapping[str, Any], text: documents.PastText) -> PastText:
    capacity = await load(context, "Capacity", text.capacity_id) if text.capacity_id else None
    make: Any = Section
    sections = [make(row=_section_row(draft, text.position, each)) for each in text.sections]
    return PastText(
        position=text.position,
        at=text.at,
        capacity=capacity,
        content=JSON(text.content),
        sections=sections,
    )


def _section_row(
    draft: Mapping[str, Any], position: int, section: documents.PastSection
) -> dict[str, Any]:
    """What the fields of a clause read, as rows of drafts have it."""
    return asdict(section) | {
        "id": uuid5(draft["id"], f"{position} {section.section_id}"),
        "dialogue_id": draft["dialogue_id"],
        "document_id": draft["document_id"],
        "draft_id": draft["id"],
        "version_id": None,
        "version_set_id": None,
        "log_seq": position,
    }


@value
class TextChanges:
    """What became of a draft between two positions of its log."""

    from_position: int = plain("The earlier text.")
    to_position: int = plain("The later text.")
    added: int = plain("How many clauses came.")
    removed: int = plain("How many clauses went.")
    changed: int = plain("How many clauses say something else.")
    moved: int = plain("How many clauses stand elsewhere.")
    sections: list[SectionChange] = plain("Every clause, in the order of the later text.")


async def load_changes(
    context: Context,
    roots: Sequence[Any],
    *,
    from_: int,
    to: int | None,
) -> list[TextChanges]:
    """What changed in drafts from one moment to another."""
    found: list[TextChanges] = []
    async with context.database.read(SYSTEM) as session:
        for item in roots:
            key = item.row["id"]
            until = (await coediting.log_positions(session, [key]))[key] if to is None else to
            changes = await documents.changes_between(session, key, from_, until)
            kinds = [change.kind for change in changes]
            found.append(
                TextChanges(
                    from_position=from_,
                    to_position=until,
                    added=kinds.count(ChangeKind.ADDED),
                    removed=kinds.count(ChangeKind.REMOVED),
                    changed=kinds.count(ChangeKind.CHANGED),
                    moved=sum(change.moved for change in changes),
                    sections=section_changes(changes),
                )
            )
    return found


# Writing it anew


@described_input
class RestoreDraftInput(VerbInput):
    """An earlier text of a draft to go back to."""

    draft_id: strawberry.ID = plain("Which draft.")
    position: int = plain("The position of its log: the text as it was after so many changes.")


@verbs
class HistoryMutation:
    @verb(answers=Draft)
    async def restore_draft(uow: UnitOfWork, input: RestoreDraftInput) -> UUID:
        """Make a draft say again what it once said, as a new edit by the viewer.

        What says the same is left alone; words that come back stay their authors'."""
        row = await documents.restore_draft(
            uow, uow.viewer, draft_id=key_of(input.draft_id, "Draft"), position=input.position
        )
        return row.id
