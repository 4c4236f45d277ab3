"""From evidence to text and back: links to recommendations, coverage, progress reports."""

from policylab.strategies.clauses import Clause, clauses_in, clauses_now, headings_now, place_of
from policylab.strategies.coverage import (
    ADVICE,
    LINKS,
    RESPONSES,
    Part,
    Row,
    Trace,
    coverage_of,
    covered,
    judged_by,
)
from policylab.strategies.events import ReportFiled, TraceChanged
from policylab.strategies.rules import (
    CoverageState,
    TraceKind,
    TraceState,
    counted,
    coverage_state,
    trace_state,
)
from policylab.strategies.service import (
    attach_assessment,
    confirm_link,
    file_report,
    link_recommendation,
    respond,
    unlink_recommendation,
)

__all__ = [
    "ADVICE",
    "LINKS",
    "RESPONSES",
    "Clause",
    "CoverageState",
    "Part",
    "ReportFiled",
    "Row",
    "Trace",
    "TraceChanged",
    "TraceKind",
    "TraceState",
    "attach_assessment",
    "clauses_in",
    "clauses_now",
    "confirm_link",
    "counted",
    "coverage_of",
    "coverage_state",
    "covered",
    "file_report",
    "headings_now",
    "judged_by",
    "link_recommendation",
    "place_of",
    "respond",
    "trace_state",
    "unlink_recommendation",
]
