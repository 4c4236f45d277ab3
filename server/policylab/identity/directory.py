"""Lists of people for those who run the house: the demo's sign-in page and the command line."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM

_PEOPLE = """
SELECT p.id, p.display_name, p.email, p.administrator, p.illustrative,
       p.suspended_at IS NOT NULL AS suspended, p.locale,
       coalesce(m.functions, '{}'::jsonb) AS functions,
       coalesce(o.names, '{}'::jsonb) AS organisation, coalesce(t.level, '') AS level
FROM person p
LEFT JOIN LATERAL (
  SELECT * FROM membership m WHERE m.person_id = p.id
  AND (m.valid_to IS NULL OR m.valid_to >= current_date) ORDER BY m.id LIMIT 1
) m ON true
LEFT JOIN organisation o ON o.id = m.organisation_id
LEFT JOIN territory t ON t.id = o.territory_id
WHERE p.erased_at IS NULL AND (p.illustrative OR NOT $1)
ORDER BY t.level NULLS LAST, o.id, p.id
"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One person of the list, with the post she holds."""

    id: UUID
    display_name: str
    email: str | None
    administrator: bool
    illustrative: bool
    suspended: bool
    locale: str
    functions: dict[str, str]
    organisation: dict[str, str]
    level: str

    def function(self, language: str) -> str:
        """What she is, in a language or the next best."""
        return _in(self.functions, language)

    def body(self, language: str) -> str:
        """Where she is it."""
        return _in(self.organisation, language)


async def list_people(database: Database, *, illustrative_only: bool = False) -> list[Entry]:
    """Everybody in the house, or the invented people alone; by level and body."""
    async with database.rows(SYSTEM) as connection:
        rows: list[Any] = await connection.fetch(_PEOPLE, illustrative_only)
    return [Entry(**dict(row)) for row in rows]


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
