"""Writing one text together, live: who wrote what, stored before anybody else sees it."""

from policylab.coediting.anchors import Spot, read_anchor
from policylab.coediting.authors import Authorship, Share, Written, authorship_at, written_by
from policylab.coediting.events import DraftClosed, DraftReopened, TextChanged
from policylab.coediting.heavy import apart
from policylab.coediting.history import Past, Record, position_at, text_at
from policylab.coediting.hub import Hub
from policylab.coediting.looking import made_of, newest
from policylab.coediting.outline import Suggestion, suggestions_in
from policylab.coediting.removals import MOST_ROWS, Removal, removed_by
from policylab.coediting.restoring import restore_text
from policylab.coediting.rules import NOBODY, Asked, Gate, Right, Standing
from policylab.coediting.service import (
    Text,
    accept_suggestion,
    close_draft,
    committed_text,
    edit_text,
    make_anchor,
    open_draft,
    reject_suggestion,
    reopen_draft,
    resolve_anchors,
)
from policylab.coediting.spells import keep_up
from policylab.coediting.stored import log_positions

__all__ = [
    "MOST_ROWS",
    "NOBODY",
    "Asked",
    "Authorship",
    "DraftClosed",
    "DraftReopened",
    "Gate",
    "Hub",
    "Past",
    "Record",
    "Removal",
    "Right",
    "Share",
    "Spot",
    "Standing",
    "Suggestion",
    "Text",
    "TextChanged",
    "Written",
    "accept_suggestion",
    "apart",
    "authorship_at",
    "close_draft",
    "committed_text",
    "edit_text",
    "keep_up",
    "log_positions",
    "made_of",
    "make_anchor",
    "newest",
    "open_draft",
    "position_at",
    "read_anchor",
    "reject_suggestion",
    "removed_by",
    "reopen_draft",
    "resolve_anchors",
    "restore_text",
    "suggestions_in",
    "text_at",
    "written_by",
]
