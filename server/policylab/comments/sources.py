"""Who may read remarks and amendments: whoever may read the dialogue; closed notes stay inside."""

from policylab.comments.tables import Amendment, Comment, Thread
from policylab.kit.sources import Scope, Source

_DIALOGUE = Scope.dialogue("dialogue_id")
_WITHIN = Scope.all(
    _DIALOGUE,
    Scope.any(Scope.delegation("delegation_id"), Scope.where("{t}.delegation_id IS NULL")),
)

THREAD = Source(Thread, _WITHIN)
COMMENT = Source(Comment, _WITHIN)
AMENDMENT = Source(Amendment, _DIALOGUE)
