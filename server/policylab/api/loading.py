"""Loaders made from declarations, and the statements they share with compiled plans: the scope of
the target goes into every one, here and nowhere else. Each batch is one statement."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from strawberry.dataloader import DataLoader

from policylab.api.context import Context
from policylab.api.origins import EdgePlan, PagePlan, Searches

if TYPE_CHECKING:
    from policylab.api.declare import Published
    from policylab.api.paging import Walk

__all__ = ["LIST_LIMIT", "EdgePlan", "Identity", "batch_loader", "edge_loader", "row_loader"]

LIST_LIMIT = 5_000
"""An edge without pages never answers more rows than this for one parent."""


Columns = tuple[str, ...] | None
"""The columns that are wanted of a published type; None for all it declares."""
_once = lru_cache(maxsize=5_000)
"""Statements are put together once for each set of columns."""


class Identity:
    """A root as a loader's key: the same object, not an equal one."""

    __slots__ = ("root",)

    def __init__(self, root: Any) -> None:
        self.root = root

    def __hash__(self) -> int:
        return id(self.root)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and other.root is self.root


published: dict[str, "Published"] = {}
"""The published types by name; `declare` fills it."""
known = published.__getitem__


# Statements


def select(kind: str, columns: Columns = None, *, extra: str = "") -> str:
    """`SELECT columns FROM table` for a published type, all it declares or those named; the table
    is called `t`."""
    target = known(kind)
    wanted = target.columns if columns is None else columns
    listed = ", ".join([*(f't."{name}"' for name in wanted), *([extra] if extra else [])])
    return f"SELECT {listed} FROM {target.source.name} t"  # noqa: S608


def scope_of(kind: str, alias: str = "t") -> str:
    """Who may see rows of a published type, as a predicate on what the statement calls so."""
    return known(kind).source.scope.on(alias)


class Along(NamedTuple):
    """A thing that is read along with what points at it, in the same statement."""

    kind: str
    alias: str
    by: str
    """What points at it, of which alias: `t.document_id`."""
    columns: tuple[str, ...]


@_once
def by_ids(kind: str, columns: Columns = None, along: tuple[Along, ...] = ()) -> str:
    """Rows of one type by their ids. A column of what is read along is called `alias.name`."""
    more = [f'{a.alias}."{name}" AS "{a.alias}.{name}"' for a in along for name in a.columns]
    joined = "".join(
        f" LEFT JOIN {known(a.kind).source.name} {a.alias}"
        f" ON {a.alias}.id = {a.by} AND {scope_of(a.kind, a.alias)}"
        for a in along
    )
    selected = select(kind, columns, extra=", ".join(more))
    return f"{selected}{joined} WHERE t.id = ANY($1::uuid[]) AND {scope_of(kind)}"


@_once
def of_parents(plan: EdgePlan, columns: Columns = None) -> str:
    """Rows that belong to parents, each with its `parent_key`, in the order of the plan. One row
    more than a list may have says that `each_of_parents` must be asked instead."""
    own = f"t.{plan.by} AS parent_key"
    return (
        f"{select(plan.target, columns, extra=own)} WHERE t.{plan.by} = ANY($1::uuid[]) "
        f"{_condition(plan)} ORDER BY {_order(plan)} LIMIT {LIST_LIMIT + 1}"
    )


@_once
def each_of_parents(plan: EdgePlan, columns: Columns = None) -> str:
    """The same where there are very many: so many of each parent's rows at most."""
    own = f"t.{plan.by} AS parent_key"
    return (
        f"SELECT c.* FROM unnest($1::uuid[]) AS k(key), "  # noqa: S608
        f"LATERAL ({select(plan.target, columns, extra=own)} WHERE t.{plan.by} = k.key "
        f"{_condition(plan)} ORDER BY {_order(plan)} LIMIT {LIST_LIMIT}) c"
    )


def _condition(plan: EdgePlan) -> str:
    return f"AND {plan.where.replace('{t}', 't')} AND {scope_of(plan.target)}"


def _order(plan: EdgePlan) -> str:
    """The order that was declared, and then by id, so that equals stand as they always do."""
    found = plan.order.replace("{t}", "t")
    return found if "t.id" in found else f"{found}, t.id"


def wanted(context: Context, kind: str, needs: Sequence[str]) -> tuple[str, ...]:
    """The columns to read of things that a function finds: what the fields beneath take of them,
    and what it needs itself."""
    taken = known(kind).columns if context.columns is None else context.columns.get(kind, ())
    return tuple(dict.fromkeys([*taken, *needs]))


Fetch = Callable[..., Awaitable[Sequence[Any]]]


