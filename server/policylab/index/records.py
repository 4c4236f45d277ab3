"""Results and recommendations as a file says them, before they are kept. Values and checks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from policylab.index.rules import (
    AssessmentState,
    Confidence,
    RecommendationKind,
)

INVENTED = frozenset({"AA", "ZZ"})
OVERALL = "OVERALL"


@dataclass(kw_only=True)
class PlaceRecord:
    """A city, district or region."""

    line: int
    names: dict[str, str]
    country: str
    level: str = "LOCAL"
    iso3166_2: str | None = None
    nuts: str | None = None
    population: int | None = None
    population_date: str | None = None
    source: str | None = None


@dataclass(kw_only=True)
class SourceRecord:
    """Who says it."""

    line: int
    reference: str
    title: str
    url: str | None = None


@dataclass(kw_only=True)
class ScoreRecord:
    """One figure as published; OVERALL or a dimension's code."""

    line: int
    dimension: str
    value: int | None = None
    peer_mean: int | None = None
    rank: int | None = None
    sample_size: int | None = None
    peer_group: str | None = None
    confidence: Confidence = Confidence.HIGH
    source: str | None = None
    dated: str = ""
    note: str = ""


@dataclass(kw_only=True)
class RecommendationRecord:
    """One piece of advice, field or strength."""

    line: int
    number: str
    texts: dict[str, str]
    dimensions: list[str]
    kind: RecommendationKind = RecommendationKind.RECOMMENDATION
    page: int | None = None
    confidence: Confidence = Confidence.HIGH
    origin: str = "INDEX report"
    source: str | None = None


@dataclass(kw_only=True)
class ResultRecord:
    """What one report says of one place."""

    line: int
    place: PlaceRecord
    edition: str
    dated: str
    answered_on: str | None = None
    published_on: str | None = None
    sample_size: int | None = None
    state: AssessmentState = AssessmentState.PUBLISHED
    source: str | None = None
    illustrative: bool = False
    scores: list[ScoreRecord] = field(default_factory=list[ScoreRecord])
    recommendations: list[RecommendationRecord] = field(default_factory=list[RecommendationRecord])


@dataclass
class Evidence:
    """A whole file."""

    results: list[ResultRecord] = field(default_factory=list[ResultRecord])
    sources: list[SourceRecord] = field(default_factory=list[SourceRecord])


def is_invented(country: str) -> bool:
    """Whether a country code is one that ISO 3166 leaves to its users: no real place has it."""
    invented = country in INVENTED or country[:1] == "X"
    return invented or (country[:1] == "Q" and country[1:2] >= "M")


def problems_of(
    evidence: Evidence,
    *,
    editions: Mapping[str, Collection[str]],
    sources: Collection[str],
) -> list[tuple[int, str]]:
    """What is wrong, by line. `editions` gives the dimension codes known of each edition."""
    known = {*sources, *(source.reference for source in evidence.sources)}
    found: list[tuple[int, str]] = []
    for result in evidence.results:
        found += _of_result(result, editions)
        for item in (result, *result.scores, *result.recommendations):
            if item.source and item.source not in known:
                found.append((item.line, f"the source {item.source} is not known"))
    return sorted(found)


def _of_result(
    result: ResultRecord, editions: Mapping[str, Collection[str]]
) -> list[tuple[int, str]]:
    line, place = result.line, result.place
    found: list[tuple[int, str]] = []
    if len(place.country) != 2 or not place.country.isupper():
        found.append((line, "the country is a code of two capitals, as in ISO 3166"))
    elif is_invented(place.country) != result.illustrative:
        name = next(iter(place.names.values()), "")
        message = f"{name} lies in a real country: its figures are never illustrative"
        if not result.illustrative:
            message = f"{name} lies in an invented country: mark it as illustrative"
        found.append((line, message))
    if not result.illustrative:
        found += [
            (item.line, "a figure of a real place needs its source")
            for item in (*result.scores, *result.recommendations)
            if not (item.source or result.source)
        ]
        if not result.source:
            found.append((line, "a result of a real place needs its source"))
    if result.edition not in editions:
        found.append((line, f"the edition {result.edition} is not known"))
        return found
    codes = editions[result.edition]
    for score in result.scores:
        found += _of_score(score, codes)
    for item in result.recommendations:
        found += _of_recommendation(item, codes)
    return found + _doubles(result)


def _of_score(score: ScoreRecord, codes: Collection[str]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    if score.dimension != OVERALL and score.dimension not in codes:
        found.append((score.line, f"the policy area {score.dimension} is not in this edition"))
    for name, value in (("score", score.value), ("mean", score.peer_mean)):
        if value is not None and not 0 <= value <= 100:
            found.append((score.line, f"a {name} lies between 0 and 100, not at {value}"))
    if score.value is None and score.rank is None:
        found.append((score.line, "give a score or a rank"))
    if score.rank is not None and score.rank < 1:
        found.append((score.line, "a rank is 1 or more"))
    return found


def _of_recommendation(item: RecommendationRecord, codes: Collection[str]) -> list[tuple[int, str]]:
    found = [
        (item.line, f"the policy area {code} is not in this edition")
        for code in item.dimensions
        if code not in codes
    ]
    if not any(text.strip() for text in item.texts.values()):
        found.append((item.line, "the recommendation has no words"))
    return found


def _doubles(result: ResultRecord) -> list[tuple[int, str]]:
    seen: set[tuple[str, str | None, str | None]] = set()
    numbers: set[str] = set()
    found: list[tuple[int, str]] = []
    for score in result.scores:
        key = (score.dimension, score.peer_group, score.source)
        if key in seen:
            found.append((score.line, f"{score.dimension} is there twice"))
        seen.add(key)
    for item in result.recommendations:
        if item.number in numbers:
            found.append((item.line, f"recommendation {item.number} is there twice"))
        numbers.add(item.number)
    return found
