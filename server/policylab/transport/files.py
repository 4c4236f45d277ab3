"""Files: exports, record packages, attachments, and the built web app for every other address.

What belongs to somebody's dialogue needs the session or a token; an address alone opens nothing
(promise A7), and an id that is unknown is answered as one that is not yours. The one exception is
what was made public: the package of a published record is for everybody.
"""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from policylab import decisions, published
from policylab.documents.sources import ATTACHMENT
from policylab.export import export
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.french import said_in
from policylab.kit.ids import key_of
from policylab.kit.log import log
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from policylab.transport.house import House, locale_of

NO_STORE = {"cache-control": "no-store"}
CHECK_EACH_TIME = {"cache-control": "private, no-cache"}
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}
NOTHING_RUNS = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
STATUS = {
    RefusalCode.NOT_FOUND: 404,
    RefusalCode.INVALID_INPUT: 400,
    RefusalCode.NOT_SIGNED_IN: 401,
    RefusalCode.CONDITIONS_NOT_MET: 409,
    RefusalCode.TEMPORARILY_UNAVAILABLE: 503,
}
OURS = ("assets", "coedit", "feeds", "calendar", "catalogue", "files", "graphql", "import", "log")
"""First words of addresses that are never a page of the web app."""
GUARDED = {"graphiql.html"}
"""Pages that are given by a route of their own, to those who may have them."""
PACKED = {".js", ".css", ".html", ".svg", ".json", ".map", ".txt", ".webmanifest"}
Make = Callable[[Request, Viewer], Awaitable[Response]]


def routes(house: House) -> list[Route]:
    """Every download, and last of all the web app."""
    downloads = Downloads(house)
    return [
        Route("/files/exports/{set_id}/{kind}", downloads.guarded(downloads.export)),
        Route("/files/records/{record_id}.zip", downloads.guarded(downloads.record)),
        Route("/files/attachments/{attachment_id}", downloads.guarded(downloads.attachment)),
        Route("/{path:path}", WebApp(published.web_folder()).answer),
    ]


