"""When a level has its quorum, and what a session is ready for."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.meetings import rules
from policylab.meetings.rules import MeetingState, Quorum, SeatAt

START = datetime(2026, 5, 4, 9, tzinfo=UTC)


def seats(number: int, *, voting: bool = True, occupied: bool = True) -> list[SeatAt]:
    return [SeatAt(uuid7(), "LOCAL", voting, occupied) for _ in range(number)]


def ids(found: list[SeatAt]) -> set[UUID]:
    return {seat.delegation_id for seat in found}


@given(seated=st.integers(0, 30), present=st.integers(0, 30))
def test_a_level_has_its_quorum_when_at_least_half_of_its_delegations_are_there(
    seated: int, present: int
) -> None:
    table = seats(seated)
    [found] = rules.quorums(["LOCAL"], table, ids(table[:present]))
    there = min(present, seated)
    assert (found.present, found.seated) == (there, seated)
    assert found.met is (seated > 0 and there >= seated - there)


def test_consulted_bodies_and_empty_seats_are_not_counted() -> None:
    voting, heard, empty = seats(2), seats(3, voting=False), seats(3, occupied=False)
    everybody = [*voting, *heard, *empty]
    [found] = rules.quorums(["LOCAL"], everybody, ids([voting[0], *heard, *empty]))
    assert found == Quorum("LOCAL", 1, 2)
    assert found.met
    [nobody] = rules.quorums(["LOCAL"], everybody, ids([*heard, *empty]))
    assert not nobody.met


def test_a_level_without_delegations_has_no_quorum() -> None:
    [local, national] = rules.quorums(["LOCAL", "NATIONAL"], table := seats(1), ids(table))
    assert (local.met, national.met) == (True, False)


def test_a_quorum_is_kept_as_it_was() -> None:
    found = [Quorum("LOCAL", 2, 3), Quorum("NATIONAL", 0, 1)]
    assert rules.quorums_from_json(rules.quorums_as_json(found)) == found


def test_what_comes_too_early_can_still_be_done_and_what_comes_too_late_can_not() -> None:
    rules.check_state(MeetingState.OPEN, MeetingState.OPEN, MeetingState.HELD)
    for state, code in (
        (MeetingState.PLANNED, RefusalCode.CONDITIONS_NOT_MET),
        (MeetingState.HELD, RefusalCode.CLOSED),
        (MeetingState.CANCELLED, RefusalCode.CLOSED),
    ):
        with pytest.raises(Refused) as refused:
            rules.check_state(state, MeetingState.OPEN)
        assert refused.value.code is code


def test_a_session_ends_after_it_begins_in_a_known_zone() -> None:
    rules.check_times(START, START + timedelta(hours=1))
    rules.check_times(START, None)
    for starts, ends, field in (
        (START, START, "ends_at"),
        (START.replace(tzinfo=None), None, "starts_at"),
    ):
        with pytest.raises(Refused) as refused:
            rules.check_times(starts, ends)
        assert refused.value.field == field


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://example.org", "example.org"])
def test_a_link_is_an_ordinary_web_address(link: str) -> None:
    assert rules.check_link(" https://example.org/room ") == "https://example.org/room"
    assert rules.check_link("") == ""
    with pytest.raises(Refused):
        rules.check_link(link)


def test_an_agenda_has_words_in_every_item_and_an_end() -> None:
    assert rules.check_agenda([" One ", "Two"]) == ["One", "Two"]
    with pytest.raises(Refused):
        rules.check_agenda(["One", " "])
    with pytest.raises(Refused) as refused:
        rules.check_agenda(["One"], already=rules.MOST_ITEMS)
    assert refused.value.code is RefusalCode.TOO_MANY
