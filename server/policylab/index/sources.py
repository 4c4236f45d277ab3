"""Who may read the evidence: reference data everybody signed in, answers those in the dialogue."""

from policylab.index.tables import (
    Assessment,
    DialogueAssessment,
    Dimension,
    DimensionMapping,
    IndexEdition,
    IndexReport,
    PeerGroup,
    Recommendation,
    RecommendationDimension,
    RecommendationResponse,
    ReferenceEntry,
    Score,
    SourceEntry,
)
from policylab.kit.sources import Scope, Source

_REFERENCE = Scope.public()
_DIALOGUE = Scope.dialogue("dialogue_id")

SOURCE = Source(SourceEntry, _REFERENCE, order=("reference",), append_only=True)
INDEX_EDITION = Source(IndexEdition, _REFERENCE, order=("place",), append_only=True)
DIMENSION = Source(Dimension, _REFERENCE, order=("place",), append_only=True)
DIMENSION_MAPPING = Source(DimensionMapping, _REFERENCE, append_only=True)
PEER_GROUP = Source(PeerGroup, _REFERENCE, order=("reference",), append_only=True)
INDEX_REPORT = Source(IndexReport, _REFERENCE, order=("published",), append_only=True)
ASSESSMENT = Source(Assessment, _REFERENCE, order=("dated", "id"), append_only=True)
SCORE = Source(Score, _REFERENCE, order=("place", "id"), append_only=True)
RECOMMENDATION = Source(Recommendation, _REFERENCE, order=("place", "id"), append_only=True)
RECOMMENDATION_DIMENSION = Source(RecommendationDimension, _REFERENCE, append_only=True)
REFERENCE_ENTRY = Source(ReferenceEntry, _REFERENCE, order=("dated",), append_only=True)
DIALOGUE_ASSESSMENT = Source(DialogueAssessment, _DIALOGUE, append_only=True)
RECOMMENDATION_RESPONSE = Source(RecommendationResponse, _DIALOGUE)
