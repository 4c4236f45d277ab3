"""Coming in and going out: an identity provider, a code, in demo mode a demo person; sessions."""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from policylab import identity
from policylab.identity import Account
from policylab.kit.db import Database
from policylab.kit.errors import Refused
from policylab.kit.late import late
from policylab.kit.log import log
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from policylab.settings import Settings
from policylab.transport import signin_pages as pages
from policylab.transport.middleware import cookie_of, session_cookie
from policylab.transport.pending import Pending, ProviderFailed
from policylab.transport.said import said

if TYPE_CHECKING:
    from policylab.transport.house import House
    from policylab.transport.provider import Provider

PENDING_SECONDS = 600
MOST_PENDING = 8
NO_STORE = {"cache-control": "no-store"}


async def viewer_of(
    connection: HTTPConnection,
    database: Database,
    settings: Settings,
    about: str | None = None,
) -> Viewer:
    """Who is asking: by bearer token, else by the session's cookie, else nobody.

    `about`: columns in SQL that the same statement tells of the person, `who.person_id`.
    """
    headers = said(connection.scope)
    authorization = headers.get("authorization")
    if authorization is not None and (secret := _bearer(authorization)):
        return await identity.viewer_of_access_token(database, secret, about=about)
    asked = [(headers.get("cookie"), authorization)]
    return (await viewers_of_headers(database, settings, asked, about))[0]


Credentials: TypeAlias = tuple[str | None, str | None]
"""The headers cookie and authorization."""


async def viewers_of_headers(
    database: Database,
    settings: Settings,
    asked: Sequence[Credentials],
    about: str | None = None,
) -> list[Viewer]:
    """The same for many at once, by these two headers: a statement for all tokens, and one for all
    sessions."""
    found = [ANONYMOUS] * len(asked)
    tokens: dict[int, str] = {}
    sessions: dict[int, str] = {}
    for place, (cookie, authorization) in enumerate(asked):
        if authorization:
            if (secret := _bearer(authorization)) is not None:
                tokens[place] = secret
        elif cookie:
            secret = cookie_of(cookie, session_cookie(settings))
            if 20 <= len(secret) <= 100:
                sessions[place] = secret
    if tokens:
        secrets = list(tokens.values())
        viewers = await identity.viewers_of_access_tokens(database, secrets, about=about)
        for place, viewer in zip(tokens, viewers, strict=True):
            found[place] = viewer
    if sessions:
        idle = timedelta(minutes=settings.session_idle_minutes)
        viewers = await identity.viewers_of_sessions(
            database, list(sessions.values()), idle=idle, about=about
        )
        for place, viewer in zip(sessions, viewers, strict=True):
            found[place] = viewer
    return found


def _bearer(authorization: str) -> str | None:
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def routes(house: "House") -> list[Route]:
    """Every way in and out."""
    return SignIn(house).routes()


