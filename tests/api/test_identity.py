"""The address of a calendar, as the API tells it."""

from typing import Any

from policylab import identity
from policylab.api.context import Context
from policylab.api.execution import Request
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.api.asking import EXECUTOR, operation

BASE = "https://lab.example.org"


async def create(database: Database, viewer: Viewer, **input: Any) -> dict[str, Any]:
    context = Context(database, viewer)
    context.shared = {"base_url": BASE}
    given = {"name": "Phone", "days": 9, "clientMutationId": "once"} | input
    request = Request(query=operation("CreateAccessToken"), variables={"input": given})
    answer = await EXECUTOR.run(request, context)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["createAccessToken"]


async def test_the_address_of_a_calendar_is_told_once_and_kept_nowhere(database: Database) -> None:
    viewer = (await make.table(database)).head()
    first = await create(database, viewer, scopes=["CALENDAR"])
    secret = first["secret"]
    assert first["calendarAddress"] == f"{BASE}/calendar/{secret}.ics"
    owner = await identity.viewer_of_calendar(database, secret)
    assert owner.person_id == viewer.person_id
    again = await create(database, viewer, scopes=["CALENDAR"])
    assert again["token"] == first["token"]
    assert (again["secret"], again["calendarAddress"]) == (None, None)
    async with database.rows(SYSTEM) as connection:
        for table in ("mutation_answer", "access_token", "audit_event", "outbox"):
            rows = await connection.fetch(f"SELECT t::text AS said FROM {table} t")  # noqa: S608
            assert [row["said"] for row in rows if secret in row["said"]] == []


async def test_other_tokens_have_no_such_address(database: Database) -> None:
    viewer = (await make.table(database)).head()
    made = await create(database, viewer, scopes=["READ"])
    assert made["secret"]
    assert made["calendarAddress"] is None
    refused = await create(
        database, viewer, scopes=["CALENDAR", "READ"], clientMutationId="another"
    )
    assert (refused["__typename"], refused["field"]) == ("Refusal", "scopes")
