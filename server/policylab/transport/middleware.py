"""What holds for every request: its id, our host names, body limits, same site, headers."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from random import getrandbits
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policylab.kit.log import log
from policylab.settings import Settings
from policylab.transport.admission import Admission
from policylab.transport.request_lines import ACCEPTED, Lines
from policylab.transport.said import said

OUR_HEADER = "x-policylab"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LARGEST_BODY = 1_048_576
LARGEST_UPLOAD = 33_554_432
UPLOADS = "/import"
FROM_PROVIDER = "/signin/backchannel"
FOR_WATCHERS = {"/healthz", "/readyz"}
ANSWERS = {"http.response.start", "websocket.accept", "websocket.http.response.start"}


def stack(settings: Settings) -> list[Middleware]:
    """The layers, outermost first."""
    return [
        Middleware(Identify, settings=settings),
        Middleware(Protect, settings=settings),
        Middleware(Admission),
        Middleware(OurHostsOnly, settings=settings),
        Middleware(OurPagesOnly, settings=settings),
        Middleware(LimitBody),
    ]


def session_cookie(settings: Settings) -> str:
    """The name of the session's cookie; `__Host-` ties it to https and this very host."""
    return "__Host-policylab" if settings.https else "policylab"


def cookie_of(header: str, name: str) -> str:
    """One cookie out of a Cookie header; empty when it is not there, or the header is broken."""
    try:
        jar = SimpleCookie(header)
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def origin_allowed(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether a page of ours, or no page at all, is behind this request."""
    return _origin_allowed(connection.scope, settings)


def _origin_allowed(scope: Scope, settings: Settings) -> bool:
    headers = said(scope)
    origin = headers.get("origin")
    if origin is not None:
        return origin in settings.origins
    # Programs send neither; browsers always say at least one of the two.
    return headers.get("sec-fetch-site", "none") in {"same-origin", "none"}


class Identify:
    """Gives each request an id; what goes wrong unexpectedly is masked and logged under it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.lines = Lines(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request_id = f"{getrandbits(64):016x}"
        scope.setdefault("state", {})["request_id"] = request_id
        begun = monotonic()
        started: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] in ANSWERS:
                started = message.get("status", ACCEPTED)
                MutableHeaders(scope=message).append("x-request-id", request_id)
            elif message["type"] == "websocket.close" and started is None:
                started = 403  # the server says so, of a websocket that is not taken
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            except Exception:
                log.exception("request.failed", kind=scope["type"])
                if started or scope["type"] != "http":
                    raise
                sentence = "Something went wrong here. It has been noted under this id."
                answer = JSONResponse({"error": sentence, "id": request_id}, 500)
                await answer(scope, receive, send_with_id)
            finally:
                self.lines.served(scope, started, monotonic() - begun)


class Protect:
    """The security headers, on every answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = MutableHeaders(_security_headers(settings)).raw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message["headers"]
                names = {name for name, _ in own}
                message["headers"] = [
                    *own,
                    *(each for each in self.headers if each[0] not in names),
                ]
            await send(message)

        await self.app(scope, receive, send_protected if scope["type"] == "http" else send)


def _security_headers(settings: Settings) -> dict[str, str]:
    sockets = " ".join(
        sorted(origin.replace("http", "ws", 1) for origin in settings.origins)
    )  # 'self' does not cover websockets in every browser
    policy = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",  # the components set style attributes
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' {sockets}",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    headers = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
    if settings.https:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return headers


class _Judge(ABC):
    """A layer that lets a request pass or answers it itself."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self.problem(scope) if scope["type"] in {"http", "websocket"} else None
        if problem is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403, "reason": problem[1]})
        else:
            await _refuse(problem[0], problem[1])(scope, receive, send)

    @abstractmethod
    def problem(self, scope: Scope) -> tuple[int, str] | None:
        """Status and sentence when the request is refused."""


class OurHostsOnly(_Judge):
    """Refuses a Host header that is not ours: links and origins are made from it elsewhere."""

    def problem(self, scope: Scope) -> tuple[int, str] | None:
        return None if scope["path"] in FOR_WATCHERS else host_problem(scope, self.settings)


def host_problem(scope: Scope, settings: Settings) -> tuple[int, str] | None:
    """Status and sentence for a request that asks for us by another name."""
    once = sum(name.lower() == b"host" for name, _ in scope["headers"]) == 1
    if not once or said(scope)["host"].lower() not in settings.hosts:
        name = urlsplit(settings.base_url).netloc
        return 421, f"This is {name}. Ask for it by that name."
    return None


class OurPagesOnly(_Judge):
    """Refuses to change anything with a person's cookie for a page that is not ours."""

    def problem(self, scope: Scope) -> tuple[int, str] | None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            return None
        if scope["path"] == FROM_PROVIDER:  # carries a signed token and no cookie
            return None
        if not _origin_allowed(scope, self.settings):
            return 403, "A page of another site asked for this."
        if scope["path"].startswith(("/signin", "/signout")):  # plain forms can't set headers
            return None
        headers = said(scope)
        if OUR_HEADER in headers or headers.get("authorization", "").lower().startswith("bearer "):
            return None
        if cookie_of(headers.get("cookie", ""), session_cookie(self.settings)):
            return 403, f"Send the header {OUR_HEADER}: 1 with what changes something."
        return None


class LimitBody:
    """Refuses bodies over the published limits, whether they say their length or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        limit = LARGEST_UPLOAD if scope["path"].startswith(UPLOADS) else LARGEST_BODY
        length = said(scope).get("content-length")
        if length is None:
            await self._pass_on(scope, receive, send, limit)
        elif not length.isdigit() or int(length) > limit:
            await _refuse(413, f"At most {limit} bytes are taken here.")(scope, receive, send)
        else:  # the server reads so many bytes and no more
            await self.app(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        received, started = 0, False

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLong
            return message

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive_limited, send_noting)
        except _TooLong:
            if started:
                raise
            await _refuse(413, f"At most {limit} bytes are taken here.")(scope, receive, send)


class _TooLong(Exception):
    """More bytes than admitted have come in."""


def _refuse(status: int, sentence: str) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    body: dict[str, Any] = {"error": sentence}
    return JSONResponse(body, status, headers={"cache-control": "no-store"})
