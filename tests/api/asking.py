"""Whole operations against the whole schema, as their viewer."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from graphql import parse, print_ast, separate_operations

from policylab.api.context import Context
from policylab.api.execution import Executor, Request, encode
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import Viewer

EXECUTOR = Executor(free_documents=True)
FOLDER = Path(__file__).parents[2] / "schema" / "operations"
REFUSAL = "... on Refusal { code message field }"
Answer = Mapping[str, Any]


async def ask(
    database: Database,
    viewer: Viewer,
    query: str,
    /,
    *,
    locale: str | None = None,
    **variables: Any,
) -> Answer:
    """The data of an answer without errors."""
    context = Context(database, viewer, locale=locale)
    answer = await EXECUTOR.run(Request(query=query, variables=variables), context)
    assert "errors" not in answer, answer["errors"]
    return orjson.loads(encode(answer))["data"]


async def do(
    database: Database, viewer: Viewer, verb: str, wanted: str = "", /, **input: Any
) -> Answer:
    """What a mutation answers: the fields asked for, or a refusal's."""
    name = verb[0].upper() + verb[1:]
    query = (
        f"mutation($input: {name}Input!) {{ "
        f"{verb}(input: $input) {{ __typename {wanted} {REFUSAL} }} }}"
    )
    return (await ask(database, viewer, query, input=input))[verb]


def operation(name: str) -> str:
    """An operation of the web app, with the fragments it needs."""
    return _operations()[name]


@lru_cache(maxsize=1)
def _operations() -> Mapping[str, str]:
    texts = [path.read_text("utf-8") for path in sorted(FOLDER.glob("*.graphql"))]
    apart = separate_operations(parse("\n".join(texts)))
    return {name: print_ast(document) for name, document in apart.items()}


__all__ = ["ask", "do", "operation", "to_global"]
