"""What holds for every request: its id, our host names, body limits, same site, headers."""

from collections.abc import Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from random import getrandbits
from time import monotonic
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policylab.kit.log import REQUEST, log
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


_Headers: TypeAlias = "list[tuple[bytes, bytes]]"
_Problem: TypeAlias = tuple[int, str]
"""Status and sentence of a request that is refused."""


def stack(settings: Settings, at_once: Mapping[str, ASGIApp] | None = None) -> list[Middleware]:
    """The layers, outermost first. `at_once`: addresses that are asked for most, and who answers
    there what is not asked by an unusual method."""
    return [
        Middleware(Mark, settings=settings),
        Middleware(Admission),
        Middleware(Judge, settings=settings),
        Middleware(AtOnce, answers=at_once or {}),
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


class Mark:
    """Gives each request an id, and its answer that and the security headers; what goes wrong
    unexpectedly is masked and logged under the id."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.lines = Lines(settings)
        self.headers = MutableHeaders(_security_headers(settings)).raw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request_id = f"{getrandbits(64):016x}"
        scope.setdefault("state", {})["request_id"] = request_id
        begun = monotonic()
        started: int | None = None

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] in ANSWERS:
                started = message.get("status", ACCEPTED)
                own = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                message["headers"] = own + self._more(message["type"], own)
            elif message["type"] == "websocket.close" and started is None:
                started = 403  # the server says so, of a websocket that is not taken
            await send(message)

        marked = REQUEST.set(request_id)
        try:
            await self.app(scope, receive, send_marked)
        except Exception:
            log.exception("request.failed", kind=scope["type"])
            if started or scope["type"] != "http":
                raise
            sentence = "Something went wrong here. It has been noted under this id."
            answer = JSONResponse({"error": sentence, "id": request_id}, 500)
            await answer(scope, receive, send_marked)
        finally:
            REQUEST.reset(marked)
            self.lines.served(scope, started, monotonic() - begun)

    def _more(self, kind: str, own: _Headers) -> _Headers:
        """The headers that an answer has if it has no others of these names."""
        if kind != "http.response.start":
            return []
        names = {name for name, _ in own}
        return [each for each in self.headers if each[0] not in names]


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


class Judge:
    """Lets a request pass, or answers it itself: whether it asks for us, for a page of ours, and
    sends no more than we take."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        problem = None if kind == "lifespan" else self._problem(scope)
        if problem is not None and kind == "websocket":
            await send({"type": "websocket.close", "code": 4403, "reason": problem[1]})
        elif problem is not None:
            await _refuse(*problem)(scope, receive, send)
        elif kind == "http" and scope["method"] not in SAFE_METHODS and _length(scope) is None:
            await self._pass_on(scope, receive, send)
        else:  # the server reads as many bytes as were said, and no more
            await self.app(scope, receive, send)

    def _problem(self, scope: Scope) -> _Problem | None:
        if scope["path"] not in FOR_WATCHERS and (problem := host_problem(scope, self.settings)):
            return problem
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            return None
        return page_problem(scope, self.settings) or _length_problem(scope)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a body on whose length nobody has said, as far as we take it."""
        limit, received, started = _most(scope), 0, False

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
            await _refuse(*_too_long(limit))(scope, receive, send)


def host_problem(scope: Scope, settings: Settings) -> _Problem | None:
    """What is wrong with a request that asks for us by another name: links and origins are made
    from it elsewhere."""
    once = [name for name, _ in scope["headers"]].count(b"host") == 1
    if not once or said(scope)["host"].lower() not in settings.hosts:
        name = urlsplit(settings.base_url).netloc
        return 421, f"This is {name}. Ask for it by that name."
    return None


def page_problem(scope: Scope, settings: Settings) -> _Problem | None:
    """What is wrong with a request that would change something with a person's cookie, for a page
    that is not ours."""
    if scope["path"] == FROM_PROVIDER:  # carries a signed token and no cookie
        return None
    if not _origin_allowed(scope, settings):
        return 403, "A page of another site asked for this."
    if scope["path"].startswith(("/signin", "/signout")):  # plain forms can't set headers
        return None
    headers = said(scope)
    if OUR_HEADER in headers or headers.get("authorization", "").lower().startswith("bearer "):
        return None
    if cookie_of(headers.get("cookie", ""), session_cookie(settings)):
        return 403, f"Send the header {OUR_HEADER}: 1 with what changes something."
    return None


def _length_problem(scope: Scope) -> _Problem | None:
    """What is wrong with a body that is said to be longer than the published limits."""
    length, most = _length(scope), _most(scope)
    if length is None or (length.isdigit() and int(length) <= most):
        return None
    return _too_long(most)


def _too_long(most: int) -> _Problem:
    return 413, f"At most {most} bytes are taken here."


def _length(scope: Scope) -> str | None:
    return said(scope).get("content-length")


def _most(scope: Scope) -> int:
    return LARGEST_UPLOAD if scope["path"].startswith(UPLOADS) else LARGEST_BODY


class _TooLong(Exception):
    """More bytes than admitted have come in."""


class AtOnce:
    """Answers some addresses without Starlette's search through all of them, and without what it
    puts around an answer for exceptions that these never raise."""

    def __init__(self, app: ASGIApp, answers: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.app
        if scope["type"] == "http" and scope["method"] in {"GET", "POST"}:
            answer = self.answers.get(scope["path"], answer)
            if answer is not self.app:
                scope["endpoint"] = answer  # as Starlette tells
        await answer(scope, receive, send)


def _refuse(status: int, sentence: str) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    body: dict[str, Any] = {"error": sentence}
    return JSONResponse(body, status, headers={"cache-control": "no-store"})
