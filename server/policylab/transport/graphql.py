"""GraphQL over HTTP and as event stream; the websocket is in graphql_socket.py."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from policylab.api.budget import Budgets, OverBudget
from policylab.api.context import Context
from policylab.api.deliveries import deliveries
from policylab.api.execution import (
    BadRequest,
    Executor,
    encode,
    read_request,
    refused_whole,
)
from policylab.api.execution import Request as GraphQLRequest
from policylab.api.revision import Tags, standing
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import to_global
from policylab.kit.viewer import Viewer
from policylab.transport.graphql_socket import GraphQLSocket
from policylab.transport.graphql_wire import STALLED_SECONDS
from policylab.transport.house import locale_of
from policylab.transport.said import said

LARGEST_BODY = 1_048_576
RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"
HEARTBEAT_SECONDS = 15.0
PRIVATE = {
    "cache-control": "private, no-cache",
    "vary": "cookie, authorization, accept, x-policylab-language, x-policylab-person",
}
"""For what one person was answered: kept by her browser alone, and asked about each time."""


@dataclass(frozen=True)
class Endpoint:
    """What the GraphQL routes need of the house."""

    database: Callable[[], Database]
    executor: Callable[[], Executor]
    viewer_of: Callable[[HTTPConnection, str | None], Awaitable[Viewer]]
    """Who is asking; and what the same statement shall tell of her, in SQL."""
    shared: Callable[[], dict[str, Any]]
    origin_allowed: Callable[[HTTPConnection], bool]
    budgets: Budgets = field(default_factory=lambda: Budgets(0))
    tags: Tags = field(default_factory=Tags)

    async def context(self, connection: HTTPConnection, about: str | None = None) -> Context:
        """A context of its own for each request."""
        viewer = await self.viewer_of(connection, about)
        context = Context(self.database(), viewer, locale=locale_of(connection, viewer))
        context.shared = self.shared()
        context.renew = lambda: self.viewer_of(connection, None)
        return context

    def at_once(self) -> dict[str, ASGIApp]:
        """What is asked for most, for `middleware.stack`."""
        return {"/graphql": _Directly(self.answer)}

    def routes(self) -> list[Route | WebSocketRoute]:
        return [
            Route("/graphql", _Directly(self.answer), methods=["GET", "POST"]),
            WebSocketRoute("/graphql", self.socket),
            Route("/graphql/stream", self.stream, methods=["GET", "POST"]),
        ]

    async def answer(self, request: Request) -> Response:
        """POST with JSON; GET for queries alone."""
        media = _accepted(request)
        if media is None:
            return _refusal(406, PLAIN_JSON, f"Accept {RESPONSE_JSON} or {PLAIN_JSON}.")
        try:
            asked = await _read(request)
        except _Unread as unread:
            return _refusal(unread.status, media, str(unread))
        context = await self.context(request, self.tags.about(asked))
        executor = self.executor()
        kind = executor.kind(asked, context)
        if kind is OperationType.SUBSCRIPTION:
            return _refusal(400, media, "Subscriptions go over /graphql/stream or a websocket.")
        if request.method == "GET" and kind is OperationType.MUTATION:
            refused = _refusal(405, media, "Mutations are POSTed.")
            refused.headers["allow"] = "POST"
            return refused
        if _for_another(request, context):
            message = "Your session has ended, or somebody else has signed in here. Sign in again."
            refused = Refused(RefusalCode.NOT_SIGNED_IN, message)
            return _respond(refused_whole(refused, context.locale), media, {})
        if kind is None:  # turned down already
            return _respond(await executor.run(asked, context), media, {})
        try:
            if kind is OperationType.QUERY:
                return await self._query(request, asked, context, media)
            self.charge(request, asked, context)
        except OverBudget as over:
            return _over_budget(over, media, context.locale)
        return _respond(await executor.run(asked, context), media, {})

    def charge(self, connection: HTTPConnection, asked: GraphQLRequest, context: Context) -> None:
        """Let the viewer pay for what she asks; OverBudget when she has spent it all."""
        address = connection.client.host if connection.client else "?"
        self.budgets.charge(self.executor(), asked, context, address)

    async def _query(
        self, request: Request, asked: GraphQLRequest, context: Context, media: str
    ) -> Response:
        if self.tags.may_tag(asked, self.executor().document(asked, context)):
            return await self._tagged(request, asked, context, media)
        self.charge(request, asked, context)
        return _respond(await self.executor().run(asked, context), media, PRIVATE)

    async def _tagged(
        self, request: Request, asked: GraphQLRequest, context: Context, media: str
    ) -> Response:
        """The answer with its tag, or that the one the client has is still true.

        The revisions are read before the rows; see api/revision.py.
        """
        question = self.tags.question(asked, context, media)
        seen = await standing(context.database, context.viewer)
        claimed = said(request.scope).get("if-none-match")
        held = await self.tags.holding(claimed, question, context, seen) if claimed else None
        if held is not None:
            return Response(status_code=304, headers=PRIVATE | {"etag": held})
        self.charge(request, asked, context)
        answer = await self.executor().run(asked, context)
        if "errors" in answer:
            return _respond(answer, media, PRIVATE)
        tag = self.tags.tag(question, seen)
        return _respond(answer, media, PRIVATE | {"etag": tag})

    async def stream(self, request: Request) -> Response:
        """One operation as an event stream (graphql-sse, distinct connections)."""
        try:
            asked = await _read(request)
        except _Unread as unread:
            return _refusal(unread.status, PLAIN_JSON, str(unread))
        context = await self.context(request)
        executor = self.executor()
        kind = executor.kind(asked, context)
        if kind is OperationType.MUTATION and request.method == "GET":
            return _refusal(405, PLAIN_JSON, "Mutations are POSTed.")
        try:
            if kind is not None:
                self.charge(request, asked, context)
        except OverBudget as over:
            return _over_budget(over, PLAIN_JSON, context.locale)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        events = _events(executor, asked, context)
        return _Events(events, media_type="text/event-stream", headers=headers)

    async def socket(self, websocket: WebSocket) -> None:
        """graphql-transport-ws."""
        if not self.origin_allowed(websocket):
            await websocket.close(4403)
            return
        await GraphQLSocket(websocket, self.executor(), self.context, self.charge).run()


class _Directly:
    """An ASGI application of a function that answers, without what Starlette puts around one for
    exceptions that it never raises."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive, send))
        await response(scope, receive, send)


