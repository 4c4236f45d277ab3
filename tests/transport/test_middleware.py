"""What holds for every request, whatever it is answered."""

from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from policylab.settings import Settings
from policylab.transport import middleware
from policylab.transport.middleware import LARGEST_BODY

BASE = "http://localhost:8800"
ALWAYS = {"x-request-id", "content-security-policy", "x-content-type-options", "x-frame-options"}


async def breaks(_: Request) -> Response:
    raise RuntimeError("a secret of ours")


async def reads(request: Request) -> Response:
    own = {"x-frame-options": "SAMEORIGIN"}
    return PlainTextResponse(str(len(await request.body())), headers=own)


async def at_once(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("at once")(scope, receive, send)


async def ask(method: str, path: str, **given: Any) -> httpx2.Response:
    """An answer of an application behind our layers."""
    routes = [
        Route("/breaks", breaks),
        Route("/reads", reads, methods=["POST"]),
        Route("/often", reads, methods=["GET", "POST"]),
    ]
    layers = middleware.stack(Settings(port=8800, base_url=BASE), {"/often": at_once})
    app = Starlette(routes=routes, middleware=layers)
    web = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE)
    async with web:
        return await web.request(method, path, **given)


async def test_what_goes_wrong_is_noted_under_an_id_and_told_to_nobody() -> None:
    with capture_logs() as lines:
        answer = await ask("GET", "/breaks")
    assert answer.status_code == 500
    assert answer.json()["id"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text
    assert answer.headers.keys() >= ALWAYS
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("request.failed", "error")


async def test_every_answer_has_the_security_headers_or_its_own() -> None:
    for answer in (
        await ask("GET", "/breaks", headers={"host": "elsewhere.example"}),
        await ask("GET", "/nowhere"),
        await ask("GET", "/often"),
    ):
        assert answer.headers.keys() >= ALWAYS
    own = await ask("POST", "/reads", content=b"12345")
    assert (own.text, own.headers.get_list("x-frame-options")) == ("5", ["SAMEORIGIN"])


async def test_a_body_that_says_no_length_is_taken_as_far_as_any_other() -> None:
    async def body(length: int) -> Any:
        for _ in range(length // 4096):
            yield bytes(4096)

    for length, status in ((LARGEST_BODY, 200), (LARGEST_BODY + 4096, 413)):
        said = await ask("POST", "/reads", content=bytes(length))
        unsaid = await ask("POST", "/reads", content=body(length))
        assert (said.status_code, unsaid.status_code) == (status, status)
        assert said.text == unsaid.text


async def test_what_is_answered_at_once_keeps_the_rules_and_the_other_methods() -> None:
    assert (await ask("GET", "/often")).text == "at once"
    assert (await ask("POST", "/often", content=b"1")).text == "at once"
    assert (await ask("HEAD", "/often")).text == ""
    assert (await ask("DELETE", "/often")).status_code == 405
    foreign = await ask("POST", "/often", headers={"origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
