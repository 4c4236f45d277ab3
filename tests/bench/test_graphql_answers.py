"""Nobody is measured who answers something else, and the table judges as the issue says."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from bench.graphql.shapes import common, difference, fields
from bench.graphql.works import DRAFT, LIVE, MEMORY, MIXTURE, SCREENS, SHOWN, UNCHANGED, WORKS
from bench.kit.judging import Results
from bench.kit.work import Work
from policylab.kit.ids import to_global

KEY = UUID("01a2145a-fa51-7cb1-a14c-3aaec11cd3cc")


@dataclass
class Named:
    """A server as far as judging looks at it."""

    name: str
    version: str = "1.0"


def judged(work: Work, path: str, **values: float) -> dict[str, Any]:
    """The line of one figure, with these numbers for these servers."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for name, number in values.items():
        answer: Any = number
        for step in reversed(path.split(".")):
            answer = {step: answer}
        found[work.name, name] = [answer]
    servers = [Named(name) for name in values]
    results = Results([work], servers, found)
    return next(line for line in results.lines() if line["bounds"])


def verdicts(line: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(bound["against"], bound["met"]) for bound in line["bounds"]]


# ── the same answer ──


def test_an_identifier_of_ours_is_the_uuid_that_it_holds() -> None:
    ours = {"data": {"draft": {"id": to_global("Draft", KEY), "sequence": 0}}}
    theirs = {"data": {"draft": {"id": str(KEY), "sequence": 0}}}
    assert difference(common("draft", ours), common("draft", theirs)) is None


def test_another_identifier_is_another_answer() -> None:
    ours = {"data": {"draft": {"id": to_global("Draft", KEY)}}}
    theirs = {"data": {"draft": {"id": str(UUID(int=1))}}}
    found = difference(common("draft", ours), common("draft", theirs))
    assert found is not None
    assert found.startswith(".draft.id")


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("2026-01-05T09:00:00+00:00", True),
        ("2026-01-05T10:00:00.000000+01:00", True),
        ("2026-01-05T09:00:00.001+00:00", False),
    ],
)
def test_a_moment_is_the_same_however_it_is_written(written: str, same: bool) -> None:
    ours = common("draft", {"data": {"updatedAt": "2026-01-05T09:00:00Z"}})
    theirs = common("draft", {"data": {"updatedAt": written}})
    assert (difference(ours, theirs) is None) is same


@pytest.mark.parametrize(
    "theirs",
    [
        {"draft": {"sections": [{"text": "a"}]}},
        {"draft": {"sections": [{"text": "a"}, {"text": "c"}]}},
        {"draft": {"sections": [{"text": "b"}, {"text": "a"}]}},
        {"draft": {"sections": [{"text": "a"}, {"text": "b", "number": "1"}]}},
        {"draft": {"sections": [{"text": "a"}, {"text": None}]}},
        {"draft": None},
    ],
)
def test_what_is_missing_added_changed_or_in_another_order_is_found(theirs: Any) -> None:
    ours = {"draft": {"sections": [{"text": "a"}, {"text": "b"}]}}
    assert difference(common("draft", {"data": ours}), common("draft", {"data": theirs}))


def test_of_places_worth_the_same_any_may_come_first_but_none_may_be_missing() -> None:
    one = {"kind": "clause", "number": "1", "title": "A"}
    other = {"kind": "comment", "number": None, "title": "B"}

    def said(*hits: Any) -> Any:
        nodes = [dict(hit) for hit in hits]
        return common("search", {"data": {"search": {"totalCount": 2, "nodes": nodes}}})

    assert difference(said(one, other), said(other, one)) is None
    assert difference(said(one, other), said(one, one)) is not None


def test_a_position_that_was_cast_is_compared_by_what_it_says() -> None:
    def said(key: str, stance: str) -> Any:
        taken = {"__typename": "Position", "id": key, "stance": stance}
        return common("cast", {"data": {"takePosition": taken}})

    assert difference(said("a", "SUPPORT"), said("b", "SUPPORT")) is None
    assert difference(said("a", "SUPPORT"), said("b", "OBJECT")) is not None


def test_what_postgraphile_answers_is_put_together_as_the_screen_shows_it() -> None:
    lab = {
        "rowId": str(KEY),
        "names": {"en": "Lab", "fr": "Labo"},
        "purposes": {"en": "To try.", "fr": "Pour voir."},
        "illustrative": False,
        "languages": ["en"],
        "labLevelsByLabIdList": [{"code": "LOCAL", "names": {"en": "city"}, "place": 0}],
        "dialoguesByLabId": {"totalCount": 0, "nodes": []},
    }
    theirs = common(
        "board", {"data": {"allLabs": {"totalCount": 1, "nodes": [lab]}}}, postgraphile=True
    )
    ours = {
        "id": to_global("Lab", KEY),
        "name": "Lab",
        "purpose": "To try.",
        "illustrative": False,
        "languages": ["en"],
        "levels": [{"code": "LOCAL", "name": "city", "order": 0}],
        "dialogues": {"totalCount": 0, "nodes": []},
    }
    answer = {"data": {"labs": {"totalCount": 1, "nodes": [ours]}}}
    assert difference(common("board", answer), theirs) is None


def test_fields_are_counted_in_every_item() -> None:
    assert fields({"draft": {"id": "1", "sections": [{"text": "a"}, {"text": "b"}]}}) == 5


# ── judging ──


@pytest.mark.parametrize(("ours", "met"), [(5.5, [True, True]), (6.0, [False, True])])
def test_a_draft_page_is_held_against_both_peers_on_node(ours: float, met: list[bool]) -> None:
    line = judged(DRAFT, "closed.cpuEach", policylab=ours, postgraphile=10.0, mercurius=8.0)
    assert verdicts(line) == list(zip(("postgraphile", "mercurius"), met, strict=True))


def test_an_unchanged_page_is_held_against_the_whole_page_of_postgraphile() -> None:
    line = judged(UNCHANGED, "closed.cpuEach", policylab=0.3, postgraphile=10.0, mercurius=1.0)
    assert verdicts(line) == [("postgraphile", True)]
    line = judged(UNCHANGED, "closed.cpuEach", policylab=0.31, postgraphile=10.0)
    assert verdicts(line) == [("postgraphile", False)]


def test_a_peer_that_was_not_measured_gives_no_verdict() -> None:
    line = judged(DRAFT, "closed.cpuEach", policylab=1.0, mercurius=2.0)
    assert verdicts(line) == [("mercurius", True)]


def test_memory_and_deliveries_have_their_bounds() -> None:
    line = judged(MEMORY, "resident", policylab=80.0, postgraphile=200.0, mercurius=199.0)
    assert verdicts(line) == [("postgraphile", True), ("mercurius", False)]
    line = judged(LIVE, "cpuEach", **{"policylab": 20.0, "graphql-ws": 60.0})
    assert verdicts(line) == [("graphql-ws", True)]


def test_every_screen_is_in_the_mixture_and_memory_is_looked_at_after_them() -> None:
    named_otherwise = {"mixed", *SHOWN}
    assert set(MIXTURE) == {work.name for work in SCREENS} - named_otherwise
    assert set(SHOWN.values()) <= set(MIXTURE)
    assert WORKS.index(MEMORY) > max(WORKS.index(work) for work in SCREENS)
