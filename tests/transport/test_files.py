"""Downloads and the web app through the real layers: who gets what, and what no path opens."""

import gzip
import hashlib
import zipfile
from collections.abc import AsyncGenerator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from starlette.applications import Starlette

from policylab import identity, published
from policylab.api.execution import Executor
from policylab.decisions import open_signer, verify_record
from policylab.decisions.tables import DecisionRecord
from policylab.documents.tables import Attachment
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.settings import Settings
from policylab.transport import files, middleware, signin
from policylab.transport.house import House
from tests import make
from tests.decisions import deciding
from tests.decisions.deciding import Text
from tests.export.samples import picture

INDEX = "<!doctype html><title>Policy Lab</title>"


class Asking:
    """The files of a house, asked as one person or another."""

    def __init__(self, database: Database, house: House) -> None:
        self.database = database
        app = Starlette(routes=files.routes(house), middleware=middleware.stack(house.settings))
        app.state.house = house
        self.app = app
        self._tokens: dict[UUID, str] = {}

    async def token(self, viewer: Viewer, *scopes: TokenScope) -> str:
        async with self.database.write(viewer) as uow:
            _, secret = await identity.create_access_token(
                uow, viewer, name="Files", scopes=scopes or [TokenScope.READ], days=1
            )
        return secret

    async def get(
        self, path: str, viewer: Viewer | None = None, *, method: str = "GET", **headers: str
    ) -> httpx2.Response:
        if viewer is not None:
            assert viewer.person_id is not None
            if viewer.person_id not in self._tokens:
                self._tokens[viewer.person_id] = await self.token(viewer)
            headers["authorization"] = f"Bearer {self._tokens[viewer.person_id]}"
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8800") as web:
            return await web.request(method, path, headers=headers)

    async def raw(self, path: str) -> int:
        """The status of a path as it is, which no client of ours would send."""
        answered: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answered.append(message["status"])

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode("utf-8", "replace"),
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": [(b"host", b"localhost:8800")],
            "server": ("localhost", 8800),
            "client": ("127.0.0.1", 1),
            "http_version": "1.1",
            "asgi": {"version": "3.0"},
        }
        await self.app(scope, receive, send)
        return answered[0]


@pytest.fixture
async def asking(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Asking]:
    built = tmp_path / "web"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(INDEX)
    (built / "assets" / "app-1234.js").write_text("export const a = 1;\n" * 100)
    (built / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "secret.txt").write_text("CANARY")
    (built / ".hidden").write_text("CANARY")
    (built / "way-out").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr(published, "web_folder", lambda: built)
    settings = Settings(data_folder=tmp_path, port=8800, base_url="http://localhost:8800")
    house = House(settings, signin.viewer_of, Executor(), database_=database)
    return Asking(database, house)


@pytest.fixture
async def decided(database: Database, tmp_path: Path) -> tuple[make.Table, Text, DecisionRecord]:
    deciding.key_in(tmp_path)
    table, frozen, record, _ = await deciding.sealed(database)
    return table, frozen, record


def of_set(frozen: Text, kind: str, query: str = "") -> str:
    return f"/files/exports/{to_global('VersionSet', frozen.set_id)}/{kind}{query}"


async def test_downloads_open_for_those_who_may_see_them_and_for_nobody_else(
    asking: Asking, decided: tuple[make.Table, Text, DecisionRecord]
) -> None:
    table, frozen, record = decided
    attachment = await a_picture(asking.database, table, frozen)
    unknown = to_global("VersionSet", uuid4())
    addresses = {
        of_set(frozen, "markdown", "?languages=fr,en"): f"/files/exports/{unknown}/markdown",
        f"/files/records/{to_global('DecisionRecord', record.id)}.zip": (
            f"/files/records/{to_global('DecisionRecord', uuid4())}.zip"
        ),
        f"/files/attachments/{to_global('Attachment', attachment)}": (
            f"/files/attachments/{to_global('Attachment', uuid4())}"
        ),
        f"/files/attachments/{attachment}": f"/files/attachments/{uuid4()}",
    }
    for address, of_nothing in addresses.items():
        assert (await asking.get(address, table.observer)).status_code == 200, address
        nobody = await asking.get(address)
        assert nobody.status_code == 401
        forged = await asking.get(address, authorization="Bearer pl_forged")
        assert forged.status_code == 401
        foreign = await asking.get(address, table.outsider)
        missing = await asking.get(of_nothing, table.outsider)
        assert (foreign.status_code, foreign.content) == (404, missing.content)
        assert missing.status_code == 404
        for answer in (nobody, foreign, missing):
            assert answer.headers["cache-control"] == "no-store"
    assert (await asking.get(f"{of_set(frozen, 'html')}?ticket=1")).status_code == 401


