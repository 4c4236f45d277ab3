"""Whose words a text is made of, as clients see it: who wrote what, and who took it out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from strawberry.dataloader import DataLoader

from policylab import coediting, documents, labs
from policylab.api.context import Context
from policylab.api.declare import load, plain, value
from policylab.api.elsewhere import Capacity
from policylab.api.sections import LevelShare
from policylab.coediting import Authorship as Blame
from policylab.documents.sections import PREAMBLE
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM

MOST_SPANS = 5_000
"""Beyond this a text is asked for clause by clause."""


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
