"""Benchmarks answer the rows that design and scripts rely on; no figure is judged here."""

import json
import time

from bench.kit.rows import Row, report, side_by_side


def test_both_sides_work_in_turns_and_equally_often() -> None:
    turns: list[str] = []
    side_by_side(lambda: turns.append("ours"), lambda: turns.append("theirs"), runs=4)
    assert turns == ["ours", "theirs", "theirs", "ours"] * 2


def test_what_takes_longer_has_the_greater_figure() -> None:
    ours, theirs = side_by_side(lambda: None, lambda: time.sleep(0.01), runs=3)
    assert ours < theirs


def test_the_report_names_machine_date_and_every_figure_of_a_row() -> None:
    row = Row(
        bench="b",
        work="w",
        figure="time",
        unit="ms",
        ours=1.0,
        peer="p",
        peer_version="1",
        theirs=2.0,
        ratio=0.5,
        runs=3,
    )
    said = json.loads(json.dumps(report([row])))
    assert set(said) == {"machine", "date", "rows"}
    assert set(said["rows"][0]) == {
        *("bench", "work", "figure", "unit", "ours", "peer", "peer_version", "theirs"),
        *("ratio", "runs"),
    }
