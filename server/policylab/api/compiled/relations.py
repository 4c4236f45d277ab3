"""The ways to get things: one statement, or one call, for all parents of a level."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from policylab.api import loading
from policylab.api.compiled.leaves import Unequal
from policylab.api.compiled.shapes import Finishing, Output, Parents, Run, Shape, Shaped
from policylab.api.origins import EdgePlan, Load, Searches, Seen, Verb
from policylab.kit.ids import from_global

Given = Callable[[Run], dict[str, Any]]
"""The arguments of a field, as the Python function takes them."""


def _refuse_null(values: Sequence[Any]) -> None:
    if None in values:
        raise Unequal("null where there is always something")


def maker(kind: str) -> Callable[[Any], Any]:
    """What makes an object of a row of this type."""
    return loading.known(kind).make


def _named(function: Callable[..., Any]) -> str:
    return f"{function.__module__.removeprefix('policylab.')}.{function.__name__}()"


@dataclass
class _ByKey(Shaped):
    """Things of one type by their keys, each read and finished once."""

    target: str
    shape: Shape
    nullable: bool
    reads_along = False
    """Whether its statement reads what columns of the thing point at, too."""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("id", *self.shape.columns)))

    @cached_property
    def sql(self) -> str:
        return loading.by_ids(self.target, self.columns)

    async def found(self, run: Run, keys: Iterable[Any], *, seen: bool = False) -> dict[Any, Any]:
        """Finished things by their key; those that were seen are not read for it alone."""
        wanted = [key for key in dict.fromkeys(keys) if key is not None]
        if seen and self._of_key_alone:
            rows = [{"id": key} for key in wanted]
            return dict(zip(wanted, await self.shape.run(run, Parents(rows)), strict=True))
        rows, done = await self.finished(run, wanted)
        return {row["id"]: thing for row, thing in zip(rows, done, strict=True)}

    @property
    def _of_key_alone(self) -> bool:
        return set(self.shape.columns) <= {"id"} and not self.shape.relations

    async def finished(self, run: Run, keys: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """The rows of different keys, and what was made of each."""
        last = self.reads_along and run.one_root and _reads_along(self.shape)
        rows = await run.fetch(self.sql, keys, last=last) if keys else []
        parents = Parents(rows, make=maker(self.target), with_along=self.reads_along)
        return rows, await self.shape.run(run, parents)

    def checked(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same, if null may be among them."""
        if not self.nullable:
            _refuse_null(values)
        return values


@dataclass
class One(_ByKey):
    """The thing that a column points at."""

    by: str
    alias: str = ""
    """What the statement of an only parent calls it that reads along."""

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        assert parents.rows is not None
        if parents.with_along:
            return await self._read_along(run, parents.rows[0])
        keys = [row[self.by] for row in parents.rows]
        names = [key and key.bytes for key in keys]  # hashed sooner
        wanted = dict(zip(names, keys, strict=True))
        wanted.pop(None, None)
        found = await self._by_name(run, wanted)
        return self.checked(list(map(found.get, names)))

    async def _by_name(self, run: Run, wanted: dict[Any, Any]) -> dict[Any, Any]:
        """Finished things by the bytes of their keys; what has been read already serves again."""
        met = run.met_already(self.target, self.columns)
        unread = [key for name, key in wanted.items() if name not in met]
        rows = await run.fetch(self.sql, unread) if unread else []
        rows = [*rows, *(met[name] for name in wanted if name in met)]
        done = await self.shape.run(run, Parents(rows, make=maker(self.target)))
        return {row["id"].bytes: thing for row, thing in zip(rows, done, strict=True)}

    async def _read_along(self, run: Run, parent: Mapping[str, Any]) -> Sequence[Any]:
        if parent[f"{self.alias}.id"] is None:
            return self.checked([None])
        row = dict(parent) | {name: parent[f"{self.alias}.{name}"] for name in self.columns}
        only = Parents([row], make=maker(self.target), with_along=True)
        return await self.shape.run(run, only)

    def told(self) -> list[str]:
        if self.alias:
            return [f"the {self.target} that {self.by} names, read along as {self.alias}"]
        return [f"the {self.target} that {self.by} names", self.sql]


@dataclass
class Named(_ByKey):
    """At the root: the thing that the argument `id` names. What columns of it point at, and of
    that again, is read along in one statement: nothing is read twice, as there is one of each."""

    given: Given
    reads_along = True

    def __post_init__(self) -> None:
        self._along = tuple(_along(self.shape, "t"))

    @cached_property
    def sql(self) -> str:
        return loading.by_ids(self.target, self.columns, self._along)

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        kind, key = from_global(self.given(run)["id"])
        found = await self.found(run, [key] if kind == self.target else [])
        return self.checked([found.get(key)])

    def told(self) -> list[str]:
        return [f"the {self.target} of this id", self.sql]


def _reads_along(shape: Shape) -> bool:
    """Whether all of it is read with a thing itself."""
    relations = shape.relations.values()
    return all(isinstance(each, One) and _reads_along(each.shape) for each in relations)


def _along(shape: Shape, of: str) -> Iterator[loading.Along]:
    """What columns of a thing point at, and of that again; each is told its alias."""
    ones = [each for each in shape.relations.values() if isinstance(each, One)]
    for number, one in enumerate(ones):
        one.alias = f"{of}{number}"
        yield loading.Along(one.target, one.alias, f"{of}.{one.by}", one.columns)
        yield from _along(one.shape, one.alias)


