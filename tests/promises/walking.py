"""A walk through everything that the schema lets somebody ask for, generated from the schema.

Nothing is listed by hand: a new type, field or argument is walked from the day it is published.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from policylab import process
from policylab.api.context import Context
from policylab.api.declare import Published
from policylab.api.execution import Executor, read_request
from policylab.api.schema import schema
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.transport.access import ACCESS

TYPES = schema._schema.type_map
DEEP = 2
EXECUTOR = Executor(free_documents=True)
"""One for all who walk: the documents are long, and each is read once."""


def node_types() -> list[str]:
    """Every type that can be found by its identifier."""
    return sorted(
        name
        for name, kind in TYPES.items()
        if isinstance(kind, GraphQLObjectType) and any(i.name == "Node" for i in kind.interfaces)
    )


def selection(kind: Any, depth: int = DEEP) -> str:
    """Everything that may be asked of a type, so many steps deep."""
    if isinstance(kind, GraphQLUnionType):
        parts = (f"... on {each.name} {selection(each, depth)}" for each in kind.types)
        return "{ __typename " + " ".join(parts) + " }"
    wanted = ["__typename"]
    for name, each in kind.fields.items():
        if any(map(is_required_argument, each.args.values())):
            continue
        leaf = get_named_type(each.type)
        if isinstance(leaf, GraphQLScalarType | GraphQLEnumType):
            wanted.append(name)
        elif depth > 0:
            wanted.append(f"{name} {selection(leaf, depth - 1)}")
    if isinstance(kind, GraphQLInterfaceType):
        wanted += ["id"] if "id" in kind.fields else []
    return "{ " + " ".join(dict.fromkeys(wanted)) + " }"


@dataclass
class Walker:
    """Asks as one viewer, through the same executor that every transport uses."""

    database: Database
    viewer: Viewer
    shared: dict[str, Any] = field(default_factory=dict)

    async def ask(self, text: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The whole answer to one document."""
        context = Context(self.database, self.viewer)
        context.shared = self.shared
        request = read_request({"query": text, "variables": variables or {}})
        return await EXECUTOR.run(request, context)

    async def node(self, kind: str, identifier: str) -> dict[str, Any]:
        """One thing by its identifier, with all that hangs on it."""
        wanted = selection(TYPES[kind])
        text = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {wanted} }} }}"
        return await self.ask(text, {"id": identifier})

    async def roots(self, ids: dict[str, list[str]]) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
        """Every field of Query, with every known identifier where it takes one."""
        for name, each in schema._schema.query_type.fields.items():
            for text, variables in root_documents("query", name, each, ids):
                yield name, await self.ask(text, variables)


