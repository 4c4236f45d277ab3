"""The opening handshake of a co-editing socket (RFC 6455, section 4.2).

Small, since five hundred clients that come back at once all wait for it; and strict, since nobody
else reads the request (RFC 9112, sections 3 and 5).
"""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha1
from http import HTTPStatus
from typing import Final

_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PREFIX: Final = b"/coedit/"
LONGEST: Final = 16_384
"""Bytes of a whole opening; the web server takes what is longer, or comes in pieces."""
_FIRST: Final = re.compile(rb"([A-Z]+) ([\x21-\x7e]+) HTTP/1\.1")
_HEADER: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)")


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


def opens_a_text(data: bytes) -> bool:
    """Whether the first bytes of a connection are a whole opening, and nothing else."""
    return (
        data.startswith(b"GET " + PREFIX)
        and len(data) <= LONGEST
        and data.find(b"\r\n\r\n") == len(data) - 4
        and b"\r\nsec-websocket-key:" in data.lower()
    )


def read_opening(head: bytes) -> Opening:
    """The request that opens a websocket; BadRequest for any other."""
    first, *lines = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    asked = _FIRST.fullmatch(first)
    read = [_HEADER.fullmatch(line) for line in lines]
    if asked is None or None in read:
        raise BadRequest(400, "This is no request.")
    headers = [(line[1].lower(), line[2].strip(b" \t")) for line in read if line]
    method, target = asked.groups()
    if method != b"GET":
        raise BadRequest(405, "A websocket is opened with GET.")
    if b"upgrade" not in _words(headers, b"connection") or b"websocket" not in _words(
        headers, b"upgrade"
    ):
        raise BadRequest(426, "Ask for a websocket here.")
    if _values(headers, b"content-length") or _values(headers, b"transfer-encoding"):
        raise BadRequest(400, "The opening of a websocket has no body.")
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
