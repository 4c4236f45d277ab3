"""Where evidence is put: each thing once, found again by its reference."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from policylab.identity import create_territory
from policylab.identity.sources import TERRITORY
from policylab.index.records import OVERALL, Evidence, PlaceRecord, ResultRecord, ScoreRecord
from policylab.index.rules import slug
from policylab.index.tables import (
    Assessment,
    Dimension,
    DimensionMapping,
    IndexEdition,
    PeerGroup,
    Recommendation,
    RecommendationDimension,
    Score,
    SourceEntry,
)
from policylab.kit.db import UnitOfWork
from policylab.kit.viewer import SYSTEM

NEWEST = "index-3"
"""The edition whose list of dimensions is known whole; earlier ones are mapped to it."""
_Place: Any = TERRITORY.table


class Shelf:
    """The evidence there is, by reference; what is new is added within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self.sources: set[str] = set()
        self.editions: dict[str, IndexEdition] = {}
        self.dimensions: dict[tuple[str, str], Dimension] = {}
        self.places: dict[str, UUID] = {}
        self.assessments: dict[str, Assessment] = {}
        self.recommendations: set[str] = set()
        self._groups: dict[str, UUID] = {}
        self._scores: set[tuple[UUID, UUID | None, UUID | None, str | None]] = set()

    @classmethod
    async def open(cls, uow: UnitOfWork) -> "Shelf":
        """Everything that is there already."""
        shelf, session = cls(uow), uow.session
        shelf.sources = set(await session.exec(select(SourceEntry.reference)))
        editions = list(await session.exec(select(IndexEdition)))
        shelf.editions = {edition.code: edition for edition in editions}
        codes = {edition.id: edition.code for edition in editions}
        for dimension in await session.exec(select(Dimension)):
            shelf.dimensions[codes[dimension.edition_id], dimension.code] = dimension
        known = select(_Place.reference, _Place.id).where(col(_Place.reference).is_not(None))
        shelf.places = {row[0]: row[1] for row in await session.exec(known)}
        for assessment in await session.exec(select(Assessment)):
            shelf.assessments[assessment.reference] = assessment
        shelf.recommendations = set(await session.exec(select(Recommendation.reference)))
        groups = await session.exec(select(PeerGroup.reference, PeerGroup.id))
        shelf._groups = dict(groups.all())
        for score in await session.exec(select(Score)):
            shelf._scores.add(_key(score))
        return shelf

    def codes(self) -> dict[str, set[str]]:
        """The dimension codes that a file may use, by edition: those of the newest for all, since
        earlier lists were not seen whole and their codes are ours."""
        whole = {code for edition, code in self.dimensions if edition == NEWEST}
        return dict.fromkeys(self.editions, whole)

    def source(self, reference: str, title: str, url: str | None) -> None:
        """Who says something; once."""
        if reference not in self.sources:
            self.sources.add(reference)
            self._uow.session.add(SourceEntry(reference=reference, title=title, url=url))

    def peer_group(self, name: str, **facts: Any) -> UUID:
        """A comparison group by its name; made where it is new."""
        reference = slug(name)
        if reference not in self._groups:
            facts.setdefault("names", {"en": name})
            group = PeerGroup(reference=reference, **facts)
            self._uow.session.add(group)
            self._groups[reference] = group.id
        return self._groups[reference]

    def edition(self, code: str, **facts: Any) -> IndexEdition:
        """An edition; made where it is new."""
        if code not in self.editions:
            made = IndexEdition(code=code, **facts)
            self._uow.session.add(made)
            self.editions[code] = made
        return self.editions[code]

    async def dimension(self, edition: str, code: str, **facts: Any) -> Dimension:
        """A dimension of an edition. One of an earlier edition is made when a result first speaks
        of it, and mapped to the newest edition's."""
        if (edition, code) not in self.dimensions:
            newest = self.dimensions.get((NEWEST, code))
            if newest:
                facts = {"names": newest.names, "place": newest.place}
            await self._uow.session.flush()
            made = Dimension(edition_id=self.editions[edition].id, code=code, **facts)
            self._uow.session.add(made)
            await self._uow.session.flush()
            if newest:
                mapped = DimensionMapping(earlier_id=made.id, later_id=newest.id)
                self._uow.session.add(mapped)
            self.dimensions[edition, code] = made
        return self.dimensions[edition, code]

    async def place(self, record: PlaceRecord, *, illustrative: bool) -> UUID:
        """A territory, found by country and name; made where it is new."""
        name = record.names.get("en") or next(iter(record.names.values()))
        reference = slug(f"{record.country} {name}")
        if reference not in self.places:
            made = await create_territory(
                self._uow,
                SYSTEM,
                level=record.level,
                names=record.names,
                iso3166_2=record.iso3166_2,
                reference=reference,
                country=record.country,
                nuts=record.nuts,
                population=record.population,
                population_date=record.population_date,
                source_reference=record.source,
                illustrative=illustrative,
            )
            self.places[reference] = made.id
        return self.places[reference]

    async def keep(self, evidence: Evidence) -> list[UUID]:
        """Put everything of a checked file on the shelf; answers its assessments."""
        for source in evidence.sources:
            self.source(source.reference, source.title, source.url)
        return [await self.result(result) for result in evidence.results]

    async def result(self, record: ResultRecord) -> UUID:
        """One result with its figures and recommendations; what is there already stays as it is."""
        place_id = await self.place(record.place, illustrative=record.illustrative)
        await self._uow.session.flush()
        reference = reference_of(record)
        assessment = self.assessments.get(reference)
        if assessment is None:
            assessment = Assessment(
                reference=reference,
                territory_id=place_id,
                edition_id=self.editions[record.edition].id,
                dated=record.dated,
                answered_on=record.answered_on,
                published_on=record.published_on,
                sample_size=record.sample_size,
                state=record.state,
                source_reference=record.source,
                illustrative=record.illustrative,
            )
            self._uow.session.add(assessment)
            self.assessments[reference] = assessment
            await self._uow.session.flush()
        for score in record.scores:
            await self._score(assessment, record, score)
        await self.advice(record, assessment, place_id)
        return assessment.id

    async def _score(self, of: Assessment, record: ResultRecord, score: ScoreRecord) -> None:
        dimension = None
        if score.dimension != OVERALL:
            dimension = await self.dimension(record.edition, score.dimension)
        group = self.peer_group(score.peer_group) if score.peer_group else None
        made = Score(
            assessment_id=of.id,
            dimension_id=dimension.id if dimension else None,
            peer_group_id=group,
            value=score.value,
            peer_mean=score.peer_mean,
            rank=score.rank,
            sample_size=score.sample_size,
            dated=score.dated or record.dated,
            confidence=score.confidence,
            source_reference=score.source or record.source,
            note=score.note,
            place=dimension.place if dimension else 0,
            illustrative=record.illustrative,
        )
        if _key(made) not in self._scores:
            await self._uow.session.flush()
            self._scores.add(_key(made))
            self._uow.session.add(made)

    async def advice(self, record: ResultRecord, of: Assessment | None, place_id: UUID) -> None:
        """The recommendations of a result, or of an expert visit, which has none."""
        for place, item in enumerate(record.recommendations):
            reference = f"{reference_of(record)}:{slug(item.origin)}:{slug(item.number)}"
            if reference in self.recommendations:
                continue
            self.recommendations.add(reference)
            made = Recommendation(
                reference=reference,
                assessment_id=of.id if of else None,
                territory_id=place_id,
                origin=item.origin,
                dated=record.dated,
                number=item.number,
                place=place,
                kind=item.kind,
                texts=item.texts,
                page=item.page,
                confidence=item.confidence,
                source_reference=item.source or record.source,
                illustrative=record.illustrative,
            )
            dimensions = [await self.dimension(record.edition, code) for code in item.dimensions]
            self._uow.session.add(made)
            await self._uow.session.flush()
            self._uow.session.add_all(
                RecommendationDimension(recommendation_id=made.id, dimension_id=dimension.id)
                for dimension in dimensions
            )


def reference_of(record: ResultRecord) -> str:
    """The key by which a result is found again: place, edition and moment."""
    place = record.place
    name = place.names.get("en") or next(iter(place.names.values()))
    return slug(f"{place.country} {name} {record.edition} {record.dated}")


def _key(score: Score) -> tuple[UUID, UUID | None, UUID | None, str | None]:
    return (score.assessment_id, score.dimension_id, score.peer_group_id, score.source_reference)
