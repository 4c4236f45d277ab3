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
    start_cursor: str | None = plain(
        "The first item's cursor: give it as `before` for the page before."
    )
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


First = Annotated[
    int | None,
    strawberry.argument(
        description="How many at most, from the beginning or behind `after`: 1 to 200; 50 where "
        "nothing is said."
    ),
]
After = Annotated[str | None, strawberry.argument(description="A cursor: what comes after it.")]
Last = Annotated[
    int | None,
    strawberry.argument(
        description="How many at most, at the end or in front of `before`: 1 to 200. A list is "
        "walked one way at a time: not together with `first` or `after`."
    ),
]
Before = Annotated[str | None, strawberry.argument(description="A cursor: what comes before it.")]


@dataclass(frozen=True, slots=True)
class Walk:
    """The part of a list that somebody asks for: so many at most from its beginning or behind a
    place; or, backwards, at its end or in front of one. They come in the list's order either way.
    """

    many: int
    cursor: str | None = None
    backwards: bool = False

    @property
    def place(self) -> str:
        """The argument that holds the cursor."""
        return "before" if self.backwards else "after"

    def cut(self, found: Sequence[Any]) -> tuple[list[Any], bool]:
        """The items of the page, of what was found in walking order with one more than asked for
        where there are more; and whether there are."""
        shown = list(found[: self.many])
        return shown[::-1] if self.backwards else shown, len(found) > self.many

    def info(self, cursors: Sequence[str], *, more: bool) -> PageInfo:
        """Where a page stands whose items have these cursors, if anybody knows them."""
        cut_off = self.cursor is not None
        return PageInfo(
            has_next_page=cut_off if self.backwards else more,
            has_previous_page=more if self.backwards else cut_off,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )


def walk(
    first: int | None, after: str | None, last: int | None = None, before: str | None = None
) -> Walk:
    """What these arguments ask for; INVALID_INPUT for a page too large or of nothing, and for both
    ways at once."""
    backwards = last is not None or bool(before)
    if backwards and (first is not None or after):
        message = "Walk a list with `first` and `after`, or backwards with `last` and `before`."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="last")
    many = last if backwards else first
    if many is None:
        many = PAGE
    if not 1 <= many <= LARGEST_PAGE:
        message = f"Ask for 1 to {LARGEST_PAGE} at a time."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="last" if backwards else "first")
    return Walk(many, (before if backwards else after) or None, backwards)


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

        async def read(
            root: Any,
            info: Any,
            first: int | None = None,
            after: str | None = None,
            last: int | None = None,
            before: str | None = None,
        ) -> Any:
            parent = root.row[key] if by else None
            return await page_of(info.context, plan, parent, walk(first, after, last, before))

        arguments = {"first": First, "after": After, "last": Last, "before": Before}
        read.__annotations__ = {"root": Any, "info": Info, **arguments}
        return read, origins.Pages(plan, key if by else None)

    declared = Declared("connection" if by else "root", "as what it leads to", key if by else None)
    return FieldMaker(description, declared, resolve)


async def page_of(context: Context, plan: PagePlan, parent: Any, asked: Walk) -> Connection[Any]:
    """One page; loaded together with the same page of other parents."""
    start = check_place(plan, asked)
    found = await loading.page_loader(context, plan, asked, start).load(parent)
    rows, more = asked.cut(found)
    make = loading.known(plan.target).make
    edges = [Edge(cursor=make_cursor(row["page_cursor"]), node=make(row)) for row in rows]

    async def counted() -> int:
        return await loading.count_loader(context, plan).load(parent)

    return Connection(
        edges=edges,
        nodes=[item.node for item in edges],
        page_info=asked.info([edge.cursor for edge in edges], more=more),
        counted=counted,
    )


def check_place(plan: PagePlan, asked: Walk) -> list[str]:
    """The values to begin from, if any; INVALID_INPUT for a cursor of another list."""
    if asked.cursor is None:
        return []
    values = _read_cursor(asked, len(plan.order))
    for name, said in zip(plan.order, values, strict=True):
        if not _could_be(said, loading.type_of(plan.target, name)):
            raise _bad_cursor(asked)
    return values


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
    end: int
    asked: Walk

    @property
    def nodes(self) -> list[Any]:
        return list(self.items[self.start : self.end])

    @property
    def edges(self) -> list[Edge[Any]]:
        places = enumerate(self.nodes, self.start)
        return [Edge(cursor=make_cursor([str(place)]), node=node) for place, node in places]

    @property
    def page_info(self) -> PageInfo:
        more = self.start > 0 if self.asked.backwards else self.end < len(self.items)
        return self.asked.info([edge.cursor for edge in self.edges], more=more)

    async def counted(self) -> int:
        return len(self.items)


def listed(items: Sequence[Any], asked: Walk) -> Connection[Any]:
    """A page of things that were computed, in their order; the cursor is the place."""
    place = None
    if asked.cursor is not None:
        said = _read_cursor(asked, 1)[0]
        if not _KINDS["INTEGER"].fullmatch(said):
            raise _bad_cursor(asked)
        place = min(max(int(said), -1), len(items))
    if asked.backwards:
        end = len(items) if place is None else max(place, 0)
        start = max(end - asked.many, 0)
    else:
        start = 0 if place is None else place + 1
        end = min(start + asked.many, len(items))
    return _Listed(items, start, end, asked)  # pyright: ignore[reportReturnType] it stands for one


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


def _read_cursor(asked: Walk, length: int) -> list[str]:
    """The order values in a cursor that a client sent back; INVALID_INPUT for anything else."""
    import base64
    import binascii

    cursor = asked.cursor or ""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _bad_cursor(asked) from error
    if not isinstance(values, list) or len(values) != length:
        raise _bad_cursor(asked)
    if not all(isinstance(item, str) for item in values):
        raise _bad_cursor(asked)
    return values


def _bad_cursor(asked: Walk) -> Refused:
    message = "This cursor is not one of ours; start again without it."
    return Refused(RefusalCode.INVALID_INPUT, message, field=asked.place)
