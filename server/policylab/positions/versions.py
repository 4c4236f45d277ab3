"""How positions stand to later versions of the text they are on (invariant 2)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.positions.rules import Subject
from policylab.positions.tables import Position

_LATEST = """
WITH wanted AS (
  SELECT p.id, p.document_id, p.set_id, p.amendment_id,
         coalesce(p.section_id, a.section_id) AS section_id
    FROM position p LEFT JOIN amendment a ON a.id = p.amendment_id WHERE p.id = ANY(:ids)
), latest AS (
  SELECT DISTINCT ON (s.document_id) s.document_id, s.id FROM version_set s
   WHERE s.document_id IN (SELECT w.document_id FROM wanted w)
   ORDER BY s.document_id, s.number DESC
), outdated AS (
  SELECT w.*, latest.id AS latest_id
    FROM wanted w JOIN latest ON latest.document_id = w.document_id AND latest.id <> w.set_id
)
"""

_LATER = f"""{_LATEST}
SELECT o.id, o.latest_id, o.section_id FROM outdated o
 WHERE o.amendment_id IS NULL
   AND (o.section_id IS NULL OR EXISTS (
     SELECT FROM version_section n
      WHERE n.version_set_id = o.latest_id AND n.section_id = o.section_id))
"""  # noqa: S608 our own words

_CHANGED = f"""{_LATEST}
SELECT o.id FROM outdated o WHERE o.section_id IS NULL AND EXISTS (
  SELECT FROM version w WHERE w.version_set_id = o.set_id AND NOT EXISTS (
    SELECT FROM version n
     WHERE n.version_set_id = o.latest_id AND n.language = w.language AND n.hash = w.hash))
UNION ALL
SELECT o.id FROM outdated o WHERE o.section_id IS NOT NULL AND EXISTS (
  SELECT FROM version_section w
   WHERE w.version_set_id = o.set_id AND w.section_id = o.section_id AND NOT EXISTS (
    SELECT FROM version_section n
     WHERE n.version_set_id = o.latest_id AND n.section_id = w.section_id
       AND n.language = w.language AND n.hash = w.hash))
"""  # noqa: S608 our own words


async def later_subjects(
    session: AsyncSession, positions: Collection[Position]
) -> dict[UUID, Subject]:
    """For positions on other than the latest version of their text: the same subject there.

    None for an amendment, which belongs to its own version, nor for a clause that is gone.
    """
    ids = [position.id for position in positions]
    rows = await (await session.connection()).execute(text(_LATER), {"ids": ids})
    return {row.id: Subject(set_id=row.latest_id, section_id=row.section_id) for row in rows}


async def on_earlier_text(session: AsyncSession, position_ids: Collection[UUID]) -> set[UUID]:
    """Which positions speak of words that a later version changed (invariant 2)."""
    ids = list(position_ids)
    rows = await (await session.connection()).execute(text(_CHANGED), {"ids": ids})
    return {row.id for row in rows}