class SignIn:
    """The routes, with the one provider of the settings."""

    def __init__(self, house: "House") -> None:
        self._house = house
        self._settings = house.settings
        self._known_provider: Provider | None = None
        secret = house.settings.secret()
        self._pending = URLSafeTimedSerializer(secret, salt="sign-in under way")
        self._account = URLSafeTimedSerializer(secret, salt="account without a person")

    def routes(self) -> list[Route]:
        routes = [
            Route("/signin", self.begin, methods=["GET"]),
            Route("/signin/callback", self.callback, methods=["GET"]),
            Route("/signin/code", self.code, methods=["GET", "POST"]),
            Route("/signin/backchannel", self.backchannel, methods=["POST"]),
            Route("/signin/style.css", self.style, methods=["GET"]),
            Route("/signout", self.sign_out, methods=["GET", "POST"]),
        ]
        if self._settings.demo_mode:
            routes.append(Route("/signin/demo", self.demo, methods=["GET", "POST"]))
        return routes

    async def _provider(self) -> "Provider":
        """The provider, with what its protocols need: few sign in by it, or there is none."""
        if not self._settings.oidc_issuer:
            raise ProviderFailed("there is none")
        await late("policylab.transport.provider")
        from policylab.transport.provider import Provider

        self._known_provider = self._known_provider or Provider(self._settings)
        return self._known_provider

    async def begin(self, request: Request) -> Response:
        """To the provider where there is one, else to the way that there is."""
        next_page = safe_next(request.query_params.get("next"))
        if not self._settings.oidc_issuer:
            way = "demo" if self._settings.demo_mode else "code"
            return _redirect(f"/signin/{way}?{urlencode({'next': next_page})}")
        fresh = "fresh" in request.query_params
        try:
            url, pending = await (await self._provider()).begin(next_page=next_page, fresh=fresh)
        except ProviderFailed as failure:
            log.warning("signin.provider", problem=str(failure))
            return pages.failed_page(pages.language_of(request), "failed.away", status=424)
        response = _redirect(url)
        waiting = [name for name in request.cookies if name.startswith(self._pending_prefix)]
        for name in waiting if len(waiting) >= MOST_PENDING else ():
            self._forget(response, name)
        value = self._pending.dumps(asdict(pending))
        self._set(response, self._pending_name(pending.state), str(value), PENDING_SECONDS)
        return response

    async def callback(self, request: Request) -> Response:
        """Back from the provider: this browser's own sign-in, once, with everything in order."""
        language = pages.language_of(request)
        answer = dict(request.query_params)
        name = self._pending_name(answer.get("state", ""))
        pending = self._read_pending(request.cookies.get(name))
        if pending is None or pending.state != answer.get("state"):
            return pages.failed_page(language, "failed.state", status=400)
        try:
            response = await self._finish(request, answer, pending)
        except ProviderFailed as failure:
            log.warning("signin.refused", problem=str(failure))
            denied = answer.get("error") == "access_denied"
            key = "failed.denied" if denied else "failed.provider"
            response = pages.failed_page(language, key, status=400)
        except Refused as refused:
            log.info("signin.refused", code=refused.code.value)
            key = "failed.state" if refused.code.value == "ALREADY_DONE" else "failed.person"
            response = pages.failed_page(language, key, status=400)
        self._forget(response, name)
        return response

    async def _finish(self, request: Request, answer: dict[str, str], pending: Pending) -> Response:
        async with self._house.database.write(SYSTEM) as uow:
            await identity.spend_sign_in(uow, state=pending.state)
        account = await (await self._provider()).finish(answer, pending)
        async with self._house.database.write(SYSTEM) as uow:
            person_id = await identity.person_of_account(uow, account)
        if person_id is None:
            response = _redirect(f"/signin/code?{urlencode({'next': pending.next})}")
            value = self._account.dumps(asdict(account))
            self._set(response, self._account_name, str(value), PENDING_SECONDS)
            return response
        return await self._open(request, person_id, pending.next, account)

    async def code(self, request: Request) -> Response:
        """Sign in with a code: once, and slowly when it is guessed at."""
        language = pages.language_of(request)
        account = self._read_account(request.cookies.get(self._account_name))
        if request.method == "GET":
            query = request.query_params
            return pages.code_page(
                language,
                next_page=safe_next(query.get("next")),
                code=query.get("code", "")[:80],
                account_at=self._settings.oidc_name if account else None,
                links=self._ways(language, code=False) if not account else "",
            )
        form = await request.form()
        next_page = safe_next(str(form.get("next", "")))
        code = str(form.get("code", ""))[:80]
        buckets = [f"code from {client_address(request)}"]
        async with self._house.database.write(SYSTEM) as uow:
            wait = await identity.seconds_to_wait(uow, buckets=buckets)
        if wait:
            problem = pages.say(language, "failed.many", seconds=wait)
            headers = {"retry-after": str(wait)}
            return pages.code_page(
                language, next_page=next_page, problem=problem, status=429, headers=headers
            )
        try:
            return await self._enter_code(request, code, next_page, account)
        except Refused as refused:
            async with self._house.database.write(SYSTEM) as uow:
                await identity.note_failure(uow, buckets=buckets)
            known = "failed.code" if refused.field == "code" else "failed.person"
            problem = pages.say(language, known)
            return pages.code_page(language, next_page=next_page, problem=problem, status=403)

    async def _enter_code(
        self, request: Request, code: str, next_page: str, account: Account | None
    ) -> Response:
        async with self._house.database.write(SYSTEM) as uow:
            person_id = await identity.spend_sign_in_code(uow, code=code)
            if account and await identity.person_of_account(uow, account) is None:
                await identity.link_account(uow, person_id=person_id, account=account)
        response = await self._open(request, person_id, next_page, account)
        self._forget(response, self._account_name)
        return response

    async def demo(self, request: Request) -> Response:
        """Choose one of the invented people. This route is not there outside demo mode."""
        language = pages.language_of(request)
        if request.method == "GET":
            people = await identity.list_people(self._house.database, illustrative_only=True)
            next_page = safe_next(request.query_params.get("next"))
            links = self._ways(language, demo=False)
            return pages.demo_page(language, people, next_page=next_page, links=links)
        form = await request.form()
        wanted = str(form.get("person", ""))
        people = await identity.list_people(self._house.database, illustrative_only=True)
        chosen = next((person for person in people if str(person.id) == wanted), None)
        if chosen is None or chosen.suspended:
            return pages.failed_page(language, "failed.person", status=400)
        next_page = safe_next(str(form.get("next", "")))
        return await self._open(request, chosen.id, next_page, None)

    async def sign_out(self, request: Request) -> Response:
        """End this browser's session, for every replica and socket."""
        if request.method == "GET":
            return pages.out_page(pages.language_of(request))
        secret = request.cookies.get(session_cookie(self._settings), "")
        async with self._house.database.write(SYSTEM) as uow:
            await identity.close_session(uow, secret=secret)
        response = _redirect("/")
        self._forget(response, session_cookie(self._settings))
        # Answers are kept by her browser, to be asked about again: on a shared computer by nobody.
        response.headers["clear-site-data"] = '"cache"'
        return response

    async def backchannel(self, request: Request) -> Response:
        """The provider says that somebody has signed out there."""
        form = await request.form()
        try:
            provider = await self._provider()
            subject, session = await provider.read_logout(str(form.get("logout_token", "")))
        except ProviderFailed as failure:
            log.warning("signin.backchannel", problem=str(failure))
            return JSONResponse({"error": "invalid_request"}, 400, headers=NO_STORE)
        async with self._house.database.write(SYSTEM) as uow:
            await identity.close_provider_sessions(
                uow, issuer=provider.issuer, subject=subject, session=session
            )
        return Response(status_code=200, headers=NO_STORE)

    async def style(self, request: Request) -> Response:
        headers = {"cache-control": "public, max-age=3600"}
        return Response(pages.STYLE, media_type="text/css", headers=headers)

    async def _open(
        self, request: Request, person_id: UUID, next_page: str, account: Account | None
    ) -> Response:
        """A new session with a new secret; what the browser had before is ended."""
        name = session_cookie(self._settings)
        hours = self._settings.session_hours
        async with self._house.database.write(SYSTEM) as uow:
            await identity.close_session(uow, secret=request.cookies.get(name, ""))
            secret = await identity.open_session(
                uow,
                person_id=person_id,
                life=timedelta(hours=hours),
                user_agent=request.headers.get("user-agent"),
                account=account,
            )
        response = _redirect(next_page)
        self._set(response, name, secret, hours * 3600)
        return response

    def _ways(self, language: str, *, demo: bool = True, code: bool = True) -> str:
        provider = self._settings.oidc_name if self._settings.oidc_issuer else None
        demo = demo and self._settings.demo_mode
        return pages.other_ways(language, provider=provider, demo=demo, code=code)

    @property
    def _prefix(self) -> str:
        return "__Host-" if self._settings.https else ""

    @property
    def _pending_prefix(self) -> str:
        return f"{self._prefix}policylab-signin-"

    @property
    def _account_name(self) -> str:
        return f"{self._prefix}policylab-account"

    def _pending_name(self, state: str) -> str:
        """One cookie for each sign-in under way, so that two tabs do not disturb each other."""
        return self._pending_prefix + hashlib.sha256(state.encode()).hexdigest()[:16]

    def _read_pending(self, value: str | None) -> Pending | None:
        try:
            return Pending(**self._pending.loads(value or "", max_age=PENDING_SECONDS))
        except BadData:
            return None

    def _read_account(self, value: str | None) -> Account | None:
        try:
            return Account(**self._account.loads(value or "", max_age=PENDING_SECONDS))
        except BadData:
            return None

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        secure = self._settings.https
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax"
        )

    def _forget(self, response: Response, name: str) -> None:
        secure = self._settings.https
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def safe_next(wanted: str | None) -> str:
    """A page of this site to go to after signing in; home for everything else."""
    if not wanted or len(wanted) > 2000 or not wanted.startswith("/"):
        return "/"
    if wanted.startswith(("//", "/\\", "/signin", "/signout")):
        return "/"
    if any(ord(letter) < 33 or ord(letter) == 127 or letter == "\\" for letter in wanted):
        return "/"
    return wanted


def client_address(request: Request) -> str:
    """Where a request comes from; a whole /64 counts as one, since one host has all of it."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _redirect(url: str) -> RedirectResponse:
    return RedirectResponse(url, 303, headers=NO_STORE)
