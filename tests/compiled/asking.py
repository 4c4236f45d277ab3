"""Who asks: one of each role there is in Arvenia, and those who have none."""

from dataclasses import dataclass

from policylab.api.declare import Published
from policylab.api.paging import make_cursor
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from tests.compiled.inventing import NODES

_BY_ROLE = """
SELECT DISTINCT ON (c.role) c.role, a.person_id FROM policylab_access a
  JOIN capacity c ON c.id = a.capacity_id ORDER BY c.role, c.id
"""
_ADMINISTRATOR = "SELECT id FROM person WHERE administrator ORDER BY id LIMIT 1"


@dataclass(frozen=True)
class Asker:
    """A viewer, and the language of the answers."""

    role: str
    viewer: Viewer
    locale: str | None


async def askers(database: Database) -> list[Asker]:
    """Members in every role, an administrator, a stranger, a program, and nobody."""
    async with database.rows(SYSTEM) as connection:
        members = dict(await connection.fetch(_BY_ROLE))
        administrator = await connection.fetchval(_ADMINISTRATOR)
    found = [
        Asker(role, Viewer(person_id=person), locale)
        for (role, person), locale in zip(
            sorted(members.items()), ["en", "fr", "de"] * 9, strict=False
        )
    ]
    scopes = frozenset({"read"})
    member = next(iter(members.values()))
    return [
        *found,
        Asker("administrator", Viewer(person_id=administrator, administrator=True), "en"),
        Asker("a program", Viewer(person_id=member, scopes=scopes), None),
        Asker("a stranger", Viewer(person_id=uuid7()), "fr"),
        Asker("nobody", ANONYMOUS, "fr"),
    ]


async def identifiers(database: Database) -> dict[str, list[str]]:
    """Ids of things of every type, known or not to whoever asks."""
    found: dict[str, list[str]] = {}
    async with database.rows(SYSTEM) as connection:
        for name in NODES:
            table = Published.registry[name].source.name
            rows = await connection.fetch(f"SELECT id FROM {table} ORDER BY id LIMIT 40")  # noqa: S608
            if rows:
                found[name] = [to_global(name, row["id"]) for row in rows]
    return found


async def cursors(database: Database) -> list[str]:
    """Places in some of the lists there are."""
    statements = (
        "SELECT created_at::text, id::text FROM dialogue LIMIT 3",
        "SELECT id::text FROM organisation ORDER BY id LIMIT 3",
        "SELECT display_name, id::text FROM person ORDER BY id LIMIT 3",
    )
    async with database.rows(SYSTEM) as connection:
        rows = [row for each in statements for row in await connection.fetch(each)]
    return [make_cursor([str(value) for value in row]) for row in rows]