async def rows_of_parents(
    fetch: Fetch, plan: EdgePlan, keys: Sequence[Any], columns: Columns = None
) -> Sequence[Any]:
    """What belongs to these parents, by one statement wherever that is enough."""
    rows = await fetch(of_parents(plan, columns), keys)
    return rows if len(rows) <= LIST_LIMIT else await fetch(each_of_parents(plan, columns), keys)


@_once
def by_search(kind: str, statement: str, places: tuple[str, ...], columns: Columns = None) -> str:
    """The statement of a search, for these columns and those that say whose a row is."""
    wanted = dict.fromkeys([*(known(kind).columns if columns is None else columns), *places])
    listed = ", ".join(f't."{name}"' for name in wanted)
    return statement.format(columns=listed, scope=scope_of(kind))


async def searched(
    fetch: Fetch, kind: str, searches: Searches, columns: Columns = None
) -> tuple[list[Any], list[Any]]:
    """The rows that searches find, and the place of each, or its places where rows are shared."""
    rows, places = list[Any](), list[Any]()
    for each in searches.several:
        names = (each.within,) if searches.of_one_key else (each.by, each.within)
        found = await fetch(by_search(kind, each.statement, names, columns), each.keys)
        rows += found
        if searches.shared:
            places += [[key.bytes for key in row[each.within]] for row in found]
        elif searches.of_one_key:
            places += [row[each.within].bytes for row in found]
        else:
            places += [row[each.by].bytes + row[each.within].bytes for row in found]
    return rows, places


def at_places(searches: Searches, places: Sequence[Any], items: Iterable[Any]) -> list[list[Any]]:
    """What was made of the rows, one list for each root."""
    lists: dict[bytes, list[Any]] = defaultdict(list)
    if searches.shared:
        several = (
            (place, item) for each, item in zip(places, items, strict=True) for place in each
        )
    else:
        several = zip(places, items, strict=True)
    for place, item in several:
        lists[place].append(item)
    if searches.of_one_key:
        return [lists[within.bytes] for _, within in searches.roots]
    return [lists[key.bytes + within.bytes] for key, within in searches.roots]


@_once
def in_one(parts: tuple[tuple[str, str, tuple[str, ...]], ...]) -> str:
    """Several such statements in one: kind, statement and columns of each. A row's `part` says of
    which it is; it has the columns of the others, too, and null in them."""
    types = {
        name: type_of(kind, name)
        for kind, _, columns in parts
        for name in columns
        if name in known(kind).source.columns
    }
    selects: list[str] = []
    for part, (kind, statement, columns) in enumerate(parts):
        listed = (f't."{n}"' if n in columns else f'NULL::{types[n]} AS "{n}"' for n in types)
        columns = ", ".join([f"{part} AS part", *listed])
        selects.append(f"({statement.format(columns=columns, scope=scope_of(kind))})")
    return " UNION ALL ".join(selects)


def parted(rows: Iterable[Any], parts: int) -> list[list[Any]]:
    """The rows of such a statement, part by part."""
    found: list[list[Any]] = [[] for _ in range(parts)]
    for row in rows:
        found[row["part"]].append(row)
    return found


@_once
def in_pages(
    plan: PagePlan,
    columns: Columns = None,
    *,
    placed: bool,
    backwards: bool,
    cursors: bool = True,
) -> str:
    """The same, `$2` rows a parent at most, in the order of the walk; `placed`: from the place that
    the values from `$3` on name."""
    beyond = "true"
    if placed:
        left = ", ".join(f"t.{name}" for name in plan.order)
        right = ", ".join(
            f"${place + 3}::text::{type_of(plan.target, name)}"
            for place, name in enumerate(plan.order)
        )
        beyond = f"({left}) {'>' if plan.descending == backwards else '<'} ({right})"
    listed = ", ".join(f"t.{name}::text" for name in plan.order)
    extra = f"ARRAY[{listed}] AS page_cursor" if cursors else ""
    return (
        "SELECT k.key AS parent_key, c.* FROM unnest($1::uuid[]) AS k(key), "  # noqa: S608
        f"LATERAL ({select(plan.target, columns, extra=extra)} "
        f"{plan.from_where(scope_of(plan.target))} AND {beyond} "
        f"ORDER BY {plan.order_by(backwards=backwards)} LIMIT $2::integer) c"
    )


@_once
def in_all(plan: PagePlan) -> str:
    """How many rows belong to each parent."""
    return (
        f"SELECT k.key AS parent_key, (SELECT count(*) FROM {known(plan.target).source.name} t "  # noqa: S608
        f"{plan.from_where(scope_of(plan.target))}) AS counted FROM unnest($1::uuid[]) AS k(key)"
    )


