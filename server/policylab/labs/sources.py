"""Who may read about labs, dialogues and those who take part."""

from policylab.kit.sources import Scope, Source
from policylab.labs.tables import (
    Capacity,
    Convocation,
    Delegate,
    Delegation,
    Dialogue,
    DialogueFact,
    Grant,
    Invitation,
    Lab,
    LabGrant,
    LabLevel,
    Mandate,
    PhaseRun,
)

_DIALOGUE = Scope.dialogue("dialogue_id")

LAB = Source(Lab, Scope.lab("id"))
LAB_LEVEL = Source(LabLevel, Scope.lab("lab_id"), order=("place",))
LAB_GRANT = Source(LabGrant, Scope.lab("lab_id"))
DIALOGUE = Source(Dialogue, Scope.dialogue("id"))
PHASE_RUN = Source(PhaseRun, _DIALOGUE, order=("entered_at", "id"))
DELEGATION = Source(Delegation, _DIALOGUE)
CAPACITY = Source(Capacity, _DIALOGUE)
DELEGATE = Source(Delegate, _DIALOGUE)
MANDATE = Source(Mandate, _DIALOGUE)
GRANT = Source(Grant, _DIALOGUE)
INVITATION = Source(Invitation, Scope.system())
CONVOCATION = Source(Convocation, _DIALOGUE)
DIALOGUE_FACT = Source(DialogueFact, _DIALOGUE, order=("at", "id"), append_only=True)
