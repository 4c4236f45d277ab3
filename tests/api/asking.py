"""Whole operations against the whole schema, as their viewer."""

from collections.abc import Mapping
from typing import Any

from policylab.api.context import Context
from policylab.api.execution import Executor, Request
from policylab.kit.db import Database
from policylab.kit.viewer import Viewer

EXECUTOR = Executor(free_documents=True)
REFUSAL = "... on Refusal { code message field }"


async def ask(
    database: Database, viewer: Viewer, query: str, /, **variables: Any
) -> Mapping[str, Any]:
    """The data of an answer without errors."""
    answer = await EXECUTOR.run(
        Request(query=query, variables=variables), Context(database, viewer)
    )
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


async def do(
    database: Database, viewer: Viewer, verb: str, wanted: str, /, **input: Any
) -> Mapping[str, Any]:
    """What a mutation answers: the fields asked for, or a refusal's."""
    name = verb[0].upper() + verb[1:]
    query = (
        f"mutation($input: {name}Input!) {{ "
        f"{verb}(input: $input) {{ __typename {wanted} {REFUSAL} }} }}"
    )
    return (await ask(database, viewer, query, input=input))[verb]
