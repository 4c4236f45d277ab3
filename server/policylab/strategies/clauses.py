"""Clauses as they stand: in the working draft where there is one, else in the latest version."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from policylab.kit.reading import Fetch


@dataclass(slots=True)
class Clause:
    """One addressable part of a text, over its languages."""

    number: str
    headings: dict[str, str] = field(default_factory=dict[str, str])
    """Its own heading, or that of the part it stands in, by language."""
    hashes: dict[str, str] = field(default_factory=dict[str, str])


Place = tuple[UUID, UUID]
"""A text and a clause of it."""
Clauses = dict[Place, Clause]

_COLUMNS = """
SELECT s.document_id, s.section_id, s.language, s.number, s.place, encode(s.hash, 'hex') AS hash,
       coalesce(nullif(s.heading, ''), p.heading) AS heading
"""
_NOW = f"""
WITH wanted AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS w(document_id, section_id)
), live AS MATERIALIZED (
  SELECT d.id, d.language_version_id FROM draft d
   WHERE d.document_id = ANY($1::uuid[]) AND d.closed_at IS NULL
     AND EXISTS (SELECT FROM draft_section s WHERE s.draft_id = d.id)
), latest AS MATERIALIZED (
  SELECT DISTINCT ON (v.language_version_id) v.id FROM version v
   WHERE v.document_id = ANY($1::uuid[])
     AND v.language_version_id NOT IN (SELECT live.language_version_id FROM live)
   ORDER BY v.language_version_id, v.number DESC
)
{_COLUMNS}
  FROM wanted w
  JOIN draft_section s ON s.section_id = w.section_id AND s.document_id = w.document_id
  JOIN live ON live.id = s.draft_id
  LEFT JOIN draft_section p ON p.draft_id = s.draft_id AND p.section_id = s.parent
UNION ALL
{_COLUMNS}
  FROM wanted w
  JOIN version_section s ON s.section_id = w.section_id AND s.document_id = w.document_id
  JOIN latest ON latest.id = s.version_id
  LEFT JOIN version_section p ON p.version_id = s.version_id AND p.section_id = s.parent
 ORDER BY place, language
"""  # noqa: S608 our names
_FROZEN = f"""
{_COLUMNS}
  FROM unnest($1::uuid[], $2::uuid[]) AS w(document_id, section_id)
  JOIN version_section s ON s.section_id = w.section_id AND s.document_id = w.document_id
  LEFT JOIN version_section p ON p.version_id = s.version_id AND p.section_id = s.parent
 WHERE s.version_set_id = $3 ORDER BY s.place, s.language
"""


async def clauses_now(fetch: Fetch, places: Collection[Place]) -> Clauses:
    """Those of these clauses that are there, as they stand at this moment."""
    return await _clauses(fetch, _NOW, places)


async def clauses_in(fetch: Fetch, set_id: UUID, places: Collection[Place]) -> Clauses:
    """Those of these clauses that stand in one frozen version set."""
    return await _clauses(fetch, _FROZEN, places, set_id)


async def _clauses(fetch: Fetch, sql: str, places: Collection[Place], *values: UUID) -> Clauses:
    if not places:
        return {}
    documents, sections = zip(*dict.fromkeys(places), strict=True)
    found: Clauses = {}
    for row in await fetch(sql, documents, sections, *values):
        place = row["document_id"], row["section_id"]
        clause = found.get(place)
        if clause is None:
            clause = found[place] = Clause(row["number"])
        if row["heading"]:
            clause.headings[row["language"]] = row["heading"]
        clause.hashes[row["language"]] = row["hash"]
    return found