def root_documents(
    operation: str, name: str, each: GraphQLField, ids: dict[str, list[str]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Documents for one root field; its arguments filled with what is known of their types."""
    leaf = get_named_type(each.type)
    plain = isinstance(leaf, GraphQLScalarType | GraphQLEnumType)
    wanted = "" if plain else selection(leaf, 1)
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in each.args.items())
    passed = ", ".join(f"{key}: ${key}" for key in each.args)
    head = f"({declared})" if declared else ""
    call = f"({passed})" if passed else ""
    text = f"{operation}{head} {{ {name}{call} {wanted} }}"
    every = sorted({identifier for known in ids.values() for identifier in known})
    known = ids.get(leaf.name) or every
    takes_ids = [key for key, a in each.args.items() if get_named_type(a.type).name == "ID"]
    for identifier in known if takes_ids else [None]:
        yield text, {key: filled(a.type, identifier) for key, a in each.args.items()}


def filled(kind: Any, identifier: str | None) -> Any:
    """A value that an argument or input of this type takes."""
    if not isinstance(kind, GraphQLNonNull):
        return [identifier] if _is_ids(kind) else (identifier if _is_id(kind) else None)
    kind = kind.of_type
    if isinstance(kind, GraphQLList):
        return [filled(kind.of_type, identifier)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {
            key: filled(each.type, identifier)
            for key, each in kind.fields.items()
            if isinstance(each.type, GraphQLNonNull) or _is_id(each.type)
        }
    return PLAIN.get(kind.name, identifier)


PLAIN: dict[str, Any] = {
    "String": "language",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "DateTime": "2026-11-24T12:00:00+00:00",
    "Date": "2026-11-24",
    "JSON": {},
}


def _is_id(kind: Any) -> bool:
    return getattr(kind, "name", "") == "ID"


def _is_ids(kind: Any) -> bool:
    return isinstance(kind, GraphQLList) and get_named_type(kind).name == "ID"


async def identifiers(database: Database) -> dict[str, list[str]]:
    """The identifier of every row of every type that has one, by type."""
    found: dict[str, list[str]] = {}
    async with database.rows(SYSTEM) as connection:
        for name in node_types():
            source = Published.registry[name].source
            rows = await connection.fetch(f"SELECT id FROM {source.name} ORDER BY id")  # noqa: S608
            found[name] = [to_global(name, row["id"]) for row in rows]
    return found


FETCHED = ("/feeds", "/calendar", "/catalogue", "/files", "/log")
"""Where programs fetch whole files."""


def addresses(ids: dict[str, list[str]]) -> Iterator[str]:
    """Every address under which files are fetched, with every known identifier where it takes one.

    An address is walked from the day its rule of access is written down.
    """
    every = sorted({identifier for known in ids.values() for identifier in known})
    for path in ACCESS:
        if path.startswith(FETCHED):
            parts = path.replace("{kind}", "html").partition("{")
            if not parts[1]:
                yield path
                continue
            rest = parts[2].partition("}")[2]
            kind = KINDS.get(parts[2].partition("}")[0])
            for identifier in ids[kind] if kind else every:
                yield f"{parts[0]}{identifier}{rest}"


KINDS = {
    "dialogue_id": "Dialogue",
    "record_id": "DecisionRecord",
    "meeting_id": "Meeting",
    "set_id": "VersionSet",
}
"""What the variable part of an address names; any other is tried with everything."""


def unknown(kind: str) -> str:
    """An identifier of this kind that nothing has."""
    return to_global(kind, uuid7())


def is_guarded(name: str) -> bool:
    """Whether rows of this type are reached through standing in a lab, dialogue or delegation."""
    return "policylab_reach" in Published.registry[name].source.scope.sql


async def words_of(database: Database, *, guarded: bool) -> set[str]:
    """The sentences that are stored in guarded rows, or in those that everybody may read."""
    found: set[str] = set()
    async with database.rows(SYSTEM) as connection:
        for published in Published.registry.values():
            source = published.source
            if ("policylab_reach" in source.scope.sql) is not guarded:
                continue
            rows = await connection.fetch(f"SELECT * FROM {source.name}")  # noqa: S608
            for row in rows:
                found |= {each for value in row.values() for each in sentences(value)}
    return found


def words_of_workflows() -> set[str]:
    """The sentences of the workflow templates, which everybody may read; dialogues copy them."""
    return set(sentences(process.bodies()))


def sentences(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) >= 15 and " " in value:
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from sentences(each)
    elif isinstance(value, list):
        for each in value:
            yield from sentences(each)


def as_bytes(answers: Iterable[dict[str, Any]]) -> bytes:
    return b"\n".join(orjson.dumps(answer) for answer in answers)


def as_json(words: str) -> bytes:
    """A sentence as it stands inside a JSON answer."""
    return orjson.dumps(words)[1:-1]


def mutations(
    ids: dict[str, list[str]],
) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Every mutation twice: on something that is there, and on something that is not."""
    for name, each in schema._schema.mutation_type.fields.items():
        inputs = get_named_type(each.args["input"].type)
        named = [key for key, f in inputs.fields.items() if get_named_type(f.type).name == "ID"]
        if not named:
            continue
        wanted = selection(get_named_type(each.type), 0)
        text = f"mutation($input: {inputs.name}!) {{ {name}(input: $input) {wanted} }}"
        kinds = {key: kind_of(key, ids) for key in named}
        known = {"input": filled(each.args["input"].type, None)}
        missing = {"input": dict(known["input"])}
        for key, kind in kinds.items():
            known["input"][key] = _shaped(inputs.fields[key].type, ids[kind][0])
            missing["input"][key] = _shaped(inputs.fields[key].type, unknown(kind))
        yield name, text, known, missing


def kind_of(key: str, ids: dict[str, list[str]]) -> str:
    """The type that an input field `draftId` or `sectionIds` speaks of: the longest that fits."""
    bare = key.removesuffix("s").removesuffix("Id").removesuffix("_id").casefold()
    fitting = [name for name in ids if ids[name] and name.casefold().endswith(bare)]
    alike = [name for name in ids if ids[name] and bare.endswith(name.casefold())]
    guarded = [name for name in ids if ids[name] and is_guarded(name)]
    return sorted(fitting or alike or guarded, key=len)[0]


def _shaped(kind: Any, identifier: str) -> Any:
    bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return [identifier] if isinstance(bare, GraphQLList) else identifier


def without_echo(answer: dict[str, Any], variables: dict[str, Any]) -> str:
    """The answer without the identifiers that were sent: those are the asker's own words."""
    text = orjson.dumps(answer).decode()
    for value in variables["input"].values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and len(each) > 20:
                text = text.replace(each, "…")
    return text


async def rows_of_guarded_tables(database: Database) -> dict[str, int]:
    """How many rows each guarded table holds."""
    async with database.rows(SYSTEM) as connection:
        return {
            published.source.name: await connection.fetchval(
                f"SELECT count(*) FROM {published.source.name}"  # noqa: S608
            )
            for name, published in Published.registry.items()
            if is_guarded(name)
        }


async def closed_matter(database: Database) -> list[tuple[str, str, UUID]]:
    """What only one delegation may see at this moment: (type, identifier, delegation)."""
    found: list[tuple[str, str, UUID]] = []
    async with database.rows(SYSTEM) as connection:
        drafted = "SELECT id, delegation_id FROM position WHERE released_at IS NULL"
        for row in await connection.fetch(drafted):
            found.append(("Position", to_global("Position", row["id"]), row["delegation_id"]))
        remarks = "SELECT id, delegation_id FROM thread WHERE visibility = 'DELEGATION'"
        for row in await connection.fetch(remarks):
            found.append(("Thread", to_global("Thread", row["id"]), row["delegation_id"]))
    return found


async def people_of_delegation(database: Database, delegation_id: UUID) -> set[UUID]:
    """Who sits in a delegation now."""
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch(
            "SELECT person_id FROM policylab_access WHERE delegation_id = $1", delegation_id
        )
    return {row["person_id"] for row in rows}


async def seats_of(database: Database, person_id: UUID, dialogue_id: UUID) -> int:
    """How many seats somebody has in a dialogue now."""
    async with database.rows(SYSTEM) as connection:
        return await connection.fetchval(
            "SELECT count(*) FROM policylab_participation WHERE person_id = $1"
            " AND dialogue_id = $2 AND role = 'DELEGATE'",
            person_id,
            dialogue_id,
        )
