"""What the values of published enums mean: the sentences under them in the code."""

import ast
import inspect
import textwrap
from enum import Enum

from graphql import GraphQLEnumType, GraphQLSchema


def describe(schema: GraphQLSchema) -> None:
    """Give each value of each enum the sentence that stands under it, where one does."""
    for kind in schema.type_map.values():
        definition = kind.extensions.get("strawberry-definition")
        if isinstance(kind, GraphQLEnumType) and definition is not None:
            meanings = sentences(definition.wrapped_cls)
            for name, value in kind.values.items():
                value.description = value.description or meanings.get(name)


def sentences(enum: type[Enum]) -> dict[str, str]:
    """The sentence under each value of an enum, by the value's name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(enum))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    name: str | None = None
    for part in body.body:
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            name = part.targets[0].id
        elif name and isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
            found[name] = " ".join(str(part.value.value).split())
            name = None
        else:
            name = None
    return found
