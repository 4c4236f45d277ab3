"""The graphql-transport-ws protocol: each violation closes with its documented code."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from policylab.api.budget import OverBudget
from policylab.api.context import Context
from policylab.api.deliveries import deliveries
from policylab.api.execution import BadRequest, Executor, encode, read_request
from policylab.api.execution import Request as GraphQLRequest
from policylab.transport.graphql_wire import STALLED_SECONDS, wire_in

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
LARGEST_MESSAGE = 1_048_576
MOST_OPERATIONS = 50


class _Close(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLSocket:
    """One connection: its handshake, its running operations, its end."""

    def __init__(
        self,
        websocket: WebSocket,
        executor: Executor,
        make_context: Callable[[HTTPConnection], Awaitable[Context]],
        charge: Callable[[HTTPConnection, GraphQLRequest, Context], None],
    ) -> None:
        self._websocket = websocket
        self._executor = executor
        self._make_context = make_context
        self._charge = charge
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ready = False
        self._sending = asyncio.Lock()
        self._wire = wire_in(websocket.scope)

    async def run(self) -> None:
        """Serve the connection until either side ends it."""
        if PROTOCOL not in self._websocket.scope.get("subprotocols", []):
            await self._websocket.accept()
            await self._websocket.close(4406, "Subprotocol not acceptable")
            return
        await self._websocket.accept(subprotocol=PROTOCOL)
        try:
            await self._receive_all()
        except _Close as close:
            await self._websocket.close(close.code, close.reason)
        except WebSocketDisconnect:
            return
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _receive_all(self) -> None:
        opened = asyncio.get_running_loop().time()
        while True:
            left = None
            if not self._ready:
                left = max(opened + INIT_SECONDS - asyncio.get_running_loop().time(), 0)
            try:
                message = await asyncio.wait_for(self._message(), left)
            except TimeoutError as error:
                raise _Close(4408, "Connection initialisation timeout") from error
            await self._handle(message)

    async def _message(self) -> dict[str, Any]:
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1000))
        text = received.get("text")
        if text is None:
            raise _Close(4400, "Messages are text")
        if len(text) > LARGEST_MESSAGE:
            raise _Close(1009, "Message too large")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise _Close(4400, "Invalid message received") from error
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise _Close(4400, "Invalid message received")
        return message

    async def _handle(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                if self._ready:
                    raise _Close(4429, "Too many initialisation requests")
                payload = message.get("payload")
                if payload is not None and not isinstance(payload, dict):
                    raise _Close(4400, "Invalid message received")
                self._ready = True
                await self._send(encode({"type": "connection_ack"}))
            case "ping":
                await self._send(encode({"type": "pong"}))
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                task = self._running.pop(_identifier(message), None)
                if task:
                    task.cancel()
            case _:
                raise _Close(4400, "Invalid message received")

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if not self._ready:
            raise _Close(4401, "Unauthorized")
        identifier = _identifier(message)
        if identifier in self._running:
            raise _Close(4409, f"Subscriber for {identifier[:60]} already exists")
        if len(self._running) >= MOST_OPERATIONS:
            raise _Close(4429, f"At most {MOST_OPERATIONS} operations at a time")
        try:
            asked = read_request(message.get("payload"))
        except BadRequest as bad:
            raise _Close(4400, "Invalid message received") from bad
        task = asyncio.create_task(self._operate(identifier, asked))
        self._running[identifier] = task
        task.add_done_callback(lambda _: self._forget(identifier, task))

    def _forget(self, identifier: str, task: asyncio.Task[None]) -> None:
        if self._running.get(identifier) is task:
            del self._running[identifier]

    async def _operate(self, identifier: str, asked: GraphQLRequest) -> None:
        context = await self._make_context(self._websocket)
        try:
            await self._tell(identifier, asked, context)
        finally:
            context.end()

    async def _tell(self, identifier: str, asked: GraphQLRequest, context: Context) -> None:
        kind = self._executor.kind(asked, context)
        try:
            if kind is not None:
                self._charge(self._websocket, asked, context)
        except OverBudget as over:
            await self._answer(identifier, over.answer(context.locale))
            return
        if kind is OperationType.SUBSCRIPTION:
            told = self._teller(identifier)
            async with aclosing(deliveries(self._executor, asked, context, told)) as answers:
                async for answer in answers:
                    if isinstance(answer, dict):
                        await self._answer(identifier, answer)
                        return
                    await self._send(_next(identifier, answer))
        else:
            answer = await self._executor.run(asked, context)
            await self._answer(identifier, answer)
            if "data" not in answer:
                return
        await self._send(encode({"id": identifier, "type": "complete"}))

    def _teller(self, identifier: str) -> Callable[[bytes], None] | None:
        """Writes what is delivered at once; None without a wire of ours."""
        if self._wire is None:
            return None
        head, push = _head(identifier), self._wire.push
        return lambda answer: push(head + answer + b"}")

    async def _answer(self, identifier: str, answer: dict[str, Any]) -> None:
        if "data" in answer:
            await self._send(_next(identifier, encode(answer)))
        else:
            failed = {"id": identifier, "type": "error", "payload": answer["errors"]}
            await self._send(encode(failed))

    async def _send(self, message: bytes) -> None:
        """Send one message; whoever does not take it within the time is cut off."""
        if self._wire is not None:
            self._wire.push(message)
            return
        async with self._sending, asyncio.timeout(STALLED_SECONDS):
            await self._websocket.send_text(message.decode())


def _next(identifier: str, answer: bytes) -> bytes:
    return _head(identifier) + answer + b"}"


def _head(identifier: str) -> bytes:
    return b'{"id":' + orjson.dumps(identifier) + b',"type":"next","payload":'


def _identifier(message: dict[str, Any]) -> str:
    identifier = message.get("id")
    if not isinstance(identifier, str) or not identifier:
        raise _Close(4400, "Invalid message received")
    return identifier
