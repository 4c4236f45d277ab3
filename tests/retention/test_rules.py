"""How long things are kept, and what is due then."""

from datetime import date

import pytest

from policylab.kit.errors import RefusalCode, Refused
from policylab.retention.rules import (
    LONGEST_REASON,
    SCHEDULE,
    Fate,
    RetentionClass,
    check_reason,
    due_on,
)


def test_every_class_says_from_when_how_long_and_what_then() -> None:
    assert set(SCHEDULE) == set(RetentionClass)


@pytest.mark.parametrize("kept_as", list(RetentionClass))
def test_what_is_kept_for_ever_is_never_due_and_all_else_is(kept_as: RetentionClass) -> None:
    due = due_on(kept_as, date(2026, 3, 1))
    assert (due is None) is (SCHEDULE[kept_as].fate is Fate.KEEP)


def test_a_class_is_due_so_many_days_after_its_trigger() -> None:
    assert due_on(RetentionClass.NOTICE, date(2026, 1, 1)) == date(2026, 4, 1)
    assert due_on(RetentionClass.ACCOUNT, date(2024, 2, 29)) == date(2025, 2, 28)
    assert due_on(RetentionClass.DECISION_RECORD, date(2026, 1, 1)) is None


def test_a_hold_says_why() -> None:
    for reason, code in (
        ("", RefusalCode.STATEMENT_REQUIRED),
        (" \n ", RefusalCode.STATEMENT_REQUIRED),
        ("x" * (LONGEST_REASON + 1), RefusalCode.TOO_LARGE),
    ):
        with pytest.raises(Refused) as refused:
            check_reason(reason)
        assert (refused.value.code, refused.value.field) == (code, "reason")
    assert check_reason("  A court asks for it. ") == "A court asks for it."
