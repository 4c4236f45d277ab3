"""Runs documents and holds the limits; knows nothing of HTTP (design.md 15.5)."""

import gc
import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
    parse,
    validate,
)

from policylab import published
from policylab.api.compiled import Compiled, Counts
from policylab.api.context import Context
from policylab.api.limits import check_document, check_text
from policylab.api.schema import schema
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.french import said_in
from policylab.kit.log import log

CACHED_DOCUMENTS = 500
CACHED_CHARACTERS = 500_000
"""Of all documents that are kept: a character of one, parsed and planned, takes some 100 bytes."""
MAX_ERRORS = 5


@dataclass(frozen=True)
class Request:
    """What a client asks: a document or the fingerprint of a known one, and its variables."""

    query: str | None = None
    fingerprint: str | None = None
    variables: Mapping[str, Any] | None = None
    operation: str | None = None


class BadRequest(Exception):
    """Not a GraphQL request at all."""


def read_request(body: Any) -> Request:
    """A request from decoded JSON; BadRequest for what is none."""
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    query, variables = body.get("query"), body.get("variables")
    operation, extensions = body.get("operationName"), body.get("extensions")
    if query is not None and not isinstance(query, str):
        raise BadRequest("query must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("variables must be an object.")
    if operation is not None and not isinstance(operation, str):
        raise BadRequest("operationName must be a string.")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest("extensions must be an object.")
    persisted = (extensions or {}).get("persistedQuery")
    fingerprint = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if fingerprint is not None and not isinstance(fingerprint, str):
        raise BadRequest("sha256Hash must be a string.")
    if query is None and fingerprint is None:
        raise BadRequest("There is neither a query nor a fingerprint.")
    if query:
        claimed, fingerprint = fingerprint, fingerprint_of(query)
        if claimed not in (None, fingerprint):
            raise BadRequest("sha256Hash is not the fingerprint of the query.")
    if _holds_nul(variables) or _NUL_WRITTEN.search(query or ""):
        raise BadRequest("No text can hold the character U+0000.")
    return Request(query, fingerprint, variables, operation)


def fingerprint_of(query: str) -> str:
    """What a document is known by: SHA-256 of its text, in hexadecimal digits."""
    return hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest()


_NUL_WRITTEN = re.compile(r"\\u(?:0000|\{0+\})")


def _holds_nul(value: Any) -> bool:
    """Whether a text in it holds U+0000, which PostgreSQL stores nowhere."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


class Executor:
    """Answers requests: known operations for browsers, free documents for tokens.

    Free documents may also be let in from whoever is signed in, or (in tests) from everybody.
    """

    def __init__(self, *, free_documents: bool = False, free_for_people: bool = False) -> None:
        self._known: dict[str, str] = published.persisted_operations()
        self._documents = _Documents()
        self.counts = Counts()
        """How often plans answered, and why graphql-core had to."""
        self._free_documents = free_documents
        self._free_for_people = free_for_people

    def document(self, request: Request, context: Context) -> DocumentNode:
        """The parsed and checked document, from the cache where possible."""
        return self._checked(request, context).document

    def _checked(self, request: Request, context: Context) -> "_Checked":
        key, text = self._text(request, context)
        found = self._documents.get(key)
        if found is None:
            found = _check(text, trusted=key in self._known)
            self._documents.keep(key, found, len(text))
        if isinstance(found, list):
            raise _Invalid(found)
        return found

    def _text(self, request: Request, context: Context) -> tuple[str, str]:
        """The fingerprint and the text of a document that may be run for this viewer."""
        if request.fingerprint is not None and request.fingerprint in self._known:
            return request.fingerprint, self._known[request.fingerprint]
        if request.query is not None:
            fingerprint = request.fingerprint or fingerprint_of(request.query)
            if fingerprint in self._known or self._may_send_free(context):
                return fingerprint, request.query
        message = "This operation is not known here. Free documents need a personal access token."
        raise Refused(RefusalCode.QUERY_NOT_ALLOWED, message)

    def _may_send_free(self, context: Context) -> bool:
        if context.viewer.scopes is not None or self._free_documents:
            return True
        return self._free_for_people and context.viewer.signed_in

    def kind(self, request: Request, context: Context) -> OperationType | None:
        """Whether this is a query, a mutation or a subscription; None where that can't be told."""
        try:
            operation = get_operation_ast(self.document(request, context), request.operation)
        except (Refused, _Invalid):
            return None
        return operation.operation if isinstance(operation, OperationDefinitionNode) else None

    async def run(self, request: Request, context: Context) -> dict[str, Any]:
        """The answer to a query or mutation, for `encode`. Never raises for what the client did."""
        try:
            checked = self._checked(request, context)
        except Refused as refused:
            return {"errors": [_error_of(refused, context.locale)]}
        except _Invalid as invalid:
            return {"errors": [error.formatted for error in invalid.errors]}
        answer = await checked.compiled.answer(
            request.operation, request.variables or {}, context, self.counts
        )
        return answer or await self._interpreted(checked.document, request, context)

    async def _interpreted(
        self, document: DocumentNode, request: Request, context: Context
    ) -> dict[str, Any]:
        """The answer as graphql-core gives it."""
        result = execute(
            schema._schema,  # pyright: ignore[reportPrivateUsage]
            document,
            context_value=context,
            variable_values=_variables(request),
            operation_name=request.operation,
        )
        if not isinstance(result, ExecutionResult):
            result = await result  # pyright: ignore[reportGeneralTypeIssues]
        return formatted(result, context.locale)


class _Checked:
    """A document that may be run, and its plans."""

    def __init__(self, document: DocumentNode) -> None:
        self.document = document
        self.compiled = Compiled(document)


class _Documents:
    """What was found of the documents that were asked for last."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[_Checked | list[GraphQLError], int]] = OrderedDict()
        self._characters = 0

    def get(self, key: str) -> _Checked | list[GraphQLError] | None:
        if key not in self._found:
            return None
        self._found.move_to_end(key)
        return self._found[key][0]

    def keep(self, key: str, found: _Checked | list[GraphQLError], characters: int) -> None:
        """Take one in, and let those go that nobody has asked for longest."""
        self._found[key] = found, characters
        self._characters += characters
        while len(self._found) > CACHED_DOCUMENTS or self._characters > CACHED_CHARACTERS:
            _, (_, gone) = self._found.popitem(last=False)
            self._characters -= gone


class _Invalid(Exception):
    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("invalid document")
        self.errors = errors


def _check(text: str, *, trusted: bool) -> _Checked | list[GraphQLError]:
    try:
        if not trusted:
            check_text(text)
        document = parse(text)
        if not trusted:
            check_document(document)
    except GraphQLError as error:
        return [error]
    problems = validate(schema._schema, document, max_errors=MAX_ERRORS)  # pyright: ignore[reportPrivateUsage]
    gc.collect(0)  # what looked at the document holds itself, and would wait for a long time
    return problems or _Checked(document)


def _variables(request: Request) -> dict[str, Any]:
    return dict(request.variables or {})


def formatted(result: ExecutionResult, locale: str) -> dict[str, Any]:
    """An execution result as JSON values, with unexpected errors masked."""
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_formatted_error(error, locale) for error in result.errors]
    return answer


def _formatted_error(error: GraphQLError, locale: str) -> dict[str, Any]:
    original = error.original_error
    if isinstance(original, Refused):
        return _error_of(original, locale) | {"path": error.path}
    if original is None or isinstance(original, GraphQLError):
        return dict(error.formatted)
    identifier = uuid4().hex
    log.error(
        "graphql.bug",
        error_id=identifier,
        path=error.path,
        exc_info=(type(original), original, original.__traceback__),
    )
    message = (
        f"Something went wrong on our side. The people who run this can find it as {identifier}."
    )
    return {
        "message": said_in(message, locale),
        "path": error.path,
        "extensions": {"id": identifier},
    }


def refused_whole(refused: Refused, locale: str) -> dict[str, Any]:
    """The answer to a request that is turned down before it is run."""
    return {"errors": [_error_of(refused, locale)]}


def _error_of(refused: Refused, locale: str) -> dict[str, Any]:
    message = said_in(refused.message, locale)
    return {"message": message, "extensions": {"code": refused.code.value}}


def encode(answer: Mapping[str, Any]) -> bytes:
    return orjson.dumps(answer)