@_once
def type_of(kind: str, column: str) -> str:
    """The database's type of a column."""
    from sqlalchemy.dialects import postgresql

    columns = known(kind).source.table.__table__.columns  # type: ignore[attr-defined]
    return columns[column].type.compile(postgresql.dialect())


def grouped(
    keys: Sequence[Any], rows: Iterable[Mapping[str, Any]], items: Iterable[Any]
) -> list[list[Any]]:
    """What was made of rows, one list for each parent."""
    if len(keys) == 1:
        return [list(items)]
    lists: dict[bytes, list[Any]] = {key.bytes: [] for key in keys}  # hashed sooner than a UUID
    for row, item in zip(rows, items, strict=True):
        lists[row["parent_key"].bytes].append(item)
    return [lists[key.bytes] for key in keys]


# Loaders


def row_loader(context: Context, kind: str) -> DataLoader[Any, Any]:
    """Things of one type by their id."""

    async def batch(keys: Sequence[Any]) -> list[Any]:
        target = known(kind)
        async with context.database.rows(context.viewer) as connection:
            rows = await connection.fetch(by_ids(kind), list(keys))
        found = {row["id"]: target.make(row) for row in rows}
        return [found.get(key) for key in keys]

    return context.loader(("row", kind), lambda: DataLoader(load_fn=batch))


async def led_to(context: Context, kind: str, answered: Sequence[Any]) -> list[Any]:
    """Things for keys, or lists of things for lists of keys; what may not be seen is left out."""
    wanted = list(dict.fromkeys(keys_in(answered)))
    things = await row_loader(context, kind).load_many(wanted)
    return in_place_of_keys(answered, dict(zip(wanted, things, strict=True)))


async def found_by(context: Context, kind: str, searches: Searches) -> list[list[Any]]:
    """The things that searches find, one list for each root."""
    async with context.database.rows(context.viewer) as connection:
        rows, places = await searched(connection.fetch, kind, searches)
    return at_places(searches, places, map(known(kind).make, rows))


def keys_in(answered: Iterable[Any]) -> Iterable[Any]:
    """The keys in keys and lists of keys."""
    for each in answered:
        if isinstance(each, list):
            yield from each
        elif each is not None:
            yield each


def in_place_of_keys(answered: Iterable[Any], found: Mapping[Any, Any]) -> list[Any]:
    """What was found, where the keys stood."""
    return [
        [thing for key in each if (thing := found.get(key)) is not None]
        if isinstance(each, list)
        else found.get(each)
        for each in answered
    ]


async def things_of_parents(
    context: Context, plan: EdgePlan, keys: Sequence[Any]
) -> list[list[Any]]:
    """The things that belong to each of these parents."""
    make = known(plan.target).make
    async with context.database.rows(context.viewer) as connection:
        rows = await rows_of_parents(connection.fetch, plan, list(keys))
    return grouped(keys, rows, map(make, rows))


def edge_loader(context: Context, plan: EdgePlan) -> DataLoader[Any, Any]:
    """Lists of things of one type by the key of their parent."""

    async def batch(keys: Sequence[Any]) -> list[list[Any]]:
        return await things_of_parents(context, plan, keys)

    return context.loader(plan, lambda: DataLoader(load_fn=batch))


def page_loader(
    context: Context, plan: PagePlan, asked: "Walk", start: Sequence[str]
) -> DataLoader[Any, Any]:
    """The rows of pages by the key of their parent, in the order of the walk, with one more where
    there are more."""

    async def batch(keys: Sequence[Any]) -> list[list[Any]]:
        sql = in_pages(plan, placed=bool(start), backwards=asked.backwards)
        async with context.database.rows(context.viewer) as connection:
            rows = await connection.fetch(sql, list(keys), asked.many + 1, *start)
        return grouped(keys, rows, rows)

    return context.loader((plan, asked), lambda: DataLoader(load_fn=batch))


async def counted(context: Context, plan: PagePlan, keys: Sequence[Any]) -> list[int]:
    """How many rows belong to each of these parents."""
    async with context.database.rows(context.viewer) as connection:
        found = dict(await connection.fetch(in_all(plan), list(keys)))
    return [found[key] for key in keys]


def count_loader(context: Context, plan: PagePlan) -> DataLoader[Any, Any]:
    """How many rows belong to parents, by their key."""

    async def batch(keys: Sequence[Any]) -> list[int]:
        return await counted(context, plan, keys)

    return context.loader(("count", plan), lambda: DataLoader(load_fn=batch))


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
