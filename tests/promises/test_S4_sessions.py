"""S4: opaque random sessions, stored hashed, new at sign-in, never planted, with an end."""

import hashlib
from datetime import timedelta
from http.cookies import SimpleCookie

import httpx2
import pytest

from policylab import identity
from policylab.kit.db import Database
from policylab.kit.viewer import ANONYMOUS, SYSTEM
from policylab.settings import Settings
from policylab.transport.middleware import session_cookie
from tests.serving import Served

IDLE = timedelta(hours=2)


@pytest.fixture
def house(emptied: Database) -> Database:
    return emptied


@pytest.fixture
def served(running: Served) -> Served:
    return running


async def code_for(database: Database) -> str:
    async with database.write(SYSTEM) as uow:
        person = await identity.create_person(uow, SYSTEM, display_name="Co-ordinator")
        return await identity.create_sign_in_code(
            uow, SYSTEM, person_id=person.id, purpose="test", hours=1
        )


async def sign_in(served: Served, database: Database, **cookies: str) -> SimpleCookie:
    """Sign in with a code, with these cookies already there; the cookies set."""
    form = {"code": await code_for(database), "next": "/"}
    async with httpx2.AsyncClient(base_url=served.url, cookies=cookies) as client:
        answer = await client.post("/signin/code", data=form, headers={"origin": served.url})
    assert answer.status_code == 303, answer.text
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        jar.load(header)
    return jar


async def test_the_cookie_is_random_new_and_kept_from_scripts(
    served: Served, house: Database
) -> None:
    one, two = await sign_in(served, house), await sign_in(served, house)
    assert one["policylab"].value != two["policylab"].value
    assert len(one["policylab"].value) >= 43  # 256 bits, in letters of six
    assert one["policylab"]["httponly"]
    assert one["policylab"]["samesite"] == "lax"
    assert one["policylab"]["path"] == "/"


async def test_only_the_hash_is_stored(served: Served, house: Database) -> None:
    secret = (await sign_in(served, house))["policylab"].value
    async with house.rows(SYSTEM) as connection:
        stored = await connection.fetchval("SELECT secret_hash FROM web_session")
    assert bytes(stored) == hashlib.sha256(secret.encode()).digest()


async def test_a_planted_cookie_is_not_adopted_and_the_old_session_ends(
    served: Served, house: Database
) -> None:
    planted = "p" * 43
    jar = await sign_in(served, house, policylab=planted)
    assert jar["policylab"].value != planted
    again = await sign_in(served, house, policylab=jar["policylab"].value)
    assert await identity.viewer_of_session(house, jar["policylab"].value, idle=IDLE) == ANONYMOUS
    viewer = await identity.viewer_of_session(house, again["policylab"].value, idle=IDLE)
    assert viewer.signed_in


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE web_session SET last_seen_at = now() - interval '3 hours'",
        "UPDATE web_session SET expires_at = now() - interval '1 second'",
        "UPDATE web_session SET ended_at = now()",
        "UPDATE person SET suspended_at = now()",
    ],
    ids=["idle", "too old", "signed out", "suspended"],
)
async def test_a_session_ends(served: Served, house: Database, ending: str) -> None:
    secret = (await sign_in(served, house))["policylab"].value
    assert (await identity.viewer_of_session(house, secret, idle=IDLE)).signed_in
    async with house.raw() as connection:
        await connection.execute(ending)
    assert await identity.viewer_of_session(house, secret, idle=IDLE) == ANONYMOUS


def test_on_https_the_cookie_is_tied_to_the_host() -> None:
    settings = Settings(base_url="https://lab.example.org", host="0.0.0.0")
    assert session_cookie(settings) == "__Host-policylab"


async def test_a_code_works_once_and_guessing_is_slow(served: Served, house: Database) -> None:
    code = await code_for(house)
    form = {"code": code, "next": "/"}
    headers = {"origin": served.url}
    statuses: list[int] = []
    async with httpx2.AsyncClient(base_url=served.url) as client:
        for tried in (form, *[form | {"code": "WRONG"}] * 11):
            statuses.append(
                (await client.post("/signin/code", data=tried, headers=headers)).status_code
            )
        last = await client.post("/signin/code", data=form, headers=headers)
    assert statuses[0] == 303
    assert set(statuses[1:11]) == {403}
    assert statuses[11] == 429
    assert int(last.headers["retry-after"]) >= 1
