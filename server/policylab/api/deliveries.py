"""A subscription is executed once for each distinct operation, and the bytes are shared by all.

What subscribers of a topic are told is one object for all of them, or one for each person where it
is hers (api/listening.py). So the object is the permission class: what is made of it for one
operation, its variables and a language is made once and kept with it.
"""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, create_source_event_stream, execute
from graphql import Executor as Core

from policylab.api.context import Context
from policylab.api.execution import Executor, Request, encode, formatted, refused_whole
from policylab.api.schema import schema
from policylab.kit.errors import Refused

CORE = schema._schema  # pyright: ignore[reportPrivateUsage]


async def deliveries(
    executor: Executor,
    request: Request,
    context: Context,
    told: Callable[[bytes], None] | None = None,
) -> AsyncGenerator[bytes | dict[str, Any]]:
    """The encoded answers to a subscription; where it is refused, or ends so, one that says why.

    The request is known to be a subscription that may be run (`Executor.kind`). With `told` most
    answers are given to it at once, in place of being yielded.
    """
    encoded = _Encoded(executor.document(request, context), request, context)
    if told is not None:
        context.told = lambda delta: told(encoded.of(delta))
    source = await _source(executor, request, context)
    if isinstance(source, dict):
        yield source
        return
    try:
        async for delta in source:
            yield encoded.of(delta)
    except Refused as refused:
        yield refused_whole(refused, context.locale)
    finally:
        await source.aclose()


class _Encoded:
    """The answers to one operation: what was made of a delta for one connection serves all."""

    def __init__(self, document: DocumentNode, request: Request, context: Context) -> None:
        self._variables = dict(request.variables or {})
        self._document, self._operation, self._context = document, request.operation, context
        written = orjson.dumps(self._variables, option=orjson.OPT_SORT_KEYS)
        self._key = (id(document), request.operation, written, context.locale)

    def of(self, delta: Any) -> bytes:
        made = delta.made.get(self._key)
        if made is None:
            made = delta.made[self._key] = self._execute(delta)
        return made

    def _execute(self, delta: Any) -> bytes:
        result = execute(
            CORE,
            self._document,
            root_value=delta,
            context_value=self._context,
            variable_values=self._variables,
            operation_name=self._operation,
        )
        assert isinstance(result, ExecutionResult)  # values alone: there is nothing to wait for
        return encode(formatted(result, self._context.locale))


async def _source(executor: Executor, request: Request, context: Context) -> Any:
    """The stream of what is told; or the answer to a subscription that can't begin."""
    core = Core.build(
        CORE,
        executor.document(request, context),
        context_value=context,
        raw_variable_values=dict(request.variables or {}),
        operation_name=request.operation,
    )
    if isinstance(core, list):
        return formatted(ExecutionResult(None, core), context.locale)
    found: Any = create_source_event_stream(core)
    if hasattr(found, "__await__"):
        found = await found
    return formatted(found, context.locale) if isinstance(found, ExecutionResult) else found
