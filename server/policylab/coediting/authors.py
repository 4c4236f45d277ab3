"""Who wrote what of a text at any moment of its life, read from the log.

Whose a letter is follows from its client id, which the server binds to a person and a capacity; so
it is as sure for a text of last year as for that of now.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting import anchors
from policylab.coediting.blame import Blame, Stretch, blame, within
from policylab.coediting.carrying import Carried, Origins
from policylab.coediting.heavy import apart
from policylab.coediting.history import Record, merged, owners_in, record_at
from policylab.coediting.live import Live
from policylab.coediting.session import Knowledge, Owner
from policylab.coediting.stored import carried_in

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """Words of a clause that somebody wrote, side by side."""

    section_id: UUID | None
    """None before the first heading."""
    start: int
    """Characters from the beginning of the clause's words; lines are joined by a line break."""
    end: int
    words: str
    person_id: UUID | None
    capacity_id: UUID | None
    """Person and capacity are None for what the house wrote."""


@dataclass(frozen=True, slots=True)
class Authorship:
    """A text by those who wrote it."""

    seq: int
    stretches: list[Written]
    """In reading order, footnotes left out."""
    counts: dict[UUID | None, Counter[Owner]]
    """For each clause, how many letters somebody wrote in a capacity, footnotes included."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many characters of a clause somebody wrote in one capacity."""

    section_id: UUID | None
    """None for what stands before the first heading."""
    person_id: UUID | None
    capacity_id: UUID | None
    """Person and capacity are None for what the house wrote."""
    characters: int


async def authorship_at(
    session: AsyncSession, draft_id: UUID, position: int | None = None, *, within: Any = None
) -> Authorship:
    """Who wrote the text after this many rows of its log, by default as it is stored now.

    `within` is an anchor, as comments have them: then only the words between its ends, of which
    none are left when it is orphaned. A session of the house. Refuses as `text_at`.
    """
    record = await record_at(session, draft_id, position)
    owners, carried = await owners_in(session, draft_id), await carried_in(session, draft_id)
    people = [(None, None), *sorted(set(owners.values()) - {(None, None)}, key=repr)]
    authors = {client: people.index(owner) for client, owner in owners.items()}
    if within is None:
        found = await apart(record.weight, blamed, record.updates, authors, carried)
    else:
        found = await apart(record.weight, blamed_within, record, authors, carried, within)
    return Authorship(
        record.seq,
        [_written(each, people[each.author]) for each in found.stretches],
        {
            section: Counter({people[author]: number for author, number in count.items()})
            for section, count in found.counts.items()
        },
    )


async def written_by(
    session: AsyncSession, draft_id: UUID, section_id: UUID | None = None
) -> list[Share]:
    """Who wrote how much of each clause now, by person and capacity; of one clause if named.

    A session of the house. Refuses as `text_at`.
    """
    found = await authorship_at(session, draft_id)
    return [
        Share(section, person_id, capacity_id, characters)
        for section, counts in found.counts.items()
        if section_id is None or section == section_id
        for (person_id, capacity_id), characters in counts.items()
    ]


def blamed(updates: Sequence[bytes], authors: dict[int, int], carried: Sequence[Carried]) -> Blame:
    """Who wrote what of the text that these updates make."""
    return blame(merged(updates), authors, Origins(carried))


def blamed_within(
    record: Record, authors: dict[int, int], carried: Sequence[Carried], anchor: Json
) -> Blame:
    """The same between the ends of an anchor."""
    origins = Origins(carried)
    live = Live.load(record.state, record.shape, record.tail, Knowledge())
    (spot,) = anchors.spots(live, [anchor], origins)
    if spot is None:
        return Blame([], {})
    whole = blame(live.whole(), authors, origins)
    here = [each for each in whole.stretches if each.section_id == spot.section_id]
    chosen = within(here, spot.start, spot.end)
    count: Counter[int] = Counter()
    for each in chosen:
        count[each.author] += sum(letter != "\n" for letter in each.words)
    return Blame(chosen, {spot.section_id: count})


def _written(each: Stretch, owner: Owner) -> Written:
    return Written(each.section_id, each.start, each.end, each.words, *owner)
