"""The opening handshake of a co-editing socket (RFC 6455, section 4.2), on a request already read.

The web server has read the request and found it to be HTTP that asks for a websocket; what is left
to check is little, and five hundred clients that come back at once all wait for it.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha1
from http import HTTPStatus
from typing import Final

_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class BadRequest(Exception):
    """This is no handshake; `status` says what it is answered with."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Opening:
    """What a client asks for."""

    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    """Names in lower case."""
    key: bytes


def read_opening(head: bytes) -> Opening:
    """The request that opens a websocket; BadRequest for any other."""
    lines = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    method, target, _ = (*lines[0].split(b" "), b"", b"")[:3]
    headers = [
        (name.lower(), value.strip(b" \t"))
        for name, _, value in (line.partition(b":") for line in lines[1:])
    ]
    if method != b"GET":
        raise BadRequest(405, "A websocket is opened with GET.")
    if b"upgrade" not in _words(headers, b"connection") or b"websocket" not in _words(
        headers, b"upgrade"
    ):
        raise BadRequest(426, "Ask for a websocket here.")
    if _values(headers, b"sec-websocket-version") != [b"13"]:
        raise BadRequest(426, "Websockets of version 13 are spoken here.")
    keys = _values(headers, b"sec-websocket-key")
    if len(keys) != 1 or not _is_key(keys[0]):
        raise BadRequest(400, "The key of the websocket is not one.")
    path, _, query = target.partition(b"?")
    return Opening(path.decode("latin-1"), query, headers, keys[0])


def _values(headers: list[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name == wanted]


def _words(headers: list[tuple[bytes, bytes]], wanted: bytes) -> set[bytes]:
    values = _values(headers, wanted)
    return {word.strip(b" \t").lower() for value in values for word in value.split(b",")}


def _is_key(key: bytes) -> bool:
    try:
        return len(b64decode(key, validate=True)) == 16
    except binascii.Error:
        return False


def welcome(opening: Opening) -> bytes:
    """The answer that opens the websocket."""
    accepted = b64encode(sha1(opening.key + _MAGIC, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n"
    )


def refusal(status: int, body: bytes) -> bytes:
    """The answer to a handshake that is turned away, with a JSON body."""
    more = b"Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n" if status == 426 else b""
    lines = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n"
    )
    return lines.encode() + more + b"\r\n" + body
