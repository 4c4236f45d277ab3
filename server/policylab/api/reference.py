"""The reference of the API as pages, printed from the schema itself: docs/reference/."""

from collections.abc import Callable, Iterable
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
)

from policylab.api.declare import declaration
from policylab.api.schema import schema
from policylab.kit.errors import RefusalCode

CORE = schema._schema  # pyright: ignore[reportPrivateUsage]
ROOTS = {"Query", "Mutation", "Subscription"}
HEAD = "<!-- Printed by `policylab print-reference`; never edited. -->\n"
KINDS: dict[str, tuple[str, type[Any] | tuple[type[Any], ...]]] = {
    "types": ("Types", (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)),
    "inputs": ("Inputs", GraphQLInputObjectType),
    "enums": ("Choices and scalars", (GraphQLEnumType, GraphQLScalarType)),
}


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "README.md": _index(),
        "queries.md": _root("Queries", "Query"),
        "mutations.md": _root("Mutations", "Mutation"),
        "subscriptions.md": _root("Subscriptions", "Subscription"),
        **{f"{name}.md": _of_kind(title, kind) for name, (title, kind) in KINDS.items()},
        "errors.md": _errors(),
    }


def _index() -> str:
    told = {
        "queries": "what can be read",
        "mutations": "what can be done",
        "subscriptions": "what can be heard live",
        "types": "what answers are made of",
        "inputs": "what mutations are told",
        "enums": "the words that have a fixed meaning",
        "errors": "why something may be refused",
    }
    lines = [f"- [{name.capitalize()}]({name}.md): {what}" for name, what in told.items()]
    how = "How to ask is in [the API](../graphql.md)."
    return "\n".join([HEAD, "# Reference of the API\n", how + "\n", *lines]) + "\n"


def _root(title: str, name: str) -> str:
    kind = CORE.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    parts = [_field(key, field) for key, field in sorted(kind.fields.items())]
    return _page(title, parts)


def _field(name: str, field: GraphQLField) -> str:
    lines = [f"## {name}\n", f"{_text(field)}\n", f"Answers {_linked(field.type)}."]
    declared = declaration(field.extensions.get("strawberry-definition"))
    if declared is not None:
        lines[-1] += f" Seen: {declared.access}."
    lines[-1] += "\n"
    if field.args:
        lines.append(_table(("argument", "type", "what it says"), _arguments(field.args)))
    return "\n".join(lines)


def _arguments(arguments: dict[str, GraphQLArgument]) -> Iterable[tuple[str, str, str]]:
    return ((f"`{name}`", _linked(each.type), _text(each)) for name, each in arguments.items())


def _of_kind(title: str, kind: type[Any] | tuple[type[Any], ...]) -> str:
    found = [
        _type(each)
        for name, each in sorted(CORE.type_map.items())
        if isinstance(each, kind) and name not in ROOTS and not name.startswith("__")
    ]
    return _page(title, found)


def _type(kind: GraphQLNamedType) -> str:
    lines = [f"## {kind.name}\n", f"{_text(kind)}\n"]
    if isinstance(kind, GraphQLUnionType):
        lines.append("One of " + ", ".join(map(_linked, kind.types)) + ".\n")
    elif isinstance(kind, GraphQLEnumType):
        rows = ((f"`{name}`", _text(value)) for name, value in kind.values.items())
        lines.append(_table(("value", "meaning"), rows))
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        rows = (
            (_called(name, each), _linked(each.type), _text(each))
            for name, each in kind.fields.items()
        )
        lines.append(_table(("field", "type", "what it says"), rows))
    elif isinstance(kind, GraphQLInputObjectType):
        rows = (
            (f"`{name}`", _linked(each.type), _text(each)) for name, each in kind.fields.items()
        )
        lines.append(_table(("field", "type", "what it says"), rows))
    return "\n".join(lines)


def _called(name: str, field: GraphQLField) -> str:
    return f"`{name}({', '.join(field.args)})`" if field.args else f"`{name}`"


def _errors() -> str:
    lead = (
        "A refusal has one of these codes, which are never renamed, and a sentence in the person's "
        "language. Mutations answer it as a [Refusal](types.md#refusal), queries and subscriptions "
        "in `errors[].extensions.code`. `TOO_MANY` comes with `retryAfter`, in seconds.\n"
    )
    rows = ((f"`{code}`", meaning) for code, meaning in meanings().items())
    return _page("Errors", [lead, _table(("code", "meaning"), rows)])


def meanings() -> dict[str, str]:
    """What each code of a refusal means, as its enum says in the schema."""
    kind = CORE.type_map["RefusalCode"]
    assert isinstance(kind, GraphQLEnumType)
    return {code.value: _text(kind.values[code.name]) for code in RefusalCode}


def _page(title: str, parts: Iterable[str]) -> str:
    return "\n".join([HEAD, f"# {title}\n", *parts]).rstrip() + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    line: Callable[[Iterable[str]], str] = lambda cells: "| " + " | ".join(cells) + " |"
    return "\n".join([line(head), line("---" for _ in head), *map(line, rows)]) + "\n"


def _linked(kind: Any) -> str:
    name = get_named_type(kind).name
    for page, (_, known) in KINDS.items():
        if isinstance(CORE.type_map[name], known):
            return f"[`{kind}`]({page}.md#{name.lower()})"
    return f"`{kind}`"


def _text(each: Any) -> str:
    text = " ".join((each.description or "").split()).replace("|", "\\|")
    gone = getattr(each, "deprecation_reason", None)
    return f"{text} Deprecated: {gone}" if gone else text