async def test_a_token_that_may_not_read_downloads_nothing(
    asking: Asking, decided: tuple[make.Table, Text, DecisionRecord]
) -> None:
    table, frozen, _ = decided
    secret = await asking.token(table.observer, TokenScope.WRITE)
    answer = await asking.get(of_set(frozen, "html"), authorization=f"Bearer {secret}")
    assert answer.status_code == 403


async def test_an_export_is_a_download_that_nobody_keeps_and_that_runs_nothing(
    asking: Asking, decided: tuple[make.Table, Text, DecisionRecord]
) -> None:
    table, frozen, _ = decided
    answer = await asking.get(of_set(frozen, "html", "?language=fr"), table.observer)
    headers = answer.headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert 'filename="tout-le-monde-apprend-v1-fr.html"' in headers["content-disposition"]
    assert headers["content-disposition"].startswith("attachment")
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    part = await asking.get(of_set(frozen, "html"), table.observer, range="bytes=0-9")
    assert part.status_code == 200
    assert len(part.content) > 1_000


@pytest.mark.parametrize(
    ("kind", "query"), [("exe", ""), ("pdf", "?languages=it"), ("pdf", "?languages=en,fr,de")]
)
async def test_a_wish_that_cannot_be_met_is_answered_with_what_can(
    asking: Asking,
    decided: tuple[make.Table, Text, DecisionRecord],
    kind: str,
    query: str,
) -> None:
    table, frozen, _ = decided
    answer = await asking.get(of_set(frozen, kind, query), table.observer)
    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_INPUT"


async def test_a_refusal_is_told_in_the_readers_language(
    asking: Asking, decided: tuple[make.Table, Text, DecisionRecord]
) -> None:
    table, frozen, _ = decided
    language: dict[str, Any] = {"x-policylab-language": "fr"}
    path = of_set(frozen, "pdf", "?languages=it")
    answer = await asking.get(path, table.observer, **language)
    assert answer.json()["error"].startswith("Ce texte existe dans les langues suivantes")


async def test_an_id_of_another_kind_is_no_id(
    asking: Asking, decided: tuple[make.Table, Text, DecisionRecord]
) -> None:
    table, frozen, record = decided
    wrong = (
        f"/files/exports/{to_global('Document', frozen.document_id)}/pdf",
        f"/files/exports/{frozen.set_id}/pdf",
        f"/files/records/{to_global('VersionSet', record.id)}.zip",
        "/files/attachments/------------------------------------",
        "/files/exports/%00/pdf",
    )
    for address in wrong:
        assert (await asking.get(address, table.observer)).status_code == 404, address


