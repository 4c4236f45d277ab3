"""Who may see which rows, said once for each table.

From one scope come the predicate that every read carries and the row-level security policy that
stands behind it (design.md 15.4). Both speak of the viewer through `policylab_viewer()`, which
reads the setting that kit.db gives to each transaction, and of standing through
`policylab_reach()`, which asks the labs room's one relation `policylab_access` once a transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlmodel import SQLModel

VIEWER = "(SELECT policylab_viewer())"


@dataclass(frozen=True)
class Scope:
    """A predicate over one row of one table; `{t}` stands for the table's name or alias."""

    sql: str

    def on(self, alias: str) -> str:
        """The predicate for a table that the statement calls `alias`."""
        return self.sql.replace("{t}", alias)

    @classmethod
    def public(cls) -> Scope:
        """Any signed-in person: reference data."""
        return cls(f"{VIEWER} IS NOT NULL")

    @classmethod
    def open(cls) -> Scope:
        """Everybody, signed in or not: what the house itself publishes."""
        return cls("true")

    @classmethod
    def system(cls) -> Scope:
        """Nobody but the house itself."""
        return cls("false")

    @classmethod
    def person(cls, column: str) -> Scope:
        """The person herself."""
        return cls(f"{{t}}.{column} = {VIEWER}")

    @classmethod
    def administrator(cls) -> Scope:
        """Administrators of the whole service."""
        return cls("(SELECT policylab_is_administrator())")

    @classmethod
    def lab(cls, column: str) -> Scope:
        """Anybody with standing in the lab."""
        return cls(_access(column, "labs"))

    @classmethod
    def dialogue(cls, column: str) -> Scope:
        """Anybody in the dialogue, and the lab's members where it is open to them."""
        return cls(_access(column, "dialogues"))

    @classmethod
    def delegation(cls, column: str) -> Scope:
        """The delegates of one delegation and nobody else, moderators included."""
        return cls(_access(column, "delegations"))

    @classmethod
    def where(cls, sql: str) -> Scope:
        """A condition on the row itself; write columns as `{t}.name`. Never grants alone."""
        return cls(sql)

    @classmethod
    def any(cls, *scopes: Scope) -> Scope:
        return cls("(" + " OR ".join(scope.sql for scope in scopes) + ")")

    @classmethod
    def all(cls, *scopes: Scope) -> Scope:
        return cls("(" + " AND ".join(scope.sql for scope in scopes) + ")")


def _access(column: str, reach: str) -> str:
    return f"{{t}}.{column} = ANY ((SELECT policylab_reach('{reach}'))::uuid[])"


@dataclass(frozen=True, eq=False)
class Source:
    """The reading side of one table: what it is called, who may see its rows, how they are put in
    order. Made once in a room's `sources.py`; making it registers the table's scope."""

    table: type[SQLModel]
    scope: Scope
    order: tuple[str, ...] = ("id",)
    append_only: bool = False
    """The service's role may neither update nor delete its rows."""
    leaves_with: str | None = None
    """The column that names the person whose own a row is: it goes with her when she is erased."""

    registry: ClassVar[dict[str, Source]] = {}

    def __post_init__(self) -> None:
        if self.name in self.registry:
            raise RuntimeError(f"{self.name} has two sources")
        self.registry[self.name] = self

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return str(self.table.__tablename__)

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(self.table.model_fields)


def policies() -> list[str]:
    """The row-level security of every registered table, as statements for a migration.

    Reading is what they guard: a unit of work runs as the house, after its rules have judged. Who
    reads many rows is asked once for all of them (a subquery); who writes few, with each, which
    costs less than to prepare that.
    """
    statements: list[str] = []
    for name, source in sorted(Source.registry.items()):
        readable = f"(SELECT policylab_is_system()) OR ({source.scope.on(name)})"
        writable = "policylab_is_system()"
        statements += [
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {name}_read ON {name} FOR SELECT USING ({readable})",
            f"CREATE POLICY {name}_insert ON {name} FOR INSERT WITH CHECK ({writable})",
        ]
        if not source.append_only:
            statements += [
                f"CREATE POLICY {name}_update ON {name} FOR UPDATE USING ({writable})",
                f"CREATE POLICY {name}_delete ON {name} FOR DELETE USING ({writable})",
            ]
    return statements


def grants(role: str) -> list[str]:
    """What the service's role may do: no update or delete where rows are append-only."""
    statements: list[str] = []
    for name, source in sorted(Source.registry.items()):
        verbs = "SELECT, INSERT" if source.append_only else "SELECT, INSERT, UPDATE, DELETE"
        statements.append(f"GRANT {verbs} ON {name} TO {role}")
    return statements


VIEWER_FUNCTIONS = """
CREATE FUNCTION policylab_viewer() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN length(current_setting('policylab.viewer', true)) = 36
              THEN current_setting('policylab.viewer', true)::uuid END
$$;
CREATE FUNCTION policylab_is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('policylab.viewer', true) = 'system', false)
$$;
"""
"""Made by the first migration. `policylab_is_administrator()` comes with the identity room."""
