"""What a table of the co-editing benchmark calls met is met."""

from dataclasses import dataclass

import pytest

from bench.coedit.method import missing
from bench.kit.generating import Found
from bench.kit.judging import Results
from bench.kit.work import BEST, Bound, Figure, Work


@dataclass
class Named:
    """A server as far as judging looks at it."""

    name: str
    version: str = "1.0"


def results(figure: Figure, **values: list[float]) -> Results:
    work = Work("work", "work", "", (figure,))
    found: dict[tuple[str, str], list[Found]] = {
        ("work", name): [{"part": {"number": value}} for value in runs]
        for name, runs in values.items()
    }
    servers = [Named(name) for name in ("ours", "fast", "slow")]
    return Results([work], servers, found)


def figure(*bounds: Bound, more: bool = False, most: float | None = None) -> Figure:
    return Figure(
        "part.number", "work", "time", "ms", more_is_better=more, bounds=bounds, most=most
    )


def verdicts(found: Results) -> list[tuple[str | None, bool]]:
    return [(bound["against"], bound["met"]) for bound in found.lines()[0]["bounds"]]


@pytest.mark.parametrize(("ours", "met"), [(25.0, True), (26.0, False)])
def test_a_time_must_be_short_enough_against_each_peer_named(ours: float, met: bool) -> None:
    bound = Bound(("fast", "slow"), 1 / 4, 1 / 8)
    found = results(figure(bound), ours=[ours], fast=[100], slow=[1000])
    assert verdicts(found) == [("fast", met), ("slow", True)]


@pytest.mark.parametrize(("ours", "met"), [(250.0, True), (249.0, False)])
def test_a_rate_must_be_high_enough_against_the_best_peer(ours: float, met: bool) -> None:
    found = results(figure(Bound(BEST, 2.5, 5), more=True), ours=[ours], fast=[100], slow=[10])
    assert verdicts(found) == [("fast", met)]


def test_the_best_peer_is_the_one_that_takes_least_where_less_is_better() -> None:
    found = results(figure(Bound(BEST, 1, 0.85)), ours=[9], fast=[10], slow=[1000])
    assert verdicts(found) == [("fast", True)]


def test_medians_are_judged_and_what_failed_is_left_out() -> None:
    found = results(figure(Bound(BEST, 1, 1)), ours=[1, 100, 2], fast=[50, 1, 3])
    (row,) = found.rows("bench")
    assert (row.ours, row.theirs, row.peer, row.runs) == (2, 3, "fast", 3)
    assert found.lines()[0]["values"]["slow"] is None
    assert verdicts(found) == [("fast", True)]


def test_nothing_lost_is_met_and_one_letter_is_not() -> None:
    assert verdicts(results(figure(most=0), ours=[0], fast=[9], slow=[9])) == [(None, True)]
    assert verdicts(results(figure(most=0), ours=[1], fast=[9], slow=[9])) == [(None, False)]


def test_letters_are_missing_when_somebody_had_them_and_the_text_has_not() -> None:
    reached = {"1": 10, "2": 5, "3": 4}
    assert missing(reached, {"1": 12, "2": 5, "3": 4}) == 0
    assert missing(reached, {"1": 7, "3": 4}) == 3 + 5
