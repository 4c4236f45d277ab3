"""Query, Mutation and Subscription, put together from the rooms' modules."""

import importlib
import importlib.util
from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from policylab.api import enumerations, resolving

MODULES = (
    "node",
    "identity",
    "identity_verbs",
    "process",
    "labs",
    "labs_verbs",
    "index",
    "documents",
    "comparing",
    "documents_verbs",
    "history",
    "comments",
    "comments_verbs",
    "strategies",
    "positions",
    "positions_verbs",
    "decisions",
    "records",
    "decisions_verbs",
    "meetings",
    "notices",
    "retention",
    "export",
    "search",
    "live",
)


def _parts(suffix: str) -> tuple[type[Any], ...]:
    """The classes named `…Query`, `…Mutation` or `…Subscription` in the rooms' modules."""
    found: list[type[Any]] = []
    for module in _modules():
        found += [
            item
            for name, item in vars(module).items()
            if name.endswith(suffix) and name != suffix and item.__module__ == module.__name__
        ]
    return tuple(found)


def _modules() -> Iterator[Any]:
    for name in MODULES:
        if importlib.util.find_spec(f"policylab.api.{name}"):
            yield importlib.import_module(f"policylab.api.{name}")


def _published() -> list[type[Any]]:
    from policylab.api.declare import Published

    return [known.cls for known in Published.registry.values()]


schema = strawberry.Schema(
    query=merge_types("Query", _parts("Query")),
    mutation=merge_types("Mutation", _parts("Mutation")),
    subscription=merge_types("Subscription", _parts("Subscription")),
    types=_published(),
    config=StrawberryConfig(auto_camel_case=True),
)


def undeclared(core: GraphQLSchema) -> list[str]:
    """The fields that are published without saying where they come from and who may see them."""
    return [
        f"{name}.{field.name}"
        for name, kind in core.type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
        for field in kind.extensions["strawberry-definition"].fields
        if not getattr(field.metadata.get("declared"), "access", "")
    ]


if _missing := undeclared(schema._schema):  # pyright: ignore[reportPrivateUsage]
    raise RuntimeError(f"Published without a declaration: {', '.join(_missing)}.")
enumerations.describe(schema._schema)  # pyright: ignore[reportPrivateUsage]
resolving.call_plainly(schema._schema)  # pyright: ignore[reportPrivateUsage]


def print_schema() -> str:
    """The contract, as it is committed in schema/schema.graphql."""
    return schema.as_str() + "\n"
