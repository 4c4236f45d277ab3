"""Serving the house on one port, with the embedded PostgreSQL looked after beside it."""

import asyncio
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import uvicorn

from policylab.crew import Crew
from policylab.kit.log import log
from policylab.premises import Premises
from policylab.settings import BadSettings, Settings
from policylab.transport import app as house
from policylab.transport.coediting import Door
from policylab.transport.coediting_doorway import Doorway
from policylab.transport.coediting_requests import Polls
from policylab.transport.front import Front
from policylab.transport.relay import Neighbours

LARGEST_FRAME = 1_048_576
DRAIN_SECONDS = 10
AT_ONCE = 16
"""Connections that are accepted in one round of the event loop."""


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
    async with _cared_for(premises):
        server = server_of(premises.settings, ready=lambda: print(ready, flush=True))
        await server.serve(sockets=[listening])
    if not server.started:
        raise SystemExit(1)


def server_of(
    settings: Settings, *, ready: Callable[[], None], neighbours: Neighbours | None = None
) -> uvicorn.Server:
    """The web server of one process, with the house in it."""
    application, opened = house.build(settings)
    if settings.metrics_address:
        from policylab.transport import metrics

        metrics.serve(opened, settings.metrics_address)
    doorway = Doorway(Door(opened), settings, neighbours)
    if neighbours is not None:
        opened.polls.relay_through(neighbours)
    config = uvicorn.Config(
        application,
        http=Front,
        ws=doorway,  # pyright: ignore[reportArgumentType] a maker of protocols
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
    return _Server(config, doorway, opened.polls, ready)


@asynccontextmanager
async def _cared_for(premises: Premises) -> AsyncGenerator[None]:
    """Our own PostgreSQL, started again whenever it dies."""
    if premises.server is None:
        yield
        return
    caring = asyncio.create_task(premises.server.supervise(_warn))
    try:
        yield
    finally:
        caring.cancel()
        with suppress(asyncio.CancelledError):
            await caring


def _warn(sentence: str) -> None:
    log.warning("postgres", note=sentence)


class _Server(uvicorn.Server):
    """Says when the house is open; takes over no texts any more once it is to stop.

    libuv accepts one connection of a listening socket in each round, so that under load those who
    come wait unseen: nobody is turned away (promise N5), and whoever asks whether we are well hears
    nothing. So there are several sockets for one port.
    """

    def __init__(
        self, config: uvicorn.Config, doorway: Doorway, polls: Polls, ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._doorway = doorway
        self._polls = polls
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        several = [each.dup() for each in sockets or () for _ in range(AT_ONCE - 1)]
        await super().startup(sockets=[*(sockets or ()), *several])
        if self.started:
            await self._doorway.open()
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._doorway.close()
        await self._polls.stop()
        await super().shutdown(sockets=sockets)


async def serve_with(
    premises: Premises, listening: socket.socket, *, processes: int, ready: str = ""
) -> None:
    """Serve with several processes on one port; whoever dies is started again."""
    with tempfile.TemporaryDirectory(prefix="policylab-") as folder:
        crew = Crew(premises.settings, listening, processes, Path(folder))
        async with _cared_for(premises):
            await crew.work(ready=lambda: print(ready, flush=True))


def runner() -> asyncio.Runner:
    """An event loop for a whole process: uvloop where there is one, and as many files as we may."""
    if sys.platform == "win32":
        return asyncio.Runner()
    import resource

    import uvloop

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
