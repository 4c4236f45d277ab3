"""Nobody appears as somebody else: names come from the server, places are checked."""

import json
from typing import Any
from uuid import UUID

import pytest

from policylab.coediting.presence import Presence, shown
from policylab.coediting.rules import Right, Standing

ANNA = Standing(Right.WRITE, UUID(int=1), UUID(int=2), "local", "mayor", "City", "Anna")


def position(**changes: Any) -> dict[str, Any]:
    return {"type": None, "tname": "default", "item": {"client": 7, "clock": 3}, **changes}


def test_the_name_is_the_servers_whatever_the_client_says() -> None:
    state = {"user": {"name": "The Minister"}, "name": "x", "cursor": None}
    said = shown(state, ANNA)
    assert said == {
        "user": {
            "name": "Anna",
            "function": "mayor",
            "organisation": "City",
            "level": "local",
            "capacity": str(UUID(int=2)),
            "right": "write",
        }
    }


def test_a_cursor_is_two_relative_positions_and_nothing_else() -> None:
    cursor = {"anchor": position(html="<b>"), "head": position(assoc=-1), "more": 1}
    said = shown({"cursor": cursor}, ANNA)
    assert said["cursor"] == {
        "anchor": position(assoc=0),
        "head": position(assoc=-1),
    }


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "x",
        7,
        [],
        {"item": 7},
        {"item": {"client": -1, "clock": 0}},
        {"item": {"client": 7, "clock": 1.5}},
        {"type": {"client": "7", "clock": 0}},
        {"item": {"client": 2**60, "clock": 0}},
    ],
)
def test_a_cursor_that_is_none_is_left_out(bad: Any) -> None:
    assert "cursor" not in shown({"cursor": {"anchor": bad, "head": position()}}, ANNA)
    assert "cursor" not in shown(bad, ANNA)


def test_only_what_is_newer_counts_and_who_leaves_is_let_go() -> None:
    presence = Presence()
    presence.take(7, 2, {}, ANNA)
    presence.take(7, 1, None, ANNA)
    presence.take(7, 2**40, None, ANNA)
    assert [(client, clock) for client, clock, _ in presence.news()] == [(7, 2)]
    assert presence.news() == []
    assert len(presence.everybody()) == 1
    presence.leave({7, 8})
    assert presence.news() == [(7, 3, "null")]
    assert presence.everybody() == []
    presence.take(7, 1, {}, ANNA)
    (news,) = presence.news()
    assert json.loads(news[2])["user"]["name"] == "Anna"
