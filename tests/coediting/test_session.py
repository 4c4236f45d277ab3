"""Who may write what, judged message by message, on bytes alone."""

from typing import Any
from uuid import UUID

import pytest

from policylab.coediting.protocol import Change
from policylab.coediting.reader import read_update
from policylab.coediting.rules import Right, Standing
from policylab.coediting.session import (
    MAX_NEW_IDS,
    Accepted,
    Knowledge,
    Missing,
    Refusal,
    Session,
    Verdict,
    judge,
    take_in,
)
from policylab.kit.errors import RefusalCode
from tests.coediting import crafted

ANNA, BEN, CITY, STATE, REGION = (UUID(int=number) for number in range(1, 6))


def judged(writer: Session, data: bytes, knowledge: Knowledge) -> Verdict:
    return judge(writer, Change(data, whole=False), knowledge)


def session(person: UUID = ANNA, capacity: UUID = CITY, right: Right = Right.WRITE) -> Session:
    return Session(Standing(right, person_id=person, capacity_id=capacity))


def after(*writers: tuple[Session, bytes]) -> Knowledge:
    """What is known once these have written, everything durable."""
    knowledge = Knowledge()
    for writer, data in writers:
        verdict = judged(writer, data, knowledge)
        assert isinstance(verdict, Accepted), verdict
        take_in(writer, verdict, knowledge)
        knowledge.committed = dict(knowledge.known)
    return knowledge


def code_of(verdict: Any) -> RefusalCode:
    assert isinstance(verdict, Refusal), verdict
    return verdict.code


def test_a_client_id_belongs_to_the_person_and_capacity_that_used_it_first() -> None:
    knowledge = after((session(), crafted.paragraph(7, "Anna's")))
    assert knowledge.owners == {7: (ANNA, CITY)}
    more = crafted.update(7, crafted.string("!", left=(7, 7)), clock=8)
    assert isinstance(judged(session(), more, knowledge), Accepted)
    for other in (session(BEN, CITY), session(ANNA, STATE), session(BEN, STATE)):
        assert code_of(judged(other, more, knowledge)) is RefusalCode.NOT_YOUR_ROLE


def test_what_is_known_may_come_again_from_anybody() -> None:
    knowledge = after((session(), crafted.paragraph(7, "Anna's")))
    verdict = judged(session(BEN, STATE, Right.READ), crafted.paragraph(7, "Anna's"), knowledge)
    assert isinstance(verdict, Accepted)
    assert not verdict.adds


def test_a_whole_update_is_refused_when_one_part_is_somebody_elses() -> None:
    knowledge = after((session(), crafted.paragraph(7, "Anna's")))
    ben = session(BEN, STATE)
    forged = crafted.update(7, crafted.string("!", left=(7, 7)), clock=8)
    own = crafted.paragraph(9, "Ben's")
    both = b"\x02" + own[1:-1] + forged[1:]
    assert code_of(judged(ben, both, knowledge)) is RefusalCode.NOT_YOUR_ROLE
    assert 9 not in knowledge.owners
    assert isinstance(judged(ben, own, knowledge), Accepted)


def test_words_of_others_are_nothing_to_build_on_until_they_are_durable() -> None:
    anna, ben, knowledge = session(), session(BEN, STATE), Knowledge()
    verdict = judged(anna, crafted.paragraph(7, "Anna's"), knowledge)
    assert isinstance(verdict, Accepted)
    take_in(anna, verdict, knowledge)
    beside = crafted.update(9, crafted.string("?", left=(7, 4)))
    assert judged(ben, beside, knowledge) == Missing()
    knowledge.committed = dict(knowledge.known)
    assert isinstance(judged(ben, beside, knowledge), Accepted)


@pytest.mark.parametrize(
    "data",
    [
        crafted.update(7, crafted.element(), clock=3),
        crafted.update(7, crafted.element(left=(9, 0))),
        crafted.update(7, crafted.element(parent=(9, 0))),
        b"\x00" + crafted.deleting(9, 0, 1),
        crafted.update(7, b"\x0a\x05", crafted.element()),
    ],
)
def test_what_builds_on_something_unknown_is_asked_for(data: bytes) -> None:
    assert judged(session(), data, Knowledge()) == Missing()


def test_a_reader_may_repeat_what_is_known_and_add_nothing() -> None:
    knowledge = after((session(), crafted.paragraph(7, "Anna's")))
    reader = session(BEN, STATE, Right.READ)
    verdict = judged(reader, crafted.paragraph(9, "Mine"), knowledge)
    assert code_of(verdict) is RefusalCode.NOT_ALLOWED


def test_a_connection_writes_under_few_client_ids() -> None:
    writer = session()
    ids = range(10, 10 + MAX_NEW_IDS)
    knowledge = after(*((writer, crafted.paragraph(number, "x")) for number in ids))
    verdict = judged(writer, crafted.paragraph(99, "x"), knowledge)
    assert code_of(verdict) is RefusalCode.TOO_LARGE
    assert isinstance(judged(writer, crafted.paragraph(10, "x"), knowledge), Accepted)
    again = session()
    known = crafted.update(10, crafted.element(), clock=3)
    assert isinstance(judged(again, known, knowledge), Accepted)


def signed(client: int, capacity: UUID) -> bytes:
    """A paragraph whose words are somebody's suggestion."""
    value = f'{{"id":"s","capacity":"{capacity}"}}'
    return crafted.update(
        client,
        crafted.element(),
        crafted.run((client, 0)),
        crafted.mark("insertion", value, parent=(client, 1)),
        crafted.string("words", left=(client, 2)),
        crafted.mark("insertion", "null", left=(client, 7)),
    )


def test_a_suggestion_carries_ones_own_capacity_or_one_that_is_in_the_text() -> None:
    knowledge = after((session(), signed(7, CITY)))
    ben = session(BEN, STATE)
    assert isinstance(judged(ben, signed(9, STATE), knowledge), Accepted)
    assert isinstance(judged(ben, signed(9, CITY), knowledge), Accepted)  # moved, or split
    assert code_of(judged(ben, signed(9, REGION), knowledge)) is RefusalCode.NOT_ALLOWED


@pytest.mark.parametrize("problem", crafted.hostile())
def test_hostile_updates_get_a_refusal_and_teach_nothing(problem: str) -> None:
    data = crafted.hostile()[problem]
    knowledge = after((session(), crafted.paragraph(5, "Words")))
    before = knowledge.shape.encode(), dict(knowledge.known), dict(knowledge.owners)
    code = code_of(judged(session(), data, knowledge))
    assert code in (RefusalCode.INVALID_INPUT, RefusalCode.TOO_LARGE)
    assert (knowledge.shape.encode(), knowledge.known, knowledge.owners) == before


def test_sections_and_needs_are_listed() -> None:
    update = read_update(crafted.update(9, crafted.string("?", left=(7, 4)), clock=2))
    assert update.sections == [(9, 2, 3)]
    assert update.needs == {7: 5}
