"""Random documents that the schema admits, with variables, and who asks them."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from policylab.api.paging import make_cursor
from policylab.api.schema import schema

CORE = schema._schema
NODES = sorted(
    name
    for name, kind in CORE.type_map.items()
    if isinstance(kind, GraphQLObjectType) and any(i.name == "Node" for i in kind.interfaces)
)
ODD_IDS = ("", "x", "RHJhZnQ6", "not an id", "é", "RHJhZnQ6AAAAAAAAAAAAAAAAAAAAAA")
ODD_CURSORS = ("", "x", "W10", make_cursor(["1"]), make_cursor(["1", "2"]), make_cursor(["a"] * 3))
PAGES = (1, 2, 3, 5, 1, 2, 3, 5, 50)
ODD_PAGES = (0, 201, -1, 2**31 - 1)
LANGUAGES = ("en", "fr", "de", "")
GOOD = 0.9


@dataclass
class Invented:
    """One document, with the variables to run it with."""

    text: str
    variables: dict[str, Any]


@dataclass
class Inventor:
    """Makes documents from the schema; `known` are ids of things by their type."""

    random: Random
    known: dict[str, list[str]]
    cursors: list[str] = field(default_factory=list[str])
    _variables: dict[str, tuple[str, Any, str | None]] = field(default_factory=dict)
    _fragments: list[str] = field(default_factory=list[str])
    _budget: int = 0

    def document(self, operation: str = "query") -> Invented:
        """A document with one operation, a few root fields and a few dozen fields in all."""
        self._variables, self._fragments = {}, []
        self._budget = self.random.choice((4, 7, 11, 18))
        root = CORE.query_type if operation == "query" else CORE.mutation_type
        assert root is not None
        names = list(root.fields)
        weights = [6 if "id" in root.fields[name].args else 2 for name in names]
        count = self.random.choice((1, 1, 1, 2, 3)) if operation == "query" else 1
        chosen = self.random.choices(names, weights, k=count)
        scope: dict[str, str] = {}
        body = " ".join(self._field(root.fields[name], name, scope, 5) for name in chosen)
        head = ", ".join(
            f"${name}: {kind}{' = ' + default if default else ''}"
            for name, (kind, _, default) in self._variables.items()
        )
        text = f"{operation} Invented{f'({head})' if head else ''} {{ {body} }}"
        values = {
            name: value
            for name, (_, value, default) in self._variables.items()
            if default is None or self.random.random() < 0.5
        }
        return Invented("\n".join([text, *self._fragments]), values)

    # Fields

    def _selection(self, kind: Any, depth: int, scope: dict[str, str] | None = None) -> str:
        scope = {} if scope is None else scope
        if isinstance(kind, GraphQLUnionType):
            return "{ " + self._of_union(kind, depth, scope) + " }"
        names = list(kind.fields)
        leaves = [n for n in names if not hasattr(get_named_type(kind.fields[n].type), "fields")]
        count = self.random.randint(1, 6)
        found = [self._typename(scope)] if self.random.random() < 0.15 else []
        for _ in range(count):
            pool = leaves if (depth <= 0 or self._budget <= 0) and leaves else names
            name = self.random.choice(pool)
            if self._budget <= -30 and name not in leaves:
                continue
            found.append(self._field(kind.fields[name], name, scope, depth))
        if self.random.random() < 0.25 and depth > 0 and self._budget > 0:
            found.append(self._fragment(kind, depth, scope))
        if isinstance(kind, GraphQLInterfaceType) and depth > 0:
            for each in self.random.sample(NODES, self.random.randint(1, 4)):
                inner = self._selection(CORE.type_map[each], min(depth - 1, 1), dict(scope))
                found.append(f"... on {each}{self._directive()} {inner}")
        found = [each for each in found if each]
        return "{ " + (" ".join(found) or "__typename") + " }"

    def _of_union(self, kind: GraphQLUnionType, depth: int, scope: dict[str, str]) -> str:
        parts = ["__typename"]
        for each in kind.types:
            if each.name == "Refusal" or self.random.random() < 0.8:
                inner = self._selection(each, depth, dict(scope))
                parts.append(f"... on {each.name}{self._directive()} {inner}")
        return " ".join(parts)

    def _typename(self, scope: dict[str, str]) -> str:
        return self._keyed("__typename", "__typename", scope)

    def _field(self, found: GraphQLField, name: str, scope: dict[str, str], depth: int) -> str:
        self._budget -= 1
        leaf = get_named_type(found.type)
        composite = isinstance(leaf, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
        if composite and (depth <= 0 or self._budget <= -30):
            return ""
        call = name + self._arguments(found, leaf.name)
        keyed = self._keyed(name, call, scope) + self._directive()
        return f"{keyed} {self._selection(leaf, depth - 1)}" if composite else keyed

    def _keyed(self, name: str, call: str, scope: dict[str, str]) -> str:
        """The field under a key of its own, or again under the one it has."""
        key = name
        if self.random.random() < 0.1 or scope.get(name, call) != call:
            key = f"a{self.random.randint(0, 10_000)}"
        scope[key] = call
        return call if key == name else f"{key}: {call}"

    def _fragment(self, kind: Any, depth: int, scope: dict[str, str]) -> str:
        inner = self._selection(kind, depth - 1, scope)
        if self.random.random() < 0.5:
            on = self.random.choice(("", f" on {kind.name}"))
            return f"...{on}{self._directive()} {inner}"
        name = f"Part{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {kind.name} {inner}")
        return f"...{name}{self._directive()}"

    def _directive(self) -> str:
        chance = self.random.random()
        if chance > 0.08:
            return ""
        name = self.random.choice(("skip", "include"))
        wanted = self.random.random() < (0.25 if name == "skip" else 0.75)
        said = "true" if wanted else "false"
        if chance < 0.05:
            said = self._variable("Boolean!", wanted, said)
        return f" @{name}(if: {said})"

    # Arguments

    def _arguments(self, found: GraphQLField, answers: str) -> str:
        parts: list[str] = []
        backwards = self.random.random() < 0.3
        ways = {"first": not backwards, "after": not backwards, "last": backwards}
        for name, argument in found.args.items():
            often = 0.8 if name in ("first", "last") else 0.4
            if not ways.get(name, name != "before" or backwards):  # one way at a time, mostly
                often = 0.02
            if is_required_argument(argument) or self.random.random() < often:
                value = self._value(argument.type, name, answers)
                parts.append(f"{name}: {self._given(argument.type, value)}")
        return f"({', '.join(parts)})" if parts else ""

    def _given(self, kind: Any, value: Any) -> str:
        if self.random.random() < 0.5:
            return _literal(kind, value)
        default = _literal(kind, value) if self.random.random() < 0.3 else None
        return self._variable(str(kind), value, default)

    def _variable(self, kind: str, value: Any, default: str | None = None) -> str:
        name = f"v{len(self._variables)}"
        default = default if self.random.random() < 0.5 else None
        self._variables[name] = (kind, value, default)
        return f"${name}"

    def _value(self, kind: Any, name: str, answers: str) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, name, answers)
        if isinstance(kind, GraphQLList):
            count = self.random.randint(0, 3)
            return [self._value(kind.of_type, name, answers) for _ in range(count)]
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice(list(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return {
                key: self._value(each.type, key, answers)
                for key, each in kind.fields.items()
                if isinstance(each.type, GraphQLNonNull) or self.random.random() < 0.3
            }
        return self._scalar(kind.name, name, answers)

    def _scalar(self, kind: str, name: str, answers: str) -> Any:
        good = self.random.random() < GOOD
        match kind:
            case "ID":
                return self._id(name, answers) if good else self.random.choice(ODD_IDS)
            case "Int":
                return self.random.choice(PAGES if good else ODD_PAGES)
            case "Boolean":
                return self.random.random() < 0.5
            case "Float":
                return self.random.random()
            case "DateTime":
                return self.random.choice(("2026-01-01T00:00:00+00:00", "2030-06-01T12:00:00Z"))
            case "Date":
                return self.random.choice(("2026-03-01", "2031-12-31"))
            case "JSON":
                return self.random.choice((None, {}, {"from": [1], "to": "x"}))
            case _:
                return self._string(name, good=good)

    def _id(self, name: str, answers: str) -> str:
        meant = name[0].upper() + name.removesuffix("Id")[1:]
        kind = next((each for each in (meant, answers) if each in self.known), None)
        if kind is None or self.random.random() < 0.1:
            kind = self.random.choice(sorted(self.known))
        return self.random.choice(self.known[kind])

    def _string(self, name: str, *, good: bool) -> str | None:
        if name in ("after", "before"):
            good_ones = [None, *self.cursors]
            return self.random.choice(good_ones if good else ODD_CURSORS)
        if name == "language":
            return self.random.choice(LANGUAGES)
        return self.random.choice(("the", "school", "é", "1.1", "", "AND"))


def _literal(kind: Any, value: Any) -> str:
    """A value as it is written in a document."""
    if isinstance(kind, GraphQLNonNull):
        return _literal(kind.of_type, value)
    if value is None:
        return "null"
    if isinstance(kind, GraphQLList):
        return "[" + ", ".join(_literal(kind.of_type, each) for each in value) + "]"
    if isinstance(kind, GraphQLEnumType):
        return value
    if isinstance(kind, GraphQLInputObjectType):
        inner = (f"{key}: {_literal(kind.fields[key].type, each)}" for key, each in value.items())
        return "{" + ", ".join(inner) + "}"
    return _json(value)


def _json(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_json(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return f'"{value}"' if isinstance(value, str) else str(value)
