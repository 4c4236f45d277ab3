"""GraphiQL: the API tried by hand, for whoever is signed in, where the settings offer it.

The page is a page of the web app with an entry of its own (web/graphiql.html). It asks with the
person's session, as the app does: what she may not see or do, she may not see or do here.
"""

import asyncio
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from policylab import published
from policylab.transport.files import NO_STORE, absent, asset_of
from policylab.transport.house import House
from policylab.transport.signin_pages import graphiql_page, language_of

ADDRESS = "/graphiql"
PAGE = "graphiql.html"


def routes(house: House) -> list[Route]:
    """The one page."""
    return [Route(ADDRESS, GraphiQL(house, published.web_folder()).answer, methods=["GET"])]


class GraphiQL:
    """The page, and whom it is given to."""

    def __init__(self, house: House, web: Path | None) -> None:
        self._house = house
        self._page = web / PAGE if web else None

    async def answer(self, request: Request) -> Response:
        """The page; the way in for whoever is not signed in; 404 where it is not offered."""
        if not self._house.settings.graphiql:
            return graphiql_page(language_of(request))
        viewer = await self._house.viewer_of(request)
        if not viewer.signed_in:
            way_in = f"/signin?{urlencode({'next': ADDRESS})}"
            return RedirectResponse(way_in, 303, headers=NO_STORE)
        if self._page is None or not self._page.is_file():
            return absent(built=False)
        asset = await asyncio.to_thread(asset_of, self._page)
        return asset.answer(request, NO_STORE)
