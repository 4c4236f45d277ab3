"""S1: code + PKCE S256, fresh state and nonce, exact redirect, iss checked; else no session."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from urllib.parse import parse_qs, urlsplit

import httpx2
import oidc_provider_mock
import pytest

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests.serving import Served

SUBJECT = "co-ordinator-7"
# The provider runs in a thread of this process; what it calls in authlib is its own affair.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")


@pytest.fixture(scope="module")
def issuer() -> Generator[str]:
    with oidc_provider_mock.run_server_in_thread() as provider:
        yield f"http://localhost:{provider.server_port}"


@pytest.fixture(scope="module")
async def served(
    lasting: Database, issuer: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Served]:
    """A server that knows the provider."""
    settings = {
        "POLICYLAB_OIDC_ISSUER": issuer,
        "POLICYLAB_OIDC_CLIENT_ID": "policylab",
        "POLICYLAB_OIDC_CLIENT_SECRET": "for this test alone",
    }
    url = lasting.engine.url.render_as_string(hide_password=False)
    server = Served(url, tmp_path_factory.mktemp("served"), settings=settings)
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def house(emptied: Database, issuer: str) -> Database:
    """A house with one person in it, whose account is at the provider."""
    async with emptied.write(SYSTEM) as uow:
        person = await identity.create_person(uow, SYSTEM, display_name="Co-ordinator")
        account = identity.Account(issuer=issuer, subject=SUBJECT)
        await identity.link_account(uow, person_id=person.id, account=account)
    return emptied


@pytest.fixture
async def browser(served: Served, house: Database) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=served.url, timeout=20) as client:
        yield client


async def begin(browser: httpx2.AsyncClient, page: str = "/labs") -> str:
    """Start a sign-in; where the browser is sent."""
    answer = await browser.get("/signin", params={"next": page})
    assert answer.status_code == 303
    return answer.headers["location"]


async def consent(authorize: str, subject: str = SUBJECT) -> str:
    """Be who one is at the provider; where it sends the browser back."""
    async with httpx2.AsyncClient(timeout=20) as provider:
        answer = await provider.post(authorize, data={"sub": subject})
    assert answer.status_code in {302, 303}
    return answer.headers["location"]


def sessions_of(answer: httpx2.Response) -> list[str]:
    cookies = answer.headers.get_list("set-cookie")
    return [each for each in cookies if each.startswith("policylab=") and "policylab=;" not in each]


async def is_signed_in(browser: httpx2.AsyncClient, database: Database) -> bool:
    async with database.rows(SYSTEM) as connection:
        return bool(await connection.fetchval("SELECT count(*) FROM web_session"))


async def test_the_request_to_the_provider_is_a_code_flow_with_pkce(
    browser: httpx2.AsyncClient, served: Served
) -> None:
    first, second = [parse_qs(urlsplit(await begin(browser)).query) for _ in range(2)]
    assert first["response_type"] == ["code"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["redirect_uri"] == [f"{served.url}/signin/callback"]
    for fresh in ("state", "nonce", "code_challenge"):
        assert first[fresh] != second[fresh]
        assert len(first[fresh][0]) >= 43


async def test_an_honest_sign_in_opens_a_session_and_goes_to_the_page_asked_for(
    browser: httpx2.AsyncClient, house: Database
) -> None:
    back = await consent(await begin(browser))
    answer = await browser.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/labs")
    assert len(sessions_of(answer)) == 1
    assert await is_signed_in(browser, house)


async def test_a_callback_is_good_once_and_in_the_browser_that_began(
    browser: httpx2.AsyncClient, served: Served, house: Database
) -> None:
    back = await consent(await begin(browser))
    async with httpx2.AsyncClient(base_url=served.url) as other:
        stolen = await other.get(back)
    assert stolen.status_code == 400
    assert not sessions_of(stolen)
    kept = dict(browser.cookies)
    assert (await browser.get(back)).status_code == 303
    async with httpx2.AsyncClient(base_url=served.url, cookies=kept) as replaying:
        replayed = await replaying.get(back)
    assert replayed.status_code == 400
    assert not sessions_of(replayed)
    async with house.rows(SYSTEM) as connection:
        assert await connection.fetchval("SELECT count(*) FROM web_session") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": None},
        {"state": "x" * 43},
        {"code": None},
        {"code": "forged"},
        {"iss": "https://elsewhere.example"},
        {"error": "access_denied", "code": None},
    ],
    ids=["no state", "other state", "no code", "forged code", "other issuer", "denied"],
)
async def test_a_forged_or_broken_callback_opens_nothing(
    browser: httpx2.AsyncClient, house: Database, change: dict[str, str | None]
) -> None:
    back = urlsplit(await consent(await begin(browser)))
    query = {key: values[0] for key, values in parse_qs(back.query).items()} | change
    sent = {key: value for key, value in query.items() if value is not None}
    answer = await browser.get(back.path, params=sent)
    assert answer.status_code == 400
    assert not sessions_of(answer)
    assert not await is_signed_in(browser, house)


async def test_the_code_of_one_sign_in_does_not_fit_another(
    browser: httpx2.AsyncClient, house: Database
) -> None:
    one = parse_qs(urlsplit(await consent(await begin(browser))).query)
    two = parse_qs(urlsplit(await consent(await begin(browser))).query)
    mixed = {"code": one["code"][0], "state": two["state"][0]}
    answer = await browser.get("/signin/callback", params=mixed)
    assert answer.status_code == 400
    assert not await is_signed_in(browser, house)


async def test_an_account_that_nobody_knows_gets_no_session(
    browser: httpx2.AsyncClient, house: Database
) -> None:
    back = await consent(await begin(browser), subject="a stranger")
    answer = await browser.get(back)
    assert answer.headers["location"].startswith("/signin/code")
    assert not sessions_of(answer)
    assert not await is_signed_in(browser, house)


@pytest.mark.parametrize("page", ["https://elsewhere.example/", "//elsewhere.example", "/\\x"])
async def test_nobody_is_sent_to_another_site(browser: httpx2.AsyncClient, page: str) -> None:
    answer = await browser.get(await consent(await begin(browser, page)))
    assert answer.headers["location"] == "/"
