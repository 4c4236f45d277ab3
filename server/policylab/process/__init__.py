"""Templates, phases, and what they allow. Pure over facts; knows no person and no table."""

from policylab.process.conditions import ConditionState
from policylab.process.engine import (
    Due,
    Outlook,
    WhyNot,
    check_move,
    exit_states,
    outlook,
    settled,
)
from policylab.process.library import (
    BadTemplate,
    bodies,
    digest_of,
    known_template,
    load_file,
    problems_of,
    shipped,
    template_of,
    templates,
)
from policylab.process.rules import (
    GRANTED_ROLES,
    SEAT_ROLES,
    Action,
    ConditionKind,
    FactKind,
    Role,
    Said,
)
from policylab.process.schema import printed_schema, template_schema
from policylab.process.situation import Fact, Seat, SeatMandate, Situation
from policylab.process.template import Phase, Setting, Template
from policylab.process.words import ACTIONS, ROLES

__all__ = [
    "ACTIONS",
    "GRANTED_ROLES",
    "ROLES",
    "SEAT_ROLES",
    "Action",
    "BadTemplate",
    "ConditionKind",
    "ConditionState",
    "Due",
    "Fact",
    "FactKind",
    "Outlook",
    "Phase",
    "Role",
    "Said",
    "Seat",
    "SeatMandate",
    "Setting",
    "Situation",
    "Template",
    "WhyNot",
    "bodies",
    "check_move",
    "digest_of",
    "exit_states",
    "known_template",
    "load_file",
    "outlook",
    "printed_schema",
    "problems_of",
    "settled",
    "shipped",
    "template_of",
    "template_schema",
    "templates",
]