async def test_a_record_package_verifies_offline(
    asking: Asking,
    decided: tuple[make.Table, Text, DecisionRecord],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table, _, record = decided
    address = f"/files/records/{to_global('DecisionRecord', record.id)}.zip"
    answer = await asking.get(address, table.observer)
    assert answer.headers["content-type"] == "application/zip"
    assert "record.json" in zipfile.ZipFile(BytesIO(answer.content)).namelist()
    path = tmp_path / "record.zip"
    path.write_bytes(answer.content)
    key = open_signer(tmp_path / "signing-key.pem").public
    assert verify_record.main([str(path), "--key", key]) == 0, capsys.readouterr()


async def test_a_record_that_is_not_sealed_yet_has_no_package(
    asking: Asking, database: Database
) -> None:
    table = await make.table(database)
    frozen = await deciding.freeze(database, table)
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    record = await deciding.close(database, table, procedure)
    address = f"/files/records/{to_global('DecisionRecord', record.id)}.zip"
    assert (await asking.get(address, table.observer)).status_code == 409


async def a_picture(
    database: Database, table: make.Table, frozen: Text, media_type: str = "image/png"
) -> UUID:
    """A picture in the dialogue's text."""
    data = picture().data
    async with database.write(SYSTEM) as uow:
        row = Attachment(
            dialogue_id=table.dialogue_id,
            document_id=frozen.document_id,
            media_type=media_type,
            sha256=hashlib.sha256(data).digest(),
            data=data,
        )
        uow.session.add(row)
        return row.id


async def test_a_picture_is_asked_for_each_time_and_sent_once(
    asking: Asking, database: Database
) -> None:
    table = await make.table(database)
    frozen = await deciding.freeze(database, table)
    address = f"/files/attachments/{await a_picture(database, table, frozen)}"
    first = await asking.get(address, table.observer)
    assert first.headers["content-type"] == "image/png"
    assert first.headers["cache-control"] == "private, no-cache"
    tag = {"if-none-match": first.headers["etag"]}
    again = await asking.get(address, table.observer, **tag)
    assert (again.status_code, again.content) == (304, b"")
    assert (await asking.get(address, table.outsider, **tag)).status_code == 404
    assert (await asking.get(address, **tag)).status_code == 401


async def test_what_is_no_picture_is_never_shown_as_a_page(
    asking: Asking, database: Database
) -> None:
    table = await make.table(database)
    frozen = await deciding.freeze(database, table)
    key = await a_picture(database, table, frozen, "text/html")
    answer = await asking.get(f"/files/attachments/{key}", table.observer)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-security-policy"].startswith("sandbox")


# The web app


async def test_every_address_of_the_app_is_its_page(asking: Asking) -> None:
    for path in ("/", "/labs", "/texts/abc-DEF_1/positions", "/documents/x?y=1"):
        answer = await asking.get(path)
        assert (answer.status_code, answer.text) == (200, INDEX), path
        assert answer.headers["cache-control"] == "no-cache"
        assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_built_files_are_kept_for_ever_and_packed(asking: Asking) -> None:
    answer = await asking.get("/assets/app-1234.js", **{"accept-encoding": "gzip"})
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    plain = await asking.get("/assets/app-1234.js", **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text
    tag = {"if-none-match": plain.headers["etag"], "accept-encoding": "identity"}
    assert (await asking.get("/assets/app-1234.js", **tag)).status_code == 304
    assert len(gzip.compress(plain.content)) < len(plain.content)
    assert (await asking.get("/icon.svg")).headers["content-type"] == "image/svg+xml"


async def test_what_was_not_built_is_not_the_page(asking: Asking) -> None:
    for path in ("/assets/old-1.js", "/favicon.ico", "/files/nothing", "/graphql/x", "/assets"):
        answer = await asking.get(path)
        assert answer.status_code == 404, path
        assert INDEX not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/..\\secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "//etc/passwd",
        "/./secret.txt",
        "/.hidden",
        "/assets//app-1234.js",
        "/way-out",
        "/secret.txt\x00.js",
        "/C:/secret.txt",
        "/" + "a/" * 2_000,
        "/file:///etc/passwd",
    ],
)
async def test_no_path_leads_out_of_the_built_folder(asking: Asking, path: str) -> None:
    assert await asking.raw(path) in (200, 404)
    answer = await asking.get(path.replace("\x00", "%00").replace("..", "%2e%2e"))
    assert "CANARY" not in answer.text
    assert "root:" not in answer.text


async def test_only_looking_is_possible(asking: Asking) -> None:
    assert (await asking.get("/labs", method="HEAD")).status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        assert (await asking.get("/labs", method=method)).status_code == 405


async def test_without_a_built_app_the_house_says_how_to_build_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "web_folder", lambda: None)
    settings = Settings(data_folder=tmp_path, port=8800, base_url="http://localhost:8800")
    bare = Asking(database, House(settings, signin.viewer_of, Executor(), database_=database))
    answer = await bare.get("/")
    assert answer.status_code == 503
    assert "./lab setup" in answer.json()["error"]