def _for_another(request: Request, context: Context) -> bool:
    """Whether a page speaks for somebody who is not the one signed in here, or no longer.

    A page that is open says for whom (`x-policylab-person`): what it shows must not be answered as
    nobody sees it, and what it sends must not be done in another's name.
    """
    meant = said(request.scope).get("x-policylab-person")
    person = context.viewer.person_id
    return meant is not None and meant != (to_global("Person", person) if person else "")


class _Events(StreamingResponse):
    """A stream that ends for whoever does not take an event within the time."""

    async def stream_response(self, send: Send) -> None:
        async def send_soon(message: Message) -> None:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)

        await super().stream_response(send_soon)


class _Unread(Exception):
    """What was sent is no request of GraphQL; `status` says what it is answered with."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


async def _read(request: Request) -> GraphQLRequest:
    try:
        if request.method == "GET":
            return read_request(_from_query_string(request))
        return read_request(orjson.loads(await _body(request)))
    except orjson.JSONDecodeError as error:
        raise _Unread(400, "The body is not JSON.") from error
    except BadRequest as bad:
        raise _Unread(400, str(bad)) from bad


async def _body(request: Request) -> bytearray:
    media = said(request.scope).get("content-type", "")
    kind, _, options = media.partition(";")
    if kind.strip().lower() != PLAIN_JSON:
        raise _Unread(415, f"Send {PLAIN_JSON}.")
    charset = options.lower().replace(" ", "").replace('"', "")
    if "charset=" in charset and "charset=utf-8" not in charset:
        raise _Unread(415, "Send UTF-8.")
    if said(request.scope).get("content-encoding", "identity") != "identity":
        raise _Unread(415, "Send the body uncompressed.")
    body, more = bytearray(), True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise _Unread(413, f"A request has at most {LARGEST_BODY} bytes.")
        more = message.get("more_body", False)
    return body


def _from_query_string(request: Request) -> dict[str, Any]:
    parameters = request.query_params
    body: dict[str, Any] = {
        name: parameters[name] for name in ("query", "operationName") if name in parameters
    }
    for name in ("variables", "extensions"):
        if parameters.get(name):
            try:
                body[name] = orjson.loads(parameters[name])
            except orjson.JSONDecodeError as error:
                raise BadRequest(f"{name} is not JSON.") from error
    return body


def _accepted(request: Request) -> str | None:
    """The media type to answer in, by the Accept header; None for what we don't speak."""
    accept = said(request.scope).get("accept", "*/*").lower()
    offered = [part.split(";")[0].strip() for part in accept.split(",")]
    if RESPONSE_JSON in offered:
        return RESPONSE_JSON
    if any(kind in offered for kind in (PLAIN_JSON, "*/*", "application/*", "")):
        return PLAIN_JSON
    return None


def _respond(answer: dict[str, Any], media: str, headers: Mapping[str, str]) -> Response:
    failed = "data" not in answer
    status = 200
    if failed and (media == RESPONSE_JSON or _not_allowed(answer)):
        status = 400
    return Response(
        encode(answer),
        status,
        media_type=f"{media}; charset=utf-8",
        headers=headers or {"cache-control": "no-store"},
    )


def _over_budget(over: OverBudget, media: str, locale: str) -> Response:
    return Response(
        encode(over.answer(locale)),
        429,
        media_type=f"{media}; charset=utf-8",
        headers={"cache-control": "no-store", "retry-after": str(over.seconds)},
    )


def _not_allowed(answer: dict[str, Any]) -> bool:
    errors = answer.get("errors") or [{}]
    return errors[0].get("extensions", {}).get("code") == "QUERY_NOT_ALLOWED"


def _refusal(status: int, media: str, message: str) -> Response:
    body = encode({"errors": [{"message": message}]})
    return Response(
        body,
        status,
        media_type=f"{media}; charset=utf-8",
        headers={"cache-control": "no-store"},
    )


async def _events(
    executor: Executor, asked: GraphQLRequest, context: Context
) -> AsyncGenerator[bytes]:
    if executor.kind(asked, context) is OperationType.SUBSCRIPTION:
        answers = deliveries(executor, asked, context)
    else:
        answers = _single(executor, asked, context)
    pending = asyncio.ensure_future(anext(answers, None))
    try:
        while True:
            done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT_SECONDS)
            if not done:
                yield b":\n\n"
                continue
            answer = pending.result()
            if answer is None:
                break
            encoded = answer if isinstance(answer, bytes) else encode(answer)
            yield b"event: next\ndata: " + encoded + b"\n\n"
            pending = asyncio.ensure_future(anext(answers, None))
        yield b"event: complete\ndata:\n\n"
    finally:
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        await answers.aclose()
        context.end()


async def _single(
    executor: Executor, asked: GraphQLRequest, context: Context
) -> AsyncGenerator[bytes | dict[str, Any]]:
    yield await executor.run(asked, context)
