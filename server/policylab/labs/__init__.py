"""Labs and their dialogues: who takes part, under what mandate, in which phase."""

from policylab.labs.events import (
    AccessChanged,
    DelegationChanged,
    DialogueCreated,
    FactRecorded,
    GrantChanged,
    LabCreated,
    MandateChanged,
    NoticeSent,
    PhaseMoved,
)
from policylab.labs.facts import record_fact, state_fact
from policylab.labs.rules import LabRole, MandateState, Visibility
from policylab.labs.situation import facts_of, mandates_of, seats_of, situations_of
from policylab.labs.standing import Standing, may_read, standing, standings
from policylab.process.rules import Action, FactKind, Role

__all__ = [
    "AccessChanged",
    "Action",
    "DelegationChanged",
    "DialogueCreated",
    "FactKind",
    "FactRecorded",
    "GrantChanged",
    "LabCreated",
    "LabRole",
    "MandateChanged",
    "MandateState",
    "NoticeSent",
    "PhaseMoved",
    "Role",
    "Standing",
    "Visibility",
    "facts_of",
    "mandates_of",
    "may_read",
    "record_fact",
    "seats_of",
    "situations_of",
    "standing",
    "standings",
    "state_fact",
]
