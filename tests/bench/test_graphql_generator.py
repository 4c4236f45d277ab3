"""The generator of the GraphQL benchmark counts answers, and tells refusals from them."""

import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="The benchmark needs /proc.")

SHORT = {"warm": 0.1, "ready": 1, "closed": 0.3, "least": 1, "open": 0.4, "rate": 20}
GOOD = b'{"data":{"draft":{"id":"1"}}}'


@contextmanager
def answering(
    *bodies: bytes, status: int = 200, seconds: float = 0.0, tag: str | None = None
) -> Generator[dict[str, Any]]:
    """A server that gives these answers in turn; with `tag` it knows what has not changed."""
    given, one_at_a_time = count(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            with one_at_a_time:
                time.sleep(seconds)
            unchanged = tag is not None and self.headers.get("if-none-match") == tag
            body = b"" if unchanged else bodies[next(given) % len(bodies)]
            self.send_response(304 if unchanged else status)
            if tag is not None:
                self.send_header("etag", tag)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the test reads what the generator says."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield {
            "host": "127.0.0.1",
            "port": server.server_address[1],
            "pid": os.getpid(),
            "database": [],
        }
    finally:
        server.shutdown()
        server.server_close()


def asked(server: dict[str, Any], **options: Any) -> dict[str, Any]:
    from bench.graphql.method import MAIN
    from bench.kit.generating import generate

    case = {"document": "{ draft { id } }", "variables": {}, "token": "pl_x"}
    order = {"call": "page", "server": server, "cases": [case], "options": SHORT | options}
    return generate(MAIN, order)


def test_good_answers_are_counted_with_what_they_cost() -> None:
    with answering(GOOD) as server:
        found = asked(server)
    assert found["problems"] == []
    assert found["closed"]["asked"] > 4
    assert found["closed"]["serverEach"] > 0
    assert found["open"]["late"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":null,"errors":[{"message":"no"}]}',
        b'{"data":{"x":"' + b"a" * 5_000 + b'"},"errors":[{"message":"no"}]}',
        b'{"data":{"takePosition":{"__typename":"Refusal","code":"CLOSED"}}}',
    ],
)
def test_an_error_or_a_refusal_is_told_and_not_taken_for_an_answer(body: bytes) -> None:
    with answering(GOOD, body) as server:
        problems = asked(server)["problems"]
    assert problems
    assert "refused" in problems[0]


def test_another_status_is_told() -> None:
    with answering(b'{"data":{}}', status=503) as server:
        assert "status 503" in asked(server)["problems"][0]


def test_the_tag_is_sent_back_and_unchanged_answers_are_counted() -> None:
    with answering(GOOD, tag='"1"') as server:
        assert asked(server, unchanged=True)["closed"]["unchanged"] == 1
        assert asked(server)["closed"]["unchanged"] == 0


def test_without_a_tag_the_unchanged_page_is_the_page() -> None:
    with answering(GOOD) as server:
        found = asked(server, unchanged=True)
    assert found["closed"]["unchanged"] == 0
    assert found["problems"] == []


def test_who_cannot_keep_up_with_the_rate_shows_it_in_the_latency() -> None:
    with answering(GOOD, seconds=0.1) as server:
        found = asked(server)["open"]  # twenty a second, of somebody who can do ten
    assert found["p50"] >= 150
    assert found["p99"] >= 300
