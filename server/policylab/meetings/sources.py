"""Who may read about lab sessions: everybody in the dialogue."""

from policylab.kit.sources import Scope, Source
from policylab.meetings.tables import AgendaItem, Attendance, Meeting, Minutes

_DIALOGUE = Scope.dialogue("dialogue_id")

MEETING = Source(Meeting, _DIALOGUE, order=("starts_at", "id"))
AGENDA_ITEM = Source(AgendaItem, _DIALOGUE, order=("number",))
ATTENDANCE = Source(Attendance, _DIALOGUE)
MINUTES = Source(Minutes, _DIALOGUE)
