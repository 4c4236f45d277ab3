"""How a text came about, as clients see it: when people wrote, what it said, whose words it is."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.scalars import JSON

from policylab import coediting, documents, labs
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
from policylab.api.documents import (
    LevelShare,
    Section,
    SectionChange,
    section_changes,
)
from policylab.api.elsewhere import Capacity, Draft
from policylab.api.paging import Connection, PagePlan, page_of
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.coediting import Authorship as Blame
from policylab.coediting import sources
from policylab.documents import ChangeKind
from policylab.documents.sections import PREAMBLE
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import key_of
from policylab.kit.viewer import SYSTEM

MOST_SPANS = 5_000
"""Beyond this a text is asked for clause by clause."""


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
    context: Context, roots: Sequence[Any], *, first: int, after: str | None
) -> Sequence[Connection[EditingSpell]]:
    """Spells of writing in drafts, the latest first."""
    keys = [item.row["id"] for item in roots]
    for key in keys:
        await coediting.keep_up(context.database, key)
    pages = (page_of(context, _SPELLS, key, first=first, after=after) for key in keys)
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


# Whose words it is


@value
class AuthorShare:
    """How much of a text somebody wrote in one capacity. Computed, never claimed."""

    capacity: Capacity | None = plain("Who; null for the house, and for people without a seat.")
    level: str | None = plain("The code of the level of government, where there is one.")
    characters: int = plain("How many characters that stand in it.")
    share: float = plain("The same as a part of one.")


@value
class AuthoredSpan:
    """Words of a clause that somebody wrote, side by side."""

    section_id: str | None = plain("The clause; null before the first heading.")
    start: int = plain("Characters from the beginning of the clause's words.")
    end: int = plain("Where it ends.")
    text: str = plain("The words; lines are joined by a line break.")
    capacity: Capacity | None = plain("Who wrote them; null for the house.")
    level: str | None = plain("The code of the level of government, where there is one.")


@value
class Authorship:
    """A text by those who wrote it. Words that were moved are whose they were before."""

    position: int = plain("The position of the draft's log at which this was so.")
    characters: int = plain("How many characters were looked at, footnotes included.")
    levels: list[LevelShare] = plain("By level of government, the most first.")
    authors: list[AuthorShare] = plain("By person and capacity, the most first.")
    spans: list[AuthoredSpan] = plain(
        "Word for word, in reading order, footnotes left out; 5,000 at most: ask for one clause "
        "where a text has more."
    )


async def load_draft_authorship(
    context: Context,
    roots: Sequence[Any],
    *,
    section_id: str | None,
    within: Any,
    at: int | None,
) -> list[Authorship]:
    """Who wrote drafts."""
    if within is not None and coediting.read_anchor(within) is None:
        raise Refused(RefusalCode.INVALID_INPUT, "This is no anchor.", field="within")
    async with context.database.read(SYSTEM) as session:
        found = [
            await coediting.authorship_at(session, item.row["id"], at, within=within)
            for item in roots
        ]
    return [
        await _authorship(context, each, item.row["document_id"], section_id)
        for item, each in zip(roots, found, strict=True)
    ]


async def load_version_authorship(
    context: Context, roots: Sequence[Any], *, section_id: str | None
) -> list[Authorship]:
    """Who wrote frozen texts."""
    keys = [item.row["id"] for item in roots]
    async with context.database.read(SYSTEM) as session:
        drafts = await documents.drafts_behind(session, keys)
        found = [await coediting.authorship_at(session, *drafts[key]) for key in keys]
    return [
        await _authorship(context, each, item.row["document_id"], section_id)
        for item, each in zip(roots, found, strict=True)
    ]


async def _authorship(
    context: Context, found: Blame, document_id: UUID, section_id: str | None
) -> Authorship:
    clause = _clause(section_id, document_id)
    wanted = {clause} if section_id is not None else set(found.counts)
    counts: Counter[UUID | None] = Counter()
    for section in wanted & set(found.counts):
        for (_, capacity_id), number in found.counts[section].items():
            counts[capacity_id] += number
    spans = [each for each in found.stretches if each.section_id in wanted][:MOST_SPANS]
    levels = await _levels(context, counts)
    capacities = {key: await load(context, "Capacity", key) for key in counts if key}
    whole = counts.total()
    return Authorship(
        position=found.seq,
        characters=whole,
        levels=_by_level(counts, levels),
        authors=[
            AuthorShare(
                capacity=capacities.get(key) if key else None,
                level=levels.get(key) if key else None,
                characters=number,
                share=number / whole,
            )
            for key, number in counts.most_common()
            if number
        ],
        spans=[
            AuthoredSpan(
                section_id=str(each.section_id) if each.section_id else None,
                start=each.start,
                end=each.end,
                text=each.words,
                capacity=capacities.get(each.capacity_id) if each.capacity_id else None,
                level=levels.get(each.capacity_id) if each.capacity_id else None,
            )
            for each in spans
        ],
    )


def _clause(section_id: str | None, document_id: UUID) -> UUID | None:
    """A clause as authorship knows it: None for what stands before the first heading."""
    try:
        key = UUID(section_id) if section_id is not None else None
    except ValueError as error:
        message = "There is no such clause."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="sectionId") from error
    return None if key == uuid5(document_id, PREAMBLE) else key


async def _levels(
    context: Context, capacity_ids: Collection[UUID | None]
) -> dict[UUID, str | None]:
    """The level of each capacity that the viewer may know of."""
    wanted = {key for key in capacity_ids if key}
    if not wanted:
        return {}
    async with context.database.read(context.viewer) as session:
        rows = await labs.capacities_by_id(session, wanted)
    return {key: row.level for key, row in rows.items()}


def _by_level(
    counts: Mapping[UUID | None, int], levels: Mapping[UUID, str | None]
) -> list[LevelShare]:
    by: Counter[str | None] = Counter()
    for capacity_id, number in counts.items():
        by[levels.get(capacity_id) if capacity_id else None] += number
    whole = by.total()
    return [
        LevelShare(level=level, characters=number, share=number / whole)
        for level, number in by.most_common()
        if number
    ]


Place = tuple[UUID, int | None]
"""A draft, and a position of its log or None for where it stands."""


def _blame_loader(context: Context) -> DataLoader[Place, Blame]:
    """Who wrote texts: read once for all that ask, by the house."""

    async def batch(keys: Sequence[Place]) -> list[Blame]:
        async with context.database.read(SYSTEM) as session:
            return [await coediting.authorship_at(session, *key) for key in keys]

    return context.loader("written by", lambda: DataLoader(load_fn=batch))


async def load_level_shares(
    context: Context, places: Sequence[Sequence[Place]]
) -> list[list[LevelShare]]:
    """Who wrote texts, by level; of several texts together where several are given."""
    wanted = list({place for several in places for place in several})
    found = dict(zip(wanted, await _blame_loader(context).load_many(wanted), strict=True))
    counts = [
        _together(count for place in several for count in found[place].counts.values())
        for several in places
    ]
    levels = await _levels(context, {key for count in counts for key in count})
    return [_by_level(count, levels) for count in counts]


async def load_section_shares(
    context: Context, sections: Sequence[tuple[Place | None, UUID | None]]
) -> list[list[LevelShare]]:
    """Who wrote clauses, by level; nothing for those of no place."""
    wanted = list({place for place, _ in sections if place})
    found = dict(zip(wanted, await _blame_loader(context).load_many(wanted), strict=True))
    counts = [
        _together([found[place].counts.get(section, Counter())] if place else [])
        for place, section in sections
    ]
    levels = await _levels(context, {key for count in counts for key in count})
    return [_by_level(count, levels) for count in counts]


def _together(counts: Any) -> Counter[UUID | None]:
    """Counts of several clauses by capacity."""
    made: Counter[UUID | None] = Counter()
    for count in counts:
        for (_, capacity_id), number in count.items():
            made[capacity_id] += number
    return made


async def places_of_versions(context: Context, version_ids: Collection[UUID]) -> dict[UUID, Place]:
    """Where in the logs of their drafts frozen texts are."""
    async with context.database.read(SYSTEM) as session:
        return dict(await documents.drafts_behind(session, version_ids))


async def places_of_sets(context: Context, set_ids: Collection[UUID]) -> dict[UUID, list[Place]]:
    """The same for all languages of sets."""
    async with context.database.read(SYSTEM) as session:
        versions = await documents.versions_in(session, set_ids)
        keys = {key for several in versions.values() for key in several}
        places = await documents.drafts_behind(session, keys)
    return {key: [places[each] for each in several] for key, several in versions.items()}


# Who took words out


@value
class Removal:
    """Words that somebody took out of a draft."""

    position: int = plain("The position of the draft's log at which they went.")
    at: datetime = plain("When.")
    removed_by: Capacity | None = plain("Who took them out; null for the house.")
    written_by: Capacity | None = plain("Who had written them; null for the house.")
    section_id: str | None = plain(
        "The clause they stood in; null before the first heading, and where it is unknown."
    )
    text: str = plain("The words.")


async def load_removals(
    context: Context,
    roots: Sequence[Any],
    *,
    from_: int | None,
    to: int | None,
    section_id: str | None,
) -> list[list[Removal]]:
    """What was taken out of drafts between two positions."""
    found: list[list[coediting.Removal]] = []
    async with context.database.read(SYSTEM) as session:
        for item in roots:
            key, clause = item.row["id"], _clause(section_id, item.row["document_id"])
            until = (await coediting.log_positions(session, [key]))[key] if to is None else to
            after = max(0, until - coediting.MOST_ROWS) if from_ is None else from_
            removals = await coediting.removed_by(session, key, after=after, until=until)
            found.append(
                [each for each in removals if section_id is None or each.section_id == clause]
            )
    return [[await _removal(context, each) for each in removals] for removals in found]


async def _removal(context: Context, found: coediting.Removal) -> Removal:
    async def who(capacity_id: UUID | None) -> Any:
        return await load(context, "Capacity", capacity_id) if capacity_id else None

    return Removal(
        position=found.seq,
        at=found.at,
        removed_by=await who(found.capacity_id),
        written_by=await who(found.author[1]),
        section_id=str(found.section_id) if found.section_id else None,
        text=found.words,
    )


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
