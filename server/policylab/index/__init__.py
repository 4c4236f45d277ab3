"""The evidence: INDEX editions, results and recommendations, and what dialogues answer."""

from policylab.index.events import (
    AssessmentAttached,
    RecommendationAnswered,
    RecommendationReferred,
)
from policylab.index.importing import Imported, import_file, read_file
from policylab.index.reference import load_reference, reference_files, reference_sources
from policylab.index.rules import (
    NEEDS_RESPONSE,
    AssessmentState,
    Confidence,
    EntryKind,
    RecommendationKind,
    ResponseAnswer,
    unweighted_mean,
)
from policylab.index.service import (
    attach,
    attached_to,
    dimensions_of,
    recommendations_of,
    record_response,
    responses_in,
    unanswered,
)

__all__ = [
    "NEEDS_RESPONSE",
    "AssessmentAttached",
    "AssessmentState",
    "Confidence",
    "EntryKind",
    "Imported",
    "RecommendationAnswered",
    "RecommendationKind",
    "RecommendationReferred",
    "ResponseAnswer",
    "attach",
    "attached_to",
    "dimensions_of",
    "import_file",
    "load_reference",
    "read_file",
    "recommendations_of",
    "record_response",
    "reference_files",
    "reference_sources",
    "responses_in",
    "unanswered",
    "unweighted_mean",
]
