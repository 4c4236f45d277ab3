"""What the values of published enums mean: the sentences under them in the code."""

import ast
import sys
from enum import Enum
from typing import Any, TypeAlias

from graphql import GraphQLEnumType, GraphQLSchema

Classes: TypeAlias = dict[str, ast.ClassDef]
"""The classes of a module as they are written, by name."""


def describe(schema: GraphQLSchema) -> None:
    """Give each value of each enum the sentence that stands under it, where one does."""
    read: dict[str, Classes] = {}
    for kind in schema.type_map.values():
        definition = kind.extensions.get("strawberry-definition")
        if isinstance(kind, GraphQLEnumType) and definition is not None:
            enum: type[Enum] = definition.wrapped_cls
            if enum.__module__ not in read:
                read[enum.__module__] = _written(enum.__module__)
            meanings = _sentences(read[enum.__module__][enum.__name__])
            for name, value in kind.values.items():
                value.description = value.description or meanings.get(name)


def _written(module: str) -> Classes:
    """Read once for all its enums, and not kept: `inspect` would read it for each, and keep it."""
    spec: Any = sys.modules[module].__spec__
    parts = ast.parse(spec.loader.get_source(module)).body
    return {part.name: part for part in parts if isinstance(part, ast.ClassDef)}


def _sentences(enum: ast.ClassDef) -> dict[str, str]:
    """The sentence under each value of an enum, by the value's name."""
    found: dict[str, str] = {}
    name: str | None = None
    for part in enum.body:
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            name = part.targets[0].id
        elif name and isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
            found[name] = " ".join(str(part.value.value).split())
            name = None
        else:
            name = None
    return found
