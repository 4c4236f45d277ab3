"""Loaders made from declarations: each batch is one statement in a read session of its own."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from strawberry.dataloader import DataLoader

from policylab.api.context import Context

if TYPE_CHECKING:
    from policylab.api.declare import Published

LIST_LIMIT = 5_000
"""An edge without pages never answers more rows than this for one parent."""


@dataclass(frozen=True)
class EdgePlan:
    """Rows of `target` whose column `by` holds a parent's key."""

    target: str
    by: str
    where: str
    order: str


class Identity:
    """A root as a loader's key: the same object, not an equal one."""

    __slots__ = ("root",)

    def __init__(self, root: Any) -> None:
        self.root = root

    def __hash__(self) -> int:
        return id(self.root)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and other.root is self.root


def known(kind: str) -> "Published":
    from policylab.api.declare import Published

    return Published.registry[kind]


def select(kind: str) -> str:
    """`SELECT columns FROM table` for a published type; the table is called `t`."""
    target = known(kind)
    columns = ", ".join(f't."{name}"' for name in target.columns)
    return f"SELECT {columns} FROM {target.source.name} t"  # noqa: S608


def row_loader(context: Context, kind: str) -> DataLoader[Any, Any]:
    """Things of one type by their id."""

    async def batch(keys: Sequence[Any]) -> list[Any]:
        target = known(kind)
        sql = f"{select(kind)} WHERE t.id = ANY($1::uuid[]) AND {target.source.scope.on('t')}"
        async with context.database.rows(context.viewer) as connection:
            rows = await connection.fetch(sql, list(keys))
        found = {row["id"]: target.make(row) for row in rows}
        return [found.get(key) for key in keys]

    return context.loader(("row", kind), lambda: DataLoader(load_fn=batch))


def edge_loader(context: Context, plan: EdgePlan) -> DataLoader[Any, Any]:
    """Lists of things of one type by the key of their parent."""

    async def batch(keys: Sequence[Any]) -> list[list[Any]]:
        target = known(plan.target)
        sql = (
            f"SELECT k.key AS parent_key, c.* FROM unnest($1::uuid[]) AS k(key), "  # noqa: S608
            f"LATERAL ({select(plan.target)} WHERE t.{plan.by} = k.key "
            f"AND {plan.where.replace('{t}', 't')} AND {target.source.scope.on('t')} "
            f"ORDER BY {plan.order.replace('{t}', 't')} LIMIT {LIST_LIMIT}) c"
        )
        async with context.database.rows(context.viewer) as connection:
            rows = await connection.fetch(sql, list(keys))
        lists: dict[Any, list[Any]] = defaultdict(list)
        for row in rows:
            lists[row["parent_key"]].append(target.make(row))
        return [lists[key] for key in keys]

    return context.loader(plan, lambda: DataLoader(load_fn=batch))


def batch_loader(
    context: Context,
    batch: Callable[..., Awaitable[Sequence[Any]]],
    arguments: dict[str, Any],
) -> DataLoader[Any, Any]:
    """A computed field for many roots at once."""

    async def run(keys: Sequence[Identity]) -> Sequence[Any]:
        return await batch(context, [key.root for key in keys], **arguments)

    key = (batch, tuple(sorted((name, repr(value)) for name, value in arguments.items())))
    return context.loader(key, lambda: DataLoader(load_fn=run))
