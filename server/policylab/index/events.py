"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class AssessmentAttached(Event):
    """A dialogue works on an INDEX result from now on."""

    kind: ClassVar[str] = "assessment.attached"
    assessment_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecommendationAnswered(Event):
    """A recommendation was answered, or answered anew."""

    kind: ClassVar[str] = "recommendation.answered"
    recommendation_id: UUID
    response_id: UUID
    answer: str


@dataclass(frozen=True, kw_only=True)
class RecommendationReferred(Event):
    """A recommendation was referred to a level: its delegations hear of it (invariant 11)."""

    kind: ClassVar[str] = "recommendation.referred"
    recommendation_id: UUID
    level: str
    """The code of the level."""
