"""Clauses as they stand: in the working draft where there is one, else in the latest version."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


@dataclass
class Clause:
    """One addressable part of a text, over its languages."""

    section_id: UUID
    number: str
    kind: str
    place: int
    headings: dict[str, str] = field(default_factory=dict[str, str])
    """Its own heading, or that of the part it stands in, by language."""
    texts: dict[str, str] = field(default_factory=dict[str, str])
    hashes: dict[str, str] = field(default_factory=dict[str, str])


Clauses = dict[UUID, dict[UUID, Clause]]

_NOW = """
WITH live AS (
  SELECT d.id, d.language_version_id FROM draft d
   WHERE d.document_id = ANY(:ids) AND d.closed_at IS NULL
     AND EXISTS (SELECT FROM draft_section s WHERE s.draft_id = d.id)
), latest AS (
  SELECT DISTINCT ON (v.language_version_id) v.id, v.language_version_id
    FROM version v WHERE v.document_id = ANY(:ids)
   ORDER BY v.language_version_id, v.number DESC
)
SELECT s.document_id, s.section_id, s.language, s.number, s.kind, s.place, s.heading, s.parent,
       s.text, encode(s.hash, 'hex') AS hash
  FROM draft_section s JOIN live ON live.id = s.draft_id
UNION ALL
SELECT s.document_id, s.section_id, s.language, s.number, s.kind, s.place, s.heading, s.parent,
       s.text, encode(s.hash, 'hex')
  FROM version_section s JOIN latest ON latest.id = s.version_id
 WHERE latest.language_version_id NOT IN (SELECT live.language_version_id FROM live)
 ORDER BY place
"""

_FROZEN = """
SELECT s.document_id, s.section_id, s.language, s.number, s.kind, s.place, s.heading, s.parent,
       s.text, encode(s.hash, 'hex') AS hash
  FROM version_section s WHERE s.version_set_id = ANY(:ids) ORDER BY place
"""


async def clauses_now(session: AsyncSession, document_ids: Collection[UUID]) -> Clauses:
    """The clauses of each document as they stand at this moment, in reading order."""
    return await _clauses(session, _NOW, document_ids)


async def clauses_in(session: AsyncSession, set_id: UUID) -> Clauses:
    """The clauses of one frozen version set."""
    return await _clauses(session, _FROZEN, [set_id])


async def _clauses(session: AsyncSession, query: str, ids: Collection[UUID]) -> Clauses:
    if not ids:
        return {}
    rows = list(await (await session.connection()).execute(text(query), {"ids": list(ids)}))
    headings = {(row.section_id, row.language): row.heading for row in rows}
    found: Clauses = defaultdict(dict)
    for row in rows:
        clauses = found[row.document_id]
        clause = clauses.setdefault(
            row.section_id, Clause(row.section_id, row.number, row.kind, row.place)
        )
        heading = row.heading or headings.get((row.parent, row.language))
        if heading:
            clause.headings[row.language] = heading
        clause.texts[row.language] = row.text
        clause.hashes[row.language] = row.hash
    return found
