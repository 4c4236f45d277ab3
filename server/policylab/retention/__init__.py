"""How long things are kept, what holds them, and how a person's identity is taken away."""

from policylab.retention.erasing import Erasure, erase_person
from policylab.retention.events import HoldLifted, HoldPlaced
from policylab.retention.holds import lift_hold, place_hold
from policylab.retention.rules import (
    SCHEDULE,
    Fate,
    Keeping,
    RetentionClass,
    Trigger,
    due_on,
)

__all__ = [
    "SCHEDULE",
    "Erasure",
    "Fate",
    "HoldLifted",
    "HoldPlaced",
    "Keeping",
    "RetentionClass",
    "Trigger",
    "due_on",
    "erase_person",
    "lift_hold",
    "place_hold",
]
