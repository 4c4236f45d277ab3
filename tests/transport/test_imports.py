"""Bringing a file over HTTP, as a browser and as a program do."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from policylab import identity
from policylab.api.execution import Executor
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.settings import Settings
from policylab.transport import imports, middleware, signin
from policylab.transport.house import House
from tests import make
from tests.documents.papers import STRATEGIE, STRATEGY, paper
from tests.documents.writing import Desk, count, desk, state
from tests.serving import token_of

FRENCH = {"x-policylab-language": "fr"}
OURS = {"x-policylab": "1", "origin": "http://localhost:8800"}


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[httpx2.AsyncClient]:
    """The upload address behind the layers that every request passes."""
    settings = Settings(data_folder=tmp_path)
    made = House(settings, signin.viewer_of, Executor())
    made.database_ = database
    app = Starlette(routes=imports.routes(made), middleware=middleware.stack(settings))
    app.state.house = made
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8800") as client:
        yield client


async def by_token(database: Database, viewer: Viewer, *scopes: TokenScope) -> dict[str, str]:
    assert viewer.person_id is not None
    return {"authorization": f"Bearer {await token_of(database, viewer.person_id, *scopes)}"}


async def by_session(database: Database, viewer: Viewer) -> dict[str, str]:
    """The cookie of somebody who signed in with a browser, and what our pages send with it."""
    assert viewer.person_id is not None
    async with database.write(SYSTEM) as uow:
        secret = await identity.open_session(
            uow, person_id=viewer.person_id, life=timedelta(hours=1), user_agent=None, account=None
        )
    return {"cookie": f"policylab={secret}", **OURS}


async def bring(
    house: httpx2.AsyncClient,
    here: Desk,
    headers: dict[str, str],
    data: bytes,
    *,
    name: str = "paper.docx",
    language: str = "en",
) -> httpx2.Response:
    form = {"documentId": to_global("Document", here.document_id), "language": language}
    return await house.post("/import", data=form, files={"file": (name, data)}, headers=headers)


async def refused(
    database: Database,
    house: httpx2.AsyncClient,
    here: Desk,
    headers: Any,
    data: bytes,
    **more: Any,
) -> tuple[int, dict[str, Any]]:
    """Turned down, and nothing written."""
    before = await state(database), await count(database, "attachment")
    answer = await bring(house, here, headers, data, **more)
    assert (await state(database), await count(database, "attachment")) == before
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


async def test_a_browser_brings_a_file_and_is_told_which_draft_it_became(
    database: Database, house: httpx2.AsyncClient, tmp_path: Path
) -> None:
    here = await desk(database, {})
    headers = await by_session(database, here.writer)
    answer = await bring(house, here, headers, paper(tmp_path, ".docx"))
    assert answer.status_code == 200, answer.text
    async with database.rows(SYSTEM) as connection:
        draft_id = await connection.fetchval("SELECT id FROM draft")
    assert answer.json() == {"draftId": to_global("Draft", draft_id)}


async def test_a_program_brings_a_file_as_the_body_itself(
    database: Database, house: httpx2.AsyncClient
) -> None:
    here = await desk(database, {})
    headers = await by_token(database, here.writer)
    document = to_global("Document", here.document_id)
    address = f"/import?documentId={document}&language=en&name=strategy.md"
    answer = await house.post(address, content=STRATEGY.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["draftId"]


async def test_a_translation_that_does_not_fit_is_answered_with_the_list(
    database: Database, house: httpx2.AsyncClient
) -> None:
    here = await desk(database, {})
    headers = await by_token(database, here.writer)
    assert (await bring(house, here, headers, STRATEGY.encode(), name="a.md")).status_code == 200
    longer = STRATEGIE.replace("## Moyens\n", "Un article de plus.\n\n## Moyens\n").encode()
    status, answer = await refused(
        database, house, here, headers, longer, name="a.md", language="fr"
    )
    assert (status, answer["code"], answer["field"]) == (422, "BAD_FILE", "file")
    assert answer["mismatches"] == [
        "“Un article de plus.” in the file: has no counterpart in the text"
    ]
    status, answer = await refused(
        database, house, here, headers | FRENCH, longer, name="a.md", language="fr"
    )
    assert (
        answer["message"] == "Ce fichier n’a pas les mêmes clauses que le texte de référence (en)."
    )
    assert answer["mismatches"] == [
        "«\u00a0Un article de plus.\u00a0», dans le fichier\u00a0: sans équivalent dans le texte"
    ]
    fitting = await bring(house, here, headers, STRATEGIE.encode(), name="a.md", language="fr")
    assert fitting.status_code == 200


async def test_who_may_not_write_brings_nothing(
    database: Database, house: httpx2.AsyncClient
) -> None:
    here = await desk(database, {})
    text = STRATEGY.encode()
    cases = [
        ({}, 401, "NOT_SIGNED_IN"),
        (await by_token(database, here.table.outsider), 404, "NOT_FOUND"),
        (await by_token(database, here.table.observer), 403, "NOT_YOUR_ROLE"),
        (await by_token(database, here.writer, TokenScope.READ), 403, "NOT_ALLOWED"),
    ]
    for headers, status, code in cases:
        answer = await refused(database, house, here, headers, text, name="a.md")
        assert (answer[0], answer[1]["code"]) == (status, code)
    await make.enter(database, here.table, "home-consultation")
    headers = await by_token(database, here.writer)
    status, answer = await refused(database, house, here, headers, text, name="a.md")
    assert (status, answer["code"]) == (409, "NOT_IN_THIS_PHASE")
    await make.enter(database, here.table, "drafting")
    assert (await bring(house, here, headers, text, name="a.md")).status_code == 200


async def test_no_file_is_read_for_somebody_who_may_not_bring_it(
    database: Database, house: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await desk(database, {})

    async def never(name: str, data: bytes) -> None:
        raise AssertionError("the file was read")

    monkeypatch.setattr(imports.documents, "read_file", never)
    headers = await by_token(database, here.table.outsider)
    assert (await bring(house, here, headers, b"# Aims", name="a.md")).status_code == 404


async def test_a_page_of_another_site_brings_nothing(
    database: Database, house: httpx2.AsyncClient
) -> None:
    here = await desk(database, {})
    good = await by_session(database, here.writer)
    without_header = {name: value for name, value in good.items() if name != "x-policylab"}
    elsewhere = good | {"origin": "https://evil.example"}
    before = await state(database)
    for headers in (without_header, elsewhere):
        answer = await bring(house, here, headers, b"# Aims", name="a.md")
        assert answer.status_code == 403
    assert await state(database) == before
    assert (await bring(house, here, good, b"# Aims", name="a.md")).status_code == 200


async def test_a_file_over_the_limit_is_not_taken(
    database: Database, house: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "LARGEST_UPLOAD", 100_000)
    here = await desk(database, {})
    headers = await by_token(database, here.writer)
    large = b"word " * 40_000
    before = await state(database)
    assert (await bring(house, here, headers, large, name="a.md")).status_code == 413

    async def unsaid() -> AsyncGenerator[bytes]:
        for start in range(0, len(large), 10_000):
            yield large[start : start + 10_000]

    document = to_global("Document", here.document_id)
    address = f"/import?documentId={document}&language=en&name=a.md"
    answer = await house.post(address, content=unsaid(), headers=headers)
    assert answer.status_code in {411, 413}
    assert await state(database) == before
    assert (await bring(house, here, headers, b"# Aims", name="a.md")).status_code == 200


@pytest.mark.parametrize("missing", ["documentId", "language", "file"])
async def test_an_incomplete_form_is_refused_by_the_field_that_is_missing(
    database: Database, house: httpx2.AsyncClient, missing: str
) -> None:
    here = await desk(database, {})
    headers = await by_token(database, here.writer)
    form = {"documentId": to_global("Document", here.document_id), "language": "en"}
    files = {"file": ("a.md", b"# Aims")} if missing != "file" else {"other": ("a.md", b"x")}
    form.pop(missing, None)
    answer = await house.post("/import", data=form, files=files, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, missing)


@pytest.mark.parametrize(
    "identifier",
    ["nothing", "RHJhZnQ6", to_global("Draft", make.uuid7())],
    ids=["a word", "a half", "another thing"],
)
async def test_what_is_no_document_is_not_found(
    database: Database, house: httpx2.AsyncClient, identifier: str
) -> None:
    headers = await by_token(database, await make.person(database))
    form = {"documentId": identifier, "language": "en"}
    answer = await house.post(
        "/import", data=form, files={"file": ("a.md", b"# Aims")}, headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_broken_form_is_refused(database: Database, house: httpx2.AsyncClient) -> None:
    here = await desk(database, {})
    headers = await by_token(database, here.writer)
    headers["content-type"] = "multipart/form-data; boundary=x"
    answer = await house.post("/import", content=b"--y\r\nnonsense", headers=headers)
    assert answer.status_code == 422
