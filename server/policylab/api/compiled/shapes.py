"""What a plan is made of, and how it runs: shapes, and the relations between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql.execution.values import VariableValues
from graphql.pyutils import is_iterable

from policylab.api.compiled.leaves import Unequal, Write
from policylab.api.compiled.reading import Reads
from policylab.api.context import Context
from policylab.api.declare import Declared


@dataclass
class Run:
    """One request: its context, what it reads with, and what its variables say."""

    context: Context
    reads: Reads | None
    variables: VariableValues
    met: list[tuple[str, frozenset[str], dict[bytes, Any]]] = field(
        default_factory=list[tuple[str, frozenset[str], dict[bytes, Any]]]
    )
    """Rows that will be pointed at again: their type, their columns, and themselves by their id."""
    one_root: bool = False
    """Whether nothing is read after what one field of the root reads."""

    def met_already(self, kind: str, columns: Sequence[str]) -> Mapping[bytes, Any]:
        """Rows of a type that have been read already, with at least these columns."""
        for each, known, rows in self.met:
            if each == kind and known.issuperset(columns):
                return rows
        return {}

    async def fetch(self, sql: str, *values: Any, last: bool = False) -> list[Any]:
        """Rows, as the viewer may see them; `last`, if nothing else is likely to be read."""
        assert self.reads is not None
        return await self.reads.fetch(sql, *values, last=last)


class Parents:
    """All things of one level: as rows, as objects, or both; objects are made when asked for.

    `with_along`: it is one row, which holds what its columns point at as well (`relations.Named`).
    """

    __slots__ = ("_make", "_objects", "rows", "with_along")

    def __init__(
        self,
        rows: Sequence[Any] | None = None,
        objects: Sequence[Any] | None = None,
        make: Callable[[Any], Any] | None = None,
        *,
        with_along: bool = False,
    ) -> None:
        self.rows = rows
        self.with_along = with_along
        self._objects = objects
        self._make = make

    @property
    def objects(self) -> Sequence[Any]:
        if self._objects is None:
            assert self._make is not None
            assert self.rows is not None
            self._objects = [self._make(row) for row in self.rows]
        return self._objects

    def __len__(self) -> int:
        return len(self._objects if self.rows is None else self.rows)  # type: ignore[arg-type]


class Step(Protocol):
    """What a plan does for one field, as `policylab plan` tells it."""

    def told(self) -> list[str]:
        """What it does, in lines; statements begin with SELECT."""
        ...

    @property
    def shapes(self) -> list["Shape"]:
        """The shapes of what it gets, as far as they are known before it runs."""
        ...


class Relation(Step, Protocol):
    """How one field of all parents of a level is got."""

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        """One finished value for each parent, in order."""
        ...


class Shaped:
    """What gets things that are all of one shape."""

    shape: "Shape"

    @property
    def shapes(self) -> list["Shape"]:
        return [self.shape]


class Finishing:
    """What gets values that are finished as their type says."""

    output: "Output"

    @property
    def shapes(self) -> list["Shape"]:
        return self.output.shapes


@dataclass
class Shape:
    """The fields that one selection takes of one type."""

    name: str
    of_rows: bool
    """Whether its leaves are read from rows, else from the attributes of objects."""
    columns: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    """The attributes that it reads where it is of objects."""
    relations: dict[str, Relation] = field(default_factory=dict[str, Relation])
    """By their key in the answer."""
    languages: list[Callable[[Run], str]] = field(default_factory=list[Callable[[Run], str]])
    fields: list[tuple[str, Declared | None]] = field(
        default_factory=list[tuple[str, "Declared | None"]]
    )
    """All its fields in their order, with their declaration; None for `__typename`."""
    source: str = ""
    write: Callable[..., list[dict[str, Any]]] = field(default=lambda *_: [])

    async def run(self, run: Run, parents: Parents) -> list[dict[str, Any]]:
        """What stands in the answer for each of these things."""
        if not len(parents):
            return []
        children = [await relation.values(run, parents) for relation in self.relations.values()]
        said = [language(run) for language in self.languages]
        of = parents.rows if self.of_rows else parents.objects
        return self.write(of, said, *children)


@dataclass
class Thing:
    """A selection on an object, interface or union: which shape is for which Python class."""

    shape_for: Callable[[type[Any]], Shape]
    shapes: dict[type[Any], Shape] = field(default_factory=dict[type[Any], Shape])

    async def values(self, run: Run, objects: Sequence[Any]) -> list[dict[str, Any]]:
        """Finished things; one that occurs several times is finished once."""
        unique = {id(each): each for each in objects}
        kinds = list(dict.fromkeys(map(type, objects)))
        if len(kinds) == 1 and len(unique) == len(objects):
            return await self._finished(run, kinds[0], objects)
        found: dict[int, dict[str, Any]] = {}
        for kind in kinds:
            members = [each for each in unique.values() if type(each) is kind]
            finished = await self._finished(run, kind, members)
            found.update(zip(map(id, members), finished, strict=True))
        return [found[id(each)] for each in objects]

    async def _finished(
        self, run: Run, kind: type[Any], members: Sequence[Any]
    ) -> list[dict[str, Any]]:
        shape = self.shape_of(kind)
        rows = [each.row for each in members] if shape.of_rows else None
        return await shape.run(run, Parents(rows, members))

    def shape_of(self, kind: type[Any]) -> Shape:
        """The shape of things of this class; Unequal where they can't be here."""
        shape = self.shapes.get(kind)
        if shape is None:
            shape = self.shapes[kind] = self.shape_for(kind)
        return shape


