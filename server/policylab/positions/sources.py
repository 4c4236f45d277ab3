"""Who may read positions: a delegation its own, everybody in the dialogue what was released."""

from policylab.kit.sources import Scope, Source
from policylab.positions.tables import (
    Ballot,
    BallotPause,
    BallotTerm,
    ConditionMark,
    Position,
    PositionCondition,
)

_DIALOGUE = Scope.dialogue("dialogue_id")
_POSITION = Scope.all(
    _DIALOGUE,
    Scope.any(Scope.delegation("delegation_id"), Scope.where("{t}.released_at IS NOT NULL")),
)
_OF_POSITION = Scope(
    "{t}.position_id IN (SELECT p.id FROM position p WHERE " + _POSITION.on("p") + ")"  # noqa: S608
)

POSITION = Source(Position, _POSITION, order=("created_at", "id"))
POSITION_CONDITION = Source(
    PositionCondition, _OF_POSITION, order=("position_id", "place"), append_only=True
)
CONDITION_MARK = Source(ConditionMark, _DIALOGUE, order=("id",), append_only=True)
BALLOT = Source(Ballot, _DIALOGUE)
BALLOT_TERM = Source(BallotTerm, _DIALOGUE, append_only=True)
BALLOT_PAUSE = Source(BallotPause, _DIALOGUE, append_only=True)
