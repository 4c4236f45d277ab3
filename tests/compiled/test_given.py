"""Plans convert arguments as Strawberry does, in all fields that take any."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from policylab.api.compiled.given import conversion
from policylab.api.schema import schema

CORE = schema._schema  # pyright: ignore[reportPrivateUsage]


def fields() -> Iterator[tuple[str, GraphQLField]]:
    for kind in CORE.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                if field.args and "strawberry-definition" in field.extensions:
                    yield f"{kind.name}.{name}", field


FIELDS = dict(fields())


def some(kind: Any, *, deep: int) -> Any:
    """A value as graphql-core coerces it: with all that may be said so deep, beneath that with as
    little as must be."""
    if isinstance(kind, GraphQLNonNull):
        return some(kind.of_type, deep=deep)
    if isinstance(kind, GraphQLList):
        return [some(kind.of_type, deep=deep) for _ in range(2)] if deep else []
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values.values())).value
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: some(field.type, deep=max(deep - 1, 0))
            for name, field in kind.fields.items()
            if deep or isinstance(field.type, GraphQLNonNull)
        }
    return f"some {kind.name}"


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_arguments_become_what_strawberry_makes_of_them(name: str) -> None:
    field = FIELDS[name]
    own = field.extensions["strawberry-definition"]
    assert isinstance(own, StrawberryField)
    convert = conversion(own.arguments)
    nulls = {n: None for n, each in field.args.items() if not isinstance(each.type, GraphQLNonNull)}
    several = [
        {name: some(each.type, deep=deep) for name, each in field.args.items()} for deep in range(4)
    ]
    for given in ({}, nulls, *several):
        registry = schema.schema_converter.scalar_registry
        wanted = convert_arguments(given, own.arguments, registry, schema.config)
        assert convert(given) == wanted
