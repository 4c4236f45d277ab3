"""Serving the house on one port, with the embedded PostgreSQL looked after beside it."""

import asyncio
import socket
import sys
from contextlib import suppress

import uvicorn

from policylab.kit.log import log
from policylab.premises import Premises
from policylab.settings import BadSettings
from policylab.transport import app as house
from policylab.transport.coediting import Door
from policylab.transport.coediting_wire import Doorway

LARGEST_FRAME = 1_048_576
DRAIN_SECONDS = 10


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is done; a sentence when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise BadSettings(
            f"Port {port} on {host} can't be used: {error.strerror}. Is Policy Lab running already?"
            " Choose another with --port, or POLICYLAB_PORT."
        ) from error
    listening.set_inheritable(True)
    return listening


async def serve(premises: Premises, listening: socket.socket, *, ready: str = "") -> None:
    """Serve until a signal comes; then finish what is under way and go."""
    settings = premises.settings
    application, opened = house.build(settings)
    config = uvicorn.Config(
        application,
        http="httptools",
        ws=Doorway(Door(opened)),  # pyright: ignore[reportArgumentType] a maker of protocols
        lifespan="on",
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = _Announcing(config, ready)
    _watch(settings.metrics_address)
    caring = None
    if premises.server is not None:
        caring = asyncio.create_task(premises.server.supervise(_warn))
    try:
        await server.serve(sockets=[listening])
    finally:
        if caring is not None:
            caring.cancel()
            with suppress(asyncio.CancelledError):
                await caring
    if not server.started:
        raise SystemExit(1)


def _warn(sentence: str) -> None:
    log.warning("postgres", note=sentence)


class _Announcing(uvicorn.Server):
    """Says that the house is open once it is."""

    def __init__(self, config: uvicorn.Config, words: str) -> None:
        super().__init__(config)
        self._words = words

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._words:
            print(self._words, flush=True)


def _watch(address: str | None) -> None:
    """Serve /metrics on an address of its own."""
    if address is None:
        return
    from prometheus_client import start_http_server

    host, _, port = address.rpartition(":")
    start_http_server(int(port), addr=host or "127.0.0.1")


def runner() -> asyncio.Runner:
    """An event loop for a whole process: uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.Runner()
    import uvloop

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
