"""Who comes to a draft's co-editing socket, and in which capacity (choices/coediting-wire.md)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from uuid import UUID

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from policylab.coediting import Asked, Hub, Right, Standing
from policylab.coediting.room import Room
from policylab.coediting.session import Session
from policylab.coediting.turn import Peer
from policylab.kit.errors import Refused
from policylab.kit.french import said_in
from policylab.kit.ids import key_of
from policylab.kit.late import late
from policylab.kit.log import log
from policylab.kit.viewer import Viewer
from policylab.transport.coediting_doorway import Turned
from policylab.transport.coediting_requests import Polls
from policylab.transport.house import locale_of
from policylab.transport.middleware import host_problem, origin_allowed
from policylab.transport.signin import Credentials, viewers_of_headers
from policylab.transport.together import Answer, Together

if TYPE_CHECKING:
    from policylab.transport.coediting_tickets import Tickets
    from policylab.transport.house import House

TICKET_SECONDS: Final = 30


def routes(house: "House") -> list[BaseRoute]:
    """The way for networks without websockets; tickets for clients that can set no headers on one.

    The socket itself comes in at `coediting_doorway.Doorway`, which is given to the web server; its
    address is here so that it has a rule of access.
    """
    door = Door(house)
    house.polls = polls = Polls(door, house.settings)
    return [
        WebSocketRoute("/coedit/{draft_id}", _not_by_this_way, name="coedit"),
        Route("/coedit/{draft_id}/poll", polls.serve, methods=["POST", "DELETE"], name="poll"),
        Route("/coedit/{draft_id}/ticket", door.ticket, methods=["POST"], name="coedit_ticket"),
    ]


class Door:
    """Who comes in: decided before anything is read."""

    def __init__(self, house: "House") -> None:
        self._house = house
        self._viewers = Together[Credentials, Viewer](self._find_viewers)
        self._standings = Together[Asked, Standing](self._find_standings)

    def draft_of(self, path: str) -> UUID | None:
        """The draft that an address names; None when it names none."""
        with suppress(Refused):
            return key_of(unquote(path.partition("?")[0].removeprefix("/coedit/")), "Draft")
        return None

    async def judge(self, connection: HTTPConnection) -> Callable[[Peer], Room]:
        """How the connection joins its draft, or `Turned`.

        Whoever asked calls it before anything else is awaited: what changes afterwards reaches the
        connection like any other.
        """
        return (await self.admit(connection, self.draft_of(connection.scope["path"]))).join

    async def admit(self, connection: HTTPConnection, draft_id: UUID | None) -> "Admitted":
        """The same, with who was admitted."""
        self.check_origin(connection)
        if draft_id is None:
            raise Turned(404, "There is no such draft.")
        viewer = await self.viewer(await self.credentials(connection))
        if not viewer.signed_in:
            raise Turned(401, "Sign in first.")
        standing = await _asked(self._standing_now(viewer, draft_id))
        if standing.right is Right.NONE:
            raise Turned(404, "There is no such draft.")
        session = self._session(connection, viewer, standing)

        def join(peer: Peer) -> Room:
            peer.session = session
            return self._hub().join(draft_id, peer)

        return Admitted(viewer, join)

    def check_origin(self, connection: HTTPConnection) -> None:
        """Turn away who asks for us by another name, or from a page of another site."""
        settings = self._house.settings
        if not_ours := host_problem(connection.scope, settings):
            raise Turned(*not_ours)
        if not origin_allowed(connection, settings):
            raise Turned(403, "A page of another site asked for this.")

    async def viewer(self, credentials: Credentials) -> Viewer:
        """Who comes with this cookie and authorization."""
        return await _asked(self._viewers(credentials))

    def _session(self, connection: HTTPConnection, viewer: Viewer, standing: Standing) -> Session:
        since = connection.query_params.get("since", "")
        left = inf if viewer.ends_in is None else viewer.ends_in
        return Session(
            standing,
            ends_at=asyncio.get_running_loop().time() + left,
            own_frames=connection.query_params.get("frames") == "1",
            since=int(since) if since.isdecimal() and len(since) < 19 else None,
            tell=partial(said_in, locale=locale_of(connection, viewer)),
        )

    async def ticket(self, request: Request) -> JSONResponse:
        """What stands for one's cookie or token on this draft's websocket for half a minute."""
        viewer = await self._house.viewer_of(request)
        headers = {"cache-control": "no-store"}
        if not viewer.signed_in:
            return JSONResponse({"error": "Sign in first."}, 401, headers=headers)
        said = {
            "draft": request.path_params["draft_id"],
            "cookie": request.headers.get("cookie"),
            "authorization": request.headers.get("authorization"),
        }
        ticket = (await self._tickets()).write(json.dumps(said))
        return JSONResponse({"ticket": ticket, "seconds": TICKET_SECONDS}, headers=headers)

    async def credentials(self, connection: HTTPConnection) -> Credentials:
        """Cookie and authorization: the connection's own, or those behind its ticket."""
        ticket = connection.query_params.get("ticket")
        if ticket is None:
            return connection.headers.get("cookie"), connection.headers.get("authorization")
        said = json.loads((await self._tickets()).read(ticket, seconds=TICKET_SECONDS) or "{}")
        if not said:
            raise Turned(401, "This ticket is no longer valid.")
        if said["draft"] != _last_part(connection):
            raise Turned(401, "This ticket is for another draft.")
        return said["cookie"], said["authorization"]

    async def _tickets(self) -> "Tickets":
        """Few come with one."""
        await late("policylab.transport.coediting_tickets")
        from policylab.transport.coediting_tickets import Tickets

        return Tickets(self._house.settings.secret())

    async def _find_viewers(self, asked: list[Credentials]) -> dict[Credentials, Viewer]:
        found = await viewers_of_headers(self._house.database, self._house.settings, asked)
        return dict(zip(asked, found, strict=True))

    async def _find_standings(self, asked: list[Asked]) -> dict[Asked, Standing]:
        return await self._hub().standings(asked)

    async def _standing_now(self, viewer: Viewer, draft_id: UUID) -> Standing:
        """What the gate says, asked for again when rights may have changed before it is heard."""
        while True:
            epoch = self._hub().epoch
            standing = await self._standings((viewer, draft_id))
            if epoch == self._hub().epoch:
                return standing

    def _hub(self) -> Hub:
        return self._house.hub


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who may come in, and how."""

    viewer: Viewer
    join: Callable[[Peer], Room]


async def _asked(answer: Awaitable[Answer]) -> Answer:
    """What the database says; a client is asked to come back when it says nothing."""
    try:
        return await answer
    except (OSError, TimeoutError, asyncpg.PostgresError, SQLAlchemyError) as error:
        log.warning("coediting.door", error=repr(error))
        raise Turned(503, "This draft can't be opened at the moment.") from error


async def _not_by_this_way(websocket: WebSocket) -> None:
    """A server that was given no `Doorway` can't bring anybody into a draft."""
    await websocket.send_denial_response(JSONResponse({"error": "Not served here."}, 501))


def _last_part(connection: HTTPConnection) -> str:
    return unquote(connection.scope["path"].removeprefix("/coedit/"))
