"""The opening handshake: what RFC 6455 asks of it, and what is turned away."""

import pytest

from policylab.transport.handshake import (
    LONGEST,
    BadRequest,
    opens_a_text,
    read_opening,
    refusal,
    welcome,
)

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
"""The key of the example in RFC 6455, section 1.3."""


def request(
    line: bytes = b"GET /coedit/abc?frames=1&since=4 HTTP/1.1", **changed: bytes | None
) -> bytes:
    headers: dict[str, bytes | None] = {
        "Host": b"localhost",
        "Upgrade": b"websocket",
        "Connection": b"keep-alive, Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": b"13",
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [name.encode() + b": " + value for name, value in headers.items() if value is not None]
    return b"\r\n".join([line, *lines, b"", b""])


def test_what_a_client_asks_for_is_read() -> None:
    opening = read_opening(request(Origin=b"http://localhost"))
    assert (opening.path, opening.query) == ("/coedit/abc", b"frames=1&since=4")
    assert dict(opening.headers)[b"origin"] == b"http://localhost"


def test_the_answer_to_the_example_of_the_standard_is_the_standards() -> None:
    answer = welcome(read_opening(request()))
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("status", "head"),
    [
        (405, request(b"POST /coedit/abc HTTP/1.1")),
        (426, request(Upgrade=b"h2c")),
        (426, request(Upgrade=None)),
        (426, request(Connection=b"keep-alive")),
        (426, request(Sec_WebSocket_Version=b"8")),
        (426, request(Sec_WebSocket_Version=None)),
        (400, request(Sec_WebSocket_Key=None)),
        (400, request(Sec_WebSocket_Key=b"short")),
        (400, request(Sec_WebSocket_Key=KEY + b"==")),
        (400, request(sec_websocket_key=KEY)),
        (400, request(b"GET /coedit/abc HTTP/1.0")),
        (400, request(b"GET  /coedit/abc HTTP/1.1")),
        (400, request(b"GET /coedit/\xc3\xa9 HTTP/1.1")),
        (400, request(Origin=b"http://localhost\n")),
        (400, request(Origin=b"http://localhost\r\n folded: yes")),
        (400, request(Origin=b"\x00")),
        (400, request().replace(b"Host:", b"Host :")),
        (400, request().replace(b"Host: localhost", b"Host")),
        (400, request(Content_Length=b"3")),
        (400, request(Transfer_Encoding=b"chunked")),
    ],
)
def test_what_is_no_handshake_is_turned_away(status: int, head: bytes) -> None:
    """«sec-websocket-key» in lower case is a second key."""
    with pytest.raises(BadRequest) as bad:
        read_opening(head)
    assert bad.value.status == status
    assert isinstance(read_opening(request()).key, bytes)


def test_a_refusal_says_its_length_and_which_version_is_spoken() -> None:
    assert b"Content-Length: 2\r\n" in refusal(404, b"{}")
    assert b"Sec-WebSocket-Version: 13\r\n" in refusal(426, b"{}")
    assert b"Sec-WebSocket-Version" not in refusal(404, b"{}")


@pytest.mark.parametrize(
    "data",
    [
        request(b"GET /graphql HTTP/1.1"),
        request(b"POST /coedit/abc HTTP/1.1"),
        request(Sec_WebSocket_Key=None),
        request()[:-1],
        request() + b"\x82\x80\x00\x00\x00\x00",
        request() + request(),
        request(Cookie=b"c" * LONGEST),
        b"",
    ],
)
def test_what_is_not_one_whole_opening_is_left_to_the_web_server(data: bytes) -> None:
    assert not opens_a_text(data)
    assert opens_a_text(request())
