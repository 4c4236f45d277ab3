"""Who may read the logs of live texts: the house alone. What people read are sections.

Who wrote when is read by whoever may read the text.
"""

from policylab.coediting.tables import (
    DraftCarried,
    DraftClient,
    DraftHead,
    DraftSnapshot,
    DraftSpell,
    DraftUpdate,
)
from policylab.kit.sources import Scope, Source

DRAFT_HEAD = Source(DraftHead, Scope.system())
DRAFT_UPDATE = Source(DraftUpdate, Scope.system(), order=("draft_id", "seq"))
DRAFT_SNAPSHOT = Source(DraftSnapshot, Scope.system(), order=("draft_id", "seq"))
DRAFT_CLIENT = Source(DraftClient, Scope.system(), order=("draft_id", "client_id"))
DRAFT_CARRIED = Source(
    DraftCarried, Scope.system(), order=("draft_id", "client_id", "clock"), append_only=True
)
DRAFT_SPELL = Source(DraftSpell, Scope.dialogue("dialogue_id"), order=("last_seq",))
