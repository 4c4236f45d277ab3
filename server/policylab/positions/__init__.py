"""Where delegations stand on a text: drafted inside, cleared by the head, then released."""

from policylab.positions.ballots import (
    close_ballot,
    free_ballot,
    hold_ballot,
    open_ballot,
    pause_ballot,
    terms_of,
)
from policylab.positions.conditions import confirm_condition, mark_condition_met
from policylab.positions.events import (
    ConditionMarked,
    PositionConfirmed,
    PositionPrepared,
    PositionReleased,
)
from policylab.positions.in_one import take_in_one
from policylab.positions.reading import (
    ConditionCourse,
    Stand,
    conditions_of,
    history_of,
    stands_on,
)
from policylab.positions.rules import (
    BallotState,
    Pause,
    PositionState,
    Stance,
    Subject,
    Term,
    Words,
    counts_as_full,
)
from policylab.positions.service import (
    clear_position,
    confirm_position,
    draft_position,
    release_position,
    subject_of,
    take_position,
)
from policylab.positions.steps import Step, steps_of
from policylab.positions.subjects import Cited, cited
from policylab.positions.versions import later_subjects, on_earlier_text

__all__ = [
    "BallotState",
    "Cited",
    "ConditionCourse",
    "ConditionMarked",
    "Pause",
    "PositionConfirmed",
    "PositionPrepared",
    "PositionReleased",
    "PositionState",
    "Stance",
    "Stand",
    "Step",
    "Subject",
    "Term",
    "Words",
    "cited",
    "clear_position",
    "close_ballot",
    "conditions_of",
    "confirm_condition",
    "confirm_position",
    "counts_as_full",
    "draft_position",
    "free_ballot",
    "history_of",
    "hold_ballot",
    "later_subjects",
    "mark_condition_met",
    "on_earlier_text",
    "open_ballot",
    "pause_ballot",
    "release_position",
    "stands_on",
    "steps_of",
    "subject_of",
    "take_in_one",
    "take_position",
    "terms_of",
]
