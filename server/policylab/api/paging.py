"""Connections: pages of a list, walked by cursor (Relay's habit)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import orjson
import strawberry

from policylab.api import loading, origins
from policylab.api.context import Context
from policylab.api.declare import Declared, FieldMaker, Info, plain, target_name, value
from policylab.api.origins import Origin, PagePlan
from policylab.kit.errors import RefusalCode, Refused

T = TypeVar("T")
PAGE = 50
LARGEST_PAGE = 200


@value
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = plain("Whether more follows after this page.")
    has_previous_page: bool = plain("Whether something came before this page.")
    start_cursor: str | None = plain("The first item's cursor.")
    end_cursor: str | None = plain("The last item's cursor: give it as `after` for the next page.")


@strawberry.type(description="One item of a page.")
class Edge(Generic[T]):
    cursor: str = plain("Where this item stands.")
    node: T = plain("The item.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = plain("The items, each with its cursor.")
    nodes: list[T] = plain("The items alone.")
    page_info: PageInfo = plain("Where this page stands.")
    counted: strawberry.Private[Any] = None

    @strawberry.field(
        description="How many there are in all that the viewer may see.",
        metadata={
            "declared": Declared("plain", "as the value it is part of", origin=origins.Count())
        },
    )
    async def total_count(self) -> int:
        return await self.counted()


First = Annotated[int, strawberry.argument(description="How many at most, 200 at the outside.")]
After = Annotated[str | None, strawberry.argument(description="A cursor: what comes after it.")]


def connection(
    description: str,
    *,
    by: str | None = None,
    key: str = "id",
    where: str = "true",
    order: Sequence[str] = ("id",),
    descending: bool = False,
) -> Any:
    """The rows whose column `by` holds this row's `key`, in pages; without `by`, a root list."""

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        columns = tuple(dict.fromkeys([*order, "id"]))
        plan = PagePlan(target_name(annotation), by, where, columns, descending)

        async def read(root: Any, info: Any, first: int = PAGE, after: str | None = None) -> Any:
            parent = root.row[key] if by else None
            return await page_of(info.context, plan, parent, first=first, after=after)

        read.__annotations__ = {"root": Any, "info": Info, "first": First, "after": After}
        return read, origins.Pages(plan, key if by else None)

    declared = Declared("connection" if by else "root", "as what it leads to", key if by else None)
    return FieldMaker(description, declared, resolve)


async def page_of(
    context: Context, plan: PagePlan, parent: Any, *, first: int, after: str | None
) -> Connection[Any]:
    """One page; loaded together with the same page of other parents."""
    start = check_page(plan, first, after)
    loader = loading.page_loader(context, plan, first=first, after=after or None, start=start)
    rows = await loader.load(parent)
    make = loading.known(plan.target).make
    shown = rows[:first]
    edges = [Edge(cursor=make_cursor(row["page_cursor"]), node=make(row)) for row in shown]

    async def counted() -> int:
        return await loading.count_loader(context, plan).load(parent)

    return Connection(
        edges=edges,
        nodes=[item.node for item in edges],
        page_info=PageInfo(
            has_next_page=len(rows) > first,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        counted=counted,
    )


def check_page(plan: PagePlan, first: int, after: str | None) -> list[str]:
    """The values to begin after, if any; INVALID_INPUT for a page that nobody may ask for."""
    check_first(first)
    if not after:
        return []
    values = read_cursor(after, len(plan.order))
    for name, said in zip(plan.order, values, strict=True):
        if not _could_be(said, loading.type_of(plan.target, name)):
            raise _bad_cursor()
    return values


def check_first(first: int) -> None:
    """Refuse a page too large, or of nothing."""
    if not 1 <= first <= LARGEST_PAGE:
        message = f"Ask for 1 to {LARGEST_PAGE} at a time."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="first")


def _could_be(said: str, kind: str) -> bool:
    """Whether PostgreSQL could have written this for a value of this type."""
    if not _KINDS.get(kind, _ANY).fullmatch(said):
        return False
    if kind == "TIMESTAMP WITH TIME ZONE":
        try:
            datetime.fromisoformat(said)
        except ValueError:
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Listed:
    """What a connection's fields are read from, where its things were computed: no cursor is made
    that nobody asks for."""

    stands_for: ClassVar = Connection
    items: Sequence[Any]
    start: int
    first: int

    @property
    def nodes(self) -> list[Any]:
        return list(self.items[self.start : self.start + self.first])

    @property
    def edges(self) -> list[Edge[Any]]:
        places = enumerate(self.nodes, self.start)
        return [Edge(cursor=make_cursor([str(place)]), node=node) for place, node in places]

    @property
    def page_info(self) -> PageInfo:
        edges = self.edges
        return PageInfo(
            has_next_page=self.start + self.first < len(self.items),
            has_previous_page=self.start > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )

    async def counted(self) -> int:
        return len(self.items)


def listed(items: Sequence[Any], *, first: int, after: str | None) -> Connection[Any]:
    """A page of things that were computed, in their order; the cursor is the place."""
    check_first(first)
    place = read_cursor(after, 1)[0] if after else "-1"
    if after and not _KINDS["INTEGER"].fullmatch(place):
        raise _bad_cursor()
    start = max(int(place) + 1, 0)
    return _Listed(items, start, first)  # pyright: ignore[reportReturnType] it stands for one


_ANY = re.compile(r"[^\0]*")
_KINDS = {
    "UUID": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "TIMESTAMP WITH TIME ZONE": re.compile(
        r"\d{4}-(0\d|1[0-2])-([012]\d) ([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,6})?[+-]\d\d(:\d\d)?"
    ),
    "INTEGER": re.compile(r"-?\d{1,9}"),
    "BIGINT": re.compile(r"-?\d{1,18}"),
}
"""How PostgreSQL writes the values that lists are ordered by: a cursor holds nothing else."""


def make_cursor(values: Sequence[str]) -> str:
    import base64

    return base64.urlsafe_b64encode(orjson.dumps(list(values))).rstrip(b"=").decode()


def read_cursor(cursor: str, length: int) -> list[str]:
    """The order values in a cursor that a client sent back; INVALID_INPUT for anything else."""
    import base64
    import binascii

    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _bad_cursor() from error
    if not isinstance(values, list) or len(values) != length:
        raise _bad_cursor()
    if not all(isinstance(item, str) for item in values):
        raise _bad_cursor()
    return values


def _bad_cursor() -> Refused:
    message = "This cursor is not one of ours; start again without it."
    return Refused(RefusalCode.INVALID_INPUT, message, field="after")
