"""Clauses as they stand: in the working draft where there is one, else in the latest version."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from policylab.kit.reading import Fetch


@dataclass(slots=True)
class Clause:
    """One addressable part of a text, over its languages."""

    number: str
    hashes: dict[str, str]
    """Of its text, by language."""


Hanging = Mapping[str, Any]
"""What hangs on a clause: it has a `document_id` and a `section_id`."""
Place = bytes
"""A text and a clause of it: bytes are hashed sooner than two UUIDs."""
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


async def clauses_now(fetch: Fetch, hanging: Collection[Hanging]) -> Clauses:
    """The clauses that these hang on as they stand at this moment, those that are still there."""
    return _clauses(await _read(fetch, _NOW, hanging))


async def clauses_in(fetch: Fetch, set_id: UUID, hanging: Collection[Hanging]) -> Clauses:
    """Those of these clauses that stand in one frozen version set."""
    return _clauses(await _read(fetch, _FROZEN, hanging, set_id))


async def headings_now(fetch: Fetch, hanging: Collection[Hanging]) -> Headings:
    """The headings that these clauses have or stand under at this moment."""
    found: Headings = {}
    for row in await _read(fetch, _HEADINGS, hanging):
        if row["heading"]:
            found.setdefault(place_of(row), {})[row["language"]] = row["heading"]
    return found


def place_of(row: Hanging) -> Place:
    """Where something hangs, or a clause is."""
    return row["document_id"].bytes + row["section_id"].bytes


async def _read(
    fetch: Fetch, sql: str, hanging: Collection[Hanging], *values: UUID
) -> Sequence[Any]:
    if not hanging:
        return ()
    each = [
        list({row[name].bytes: row[name] for row in hanging}.values())
        for name in ("document_id", "section_id")
    ]
    return await fetch(sql, *each, *values)


def _clauses(rows: Sequence[Any]) -> Clauses:
    found: Clauses = {}
    for row in rows:
        place = place_of(row)
        clause = found.get(place)
        if clause is None:
            found[place] = Clause(row["number"], {row["language"]: row["hash"].hex()})
        else:
            clause.hashes[row["language"]] = row["hash"].hex()
    return found
