"""Every address says who may come to it (promise A3)."""

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from policylab.settings import Settings
from policylab.transport import app
from policylab.transport.access import ACCESS, check_declared


async def nothing(request: Request) -> Response:
    return Response()


def test_an_address_without_a_rule_stops_the_house() -> None:
    check_declared([Route("/healthz", nothing)])
    with pytest.raises(RuntimeError, match="/secret"):
        check_declared([Route("/healthz", nothing), Route("/secret", nothing)])
    with pytest.raises(RuntimeError):
        check_declared([Mount("/anything", routes=[])])


def test_every_rule_is_of_an_address_that_is_there() -> None:
    built, _ = app.build(Settings(demo_mode=True))
    assert ACCESS.keys() == {route.path for route in built.routes}  # type: ignore[attr-defined]
