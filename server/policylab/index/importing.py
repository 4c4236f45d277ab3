"""Results and recommendations from a file, JSON or CSV. A file with a mistake changes nothing."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import text as sql

from policylab.identity import check_administrator
from policylab.index.lines import LINE, BadJson, read_json
from policylab.index.records import (
    OVERALL,
    Evidence,
    PlaceRecord,
    RecommendationRecord,
    ResultRecord,
    ScoreRecord,
    SourceRecord,
    problems_of,
)
from policylab.index.rules import AssessmentState, Confidence, RecommendationKind
from policylab.index.shelf import Shelf, reference_of
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import Viewer

LARGEST_FILE = 4_000_000
MOST_LINES = 20_000
MOST_PROBLEMS = 20
T = TypeVar("T")
_LOCK = sql("SELECT pg_advisory_xact_lock(hashtext('reference data'))")


@dataclass(frozen=True)
class Imported:
    """What a file brought."""

    results: int
    scores: int
    recommendations: int

    def __str__(self) -> str:
        return (
            f"{self.results} results, {self.scores} scores and "
            f"{self.recommendations} recommendations read."
        )


async def import_file(uow: UnitOfWork, viewer: Viewer, *, name: str, data: bytes) -> Imported:
    """Keep what a file says; refused with every wrong line when it has one."""
    check_administrator(viewer)
    evidence, problems = read_file(name, data)
    await (await uow.session.connection()).execute(_LOCK)
    shelf = await Shelf.open(uow)
    problems += problems_of(evidence, editions=shelf.codes(), sources=shelf.sources)
    problems += [
        (result.line, "this result is here already: a corrected figure names another source")
        for result in evidence.results
        if reference_of(result) in shelf.assessments and not _adds(result, shelf)
    ]
    if problems:
        raise Refused(RefusalCode.BAD_FILE, _told(problems), field="file")
    ids = await shelf.keep(evidence)
    for assessment_id in ids:
        uow.audit(action="assessment.imported", object_type="Assessment", object_id=assessment_id)
    return Imported(
        len(ids),
        sum(len(result.scores) for result in evidence.results),
        sum(len(result.recommendations) for result in evidence.results),
    )


def _adds(result: ResultRecord, shelf: Shelf) -> bool:
    """Whether it says something of a known result: another source, or recommendations."""
    kept = shelf.assessments[reference_of(result)]
    sources = {score.source or result.source for score in result.scores}
    return bool(result.recommendations) or sources - {kept.source_reference} != set()


def read_file(name: str, data: bytes) -> tuple[Evidence, list[tuple[int, str]]]:
    """What the file says, with what could not be read of it, by line. Knows no database."""
    if len(data) > LARGEST_FILE:
        message = f"A file of INDEX data has at most {LARGEST_FILE // 1_000_000} MB."
        raise Refused(RefusalCode.TOO_LARGE, message, field="file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"Line {line}: the file is not text in UTF-8."
        raise Refused(RefusalCode.BAD_FILE, message, field="file") from error
    if name.lower().endswith(".json"):
        return _from_json(text)
    if name.lower().endswith(".csv"):
        return _from_csv(text)
    message = "Give a file that ends in .json or .csv."
    raise Refused(RefusalCode.BAD_FILE, message, field="file")


def _told(problems: list[tuple[int, str]]) -> str:
    """The mistakes in the order of the file, each with its line."""
    told = [f"Line {line}: {problem}." for line, problem in sorted(set(problems))]
    more = len(told) - MOST_PROBLEMS
    if more > 0:
        told = [*told[:MOST_PROBLEMS], f"And {more} more."]
    return "Nothing was imported. " + " ".join(told)


class _Cells:
    """Reads the values of one object or row, and notes what is wrong with them."""

    def __init__(self, values: dict[str, Any], line: int, problems: list[tuple[int, str]]) -> None:
        self._values = values
        self._problems = problems
        self.line = line

    def wrong(self, problem: str) -> None:
        self._problems.append((self.line, problem))

    def text(self, name: str, *, needed: bool = False) -> str | None:
        value = self._values.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if needed:
                self.wrong(f"{name} is missing")
            return None
        if not isinstance(value, str):
            self.wrong(f"{name} is a text")
            return None
        return value.strip()

    def whole(self, name: str) -> int | None:
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
                raise ValueError(name)
            number = int(value)
        except (TypeError, ValueError, OverflowError):
            self.wrong(f"{name} is a whole number, not {value!r:.40}")
            return None
        if not -(2**31) <= number < 2**31:
            self.wrong(f"{name} is too large")
            return None
        return number

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if value in (None, "", False, "false", "no"):
            return False
        if value in (True, "true", "yes"):
            return True
        self.wrong(f"{name} is true or false, not {value!r:.40}")
        return False

    def one_of(self, name: str, kind: Callable[[str], T], default: T) -> T:
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            return kind(str(value).upper())
        except ValueError:
            self.wrong(f"{name} can't be {value!r:.40}")
            return default

    def words(self, name: str) -> dict[str, str]:
        """A text by language; a plain text counts as English."""
        value = self._values.get(name)
        if isinstance(value, str) and value.strip():
            return {"en": value.strip()}
        if isinstance(value, dict):
            found = {str(tag): words for tag, words in value.items() if tag != LINE}
            if found and all(isinstance(words, str) for words in found.values()):
                return found
        self.wrong(f"{name} is a text, or texts by language")
        return {"en": "?"}

    def items(self, name: str) -> list["_Cells"]:
        value = self._values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(f"{name} is a list of objects")
            return []
        return [_Cells(item, item[LINE], self._problems) for item in value]

    def names(self, name: str) -> list[str]:
        value = self._values.get(name, [])
        if isinstance(value, str):
            value = [part.strip() for part in value.split(";") if part.strip()]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(f"{name} is a list of codes")
            return []
        return value

    def also(self, **values: Any) -> "_Cells":
        """The same with further values."""
        return _Cells(self._values | values, self.line, self._problems)

    def part(self, name: str) -> "_Cells":
        value = self._values.get(name)
        if not isinstance(value, dict):
            self.wrong(f"{name} is missing")
            return _Cells({}, self.line, [])
        return _Cells(value, value[LINE], self._problems)


def _from_json(text: str) -> tuple[Evidence, list[tuple[int, str]]]:
    problems: list[tuple[int, str]] = []
    try:
        value = read_json(text)
    except BadJson as bad:
        return Evidence(), [(bad.line, bad.problem)]
    if not isinstance(value, dict) or not isinstance(value.get("results"), list):
        return Evidence(), [(1, "the file is an object with a list called results")]
    file = _Cells(value, 1, problems)
    sources = [
        SourceRecord(
            line=cells.line,
            reference=cells.text("id", needed=True) or "",
            title=cells.text("title", needed=True) or "",
            url=cells.text("url"),
        )
        for cells in file.items("sources")
    ]
    return Evidence([_result(cells) for cells in file.items("results")], sources), problems


def _result(cells: _Cells) -> ResultRecord:
    where = cells.part("territory")
    answered, published = cells.text("answeredOn"), cells.text("publishedOn")
    if not (answered or published):
        cells.wrong("answeredOn or publishedOn is missing")
    return ResultRecord(
        line=cells.line,
        place=PlaceRecord(
            line=where.line,
            names=where.words("name"),
            country=where.text("country", needed=True) or "",
            level=where.text("level") or "LOCAL",
            iso3166_2=where.text("iso3166_2"),
            population=where.whole("population"),
            population_date=where.text("populationDate"),
            source=where.text("source"),
        ),
        edition=cells.text("edition", needed=True) or "",
        dated=answered or published or "",
        answered_on=answered,
        published_on=published,
        sample_size=cells.whole("sampleSize"),
        state=cells.one_of("state", AssessmentState, AssessmentState.PUBLISHED),
        source=cells.text("source"),
        illustrative=cells.flag("illustrative"),
        scores=[_score(item) for item in cells.items("scores")],
        recommendations=[_advice(item) for item in cells.items("recommendations")],
    )


def _score(cells: _Cells) -> ScoreRecord:
    return ScoreRecord(
        line=cells.line,
        dimension=cells.text("dimension") or OVERALL,
        value=cells.whole("value"),
        peer_mean=cells.whole("peerMean"),
        rank=cells.whole("rank"),
        sample_size=cells.whole("sampleSize"),
        peer_group=cells.text("peerGroup"),
        confidence=cells.one_of("confidence", Confidence, Confidence.HIGH),
        source=cells.text("source"),
        note=cells.text("note") or "",
    )


def _advice(cells: _Cells) -> RecommendationRecord:
    kind = RecommendationKind.RECOMMENDATION
    return RecommendationRecord(
        line=cells.line,
        number=cells.text("number", needed=True) or "",
        texts=cells.words("text"),
        dimensions=cells.names("dimensions"),
        kind=cells.one_of("kind", RecommendationKind, kind),
        page=cells.whole("page"),
        confidence=cells.one_of("confidence", Confidence, Confidence.HIGH),
        source=cells.text("source"),
    )


COLUMNS = frozenset(
    {"territory", "country", "level", "edition", "answered_on", "published_on", "sample_size"}
    | {"dimension", "value", "peer_mean", "rank", "peer_group", "confidence", "note"}
    | {"number", "kind", "text_en", "text_fr", "dimensions", "page", "source", "illustrative"}
)
NEEDED = ("territory", "country", "edition", "answered_on")


def _from_csv(text: str) -> tuple[Evidence, list[tuple[int, str]]]:
    """Rows with figures, or with recommendations where there is a column `number`."""
    problems: list[tuple[int, str]] = []
    rows = csv.DictReader(text.splitlines(keepends=True), restkey="", strict=True)
    found: dict[tuple[str, ...], ResultRecord] = {}
    try:
        columns = rows.fieldnames or []
        missing = [name for name in NEEDED if name not in columns]
        unknown = sorted(set(columns) - COLUMNS)
        if missing or unknown:
            wrong = [f"the column {name} is missing" for name in missing]
            wrong += [f"the column {name} is not known" for name in unknown]
            return Evidence(), [(1, problem) for problem in wrong]
        for row in rows:
            if rows.line_num > MOST_LINES:
                problems.append((rows.line_num, f"a file has at most {MOST_LINES} lines"))
                break
            _row(row, rows.line_num, "number" in columns, found, problems)
    except csv.Error as error:
        problems.append((rows.reader.line_num, f"the line is not CSV ({error})"))
    return Evidence(list(found.values())), problems


def _row(
    row: dict[str, Any],
    line: int,
    advice: bool,
    found: dict[tuple[str, ...], ResultRecord],
    problems: list[tuple[int, str]],
) -> None:
    cells = _Cells(row, line, problems)
    if "" in row or None in row.values():
        cells.wrong("the number of cells differs from the first line")
        return
    name, country, edition, answered = (cells.text(key, needed=True) or "" for key in NEEDED)
    place = PlaceRecord(
        line=line, names={"en": name}, country=country, level=cells.text("level") or "LOCAL"
    )
    result = found.setdefault(
        (name, country, edition, answered),
        ResultRecord(
            line=line,
            place=place,
            edition=edition,
            dated=answered,
            answered_on=answered,
            published_on=cells.text("published_on"),
            sample_size=cells.whole("sample_size"),
            source=cells.text("source"),
            illustrative=cells.flag("illustrative"),
        ),
    )
    if advice:
        item = _advice(cells_with_words(cells, row))
        result.recommendations.append(item)
    else:
        result.scores.append(
            ScoreRecord(
                line=line,
                dimension=cells.text("dimension") or OVERALL,
                value=cells.whole("value"),
                peer_mean=cells.whole("peer_mean"),
                rank=cells.whole("rank"),
                sample_size=cells.whole("sample_size"),
                peer_group=cells.text("peer_group"),
                confidence=cells.one_of("confidence", Confidence, Confidence.HIGH),
                source=cells.text("source"),
                note=cells.text("note") or "",
            )
        )


def cells_with_words(cells: _Cells, row: dict[str, Any]) -> _Cells:
    """The row with its columns `text_en` and `text_fr` as one text by language."""
    words = {tag: row[f"text_{tag}"] for tag in ("en", "fr") if row.get(f"text_{tag}")}
    return cells.also(text=words)
