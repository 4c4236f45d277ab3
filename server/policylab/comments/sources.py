"""Who may read remarks and amendments: whoever may read the dialogue; closed notes stay inside."""

from policylab.comments.tables import Amendment, Comment, Thread
from policylab.kit.sources import Scope, Source

_DIALOGUE = Scope.dialogue("dialogue_id")
_THREAD = Scope.all(
    _DIALOGUE,
    Scope.any(Scope.delegation("delegation_id"), Scope.where("{t}.visibility = 'DIALOGUE'")),
)
_OF_THREAD = Scope(
    "{t}.thread_id IN (SELECT h.id FROM thread h WHERE " + _THREAD.on("h") + ")"  # noqa: S608
)

THREAD = Source(Thread, _THREAD)
COMMENT = Source(Comment, _OF_THREAD)
AMENDMENT = Source(Amendment, _DIALOGUE)
