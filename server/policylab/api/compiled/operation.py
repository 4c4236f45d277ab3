"""Runs plans, and says when it must be graphql-core instead."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    DirectiveNode,
    DocumentNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_operation_ast,
)
from graphql.execution.values import VariableValues

from policylab.api.compiled.compiler import CORE, Compiler, NotUnderstood, Root, every
from policylab.api.compiled.reading import Reads
from policylab.api.compiled.relations import Done
from policylab.api.compiled.shapes import Parents, Run
from policylab.api.compiled.variables import Variables
from policylab.api.context import Context
from policylab.kit.db import Database
from policylab.kit.log import log

MOST_VARIANTS = 64
Answer = dict[str, Any]


@dataclass
class Counts:
    """How operations were answered, for whoever watches the house."""

    compiled: int = 0
    not_understood: Counter[str] = field(default_factory=Counter[str])
    """Left to graphql-core from the start, by reason."""
    given_up: Counter[str] = field(default_factory=Counter[str])
    """Begun by a plan and then left to graphql-core, by reason: mostly answers with errors."""


class Compiled:
    """The plans of one checked document, made when first asked for."""

    def __init__(self, document: DocumentNode) -> None:
        self._document = document
        self._operations: dict[str | None, _Operation] = {}

    async def answer(
        self, name: str | None, variables: Mapping[str, Any], context: Context, counts: Counts
    ) -> Answer | None:
        """The answer to an operation; None where graphql-core must give it."""
        operation = self._operations.get(name)
        if operation is None:
            found = get_operation_ast(self._document, name)
            if found is None or found.operation is OperationType.SUBSCRIPTION:
                return None
            operation = self._operations[name] = _Operation(self._document, found)
        return await operation.answer(variables, context, counts)

    def plan(self, name: str | None) -> Root:
        """The plan of an operation, with all that @skip and @include may let in."""
        found = get_operation_ast(self._document, name)
        if found is None or found.operation is OperationType.SUBSCRIPTION:
            raise NotUnderstood("subscriptions are not compiled")
        everything = dict.fromkeys(_deciding(self._document, "skip"), False)
        everything |= dict.fromkeys(_deciding(self._document, "include"), True)
        return Compiler(self._document, found, VariableValues({}, everything)).root()


class _Operation:
    def __init__(self, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._document = document
        self._operation = operation
        self._variables = Variables(CORE, operation)
        self._deciding = _deciding(document, "skip", "include")
        self._variants: dict[tuple[Any, ...], Root | NotUnderstood] = {}

    async def answer(
        self, variables: Mapping[str, Any], context: Context, counts: Counts
    ) -> Answer | None:
        try:
            coerced = self.coerced(variables)
            root = self.root(coerced)
        except NotUnderstood as reason:
            counts.not_understood[str(reason)] += 1
            log.debug("graphql.not_compiled", reason=str(reason))
            return None
        run = self._change if self._operation.operation is OperationType.MUTATION else self._read
        found = await run(root, coerced, context, counts)
        counts.compiled += found is not None
        return found

    def coerced(self, variables: Mapping[str, Any]) -> VariableValues:
        """The variables as graphql-core understands them."""
        found = self._variables.understood(variables)
        if found is None:
            raise NotUnderstood("variables that do not fit")
        return found

    def root(self, variables: VariableValues) -> Root:
        """The plan for what @skip and @include say with these variables."""
        key = tuple(variables.coerced.get(name) for name in self._deciding)
        found = self._variants.get(key)
        if found is None:
            if len(self._variants) >= MOST_VARIANTS:
                self._variants.clear()
            found = self._variants[key] = self._compile(variables)
        if isinstance(found, NotUnderstood):
            raise found
        return found

    def _compile(self, variables: VariableValues) -> Root | NotUnderstood:
        decide = {n: variables.coerced[n] for n in self._deciding if n in variables.coerced}
        try:  # of the variables, a plan keeps nothing else
            return Compiler(self._document, self._operation, VariableValues({}, decide)).root()
        except NotUnderstood as reason:
            return reason
        except Exception as error:  # noqa: BLE001 a bug of ours must not cost anybody an answer
            log.error("graphql.compiler_bug", exc_info=True)
            return NotUnderstood(f"a bug of the compiler: {type(error).__name__}")

    async def _read(
        self, root: Root, variables: VariableValues, context: Context, counts: Counts
    ) -> Answer | None:
        """Reads change nothing: an answer that would hold an error is made anew elsewhere."""
        one_root = len(root.fields) == 1
        try:
            async with _running(root, variables, context, one_root=one_root) as run:
                nobody = Parents(rows=[None])
                data: Answer = {}
                for key, field_ in root.fields:
                    if isinstance(field_, str):
                        data[key] = field_
                    else:
                        assert not isinstance(field_, Done)
                        data[key] = (await field_.values(run, nobody))[0]
        except Exception as error:  # noqa: BLE001 graphql-core meets it again, and says so
            _give_up(counts, error)
            return None
        return {"data": data}

    async def _change(
        self, root: Root, variables: VariableValues, context: Context, counts: Counts
    ) -> Answer | None:
        """Each verb runs once: what is done already is left to graphql-core in `context.done`."""
        data: Answer = {}
        try:
            inputs = self._inputs(root, variables, context)
            for key, field_ in root.fields:
                if isinstance(field_, str):
                    data[key] = field_
                    continue
                assert isinstance(field_, Done)
                async with _running(root, variables, context, one_root=True) as run:
                    outcome = await _outcome(field_, run.context, inputs[key])
                    context.done[key] = outcome
                    data[key] = await field_.finished(run, outcome())
        except Exception as error:  # noqa: BLE001 graphql-core meets it again, and says so
            _give_up(counts, error)
            return None
        return {"data": data}

    def _inputs(self, root: Root, variables: VariableValues, context: Context) -> dict[str, Any]:
        """What each verb is given; all of it before any of them runs."""
        run = Run(context, None, variables)
        return {
            key: each.given(run)["input"] for key, each in root.fields if isinstance(each, Done)
        }


@asynccontextmanager
async def _running(
    root: Root, variables: VariableValues, context: Context, *, one_root: bool
) -> AsyncGenerator[Run]:
    """One run of a plan. What it has loaded is let go at the end: loaders know the context that
    knows them, and would wait for the garbage collector with all that they hold."""
    async with Reads(context.database, context.viewer) as reads:
        own = context.over(cast("Database", reads), root.columns)
        try:
            yield Run(own, reads, variables, one_root=one_root)
        finally:
            own.forget()


async def _outcome(field_: Done, context: Context, given: Any) -> Callable[[], Any]:
    """Run a verb; what comes back gives what it answered, or raises what it raised."""
    try:
        kept = await field_.origin.act(context, given)
    except Exception as error:  # noqa: BLE001 raised again where it is asked for
        raised = error

        def fail() -> Any:
            raise raised

        return fail
    return lambda: kept


def _give_up(counts: Counts, error: Exception) -> None:
    reason = f"{type(error).__name__}: {error}" if isinstance(error, NotUnderstood) else ""
    counts.given_up[reason or type(error).__name__] += 1
    log.debug("graphql.given_up", reason=type(error).__name__, detail=str(error))


def _deciding(document: DocumentNode, *names: str) -> tuple[str, ...]:
    """The variables on which these directives depend."""
    found: dict[str, None] = {}
    for each in every(document.definitions):
        if isinstance(each, DirectiveNode) and each.name.value in names:
            values = (argument.value for argument in each.arguments or ())
            found |= {v.name.value: None for v in values if isinstance(v, VariableNode)}
    return tuple(found)
