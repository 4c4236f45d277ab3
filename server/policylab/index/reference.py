"""The sourced reference data that comes with the package (index/data, see its README)."""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import text
from sqlmodel import select

from policylab.identity import check_administrator
from policylab.index.records import (
    OVERALL,
    PlaceRecord,
    RecommendationRecord,
    ResultRecord,
    ScoreRecord,
)
from policylab.index.rules import (
    UNSTATED,
    AssessmentState,
    Confidence,
    EntryKind,
    RecommendationKind,
    edition_of,
    slug,
)
from policylab.index.shelf import NEWEST, Shelf
from policylab.index.tables import IndexReport, ReferenceEntry
from policylab.kit.db import Database, UnitOfWork
from policylab.kit.viewer import SYSTEM

_DATA = files("policylab.index") / "data"
_LOADED = text("SELECT count(*) FROM reference_entry")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('reference data'))")
KINDS = {"IMPROVEMENT_AREA": RecommendationKind.AREA_TO_IMPROVE}


@cache
def reference_files() -> Mapping[str, bytes]:
    """The files of sourced reference data by their names, for everybody to take along."""
    there = (each for each in _DATA.iterdir() if each.name.endswith((".csv", ".json")))
    return {each.name: each.read_bytes() for each in sorted(there, key=lambda each: each.name)}


@cache
def reference_sources() -> Sequence[str]:
    """The addresses of all sources that the reference data was taken from."""
    listed = json.loads((_DATA / "sources.json").read_text("utf-8"))
    return sorted({each["url"] for each in listed.values() if each.get("url")})


async def load_reference(database: Database) -> bool:
    """Load what is not there yet; false when all of it was. Nothing is ever overwritten."""
    async with database.write(SYSTEM) as uow:
        check_administrator(uow.viewer)
        connection = await uow.session.connection()
        await connection.execute(_LOCK)
        before = (await connection.execute(_LOADED)).scalar_one()
        await _Reference(uow, await Shelf.open(uow)).load()
        await uow.session.flush()
        after = (await connection.execute(_LOADED)).scalar_one()
    return after > before


