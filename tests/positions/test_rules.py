"""What a delegation may say of a text, and how a position comes to count."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from policylab.kit.errors import RefusalCode, Refused
from policylab.positions.judging import Course, confirms_here
from policylab.positions.rules import (
    LONGEST_STATEMENT,
    MOST_POINTS,
    BallotState,
    Collecting,
    Pause,
    PositionState,
    Stance,
    Subject,
    Term,
    Words,
    check_head,
    check_mandate,
    check_open,
    check_step,
    check_words,
    counts_as_full,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("stance", "words", "field"),
    [
        (Stance.SUPPORT_WITH_RESERVATION, Words(reservations=["Not our budget."]), "reservations"),
        (Stance.CONDITIONAL, Words(conditions=["Name who pays."]), "conditions"),
        (Stance.OBJECT, Words(statement="It costs too much."), "statement"),
    ],
)
def test_reservations_conditions_and_objections_say_why(
    stance: Stance, words: Words, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_words(stance, Words(statement="  ").tidy(), consent=False)
    assert (refused.value.code, refused.value.field) == (RefusalCode.STATEMENT_REQUIRED, field)
    check_words(stance, words.tidy(), consent=False)


def test_under_consent_an_objection_may_come_without_reasons() -> None:
    check_words(Stance.OBJECT, Words(), consent=True)
    with pytest.raises(Refused):
        check_words(Stance.OBJECT, Words(), consent=False)


@pytest.mark.parametrize("stance", sorted(set(Stance) - {Stance.SUPPORT_WITH_RESERVATION}))
def test_reservations_belong_to_support_with_reservation(stance: Stance) -> None:
    with pytest.raises(Refused) as refused:
        check_words(stance, Words(statement="So.", reservations=["But."]), consent=False)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, "reservations")


@pytest.mark.parametrize("stance", sorted(set(Stance) - {Stance.CONDITIONAL}))
def test_conditions_belong_to_support_on_condition(stance: Stance) -> None:
    words = Words(statement="So.", conditions=["If."])
    if stance is Stance.SUPPORT_WITH_RESERVATION:
        words = Words(reservations=["But."], conditions=["If."])
    with pytest.raises(Refused) as refused:
        check_words(stance, words, consent=False)
    assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, "conditions")


def test_statements_and_points_have_bounds() -> None:
    for words, field in (
        (Words(statement="x" * (LONGEST_STATEMENT + 1)), "statement"),
        (Words(reservations=["x"] * (MOST_POINTS + 1)), "reservations"),
        (Words(conditions=["x" * (LONGEST_STATEMENT + 1)]), "conditions"),
    ):
        with pytest.raises(Refused) as refused:
            check_words(Stance.SUPPORT, words, consent=False)
        assert (refused.value.code, refused.value.field) == (RefusalCode.TOO_LARGE, field)
    check_words(Stance.SUPPORT, Words(statement="x" * LONGEST_STATEMENT), consent=False)


def test_words_are_kept_without_blanks_and_empty_points() -> None:
    words = Words(statement=" So. ", reservations=[" But. ", " "], conditions=["", "If."])
    assert words.tidy() == Words(statement="So.", reservations=["But."], conditions=["If."])


def test_a_subject_has_one_key_of_its_own() -> None:
    whole, clause, amendment = UUID(int=1), UUID(int=2), UUID(int=3)
    keys = {
        Subject(set_id=whole).key,
        Subject(set_id=whole, section_id=clause).key,
        Subject(set_id=clause, section_id=whole).key,
        Subject(set_id=whole, section_id=clause, amendment_id=amendment).key,
    }
    assert len(keys) == 4
    assert Subject(set_id=whole).key == whole
    again = Subject(set_id=whole, section_id=clause).key
    assert again == Subject(set_id=whole, section_id=clause).key


def term(*pauses: tuple[int, int]) -> Term:
    """From noon for two hours, with pauses in hours after noon."""
    return Term(
        opens_at=NOON,
        closes_at=NOON + 2 * HOUR,
        pauses=[Pause(since=NOON + a * HOUR, until=NOON + b * HOUR) for a, b in pauses],
    )


@pytest.mark.parametrize(
    ("state", "when", "taken"),
    [
        (BallotState.FREE, 100, True),
        (BallotState.OPEN, 0, True),
        (BallotState.OPEN, 1.99, True),
        (BallotState.OPEN, 2, False),
        (BallotState.CLOSED, 1, False),
    ],
)
def test_positions_are_taken_until_the_deadline(
    state: BallotState, when: float, taken: bool
) -> None:
    def check() -> None:
        check_open(state, term(), NOON + when * HOUR)

    if taken:
        check()
        return
    with pytest.raises(Refused) as refused:
        check()
    assert refused.value.code is RefusalCode.CLOSED


def test_a_referral_rests_the_procedure_and_moves_its_deadline() -> None:
    resting = term((1, 4))
    assert resting.ends_at == NOON + 5 * HOUR
    for hour in (1, 3.9):
        with pytest.raises(Refused) as refused:
            check_open(BallotState.OPEN, resting, NOON + hour * HOUR)
        assert refused.value.code is RefusalCode.CLOSED
    check_open(BallotState.OPEN, resting, NOON + 0.9 * HOUR)
    check_open(BallotState.OPEN, resting, NOON + 4.9 * HOUR)


def test_a_referrals_time_is_time_to_confirm_in() -> None:
    taken = Collecting(state=BallotState.OPEN, term=term((1, 4)))
    taken.check_confirming(NOON + 2 * HOUR)
    with pytest.raises(Refused):
        taken.check(NOON + 2 * HOUR)
    for late in (taken, Collecting(state=BallotState.CLOSED, term=term())):
        with pytest.raises(Refused):
            late.check_confirming(NOON + 6 * HOUR)


def test_without_a_mandate_a_position_is_ad_referendum_or_none() -> None:
    with pytest.raises(Refused) as refused:
        check_mandate(valid=False, ad_referendum=False)
    assert (refused.value.code, refused.value.field) == (RefusalCode.NO_MANDATE, "adReferendum")
    check_mandate(valid=False, ad_referendum=True)
    check_mandate(valid=True, ad_referendum=False)


def test_only_the_head_speaks_to_the_others() -> None:
    with pytest.raises(Refused) as refused:
        check_head(False)
    assert refused.value.code is RefusalCode.NOT_YOUR_ROLE
    check_head(True)


@pytest.mark.parametrize(
    ("state", "wanted", "code"),
    [
        (PositionState.DRAFTED, PositionState.CLEARED, RefusalCode.CONDITIONS_NOT_MET),
        (PositionState.CLEARED, PositionState.DRAFTED, RefusalCode.ALREADY_DONE),
        (PositionState.RELEASED, PositionState.DRAFTED, RefusalCode.ALREADY_DONE),
        (PositionState.RELEASED, PositionState.CLEARED, RefusalCode.ALREADY_DONE),
    ],
)
def test_drafted_then_cleared_then_released(
    state: PositionState, wanted: PositionState, code: RefusalCode
) -> None:
    with pytest.raises(Refused) as refused:
        check_step(state, wanted=wanted)
    assert refused.value.code is code
    check_step(wanted, wanted=wanted)


def test_ad_referendum_counts_once_confirmed() -> None:
    assert [
        counts_as_full(ad_referendum=doubtful, confirmed=confirmed)
        for doubtful in (False, True)
        for confirmed in (False, True)
    ] == [True, True, False, True]


@pytest.mark.parametrize(
    ("ad_referendum", "confirmed", "running", "later", "here"),
    [
        (True, False, True, False, True),
        (True, False, True, True, True),
        (True, False, False, True, False),
        (True, True, True, True, False),
        (False, False, False, True, False),
    ],
)
def test_a_confirmation_is_for_the_running_procedure_before_a_later_text(
    ad_referendum: bool, confirmed: bool, running: bool, later: bool, here: bool
) -> None:
    course = Course(
        delegation_id=UUID(int=1),
        state=PositionState.RELEASED,
        superseded=False,
        ad_referendum=ad_referendum,
        confirmed=confirmed,
    )
    taken = Collecting(state=BallotState.OPEN if running else BallotState.FREE, term=term())
    assert confirms_here(course, taken, later=later) is here


@pytest.mark.parametrize(("ad_referendum", "confirmed"), [(False, False), (True, True)])
def test_what_counts_in_full_has_nothing_to_confirm(ad_referendum: bool, confirmed: bool) -> None:
    course = Course(
        delegation_id=UUID(int=1),
        state=PositionState.RELEASED,
        superseded=False,
        ad_referendum=ad_referendum,
        confirmed=confirmed,
    )
    with pytest.raises(Refused) as refused:
        confirms_here(course, Collecting(), later=False)
    assert refused.value.code is RefusalCode.ALREADY_DONE
