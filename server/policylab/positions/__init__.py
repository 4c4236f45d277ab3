"""Where delegations stand on a text: drafted inside, cleared by the head, then released."""

from policylab.positions.ballots import (
    asks_for_reasons,
    close_ballot,
    free_ballot,
    hold_ballot,
    open_ballot,
    pause_ballot,
    share_ballot,
    terms_of,
)
from policylab.positions.conditions import confirm_condition, mark_condition_met
from policylab.positions.events import (
    ConditionMarked,
    PositionConfirmed,
    PositionPrepared,
    PositionReleased,
)
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
)
from policylab.positions.service import (
    clear_position,
    confirm_position,
    draft_position,
    release_position,
    subject_of,
    take_position,
)
from policylab.positions.subjects import Cited, cited

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
    "Subject",
    "Term",
    "Words",
    "asks_for_reasons",
    "cited",
    "clear_position",
    "close_ballot",
    "conditions_of",
    "confirm_condition",
    "confirm_position",
    "draft_position",
    "free_ballot",
    "history_of",
    "hold_ballot",
    "mark_condition_met",
    "open_ballot",
    "pause_ballot",
    "release_position",
    "share_ballot",
    "stands_on",
    "subject_of",
    "take_position",
    "terms_of",
]