class _Reference:
    """One pass over the files."""

    def __init__(self, uow: UnitOfWork, shelf: Shelf) -> None:
        self._uow = uow
        self._shelf = shelf
        self._places = {row["name"]: row for row in _rows("territories.csv")}
        self._reports = _rows("index_reports.csv")

    async def load(self) -> None:
        for key, source in _json("sources.json").items():
            self._shelf.source(key, source["title"], source.get("url"))
        for group in _json("peer_groups.json"):
            low, high = group.get("population", (None, None))
            small, large = group.get("share", (None, None))
            self._shelf.peer_group(
                group["name"],
                names=group["names"],
                population_from=low,
                population_to=high,
                share_from=small,
                share_to=large,
            )
        await self._editions()
        for row in self._places.values():
            await self._shelf.place(self._place(row["name"], row["country"]), illustrative=False)
        await self._published()
        for result in self._results():
            await self._shelf.result(result)
        await self._advice()
        await self._entries()

    async def _editions(self) -> None:
        data = _json("dimensions.json")
        for place, edition in enumerate(data["editions"]):
            self._shelf.edition(
                edition["id"],
                labels={"en": f"INDEX {place + 1}", "fr": f"INDEX {place + 1}"},
                place=place,
                attested=edition["attested"],
                questions=edition["questions"],
                indicators=edition["indicators"],
                complete=edition["id"] == NEWEST,
                comment=edition["comment"],
                source_reference=edition["source"].split(",")[0],
            )
        labels = {"en": "Edition not stated", "fr": "Édition non précisée"}
        comment = "For results of which no source says with which questionnaire they were made."
        self._shelf.edition(UNSTATED, labels=labels, place=len(data["editions"]), comment=comment)
        for place, row in enumerate(data["dimensions"], start=1):
            parent = row["parent"]
            await self._shelf.dimension(
                NEWEST,
                row["code"],
                names=row["label"],
                place=place,
                optional=row["status"] == "optional",
                composite_id=self._shelf.dimensions[NEWEST, parent].id if parent else None,
            )

    def _place(self, name: str, country: str, source: str | None = None) -> PlaceRecord:
        row = self._places.get(name, {})
        return PlaceRecord(
            line=0,
            names={"en": name},
            country=row.get("country") or country,
            level=row.get("level") or "LOCAL",
            iso3166_2=row.get("iso3166_2"),
            nuts=row.get("nuts3_checked"),
            population=int(row["population"]) if row.get("population") else None,
            population_date=row.get("population_date"),
            source=row.get("source") or source,
        )

    async def _published(self) -> None:
        """The reports known to exist; each is a source of its own, under the address seen."""
        known = set(await self._uow.session.exec(select(IndexReport.source_reference)))
        for row in self._reports:
            reference = slug(f"report {row['country']} {row['city']} {row['published']}")
            title = f"INDEX report, {row['city']}, {row['published']} ({row['seen']} seen)"
            self._shelf.source(reference, title, row["url"])
            place = self._place(row["city"], row["country"] or "", reference)
            place_id = await self._shelf.place(place, illustrative=False)
            await self._uow.session.flush()
            if reference not in known:
                self._uow.session.add(
                    IndexReport(
                        territory_id=place_id,
                        published=row["published"] or "",
                        sample=row["sample_size"] or "",
                        seen=row["seen"] or "",
                        source_reference=reference,
                    )
                )

    def _results(self) -> list[ResultRecord]:
        """One result for each city and moment, with all figures that were published of it."""
        found: dict[tuple[str, str], ResultRecord] = {}
        months = {(row["city"], row["published"]) for row in self._reports}
        for line, row in enumerate(_rows("index_scores.csv"), start=2):
            city, dated = str(row["city"]), str(row["edition"])
            result = found.setdefault(
                (city, dated),
                ResultRecord(
                    line=line,
                    place=self._place(city, row["country"] or "", row["source"]),
                    edition=edition_of(dated),
                    dated=dated,
                    answered_on=dated,
                    published_on=dated if (city, dated) in months else None,
                    state=_state(dated, row["note"]),
                    source=row["source"],
                ),
            )
            score = _score(line, row)
            if score.peer_group in (None, "all cities") and result.sample_size is None:
                result.sample_size = score.sample_size
            result.scores.append(score)
        return list(found.values())

    async def _advice(self) -> None:
        """Summaries of what reports and visits said; to their result where we have it."""
        counted: Counter[tuple[str, str]] = Counter()
        for item in _json("recommendations.json")["items"]:
            counted[item["city"], item["year"]] += 1
            record = RecommendationRecord(
                line=0,
                number=str(counted[item["city"], item["year"]]),
                texts={"en": item["summary"]},
                dimensions=item["dimensions"],
                kind=KINDS.get(item["kind"]) or RecommendationKind(item["kind"]),
                confidence=_confidence(item["confidence"]),
                origin=item["origin"],
                source=item["source"],
            )
            edition = edition_of(item["year"])
            result = ResultRecord(
                line=0,
                place=self._place(item["city"], item["country"], item["source"]),
                edition=NEWEST if edition == UNSTATED else edition,
                dated=item["year"],
                source=item["source"],
                recommendations=[record],
            )
            place_id = await self._shelf.place(result.place, illustrative=False)
            of = None
            if item["origin"] == "INDEX report":
                matching = (
                    known
                    for known in self._shelf.assessments.values()
                    if known.territory_id == place_id and known.dated[:4] == item["year"]
                )
                of = next(matching, None)
            await self._uow.session.flush()
            await self._shelf.advice(result, of, place_id)

    async def _entries(self) -> None:
        known = set(await self._uow.session.exec(select(ReferenceEntry.reference)))
        for reference, kind, title, body in _other_facts():
            if reference not in known:
                self._uow.session.add(
                    ReferenceEntry(
                        reference=reference,
                        kind=kind,
                        dated=str(body.get("date") or body.get("period") or ""),
                        title=title,
                        body=body,
                        source_reference=str(body["source"]).split(",")[0],
                    )
                )


def _other_facts() -> list[tuple[str, EntryKind, str, dict[str, Any]]]:
    timeline = _json("policy_lab_timeline.json")
    facts = [
        (
            slug(f"timeline {event['date']} {event['place']}"),
            EntryKind.TIMELINE,
            event["event"],
            event,
        )
        for event in timeline["events"]
    ]
    facts += [
        (slug(f"project {item['country']}"), EntryKind.PROJECT, str(item["lead"]), item)
        for item in timeline["nationalProjects"]
    ]
    facts += [
        (f"decision-{item['id']}", EntryKind.DECISION_EXAMPLE, str(item["body"]), item)
        for item in _json("decision_examples.json")["items"]
    ]
    return facts


def _score(line: int, row: dict[str, str | None]) -> ScoreRecord:
    size = row["peer_size"] if row["rank"] else row["sample_size"]
    return ScoreRecord(
        line=line,
        dimension=row["dimension"] or OVERALL,
        value=_whole(row["score"]),
        peer_mean=_whole(row["sample_mean"]),
        rank=_whole(row["rank"]),
        sample_size=_whole(size) or _whole(row["sample_size"]),
        peer_group=row["peer_group"],
        confidence=_confidence(row["confidence"] or "low"),
        source=row["source"],
        note=row["note"] or "",
    )


def _state(dated: str, note: str | None) -> AssessmentState:
    if "sample" in dated:
        return AssessmentState.CITED
    return AssessmentState.DRAFT if "draft" in (note or "") else AssessmentState.PUBLISHED


def _confidence(word: str) -> Confidence:
    return Confidence(word.split()[0].upper())


def _whole(cell: str | None) -> int | None:
    return int(cell) if cell else None


def _json(name: str) -> Any:
    return json.loads((_DATA / name).read_text("utf-8"))


def _rows(name: str) -> list[dict[str, Any]]:
    """The rows of one of our own files; an empty cell is None."""
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return [{key: value or None for key, value in row.items()} for row in csv.DictReader(lines)]
