"""Variables are what graphql-core makes of them, whoever finds that out."""

from typing import Any
from unittest.mock import patch

import pytest
from graphql import OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_variable_values

from policylab.api.compiled import variables
from policylab.api.compiled.variables import Variables

SCHEMA = build_schema("""
type Query { asked(plain: Plain, flag: Boolean, deep: Deep, one: One, many: [[Int!]!]): Int }
enum Colour { RED BLUE }
input Plain { name: String!  colour: Colour = BLUE  size: Int  point: Point  points: [Point!] }
input Point { x: Float!  y: Float! = 2 }
input Deep { name: String  deeper: Deep }
input One @oneOf { a: Int  b: Int }
""")
POINT = {"x": 1}
FITTING: list[tuple[str, dict[str, Any]]] = [
    ("$plain: Plain!", {"plain": {"name": "N"}}),
    ("$plain: Plain!", {"plain": {"name": "N", "colour": "RED", "size": None}}),
    ("$plain: Plain", {"plain": {"name": "N", "colour": None, "points": [POINT, POINT]}}),
    ("$plain: Plain", {"plain": {"name": "N", "point": {"x": 1, "y": 3.5}, "points": []}}),
    ("$plain: Plain, $flag: Boolean", {"flag": True, "unknown": 1}),
    ("$plain: Plain", {"plain": None}),
    ("$many: [[Int!]!]", {"many": [[1, 2], []]}),
]
BY_CORE: list[tuple[str, dict[str, Any]]] = [
    ("$many: [[Int!]!]", {"many": 1}),
    ("$plain: Plain", {"plain": {"name": "N", "points": POINT}}),
    ("$flag: Boolean = true", {}),
    ("$deep: Deep", {"deep": {"deeper": {"deeper": {"name": "N"}}}}),
    ("$one: One", {"one": {"a": 1}}),
]
UNFIT: list[tuple[str, dict[str, Any]]] = [
    ("$plain: Plain!", {}),
    ("$plain: Plain!", {"plain": None}),
    ("$plain: Plain", {"plain": {}}),
    ("$plain: Plain", {"plain": {"name": None}}),
    ("$plain: Plain", {"plain": {"name": "N", "unknown": 1}}),
    ("$plain: Plain", {"plain": {"name": "N", "colour": "GREEN"}}),
    ("$plain: Plain", {"plain": {"name": 1}}),
    ("$plain: Plain", {"plain": {"name": "N", "size": 2**40}}),
    ("$plain: Plain", {"plain": {"name": "N", "points": [None]}}),
    ("$plain: Plain", {"plain": {"name": "N", "point": "x"}}),
    ("$plain: Plain", {"plain": ["N"]}),
    ("$many: [[Int!]!]", {"many": [[1], None]}),
    ("$one: One", {"one": {"a": 1, "b": 2}}),
    ("$one: One", {"one": {"a": None}}),
]


def operation(definitions: str) -> OperationDefinitionNode:
    [found] = parse(f"query ({definitions}) {{ asked }}").definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def by_core(asked: OperationDefinitionNode, given: dict[str, Any]) -> dict[str, Any] | None:
    found = get_variable_values(SCHEMA, asked.variable_definitions or (), given)
    return None if isinstance(found, list) else found.coerced


@pytest.mark.parametrize(("definitions", "given"), FITTING + BY_CORE + UNFIT)
def test_variables_are_understood_as_graphql_core_does(
    definitions: str, given: dict[str, Any]
) -> None:
    asked = operation(definitions)
    found = Variables(SCHEMA, asked).understood(given)
    assert (found and found.coerced) == by_core(asked, given)
    assert (found is None) == ((definitions, given) in UNFIT)
    if found is not None:  # from what, too: what is put into literals is told by it
        told = get_variable_values(SCHEMA, asked.variable_definitions or (), given)
        assert not isinstance(told, list)
        assert {name: source.value for name, source in found.sources.items()} == {
            name: source.value for name, source in told.sources.items()
        }


@pytest.mark.parametrize(("definitions", "given"), FITTING)
def test_what_fits_is_not_asked_of_graphql_core(definitions: str, given: dict[str, Any]) -> None:
    with patch.object(variables, "get_variable_values") as core:
        assert Variables(SCHEMA, operation(definitions)).understood(given) is not None
    core.assert_not_called()
