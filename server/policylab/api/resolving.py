"""How graphql-core calls what a field is answered by.

Strawberry puts functions of each field's own in between, which convert arguments and look for
extensions: memory for each of them. A field that takes no arguments needs none.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver


def call_plainly(schema: GraphQLSchema) -> None:
    """Let graphql-core itself call the resolvers of fields without arguments. The `info` they get
    is its own; ours ask it for the context."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field in kind.fields.values():
                own = field.extensions.get("strawberry-definition")
                if isinstance(own, StrawberryField) and own.base_resolver and _plain(own):
                    field.resolve = _called(own.base_resolver)


def _plain(field: StrawberryField) -> bool:
    return not (field.arguments or field.extensions or field.is_subscription)


def _called(resolver: StrawberryResolver[Any]) -> Callable[[Any, Any], Any]:
    function: Any = resolver.wrapped_func
    of_thing = resolver.self_parameter or resolver.root_parameter
    if of_thing and resolver.info_parameter:
        return function
    if of_thing:
        return lambda thing, _: function(thing)
    return lambda _, info: function(info)
