"""Whatever changes something can be asked for again without being done twice (X1 to X3)."""

import pytest
from graphql import GraphQLInputObjectType, GraphQLNonNull, GraphQLUnionType, get_named_type

from policylab.api.schema import schema

MUTATIONS = schema._schema.mutation_type.fields  # pyright: ignore


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_a_mutation_takes_a_key_and_answers_what_it_made_or_why_not(name: str) -> None:
    [(argument, given)] = MUTATIONS[name].args.items()
    assert argument == "input"
    assert isinstance(given.type, GraphQLNonNull)
    kind = get_named_type(given.type)
    assert isinstance(kind, GraphQLInputObjectType)
    key = kind.fields["clientMutationId"]
    assert str(key.type) == "String"
    answer = get_named_type(MUTATIONS[name].type)
    assert isinstance(answer, GraphQLUnionType)
    assert "Refusal" in {each.name for each in answer.types}
