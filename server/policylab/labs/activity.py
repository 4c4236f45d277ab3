"""What has happened in a dialogue, newest first, each as one sentence."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.identity import organisations_by_id
from policylab.labs.capacities import capacities_by_id
from policylab.labs.tables import Capacity, Dialogue, DialogueFact, PhaseRun
from policylab.labs.words import HAPPENED, SERVICE, SUBJECTS, went
from policylab.process import Said, template_of

MOST = 1_000
"""Of each dialogue, so many of the latest are told."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, who did it, and the thing it happened to."""

    id: UUID
    dialogue_id: UUID
    at: datetime
    said: Said
    capacity_id: UUID | None
    subject: tuple[str, UUID] | None
    """The kind of thing and its key, where there is one to look at."""


async def activity_of(
    session: AsyncSession, dialogue_ids: Collection[UUID]
) -> dict[UUID, list[Happening]]:
    """What happened in these dialogues, as far as the session's viewer may see it, newest first.

    It is made of facts and of phases entered: everybody in the dialogue may know both. What is
    closed to a delegation leaves no fact.
    """
    facts = await _latest(session, DialogueFact, "at", dialogue_ids)
    runs = await _latest(session, PhaseRun, "entered_at", dialogue_ids)
    rows = await session.exec(select(Dialogue).where(col(Dialogue.id).in_(dialogue_ids)))
    dialogues = {dialogue.id: dialogue for dialogue in rows}
    acting = {fact.capacity_id for fact in facts} | {run.entered_by_capacity_id for run in runs}
    who = await _names(session, {key for key in acting if key})
    found: dict[UUID, list[Happening]] = defaultdict(list)
    for fact in facts:
        found[fact.dialogue_id].append(_of_fact(fact, who))
    for run in runs:
        if run.entered_by_capacity_id is not None:
            found[run.dialogue_id].append(_of_run(run, dialogues[run.dialogue_id], who))
    for happenings in found.values():
        happenings.sort(key=lambda each: (each.at, each.id), reverse=True)
    return found


async def _latest(
    session: AsyncSession, table: Any, moment: str, dialogue_ids: Collection[UUID]
) -> list[Any]:
    newest = col(getattr(table, moment)).desc()
    place = func.row_number().over(partition_by=col(table.dialogue_id), order_by=newest)
    ranked = (
        select(col(table.id), place.label("place"))
        .where(col(table.dialogue_id).in_(dialogue_ids))
        .subquery()
    )
    rows = await session.exec(
        select(table).join(ranked, ranked.c.id == col(table.id)).where(ranked.c.place <= MOST)
    )
    return list(rows)


async def _names(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, Said]:
    """How each capacity is called in a sentence: by its organisation, else by its function."""
    capacities = await capacities_by_id(session, keys)
    bodies = await organisations_by_id(
        session, {each.organisation_id for each in capacities.values() if each.organisation_id}
    )
    return {key: _name(capacity, bodies) for key, capacity in capacities.items()}


def _name(capacity: Capacity, bodies: Mapping[UUID, Any]) -> Said:
    body = bodies.get(capacity.organisation_id) if capacity.organisation_id else None
    texts: Mapping[str, str] = body.names if body else capacity.functions
    anything = next(iter(texts.values()), "")
    english = texts.get("en") or anything
    return Said(english, texts.get("fr") or english)


def _of_fact(fact: DialogueFact, who: Mapping[UUID, Said]) -> Happening:
    actor = who.get(fact.capacity_id, SERVICE) if fact.capacity_id else SERVICE
    pattern = HAPPENED[fact.kind]
    return Happening(
        id=fact.id,
        dialogue_id=fact.dialogue_id,
        at=fact.at,
        said=Said(pattern.en.format(actor.en), pattern.fr.format(actor.fr)),
        capacity_id=fact.capacity_id,
        subject=_subject(fact.detail),
    )


def _subject(detail: Mapping[str, Any]) -> tuple[str, UUID] | None:
    for key, kind in SUBJECTS.items():
        if detail.get(key):
            return kind, UUID(str(detail[key]))
    return None


def _of_run(run: PhaseRun, dialogue: Dialogue, who: Mapping[UUID, Said]) -> Happening:
    phase = template_of(dialogue.template_body, dialogue.template_digest).phase(run.phase_id)
    actor = who.get(run.entered_by_capacity_id, SERVICE) if run.entered_by_capacity_id else SERVICE
    return Happening(
        id=run.id,
        dialogue_id=run.dialogue_id,
        at=run.entered_at,
        said=went(actor, phase.number, phase.title, backwards=run.backwards, reason=run.reason),
        capacity_id=run.entered_by_capacity_id,
        subject=None,
    )
