"""Reads a dossier: what the viewer may see of a frozen text and of what became of it.

Every statement runs in one session of the viewer's, so that row-level security stands behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import documents, identity, index, labs, positions, strategies
from policylab.decisions import explain_rule, rule_from_json
from policylab.decisions.sources import (
    CLOSING,
    CORRIGENDUM,
    DECISION_RECORD,
    DISSENTING_STATEMENT,
    FORMAL_ADOPTION,
    PROCEDURE,
    RECORD_SEAL,
)
from policylab.documents.sources import ATTACHMENT, LANGUAGE_VERSION
from policylab.documents.tree import Json
from policylab.export.dossier import (
    Adoption,
    Body,
    Condition,
    Covered,
    Decision,
    Dossier,
    Level,
    Picture,
    Seal,
    Stand,
    Subject,
    Words,
    attributes,
    within,
)
from policylab.export.pictures import picture_of
from policylab.kit.reading import fetch_of
from policylab.kit.viewer import Viewer
from policylab.labs.sources import DIALOGUE
from policylab.positions.sources import POSITION

Row: TypeAlias = Any


async def gather(session: AsyncSession, viewer: Viewer, set_id: UUID) -> Dossier:
    """Everything about one frozen set; NOT_FOUND for what the viewer may not see."""
    frozen = await documents.set_of(session, viewer, set_id)
    document = await documents.document_of(session, viewer, frozen.document_id)
    dialogue: Row = await session.get(DIALOGUE.table, frozen.dialogue_id)
    lab = (await labs.labs_by_id(session, [frozen.lab_id]))[frozen.lab_id]
    texts = await documents.texts_of(session, set_id)
    levels = [
        Level(code=row.code, names=row.names)
        for row in await labs.levels_of(session, frozen.lab_id)
    ]
    standing = await _Standing.read(session, frozen.dialogue_id, set_id)
    sections = await documents.sections_in(session, [set_id])
    known = {row.section_id for row in sections.get(set_id, ())}
    return Dossier(
        set_id=set_id,
        document_id=document.id,
        kind=document.kind.value,
        titles=document.titles,
        identifier=document.identifier,
        number=frozen.number,
        hash=frozen.hash.hex(),
        frozen_at=frozen.frozen_at,
        frozen_by=await _function(session, frozen.frozen_by_capacity_id),
        illustrative=document.illustrative or dialogue.illustrative or lab.illustrative,
        lab=lab.names,
        question=dialogue.questions,
        texts=texts,
        authentic=await _authentic(session, document.id),
        levels=levels,
        bodies=standing.in_order(levels),
        decisions=await _decisions(session, set_id, standing, levels),
        stands=standing.stands(levels),
        coverage=await _coverage(session, frozen.dialogue_id, set_id, known),
        pictures=await _pictures(session, document.id, texts.values()),
    )


async def _rows(session: AsyncSession, source: Any, **wanted: Any) -> list[Row]:
    """The rows of a source that have these values, in its order."""
    table = source.table
    query = select(table)
    for name, value in wanted.items():
        column = col(getattr(table, name))
        query = query.where(column.in_(value) if isinstance(value, list) else column == value)
    query = query.order_by(*(col(getattr(table, name)) for name in source.order))
    return list(await session.exec(query))


async def _function(session: AsyncSession, capacity_id: UUID | None) -> Words:
    """Who acted, as function and organisation in each language."""
    if capacity_id is None:
        return {}
    capacity = (await labs.capacities_by_id(session, [capacity_id])).get(capacity_id)
    if capacity is None:
        return {}
    bodies: Mapping[UUID, Row] = {}
    if capacity.organisation_id:
        bodies = await identity.organisations_by_id(session, [capacity.organisation_id])
    names: Words = next((body.names for body in bodies.values()), {})
    return {
        language: ", ".join(
            part for part in (within(capacity.functions, language), within(names, language)) if part
        )
        for language in {*capacity.functions, *names}
    }


async def _authentic(session: AsyncSession, document_id: UUID) -> dict[str, bool]:
    rows = await _rows(session, LANGUAGE_VERSION, document_id=document_id)
    return {row.language: row.authentic for row in rows}


class _Standing:
    """Delegations and their released positions on one set."""

    def __init__(
        self,
        bodies: Mapping[UUID, Body],
        positions: Sequence[Row],
        conditions: Mapping[UUID, Sequence[Any]],
    ) -> None:
        self.bodies = bodies
        self._positions = positions
        self._conditions = conditions

    @classmethod
    async def read(cls, session: AsyncSession, dialogue_id: UUID, set_id: UUID) -> _Standing:
        found = [
            row
            for row in await _rows(session, POSITION, set_id=set_id)
            if row.released_at is not None and row.superseded_at is None
        ]
        seated = {row.id: row for row in await labs.delegations_in(session, dialogue_id)}
        gone = {row.delegation_id for row in found} - set(seated)
        seated |= await labs.delegations_by_id(session, gone)
        organisations = await identity.organisations_by_id(
            session, {row.organisation_id for row in seated.values()}
        )
        bodies = {key: _body(row, organisations) for key, row in seated.items()}
        conditions = await positions.conditions_of(session, [row.id for row in found])
        return cls(bodies, found, conditions)

    def in_order(self, levels: Sequence[Level]) -> list[Body]:
        """By level, from the closest to people on, then by name."""
        return [self.bodies[key] for key in self._keys(levels)]

    def _keys(self, levels: Sequence[Level]) -> list[UUID]:
        places = {level.code: place for place, level in enumerate(levels)}

        def rank(key: UUID) -> tuple[int, str, UUID]:
            body = self.bodies[key]
            return places[body.level], within(body.names, "en"), key

        return sorted(self.bodies, key=rank)

    def stands(self, levels: Sequence[Level]) -> list[Stand]:
        """Every position, and *no position* for who is seated and silent on the whole text."""
        made: list[Stand] = []
        for key in self._keys(levels):
            mine = [self._stand(row) for row in self._positions if row.delegation_id == key]
            whole = [stand for stand in mine if stand.subject == Subject()]
            made += whole or [Stand(body=self.bodies[key])]
            made += [stand for stand in mine if stand.subject != Subject()]
        return made

    def _stand(self, row: Row) -> Stand:
        return Stand(
            body=self.bodies[row.delegation_id],
            subject=_subject(row),
            stance=row.stance.value,
            statement=row.statement,
            reservations=tuple(row.reservations),
            conditions=tuple(
                Condition(text=each.text, met=each.met, confirmed=each.confirmed)
                for each in self._conditions.get(row.id, ())
            ),
            ad_referendum=row.ad_referendum,
            confirmed=row.confirmed_at is not None,
        )


def _body(row: Row, organisations: Mapping[UUID, Row]) -> Body:
    organisation = organisations[row.organisation_id]
    return Body(
        id=organisation.id,
        names=organisation.names,
        kind=organisation.kind.value,
        level=row.level,
        voting=row.voting,
    )


def _subject(row: Row) -> Subject:
    return Subject(section_id=row.section_id, amendment=row.amendment_id is not None)


async def _decisions(
    session: AsyncSession, set_id: UUID, standing: _Standing, levels: Sequence[Level]
) -> list[Decision]:
    procedures = await _rows(session, PROCEDURE, set_id=set_id)
    keys = [row.id for row in procedures]
    closings = {row.procedure_id: row for row in await _rows(session, CLOSING, procedure_id=keys)}
    rows = await _rows(session, DECISION_RECORD, procedure_id=keys)
    records = {row.procedure_id: row for row in rows}
    names = {level.code: level.names for level in levels}
    return [
        await _decision(session, row, closings.get(row.id), records.get(row.id), standing, names)
        for row in procedures
    ]


async def _decision(
    session: AsyncSession,
    procedure: Row,
    closing: Row | None,
    record: Row | None,
    standing: _Standing,
    names: Mapping[str, Words],
) -> Decision:
    attached = await _attached(session, record.id, standing) if record else {}
    return Decision(
        id=procedure.id,
        subject=_subject(procedure),
        rule=explain_rule(rule_from_json(procedure.rule), names).as_map(),
        opens_at=procedure.opens_at,
        closes_at=procedure.closes_at,
        closed_at=closing.at if closing else None,
        outcome=closing.outcome.value if closing else None,
        sentences=closing.sentences if closing else {},
        identifier=record.identifier if record else None,
        **attached,
    )


async def _attached(session: AsyncSession, record_id: UUID, standing: _Standing) -> dict[str, Any]:
    """Seal, dissent, corrigenda and adoptions of a record."""
    seals = await _rows(session, RECORD_SEAL, record_id=record_id)
    dissents = await _rows(session, DISSENTING_STATEMENT, record_id=record_id)
    corrigenda = await _rows(session, CORRIGENDUM, record_id=record_id)
    adoptions = await _rows(session, FORMAL_ADOPTION, record_id=record_id)
    return {
        "seal": next((_seal(row) for row in seals), None),
        "dissents": [
            (standing.bodies[row.delegation_id].names, row.text)
            for row in dissents
            if row.delegation_id in standing.bodies
        ],
        "corrigenda": [(row.number, row.text) for row in corrigenda],
        "adoptions": [
            Adoption(body=row.body, on=row.adopted_on, reference=row.reference, link=row.link)
            for row in adoptions
        ],
    }


def _seal(row: Row) -> Seal:
    return Seal(hash=row.hash, leaf=row.leaf_index, signer=row.signer, at=row.sealed_at)


async def _coverage(
    session: AsyncSession, dialogue_id: UUID, set_id: UUID, known: set[UUID]
) -> list[Covered]:
    rows = await strategies.coverage_of(fetch_of(session), dialogue_id, set_id=set_id)
    advice = await index.recommendations_of(session, dialogue_id)
    areas = await index.dimensions_of(session, list(advice))
    responses = await index.responses_in(session, dialogue_id)
    return [
        _covered(row, advice[key], areas[key], responses.get(key), known)
        for row in rows
        for key in [row.recommendation_id]
    ]


def _covered(
    row: strategies.Row, advice: Row, areas: Sequence[Row], response: Row, known: set[UUID]
) -> Covered:
    return Covered(
        number=row.number,
        texts=advice.texts,
        areas=[area.names for area in areas],
        state=row.state.value,
        clauses=[
            (trace.section_id, trace.kind.value, trace.state is strategies.TraceState.CONFIRMED)
            for trace in row.traces
            if trace.section_id in known
        ],
        answer=response.answer.value if response else None,
        reasons=response.reasons if response else "",
    )


async def _pictures(
    session: AsyncSession, document_id: UUID, texts: Iterable[Json]
) -> dict[str, Picture]:
    """The pictures that the texts show, those that can be drawn."""
    wanted = {
        str(attributes(node).get("src", "")).removeprefix("attachment:")
        for tree in texts
        for node in documents.walk(tree)
        if node["type"] == "image"
    }
    if not wanted:
        return {}
    found: dict[str, Picture] = {}
    for row in await _rows(session, ATTACHMENT, document_id=document_id):
        if str(row.id) not in wanted:
            continue
        picture = await asyncio.to_thread(picture_of, row.data)
        if picture is not None:
            found[str(row.id)] = picture
    return found
