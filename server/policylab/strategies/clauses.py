"""Clauses as they stand: in the working draft where there is one, else in the latest version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from policylab.kit.reading import Fetch


@dataclass(slots=True)
class Clause:
    """One addressable part of a text, over its languages."""

    number: str
    hashes: dict[str, str] = field(default_factory=dict[str, str])


Place = tuple[UUID, UUID]
"""A text and a clause of it."""
Clauses = dict[Place, Clause]
Headings = dict[Place, dict[str, str]]
"""What clauses are headed, or the parts they stand in, by language."""

_LIVE = """
WITH live AS MATERIALIZED (
  SELECT d.id, d.language_version_id FROM draft d
   WHERE d.document_id = ANY($1::uuid[]) AND d.closed_at IS NULL
     AND EXISTS (SELECT FROM draft_section s WHERE s.draft_id = d.id)
), latest AS MATERIALIZED (
  SELECT DISTINCT ON (v.language_version_id) v.id FROM version v
   WHERE v.document_id = ANY($1::uuid[])
     AND v.language_version_id NOT IN (SELECT l.language_version_id FROM live l)
   ORDER BY v.language_version_id, v.number DESC
)
"""
_OF_CLAUSE = "s.document_id, s.section_id, s.language, s.number, s.hash, s.place"
_NOW = f"""
{_LIVE}
SELECT {_OF_CLAUSE} FROM live JOIN draft_section s ON s.draft_id = live.id
 WHERE s.section_id = ANY($2::uuid[])
UNION ALL
SELECT {_OF_CLAUSE} FROM latest JOIN version_section s ON s.version_id = latest.id
 WHERE s.section_id = ANY($2::uuid[])
 ORDER BY place, language
"""  # noqa: S608 our names
_FROZEN = f"""
SELECT {_OF_CLAUSE} FROM version_section s
 WHERE s.document_id = ANY($1::uuid[]) AND s.section_id = ANY($2::uuid[]) AND s.version_set_id = $3
 ORDER BY s.place, s.language
"""  # noqa: S608 our names
_HEADING = """s.document_id, s.section_id, s.language, s.place,
       coalesce(nullif(s.heading, ''), p.heading) AS heading"""
_HEADINGS = f"""
{_LIVE}
SELECT {_HEADING} FROM live JOIN draft_section s ON s.draft_id = live.id
  LEFT JOIN draft_section p ON p.draft_id = s.draft_id AND p.section_id = s.parent
 WHERE s.section_id = ANY($2::uuid[])
UNION ALL
SELECT {_HEADING} FROM latest JOIN version_section s ON s.version_id = latest.id
  LEFT JOIN version_section p ON p.version_id = s.version_id AND p.section_id = s.parent
 WHERE s.section_id = ANY($2::uuid[])
 ORDER BY place, language
"""  # noqa: S608 our names


async def clauses_now(fetch: Fetch, places: Collection[Place]) -> Clauses:
    """These clauses as they stand at this moment; those that are gone are left out."""
    return _clauses(await _read(fetch, _NOW, places))


async def clauses_in(fetch: Fetch, set_id: UUID, places: Collection[Place]) -> Clauses:
    """Those of these clauses that stand in one frozen version set."""
    return _clauses(await _read(fetch, _FROZEN, places, set_id))


async def headings_now(fetch: Fetch, places: Collection[Place]) -> Headings:
    """The headings that these clauses have or stand under at this moment."""
    found: Headings = {}
    for row in await _read(fetch, _HEADINGS, places):
        if row["heading"]:
            place = row["document_id"], row["section_id"]
            found.setdefault(place, {})[row["language"]] = row["heading"]
    return found


async def _read(fetch: Fetch, sql: str, places: Collection[Place], *values: UUID) -> Sequence[Any]:
    if not places:
        return ()
    documents = {document for document, _ in places}
    sections = {section for _, section in places}
    return await fetch(sql, list(documents), list(sections), *values)


def _clauses(rows: Sequence[Any]) -> Clauses:
    found: Clauses = {}
    for row in rows:
        place = row["document_id"], row["section_id"]
        clause = found.get(place)
        if clause is None:
            clause = found[place] = Clause(row["number"])
        clause.hashes[row["language"]] = row["hash"].hex()
    return found
