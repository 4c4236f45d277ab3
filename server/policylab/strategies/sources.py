"""Who may read links and progress reports: whoever may read the dialogue."""

from policylab.kit.sources import Scope, Source
from policylab.strategies.tables import MonitoringReport, TraceLink

TRACE_LINK = Source(TraceLink, Scope.dialogue("dialogue_id"))
MONITORING_REPORT = Source(
    MonitoringReport, Scope.dialogue("dialogue_id"), order=("date", "id"), append_only=True
)
