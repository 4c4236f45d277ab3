"""Where a published field comes from, as values: read by graphql-core's resolvers and by compiled
plans alike. Made by the makers in `declare.py` and `paging.py`, and nowhere else."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from policylab.kit.ids import to_global

Load = Callable[..., Awaitable[Sequence[Any]]]


class Origin:
    """Base of all origins."""


@dataclass(frozen=True)
class Identifier(Origin):
    """The global identifier made of the type's name and the row's `id`."""


@dataclass(frozen=True)
class Column(Origin):
    """A column of the row, perhaps converted."""

    name: str
    convert: Callable[[Any], Any] | None = None

    def read(self, row: Mapping[str, Any]) -> Any:
        found = row[self.name]
        return self.convert(found) if self.convert and found is not None else found


@dataclass(frozen=True)
class Words(Origin):
    """The text of a column that holds it in several languages."""

    name: str


@dataclass(frozen=True)
class AllWords(Origin):
    """The same in all its languages."""

    name: str
    read: Callable[[Any], Sequence[Any]]


@dataclass(frozen=True)
class ToOne(Origin):
    """The row of `target` whose id the column `by` holds."""

    target: str
    by: str


@dataclass(frozen=True)
class EdgePlan:
    """Rows of `target` whose column `by` holds a parent's key."""

    target: str
    by: str
    where: str
    order: str


@dataclass(frozen=True)
class Rows(Origin):
    """The rows that belong to this one's `key`."""

    plan: EdgePlan
    key: str


@dataclass(frozen=True)
class PagePlan:
    """A list in pages: rows of `target`, perhaps of one parent each, in the order of columns."""

    target: str
    by: str | None
    where: str
    order: tuple[str, ...]
    descending: bool

    def from_where(self, scope: str) -> str:
        parent = f"t.{self.by} = k.key" if self.by else "true"
        return f"WHERE {parent} AND {self.where.replace('{t}', 't')} AND {scope}"

    def order_by(self, *, backwards: bool) -> str:
        direction = "ASC" if self.descending == backwards else "DESC"
        return ", ".join(f"t.{name} {direction}" for name in self.order)


@dataclass(frozen=True)
class Pages(Origin):
    """The rows that belong to this one's `key`, in pages; without a key, a root list."""

    plan: PagePlan
    key: str | None


@dataclass(frozen=True)
class Batch(Origin):
    """What `function(context, roots, **arguments)` answers, one value a root."""

    function: Load


@dataclass(frozen=True)
class Keys(Origin):
    """The rows of `target` whose ids such a function answers: one, or a list, a root."""

    target: str
    function: Load


@dataclass(frozen=True)
class Search:
    """A statement that finds rows for many roots by the keys in `$1`. The table is called `t`;
    `{columns}` is what is wanted of it, `{scope}` who may see it."""

    statement: str
    keys: Sequence[Any]
    by: str
    """The column that the keys are of."""
    within: str
    """The column that says where under its key a row belongs."""
    shared: bool = False
    """Whether that column has an array: of all the roots, by their second key, that share a row. It
    is read and finished once."""

    def __post_init__(self) -> None:
        if "{scope}" not in self.statement:
            raise RuntimeError(f"This search would show rows to everybody: {self.statement}")


@dataclass(frozen=True)
class Searches:
    """What finds the rows of all roots, and which of them each root's are: those of its key, within
    it."""

    several: Sequence[Search]
    roots: Sequence[tuple[Any, Any]]

    @property
    def of_one_key(self) -> bool:
        """Whether the second alone says whose a row is."""
        return self.shared or sum(len(each.keys) for each in self.several) < 2

    @property
    def shared(self) -> bool:
        """Whether rows are of several roots; all are found by one search."""
        return self.several[0].shared if len(self.several) == 1 else False


@dataclass(frozen=True)
class Searched(Origin):
    """The rows of `target` that such a function's `Searches` find: a list a root."""

    target: str
    function: Callable[..., Awaitable[Searches]]


class Seen(NamedTuple):
    """The type and the id of a row that whoever names it has read as the viewer: where nothing but
    its identifier is asked for, nothing is read again."""

    kind: str
    key: Any


@dataclass(frozen=True)
class AnyKeys(Origin):
    """The rows whose types and ids such a function answers: one, or none, a root."""

    function: Load


@dataclass(frozen=True)
class ById(Origin):
    """The row of `target` that the argument `id` names."""

    target: str


@dataclass(frozen=True)
class Call(Origin):
    """What `function(context, **arguments)` answers."""

    function: Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Attribute(Origin):
    """What was put into a value under this field's name."""


@dataclass(frozen=True)
class Count(Origin):
    """How many a page's list has in all: what its `counted()` answers."""


@dataclass(frozen=True)
class Verb(Origin):
    """A change: `act` makes it, once, and says what to answer; `answer` reads that. What is a key
    is that of a `target`."""

    target: str
    act: Callable[[Any, Any], Awaitable[Any]]
    answer: Callable[[Any, Any], Awaitable[Any]]


def identifier(kind: str, row: Mapping[str, Any]) -> str:
    """The identifier that clients see."""
    return to_global(kind, row["id"])
