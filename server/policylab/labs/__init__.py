"""Labs and their dialogues: who takes part, under what mandate, in which phase."""

from policylab.labs.capacities import capacities_by_id
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
from policylab.labs.facts import STATED, record_fact, state_fact
from policylab.labs.grants import end_grant, grant_role
from policylab.labs.mandates import (
    delegations_by_id,
    delegations_in,
    file_mandate,
    mandate_carrying,
    mandate_states,
    revoke_mandate,
)
from policylab.labs.phases import move_phase, send_notice
from policylab.labs.rules import LabRole, MandateState, Visibility, best_state, mandate_state
from policylab.labs.seats import (
    Invited,
    accept_invitation,
    create_delegation,
    end_delegate,
    end_delegation,
    invite_to_delegation,
    seat_delegate,
)
from policylab.labs.service import (
    create_dialogue,
    create_lab,
    end_lab_grant,
    grant_lab_role,
    labs_by_id,
    levels_of,
    require_in_lab,
    roles_in_lab,
)
from policylab.labs.situation import facts_of, facts_of_mandates, mandates_of, situations_of
from policylab.labs.standing import Standing, may_read, standing, standings
from policylab.process.rules import Action, FactKind, Role

__all__ = [
    "STATED",
    "AccessChanged",
    "Action",
    "DelegationChanged",
    "DialogueCreated",
    "FactKind",
    "FactRecorded",
    "GrantChanged",
    "Invited",
    "LabCreated",
    "LabRole",
    "MandateChanged",
    "MandateState",
    "NoticeSent",
    "PhaseMoved",
    "Role",
    "Standing",
    "Visibility",
    "accept_invitation",
    "best_state",
    "capacities_by_id",
    "create_delegation",
    "create_dialogue",
    "create_lab",
    "delegations_by_id",
    "delegations_in",
    "end_delegate",
    "end_delegation",
    "end_grant",
    "end_lab_grant",
    "facts_of",
    "facts_of_mandates",
    "file_mandate",
    "grant_lab_role",
    "grant_role",
    "invite_to_delegation",
    "labs_by_id",
    "levels_of",
    "mandate_carrying",
    "mandate_state",
    "mandate_states",
    "mandates_of",
    "may_read",
    "move_phase",
    "record_fact",
    "require_in_lab",
    "revoke_mandate",
    "roles_in_lab",
    "seat_delegate",
    "send_notice",
    "situations_of",
    "standing",
    "standings",
    "state_fact",
]
