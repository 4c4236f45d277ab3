"""Who may read about holds: everybody with a place in the lab."""

from policylab.kit.sources import Scope, Source
from policylab.retention.tables import LegalHold

LEGAL_HOLD = Source(LegalHold, Scope.lab("lab_id"), order=("since", "id"))
