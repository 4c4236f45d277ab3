"""Floods a socket from a process of its own, so that whoever measures is not held up by it.

Reads JSON lines from its input: {"port", "head", "frames", "lines", "seconds"} with bytes in
base64; for each it opens so many connections and sends the frames on each, again and again, as fast
as they are taken. Then it prints how many bytes went out.
"""

import base64
import json
import select
import socket
import sys
import time
from contextlib import suppress


def opened(port: int, head: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(head)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += line.recv(65_536)
    assert b" 101 " in answer.split(b"\r\n")[0], answer
    line.setblocking(False)
    return line


def flood(lines: list[socket.socket], frames: bytes, seconds: float) -> int:
    """Write and read until the time is over, or everybody has been cut off."""
    whole = memoryview(frames)
    left = dict.fromkeys(lines, whole)
    sent = 0
    end = time.monotonic() + seconds
    while left and (now := time.monotonic()) < end:
        readable, writable, _ = select.select(left, left, [], end - now)
        for line in readable:
            with suppress(BlockingIOError, ConnectionError):
                if not line.recv(1_048_576):
                    del left[line]
        for line in writable:
            with suppress(BlockingIOError):
                try:
                    count = line.send(left[line]) if line in left else 0
                except ConnectionError:
                    del left[line]
                    continue
                sent += count
                if line in left:
                    left[line] = left[line][count:] or whole
    return sent


def main() -> None:
    for said in sys.stdin:
        order = json.loads(said)
        head, frames = (base64.b64decode(order[name]) for name in ("head", "frames"))
        lines = [opened(order["port"], head) for _ in range(order["lines"])]
        print(flood(lines, frames, order["seconds"]), flush=True)
        for line in lines:
            line.close()


if __name__ == "__main__":
    main()
