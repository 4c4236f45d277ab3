"""Feeds, calendars and the catalogue: what programs fetch again and again.

Feeds and the catalogue hold what is public and read as nobody at all; they may be kept by anybody
for a short while. A calendar is its person's own: by session, or by a secret address of its own
purpose, since calendar programs can't sign in. An address that is unknown, ended or of somebody who
may see nothing any more is answered like any other that is not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from policylab import feeds, identity, index
from policylab.decisions import published_records
from policylab.feeds.atom import MEDIA_TYPE as ATOM
from policylab.feeds.calendar import MEDIA_TYPE as CALENDAR
from policylab.feeds.catalogue import FIRST
from policylab.feeds.rules import PageAsked, check_language
from policylab.feeds.words import in_words
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.french import said_in
from policylab.kit.ids import key_of
from policylab.kit.viewer import ANONYMOUS, Viewer
from policylab.transport.files import check_reader, known
from policylab.transport.house import House, locale_of

SHARED = {"cache-control": "public, max-age=300"}
"""A record that is taken back is gone from everybody's copy after five minutes."""
SETTLED = timedelta(minutes=1)
"""A list that has just changed may change again within the second that `Last-Modified` can tell;
until then only its tag is told."""
OWN = {"cache-control": "private, no-cache"}
NO_STORE = {"cache-control": "no-store"}
STATUS = {
    RefusalCode.NOT_FOUND: 404,
    RefusalCode.NOT_SIGNED_IN: 401,
    RefusalCode.NOT_ALLOWED: 403,
    RefusalCode.INVALID_INPUT: 400,
}
LINKED_DATA = "application/ld+json"
TAKEN = {LINKED_DATA, "application/json", "application/*", "*/*", "text/html"}
"""What a reader of the catalogue may ask for; a browser gets the JSON as well."""
REFERENCE = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
LONGEST_SECRET = 100
Make = Callable[[Request], Awaitable[Response]]


def routes(house: House) -> list[Route]:
    """`/feeds/…`, `/calendar/…` and `/catalogue`."""
    public, own = PublicFeeds(house), Calendars(house)
    made: dict[str, Make] = {
        "/feeds/decisions.atom": public.decisions,
        "/feeds/dialogues/{dialogue_id}/decisions.atom": public.decisions,
        "/feeds/log.atom": public.heads,
        "/catalogue": public.catalogue,
        "/catalogue/index/{name}": public.reference,
        "/calendar/me.ics": own.mine,
        "/calendar/meetings/{meeting_id}.ics": own.meeting,
        "/calendar/{secret}.ics": own.by_address,
    }
    return [Route(path, _answering(make), methods=["GET"]) for path, make in made.items()]


def _answering(make: Make) -> Make:
    """The endpoint: refusals become statuses, in the language that was asked for."""

    async def endpoint(request: Request) -> Response:
        try:
            return await make(request)
        except Refused as refused:
            said = said_in(refused.message, locale_of(request, ANONYMOUS))
            body = {"error": said, "code": refused.code, "field": refused.field}
            return JSONResponse(body, STATUS[refused.code], headers=NO_STORE)

    return endpoint


