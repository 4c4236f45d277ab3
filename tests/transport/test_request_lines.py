"""A log for programs has a line for every request, and in it nothing that is secret or personal."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from structlog.testing import capture_logs

from policylab.identity import TokenScope
from policylab.kit.db import Database
from tests import make
from tests.transport.feeding import Asking

LINE = {"log_level", "event", "method", "path", "status", "ms", "person"}


@pytest.fixture
def asking(database: Database, tmp_path: Path) -> Asking:
    return Asking.at(database, tmp_path, log_json=True)


async def test_each_request_leaves_a_line_with_the_person_by_her_id_alone(
    database: Database, asking: Asking
) -> None:
    viewer = await make.person(database, "Somebody with a name")
    sent = await asking.bearer(viewer)
    with capture_logs() as lines:
        answers = [
            await asking.get("/graphql?query={viewer{id}}", **sent),
            await asking.get("/feeds/log.atom?secret=words"),
            await asking.get("/feeds/log.atom", host="elsewhere.example"),
        ]
    assert [line["status"] for line in lines] == [answer.status_code for answer in answers]
    assert [line["path"] for line in lines] == ["/graphql", "/feeds/log.atom", "?"]
    assert [line["person"] for line in lines] == [str(viewer.person_id), None, None]
    assert all(line.keys() == LINE and line["event"] == "request" for line in lines)
    assert all(line["method"] == "GET" and 0 < line["ms"] < 60_000 for line in lines)


async def test_the_address_of_a_calendar_and_a_path_that_leads_nowhere_are_not_told(
    database: Database, asking: Asking
) -> None:
    viewer = await make.person(database, "Somebody")
    secret = await asking.token(viewer, TokenScope.CALENDAR)
    with capture_logs() as lines:
        assert (await asking.get(f"/calendar/{secret}.ics")).status_code == 200
        assert (await asking.get(f"/calender/{secret}.ics")).status_code == 404
    assert [line["path"] for line in lines] == ["/calendar/{secret}.ics", "/{path}"]
    assert secret not in repr(lines)


async def test_a_log_for_people_has_no_line_for_each_request(
    database: Database, tmp_path: Path
) -> None:
    with capture_logs() as lines:
        assert (await Asking.at(database, tmp_path).get("/feeds/log.atom")).status_code == 200
    assert lines == []


def test_a_line_is_json_on_standard_output() -> None:
    program = (
        "from uuid import UUID; from policylab.kit import log; log.configure(json=True);"
        "log.log.info('request', person=UUID(int=7), path='/é')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    line = orjson.loads(done.stdout)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "path": "/é",
        "person": "00000000-0000-0000-0000-000000000007",
    }
