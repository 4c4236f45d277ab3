"""The variables of an operation, as graphql-core understands them; but how is found out once.

What does not fit, and what is rare, is left to graphql-core, which also says what is wrong.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.utilities.coerce_input_value import coerce_default_value

Coerce = Callable[[Any], Any]


class _Unfit(Exception):
    """Nothing that is understood here."""


class Variables:
    """Those of one operation."""

    def __init__(self, core: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._core = core
        self._operation = operation
        try:
            self._known = self._found()
        except _Unfit:
            self._known = None

    def _found(self) -> list[tuple[GraphQLVariableSignature, Coerce]]:
        found: list[tuple[GraphQLVariableSignature, Coerce]] = []
        for definition in self._operation.variable_definitions or ():
            signature = get_variable_signature(self._core, definition)
            if isinstance(signature, GraphQLError) or definition.default_value:
                raise _Unfit
            found.append((signature, _of(signature.type)))
        return found

    def understood(self, given: Mapping[str, Any]) -> VariableValues | None:
        """Their values; None where one does not fit."""
        if self._known is None:
            return self._by_core(given)
        try:
            return _plainly(self._known, given)
        except Exception:  # noqa: BLE001 graphql-core meets it again
            return self._by_core(given)

    def _by_core(self, given: Mapping[str, Any]) -> VariableValues | None:
        definitions = self._operation.variable_definitions or ()
        values = get_variable_values(self._core, definitions, dict(given))
        return None if isinstance(values, list) else values


def _plainly(
    known: list[tuple[GraphQLVariableSignature, Coerce]], given: Mapping[str, Any]
) -> VariableValues:
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for signature, coerce in known:
        value = given.get(signature.name, Undefined)
        sources[signature.name] = VariableValueSource(signature, value)
        if value is not Undefined:
            coerced[signature.name] = coerce(value)
        elif isinstance(signature.type, GraphQLNonNull):
            raise _Unfit
    return VariableValues(sources, coerced)


def _of(kind: Any, above: tuple[Any, ...] = ()) -> Coerce:
    """What coerces the values of a type. Of inputs that may hold themselves we have none: how deep
    they go, graphql-core watches."""
    if isinstance(kind, GraphQLNonNull):
        return partial(_something, _bare(kind.of_type, above))
    return partial(_or_null, _bare(kind, above))


def _bare(kind: Any, above: tuple[Any, ...]) -> Coerce:
    if isinstance(kind, GraphQLList):
        return partial(_listed, _of(kind.of_type, above))
    if not isinstance(kind, GraphQLInputObjectType):
        return partial(_leaf, kind.coerce_input_value)
    if kind in above or kind.is_one_of:
        raise _Unfit
    return _Input(kind, above)


def _something(coerce: Coerce, value: Any) -> Any:
    if value is None:
        raise _Unfit
    return coerce(value)


def _or_null(coerce: Coerce, value: Any) -> Any:
    return None if value is None else coerce(value)


def _listed(coerce: Coerce, value: Any) -> Any:
    if not isinstance(value, list):
        raise _Unfit
    return [coerce(each) for each in value]  # pyright: ignore[reportUnknownVariableType]


def _leaf(coerce: Coerce, value: Any) -> Any:
    found = coerce(value)
    if found is Undefined:
        raise _Unfit
    return found


class _Input:
    """Coerces inputs of one type."""

    def __init__(self, kind: GraphQLInputObjectType, above: tuple[Any, ...]) -> None:
        self._make = kind.out_type
        self._fields = {
            name: (field.out_name or name, _of(field.type, (*above, kind)))
            for name, field in kind.fields.items()
        }
        defaults = {name: coerce_default_value(field) for name, field in kind.fields.items()}
        self._unsaid = {
            self._fields[name][0]: default
            for name, default in defaults.items()
            if default is not Undefined
        }
        self._needed = {
            name
            for name, field in kind.fields.items()
            if isinstance(field.type, GraphQLNonNull) and defaults[name] is Undefined
        }

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, dict) or not self._needed <= value.keys() <= self._fields.keys():
            raise _Unfit
        said = [(self._fields[name], each) for name, each in value.items()]
        return self._make(self._unsaid | {own: coerce(each) for (own, coerce), each in said})
