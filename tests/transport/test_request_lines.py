"""A log for programs has a line for every request, and in it nothing that is secret or personal."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from policylab.identity import TokenScope
from policylab.kit.db import Database
from tests import make
from tests.transport.captured import captured_lines
from tests.transport.feeding import Asking

LINE = {"event", "method", "path", "status", "ms", "person", "request"}


@pytest.fixture
def asking(database: Database, tmp_path: Path) -> Asking:
    return Asking.at(database, tmp_path, log_json=True)


async def test_each_request_leaves_a_line_with_the_person_by_her_id_alone(
    database: Database, asking: Asking
) -> None:
    viewer = await make.person(database, "Somebody with a name")
    sent = await asking.bearer(viewer)
    with captured_lines() as lines:
        answers = [
            await asking.get("/graphql?query={viewer{id}}", **sent),
            await asking.get("/feeds/log.atom?secret=words"),
            await asking.get("/feeds/log.atom", host="elsewhere.example"),
        ]
    assert [line["status"] for line in lines] == [answer.status_code for answer in answers]
    assert [line["path"] for line in lines] == ["/graphql", "/feeds/log.atom", "?"]
    assert [line["person"] for line in lines] == [str(viewer.person_id), None, None]
    assert [line["request"] for line in lines] == [
        answer.headers["x-request-id"] for answer in answers
    ]
    assert all(line.keys() == LINE and line["event"] == "request" for line in lines)
    assert all(line["method"] == "GET" and 0 < line["ms"] < 60_000 for line in lines)


async def test_the_address_of_a_calendar_and_a_path_that_leads_nowhere_are_not_told(
    database: Database, asking: Asking
) -> None:
    viewer = await make.person(database, "Somebody")
    secret = await asking.token(viewer, TokenScope.CALENDAR)
    with captured_lines() as lines:
        assert (await asking.get(f"/calendar/{secret}.ics")).status_code == 200
        assert (await asking.get(f"/calender/{secret}.ics")).status_code == 404
    assert [line["path"] for line in lines] == ["/calendar/{secret}.ics", "/{path}"]
    assert secret not in repr(lines)


async def test_a_log_for_people_has_no_line_for_each_request(
    database: Database, tmp_path: Path
) -> None:
    with captured_lines() as lines:
        assert (await Asking.at(database, tmp_path).get("/feeds/log.atom")).status_code == 200
    assert lines == []


def written_by(program: str) -> list[Any]:
    """The lines of a program that has set up a log for programs."""
    begin = "import asyncio; from policylab.kit.log import *; from policylab.kit.log import many\n"
    given = [sys.executable, "-c", f"{begin}configure(json=True)\n{program}"]
    done = subprocess.run(given, capture_output=True, check=True)
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def test_a_line_is_json_on_standard_output() -> None:
    person = "00000000-0000-0000-0000-000000000007"
    for name in ("log.info", "many.add"):
        (line,) = written_by(f"REQUEST.set('7f'); {name}('request', person='{person}', path='/é')")
        assert line.pop("timestamp").endswith("Z")
        assert line.pop("request", "7f") == "7f"
        assert line == {"event": "request", "level": "info", "path": "/é", "person": person}


def test_lines_of_which_there_are_many_come_in_their_order_and_none_is_lost() -> None:
    told = written_by(
        "async def work():\n"
        "  many.add('first'); many.add('second'); log.info('third'); many.add('fourth')\n"
        "asyncio.run(work())"  # ends long before lines of which there are many are written
    )
    assert [line["event"] for line in told] == ["first", "second", "third", "fourth"]


def test_lines_of_which_there_are_many_do_not_wait_for_long() -> None:
    first, second = written_by(
        "async def work():\n"
        "  many.add('first')\n"
        "  await asyncio.sleep(SOON + 0.2)\n"
        '  print(\'{"event": "second"}\')\n'
        "asyncio.run(work())"
    )
    assert (first["event"], second["event"]) == ("first", "second")
