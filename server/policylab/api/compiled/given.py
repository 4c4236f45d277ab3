"""The arguments of fields, as Python functions take them.

They are what Strawberry makes of them; but how a type is converted is found out once, and not anew
with each value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING
from functools import cached_property, partial
from typing import Any

from strawberry.scalars import is_scalar
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.unset import UNSET

from policylab.api.schema import schema

Convert = Callable[[Any], Any]
_SCALARS = schema.schema_converter.scalar_registry
_NAMES = schema.config.name_converter


def conversion(arguments: Iterable[StrawberryArgument]) -> Callable[[Mapping[str, Any]], Any]:
    """What makes Python arguments of a field's arguments, once graphql-core has coerced them."""
    several = [(_NAMES.from_argument(each), each.python_name, _of(each.type)) for each in arguments]

    def convert(given: Mapping[str, Any]) -> dict[str, Any]:
        return {own: make(given[name]) for name, own, make in several if name in given}

    return convert


def _of(kind: Any) -> Convert:
    """What converts values of a type; of a kind that we have none of, Strawberry itself."""
    if isinstance(kind, StrawberryOptional) and not isinstance(kind, StrawberryMaybe):
        return _of(kind.of_type)
    if isinstance(kind, StrawberryList):
        return partial(_listed, _of(kind.of_type))
    if is_scalar(kind, _SCALARS) or isinstance(kind, StrawberryEnumDefinition):
        return _as_it_is
    if has_enum_definition(kind):
        return _as_it_is
    if has_object_definition(kind) and kind.__strawberry_definition__.from_input is None:
        return _Input(kind)
    return partial(convert_argument, type_=kind, scalar_registry=_SCALARS, config=schema.config)


def _as_it_is(value: Any) -> Any:
    return value


def _listed(convert: Convert, value: Any) -> Any:
    return value if value is None or value is UNSET else list(map(convert, value))


class _Input:
    """Makes inputs of one type, which may hold others of it."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @cached_property
    def _fields(self) -> list[tuple[str, str, Convert]]:
        definition = self._kind.__strawberry_definition__
        return [
            (
                _NAMES.from_field(each),
                each.python_name,
                _of(each.resolve_type(type_definition=definition)),
            )
            for each in definition.fields
        ]

    @cached_property
    def _unsaid(self) -> dict[str, None]:
        """What is null where nobody says anything and nothing else was declared."""
        return {
            each.python_name: None
            for each in self._kind.__strawberry_definition__.fields
            if each.default_value is MISSING and each.default_factory is MISSING
        }

    def __call__(self, value: Any) -> Any:
        if value is None or value is UNSET:
            return value
        said = {own: make(value[name]) for name, own, make in self._fields if name in value}
        return self._kind(**(self._unsaid | said))