@dataclass
class Output:
    """The type of a field, as far as finishing its values goes."""

    nullable: bool
    leaf: Write | None = None
    thing: Thing | None = None
    item: "Output | None" = None

    @property
    def shapes(self) -> list[Shape]:
        """What things in it are of, as far as that is known."""
        if self.item is not None:
            return self.item.shapes
        return list(self.thing.shapes.values()) if self.thing else []

    @property
    def of_leaves(self) -> bool:
        """Whether values are finished without reading anything."""
        return self.leaf is not None or (self.item is not None and self.item.of_leaves)

    def finish(self, value: Any) -> Any:
        """One value of leaves, or lists of them."""
        if value is None:
            if not self.nullable:
                raise Unequal("null where there is always something")
            return None
        if self.leaf is not None:
            return self.leaf(value)
        assert self.item is not None
        items = _listed(value)
        if self.item.leaf is not None and None not in items:
            return list(map(self.item.leaf, items))
        return [self.item.finish(each) for each in items]

    async def values(self, run: Run, values: Sequence[Any]) -> Sequence[Any]:
        """Many values, finished."""
        if self.of_leaves:
            return [self.finish(value) for value in values]
        there = [value for value in values if value is not None]
        if len(there) < len(values) and not self.nullable:
            raise Unequal("null where there is always something")
        if self.thing is not None:
            done: Sequence[Any] = await self.thing.values(run, there)
        else:
            done = await self._lists(run, there)
        if len(there) == len(values):
            return done
        rest = iter(done)
        return [None if value is None else next(rest) for value in values]

    async def _lists(self, run: Run, lists: Sequence[Any]) -> list[Any]:
        assert self.item is not None
        lists = [_listed(each) for each in lists]
        flat = [item for each in lists for item in each]
        done = await self.item.values(run, flat)
        place, found = 0, list[Any]()
        for each in lists:
            found.append(list(done[place : place + len(each)]))
            place += len(each)
        return found


def _listed(value: Any) -> list[Any]:
    if type(value) is list:
        return value  # pyright: ignore[reportUnknownVariableType]
    if not is_iterable(value):
        raise Unequal("not a list where there is always one")
    return list(value)