@dataclass
class Led(_ByKey):
    """The things whose keys a batch answers for all parents at once."""

    function: Load
    given: Given

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        answers = await _asked(self.function, run, parents, self.given)
        found = await self.found(run, loading.keys_in(answers))
        return self.checked(loading.in_place_of_keys(answers, found))

    def told(self) -> list[str]:
        return [f"the {self.target}s that {_named(self.function)} names", self.sql]


@dataclass
class Sought(Shaped):
    """The things that statements of their own find for all parents at once."""

    target: str
    shape: Shape
    function: Callable[..., Awaitable[Searches]]
    given: Given

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        searches = await self.function(run.context, parents.objects, **self.given(run))
        rows, places = await loading.searched(run.fetch, self.target, searches, self.shape.columns)
        done = await self.shape.run(run, Parents(rows, make=maker(self.target)))
        return loading.at_places(searches, places, done)

    def told(self) -> list[str]:
        return [f"the {self.target}s that the statements of {_named(self.function)} find"]


@dataclass
class LedAnywhere(Finishing):
    """The things of whichever types whose keys a batch answers, one or none for each parent."""

    function: Load
    given: Given
    output: Output

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        answers = await _asked(self.function, run, parents, self.given)
        thing = self.output.thing
        assert thing is not None
        found: dict[Any, Any] = {None: None}
        for kind in dict.fromkeys(named[0] for named in answers if named is not None):
            of_kind = _ByKey(kind, thing.shape_of(loading.known(kind).cls), nullable=True)
            named = [each for each in answers if each is not None and each[0] == kind]
            seen = all(isinstance(each, Seen) for each in named)
            things = await of_kind.found(run, (key for _, key in named), seen=seen)
            found |= {(kind, key): each for key, each in things.items()}
        values = [found.get(named) for named in answers]
        if not self.output.nullable:
            _refuse_null(values)
        return values

    def told(self) -> list[str]:
        return [f"whatever {_named(self.function)} names, each type by one statement"]


@dataclass
class Many(Shaped):
    """The things that belong to each parent."""

    plan: EdgePlan
    key: str
    shape: Shape
    pointed_at: bool = False
    """Whether what is read here is pointed at elsewhere, too."""

    def has(self, one: One) -> bool:
        """Whether what `one` points at may be read here, with all that it wants of it."""
        columns = self.shape.columns
        return self.plan.target == one.target and {*one.columns} <= {*columns} and not one.alias

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        assert parents.rows is not None
        keys = [row[self.key] for row in parents.rows]
        wanted = {key.bytes: key for key in keys if key is not None}  # hashed sooner than a UUID
        rows = await loading.rows_of_parents(
            run.fetch, self.plan, list(wanted.values()), self.shape.columns
        )
        if self.pointed_at:
            by_id = {row["id"].bytes: row for row in rows}
            run.met.append((self.plan.target, frozenset(self.shape.columns), by_id))
        done = await self.shape.run(run, Parents(rows, make=maker(self.plan.target)))
        return loading.grouped(keys, rows, done)

    def told(self) -> list[str]:
        sql = loading.of_parents(self.plan, self.shape.columns)
        return [f"the {self.plan.target}s of each {self.key}", sql]


@dataclass
class Answered(Finishing):
    """What a batch answers for all parents at once."""

    function: Load
    given: Given
    output: Output

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        answers = await _asked(self.function, run, parents, self.given)
        return await self.output.values(run, answers)

    def told(self) -> list[str]:
        return [_named(self.function)]


async def _asked(function: Load, run: Run, parents: Parents, given: Given) -> Sequence[Any]:
    answers = await function(run.context, parents.objects, **given(run))
    if len(answers) != len(parents):
        raise Unequal("a batch answered another number of things than it was asked for")
    for each in answers:
        if isinstance(each, BaseException):
            raise each
    return answers


@dataclass
class Said(Finishing):
    """A text in all its languages, as values of their own."""

    read: Callable[[Any], Sequence[Any]]
    output: Output

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        assert parents.rows is not None
        return await self.output.values(run, [self.read(row) for row in parents.rows])

    def told(self) -> list[str]:
        return []


@dataclass
class Held(Finishing):
    """What was put into each value under a name."""

    name: str
    output: Output

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        return await self.output.values(run, [getattr(each, self.name) for each in parents.objects])

    def told(self) -> list[str]:
        return []


@dataclass
class Called(Finishing):
    """At the root: what a function answers."""

    function: Callable[..., Any]
    given: Given
    output: Output

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        answer = await self.function(run.context, **self.given(run))
        return await self.output.values(run, [answer])

    def told(self) -> list[str]:
        return [_named(self.function)]


@dataclass
class Done(Finishing):
    """At the root of a mutation: a verb, and what it answers. `operation.py` runs it."""

    origin: Verb
    given: Given
    output: Output

    async def finished(self, run: Run, kept: Any) -> Any:
        """What stands in the answer, for what the verb has done."""
        if isinstance(kept, UUID):
            found = await self._thing.found(run, [kept])
            if kept in found:
                return found[kept]
        answer = await self.origin.answer(run.context, kept)
        return (await self.output.values(run, [answer]))[0]

    @cached_property
    def _thing(self) -> Named:
        """The same one thing as if it had been asked for by its id."""
        target, thing = self.origin.target, self.output.thing
        assert thing is not None
        return Named(target, thing.shape_of(loading.known(target).cls), True, self.given)

    def told(self) -> list[str]:
        return ["one unit of work, then what it answers"]
