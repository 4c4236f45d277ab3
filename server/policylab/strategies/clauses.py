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
_WANTED = "s.document_id = ANY($1::uuid[]) AND s.section_id = ANY($2::uuid[])"
_NOW = f"""
WITH latest AS MATERIALIZED (
  SELECT DISTINCT ON (v.language_version_id) v.id FROM version v
   WHERE v.document_id = ANY($1::uuid[]) AND NOT EXISTS (
         SELECT FROM draft d WHERE d.language_version_id = v.language_version_id
            AND d.closed_at IS NULL
            AND EXISTS (SELECT FROM draft_section s WHERE s.draft_id = d.id))
   ORDER BY v.language_version_id, v.number DESC
)
{_COLUMNS}
  FROM draft_section s JOIN draft d ON d.id = s.draft_id AND d.closed_at IS NULL
  LEFT JOIN draft_section p ON p.draft_id = s.draft_id AND p.section_id = s.parent
 WHERE {_WANTED}
UNION ALL
{_COLUMNS}
  FROM latest JOIN version_section s ON s.version_id = latest.id
  LEFT JOIN version_section p ON p.version_id = s.version_id AND p.section_id = s.parent
 WHERE {_WANTED}
 ORDER BY place, language
"""  # noqa: S608 our names
_FROZEN = f"""
{_COLUMNS}
  FROM version_section s
  LEFT JOIN version_section p ON p.version_id = s.version_id AND p.section_id = s.parent
 WHERE {_WANTED} AND s.version_set_id = $3 ORDER BY s.place, s.language
"""


async def clauses_now(fetch: Fetch, places: Collection[Place]) -> Clauses:
    """These clauses as they stand at this moment; those that are gone are left out."""
    return await _clauses(fetch, _NOW, places)


async def clauses_in(fetch: Fetch, set_id: UUID, places: Collection[Place]) -> Clauses:
    """Those of these clauses that stand in one frozen version set."""
    return await _clauses(fetch, _FROZEN, places, set_id)


async def _clauses(fetch: Fetch, sql: str, places: Collection[Place], *values: UUID) -> Clauses:
    if not places:
        return {}
    documents = {document for document, _ in places}
    sections = {section for _, section in places}
    found: Clauses = {}
    for row in await fetch(sql, list(documents), list(sections), *values):
        place = row["document_id"], row["section_id"]
        clause = found.get(place)
        if clause is None:
            clause = found[place] = Clause(row["number"])
        if row["heading"]:
            clause.headings[row["language"]] = row["heading"]
        clause.hashes[row["language"]] = row["hash"]
    return found
