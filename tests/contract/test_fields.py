"""Every published field says where it comes from and who may see it (promise A3)."""

from typing import Any

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from policylab.api.declare import Declared, declaration
from policylab.api.schema import schema, undeclared

TYPES = schema._schema.type_map
OWN = {name: kind for name, kind in TYPES.items() if not name.startswith("__")}


def fields() -> list[tuple[str, Any]]:
    """Every field of every object type, by its path."""
    return [
        (f"{name}.{field.name}", field)
        for name, kind in OWN.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        for field in kind.extensions["strawberry-definition"].fields
    ]


@pytest.mark.parametrize(("path", "field"), [pytest.param(*f, id=f[0]) for f in fields()])
def test_a_field_declares_its_origin_and_its_access_rule(path: str, field: Any) -> None:
    declared = declaration(field)
    assert isinstance(declared, Declared), f"{path} is published without a declaration"
    assert declared.access


def test_a_field_without_a_declaration_keeps_the_house_from_starting() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def secret(self) -> str:
            return "told to anybody"

    assert undeclared(strawberry.Schema(query=Query)._schema) == ["Query.secret"]
    assert undeclared(schema._schema) == []


def test_everything_clients_see_is_described() -> None:
    missing = [name for name, kind in OWN.items() if not kind.description and name not in PLAIN]
    for name, kind in OWN.items():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            missing += [f"{name}.{n}" for n, field in kind.fields.items() if not field.description]
        if isinstance(kind, GraphQLEnumType):
            missing += [f"{name}.{n}" for n, one in kind.values.items() if not one.description]
    assert missing == []


PLAIN = {"Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID"}