class PublicFeeds:
    """What everybody may read, signed in or not."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._base = house.settings.base_url

    async def decisions(self, request: Request) -> Response:
        """Published decisions: of the house, or of one dialogue."""
        given = request.path_params.get("dialogue_id")
        async with self._house.database.read(ANONYMOUS) as session:
            body, found = await feeds.decisions_feed(
                session,
                base=self._base,
                language=check_language(request.query_params.get("language"), otherwise="en"),
                page=PageAsked.read(request.query_params.get("page")),
                dialogue_id=key_of(given, "Dialogue") if given else None,
            )
        return _shared(request, body, ATOM, found.changed_at)

    async def heads(self, request: Request) -> Response:
        """Signed heads of the record log."""
        page = PageAsked.read(request.query_params.get("page"))
        async with self._house.database.read(ANONYMOUS) as session:
            body, latest = await feeds.heads_feed(session, base=self._base, page=page)
        return _shared(request, body, ATOM, latest)

    async def catalogue(self, request: Request) -> Response:
        """The public data sets, as DCAT-AP in JSON-LD."""
        if not _takes(request.headers.get("accept", "*/*")):
            sentence = f"The catalogue is there as {LINKED_DATA}."
            headers = NO_STORE | {"vary": "accept"}
            return JSONResponse({"error": sentence}, 406, headers=headers)
        async with self._house.database.read(ANONYMOUS) as session:
            found = await published_records(session, most=FIRST)
        value = feeds.catalogue_of(
            base=self._base,
            files=index.reference_files(),
            sources=index.reference_sources(),
            records=found.records,
            changed_at=found.changed_at,
        )
        response = _shared(request, orjson.dumps(value), LINKED_DATA, found.changed_at)
        response.headers["vary"] = "accept"
        return response

    async def reference(self, request: Request) -> Response:
        """A file of the INDEX reference data, as it comes with the package."""
        name = request.path_params["name"]
        data = index.reference_files().get(name)
        if data is None:
            raise not_found()
        return _shared(request, data, REFERENCE[name.rpartition(".")[2]], None)


class Calendars:
    """A person's own: her meetings and deadlines."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def mine(self, request: Request) -> Response:
        """The calendar of who is signed in."""
        return await self._calendar(request, await self._reader(request))

    async def by_address(self, request: Request) -> Response:
        """The calendar that a secret address opens; the secret is a token of that purpose."""
        secret = request.path_params["secret"]
        if len(secret) > LONGEST_SECRET:
            raise not_found()
        viewer = await identity.viewer_of_calendar(self._house.database, secret)
        if not viewer.signed_in:
            raise not_found()
        return await self._calendar(request, viewer)

    async def meeting(self, request: Request) -> Response:
        """One meeting, to put into a calendar by hand."""
        viewer = await self._reader(request)
        language = check_language(request.query_params.get("language"), otherwise=viewer.locale)
        key = key_of(request.path_params["meeting_id"], "Meeting")
        async with self._house.database.read(viewer) as session:
            entry = await feeds.meeting_entry(session, viewer, meeting_id=key, language=language)
        body = feeds.as_icalendar([entry], base=self._house.settings.base_url)
        response = _own(request, body)
        response.headers["content-disposition"] = 'attachment; filename="meeting.ics"'
        return response

    async def _calendar(self, request: Request, viewer: Viewer) -> Response:
        language = check_language(request.query_params.get("language"), otherwise=viewer.locale)
        async with self._house.database.read(viewer) as session:
            entries = await feeds.calendar_of(session, viewer, language=language)
        title = in_words("calendar.title", language)
        base = self._house.settings.base_url
        return _own(request, feeds.as_icalendar(entries, base=base, title=title))

    async def _reader(self, request: Request) -> Viewer:
        viewer = await self._house.viewer_of(request)
        check_reader(viewer)
        return viewer


def _takes(accept: str) -> bool:
    """Whether a reader takes one of the forms that there are."""
    wanted = (part.split(";") for part in accept.lower().split(","))
    return any(kind.strip() in TAKEN and not _refused(rest) for kind, *rest in wanted)


def _refused(parameters: list[str]) -> bool:
    return any(each.replace(" ", "") in {"q=0", "q=0.0"} for each in parameters)


def _shared(request: Request, body: bytes, media_type: str, changed: datetime | None) -> Response:
    """An answer that is the same for everybody."""
    headers = SHARED | {"etag": _tag(body)}
    if changed is not None and datetime.now(UTC) - changed > SETTLED:
        moment = changed.astimezone(UTC).replace(microsecond=0)
        headers["last-modified"] = format_datetime(moment, usegmt=True)
    headers["cross-origin-resource-policy"] = "cross-origin"  # feeds are read on other sites
    return _answer(request, body, media_type, headers)


def _own(request: Request, body: bytes) -> Response:
    """An answer for one person: kept by her program alone, and asked for anew each time."""
    return _answer(request, body, CALENDAR, OWN | {"etag": _tag(body)})


def _answer(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    if _unchanged(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _unchanged(request: Request, headers: dict[str, str]) -> bool:
    """Whether the asker has this very thing (RFC 9110, 13.2.2): the tag goes before the time.

    A time counts only when it is the very one that was told: lists get older when something is
    taken back and comes in again.
    """
    if "if-none-match" in request.headers:
        return known(request, headers["etag"])
    since = request.headers.get("if-modified-since")
    return since is not None and since == headers.get("last-modified")


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