class Downloads:
    """What is given to whoever may see it."""

    def __init__(self, house: House) -> None:
        self._house = house

    def guarded(self, make: Make) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint: each judges its viewer; refusals become statuses."""

        async def endpoint(request: Request) -> Response:
            viewer = await self._house.viewer_of(request)
            try:
                return await make(request, viewer)
            except Refused as refused:
                said = said_in(refused.message, locale_of(request, viewer))
                body = {"error": said, "code": refused.code, "field": refused.field}
                return JSONResponse(body, STATUS.get(refused.code, 403), headers=NO_STORE)

        return endpoint

    async def export(self, request: Request, viewer: Viewer) -> Response:
        """A frozen text, as a file that is made now."""
        check_reader(viewer)
        made = await export(
            self._house.database,
            viewer,
            set_id=key_of(request.path_params["set_id"], "VersionSet"),
            kind=request.path_params["kind"],
            languages=_languages(request),
        )
        return _download(made.name, made.media_type, made.data)

    async def record(self, request: Request, viewer: Viewer) -> Response:
        """The package of a sealed record: for everybody once the record is public."""
        given = request.path_params["record_id"]
        public = await self._is_public(given)
        if not public:
            check_reader(viewer)
        record_id = key_of(given, "DecisionRecord")
        async with self._house.database.read(SYSTEM if public else viewer) as session:
            record = await decisions.record_by_id(session, record_id)
            signer = await asyncio.to_thread(self._signer)
            data = await decisions.package_of(session, viewer, record_id, signer)
        return _download(f"{record.identifier}.zip", "application/zip", data)

    async def _is_public(self, given: str) -> bool:
        """Whether this is the id of a published record; nobody is told what else it may be."""
        try:
            record_id = key_of(given, "DecisionRecord")
        except Refused:
            return False
        async with self._house.database.read(ANONYMOUS) as session:
            return await decisions.is_published(session, record_id)

    def _signer(self) -> decisions.Signer:
        try:
            return decisions.open_signer(self._house.settings.signing_key())
        except (decisions.KeyUnusable, OSError) as error:
            log.error("signing.key_unusable", error=repr(error))
            message = "No package can be made now: the service can't use its key."
            raise Refused(RefusalCode.TEMPORARILY_UNAVAILABLE, message) from error

    async def attachment(self, request: Request, viewer: Viewer) -> Response:
        """A picture of a text; asked for anew each time, sent only when it is not there yet."""
        check_reader(viewer)
        key = _attachment_key(request.path_params["attachment_id"])
        async with self._house.database.read(viewer) as session:
            row: Any = await session.get(ATTACHMENT.table, key)
            found = (row.media_type, row.sha256.hex(), row.data) if row is not None else None
        if found is None:
            raise not_found()
        media_type, digest, data = found
        headers = CHECK_EACH_TIME | {"etag": f'"{digest}"'}
        headers |= {"content-security-policy": NOTHING_RUNS, "accept-ranges": "none"}
        if known(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        if media_type not in PICTURES:
            headers |= {"content-disposition": "attachment"}
            media_type = "application/octet-stream"
        return Response(data, media_type=media_type, headers=headers)


def check_reader(viewer: Viewer) -> None:
    """Refuse who is not signed in, and a token that may not read."""
    if not viewer.signed_in:
        raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in to download this.")
    if viewer.scopes is not None and "read" not in viewer.scopes:
        raise Refused(RefusalCode.NOT_ALLOWED, "This token may not read.")


def _attachment_key(given: str) -> UUID:
    """Texts name their pictures by the bare key (`attachment:…`), everybody else by the id."""
    try:
        return UUID(given)
    except ValueError:  # no bare key
        return key_of(given, "Attachment")


def _languages(request: Request) -> list[str]:
    """`?languages=en,fr`, or `?language=fr` for one."""
    given = request.query_params.get("languages") or request.query_params.get("language") or ""
    return [part.strip() for part in given[:200].split(",") if part.strip()]


def _download(name: str, media_type: str, data: bytes) -> Response:
    plain = name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "")
    disposition = f"attachment; filename=\"{plain}\"; filename*=utf-8''{quote(name, safe='')}"
    headers = {
        "content-disposition": disposition,
        "content-security-policy": NOTHING_RUNS,
        "accept-ranges": "none",
    }
    return Response(data, media_type=media_type, headers=NO_STORE | headers)


def known(request: Request, tag: str) -> bool:
    """Whether the browser has this very thing already."""
    given = request.headers.get("if-none-match", "")
    return tag in {part.strip().removeprefix("W/") for part in given.split(",")}


class WebApp:
    """The built web app: its files by their names, and its page for every other address."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder.resolve() if folder else None

    async def answer(self, request: Request) -> Response:
        path = request.path_params["path"]
        file = await asyncio.to_thread(self._file, path)
        if file is None:
            return absent(built=self._folder is not None)
        asset = await asyncio.to_thread(asset_of, file)
        lasting = FOR_EVER if path.startswith("assets/") else {"cache-control": "no-cache"}
        return asset.answer(request, lasting)

    def _file(self, path: str) -> Path | None:
        """The file behind an address; the app's page for an address of the app; else None."""
        if self._folder is None or not _sane(path) or path.lower() in GUARDED:
            return None
        wanted = (self._folder / path).resolve()
        if wanted.is_relative_to(self._folder) and wanted.is_file():
            return wanted
        parts = PurePosixPath(path).parts
        if parts and (parts[0] in OURS or PurePosixPath(path).suffix):
            return None
        index = self._folder / "index.html"
        return index if index.is_file() else None


def _sane(path: str) -> bool:
    """Whether an address is one that a browser of ours would ask for."""
    if len(path) > 2_000 or any(ord(letter) < 32 or letter in "\\:\x7f" for letter in path):
        return False
    return not any(part.startswith(".") or part == "" for part in path.split("/")) or path == ""


def absent(*, built: bool) -> Response:
    """The answer where there is no file."""
    if built:
        sentence = "There is nothing at this address."
        return JSONResponse({"error": sentence}, 404, headers=NO_STORE)
    sentence = "The web app has not been built here. `./lab setup` builds it."
    return JSONResponse({"error": sentence}, 503, headers=NO_STORE)


@dataclass(frozen=True)
class Asset:
    """A file of the web app, as it is and packed."""

    media_type: str
    tag: str
    plain: bytes
    packed: bytes | None

    def answer(self, request: Request, headers: dict[str, str]) -> Response:
        accepts = request.headers.get("accept-encoding", "")
        packed = self.packed if "gzip" in accepts else None
        tag = f'"{self.tag}-gz"' if packed else f'"{self.tag}"'
        made = headers | {"etag": tag, "vary": "accept-encoding", "accept-ranges": "none"}
        if known(request, tag):
            return Response(status_code=304, headers=made)
        if packed:
            return Response(packed, media_type=self.media_type, headers=made | GZIP)
        return Response(self.plain, media_type=self.media_type, headers=made)


GZIP = {"content-encoding": "gzip"}


def asset_of(file: Path) -> Asset:
    """A file of the web app as it is now."""
    return _asset(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1_000)
def _asset(file: Path, changed: int) -> Asset:
    """The file as it was at this moment; read once."""
    data = file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if file.suffix in (".js", ".mjs"):
        media_type = "text/javascript"
    packed = gzip.compress(data, 6, mtime=0) if file.suffix in PACKED else None
    smaller = packed if packed and len(packed) < len(data) else None
    return Asset(media_type, f"{changed:x}-{len(data):x}", data, smaller)
