"""The log: one line for each event, for programs or for people."""

import orjson
import pytest

from policylab.kit import log as logging
from policylab.kit.log import Log, answering
from tests.logs import captured


def _said(capsys: pytest.CaptureFixture[str], write: object) -> str:
    log = Log()
    log.write = write  # type: ignore[assignment]
    try:
        raise ValueError("a broken thing")
    except ValueError:
        log.exception("thing.broke", number=7, kind=ValueError)
    return capsys.readouterr().out


def test_a_program_reads_an_error_and_its_story_as_one_line_of_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = _said(capsys, logging.for_programs)
    line = orjson.loads(said)
    assert said.count("\n") == 1
    assert (line["event"], line["level"], line["number"]) == ("thing.broke", "error", 7)
    assert line["kind"] == repr(ValueError)
    assert line["exception"].rstrip().endswith("ValueError: a broken thing")


def test_people_read_when_what_and_the_story_below(capsys: pytest.CaptureFixture[str]) -> None:
    first, *story = _said(capsys, logging.for_people).splitlines()
    assert "error   thing.broke  number=7" in first
    assert story[-1] == "ValueError: a broken thing"


def test_a_line_names_the_request_in_which_it_was_written() -> None:
    log = logging.log
    with captured() as lines:
        log.info("outside")
        before = answering.set("0815")
        log.info("inside")
        log.info("of another", request="4711")
        answering.reset(before)
    assert [line.get("request") for line in lines] == [None, "0815", "4711"]


def test_the_story_of_what_was_raised_elsewhere_can_be_told() -> None:
    with captured() as lines:
        logging.log.exception("thing.broke", raised=KeyError("elsewhere"))
    assert lines[0]["exception"] == "KeyError: 'elsewhere'\n"
