"""What a log for programs is told of what came in: a line for each request that is answered, and
one for each connection that has ended.

What stands for something in a path is left out, since the address of a calendar is a secret; and so
is the path where it leads nowhere.
"""

from typing import Final
from uuid import UUID

from starlette.types import Scope
from websockets.protocol import Protocol

from policylab.kit.log import many
from policylab.settings import Settings
from policylab.transport.graphql_wire import wire_in

NOWHERE: Final = "?"
ACCEPTED: Final = 101
LOST: Final = 1006
"""The code of a connection that ended without any."""


class Lines:
    """Written where the log is for programs, else not at all."""

    def __init__(self, settings: Settings) -> None:
        self._wanted = settings.log_json

    def served(self, scope: Scope, status: int | None, seconds: float) -> None:
        """A request has been answered, or a websocket has ended."""
        if not self._wanted:
            return
        path, state = _path(scope), scope["state"]
        person: UUID | None = state.get("person")
        if status == ACCEPTED:
            wire = wire_in(scope)
            code = how_ended(wire.conn) if wire else None
            self.ended(path, code, seconds, person, request=state["request_id"])
        else:
            method = scope.get("method", "WEBSOCKET")
            self.answered(method, path, status, seconds, person, request=state["request_id"])

    def answered(
        self,
        method: str,
        path: str,
        status: int | None,
        seconds: float,
        person: UUID | None = None,
        *,
        request: str | None = None,
    ) -> None:
        """A request, by the id that its answer has, if it has one."""
        if self._wanted:
            many.add(
                "request",
                method=method,
                path=path,
                status=status,
                ms=round(seconds * 1_000, 2),
                person=person and str(person),
                request=request,
            )

    def ended(
        self,
        path: str,
        code: int | None,
        seconds: float,
        person: UUID | None,
        *,
        request: str | None = None,
    ) -> None:
        """A connection, whose opening was a request of this id."""
        if self._wanted:
            many.add(
                "connection",
                path=path,
                code=code,
                seconds=round(seconds, 3),
                person=person and str(person),
                request=request,
            )


def _path(scope: Scope) -> str:
    path: str = scope["path"] if "endpoint" in scope else NOWHERE
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(str(value), f"{{{name}}}") if value else path
    return path


def how_ended(rules: Protocol | None) -> int:
    """The close code of a websocket: that of whoever ended it first."""
    if rules is None:
        return LOST
    close = rules.close_rcvd if rules.close_rcvd_then_sent else rules.close_sent
    return close.code if close else LOST
