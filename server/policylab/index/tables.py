"""How the evidence is stored: sources, editions, results, recommendations, and the answers.

What comes from the world is reference data: everybody signed in may read it. What a dialogue makes
of it (which results it works on, how it answers) carries `lab_id` and `dialogue_id`.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from policylab.index.rules import (
    AssessmentState,
    Confidence,
    EntryKind,
    RecommendationKind,
    ResponseAnswer,
)
from policylab.kit.tables import Table, choice, choice_check, jsonb, localised, moment


class SourceEntry(Table, table=True):
    """Who says something about the real world, and where."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("reference", name="source_reference_key"),)

    reference: str
    title: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text)


class IndexEdition(Table, table=True):
    """A version of the questionnaire."""

    __tablename__ = "index_edition"
    __table_args__ = (UniqueConstraint("code", name="index_edition_code_key"),)

    code: str
    labels: dict[str, str] = localised()
    place: int
    attested: str = ""
    questions: int | None = None
    indicators: int | None = None
    complete: bool = False
    """Whether the list of its dimensions was seen whole."""
    comment: str = Field(default="", sa_type=Text)
    source_reference: str | None = None


class Dimension(Table, table=True):
    """A policy area of one edition."""

    __tablename__ = "dimension"
    __table_args__ = (UniqueConstraint("edition_id", "code", name="dimension_code_key"),)

    edition_id: UUID = Field(foreign_key="index_edition.id", index=True)
    code: str
    names: dict[str, str] = localised()
    place: int
    optional: bool = False
    composite_id: UUID | None = Field(default=None, foreign_key="dimension.id")
    """The composite it is part of."""


class DimensionMapping(Table, table=True):
    """Which policy area of one edition is which of another."""

    __tablename__ = "dimension_mapping"
    __table_args__ = (UniqueConstraint("earlier_id", "later_id", name="dimension_mapping_key"),)

    earlier_id: UUID = Field(foreign_key="dimension.id", index=True)
    later_id: UUID = Field(foreign_key="dimension.id", index=True)


class PeerGroup(Table, table=True):
    """Cities chosen for comparison, by population or by the share of foreign-born people."""

    __tablename__ = "peer_group"
    __table_args__ = (UniqueConstraint("reference", name="peer_group_reference_key"),)

    reference: str
    names: dict[str, str] = localised()
    population_from: int | None = None
    population_to: int | None = None
    share_from: int | None = None
    """Foreign-born people in per cent."""
    share_to: int | None = None


class IndexReport(Table, table=True):
    """A published INDEX report that we know of."""

    __tablename__ = "index_report"
    __table_args__ = (UniqueConstraint("territory_id", "published", name="index_report_key"),)

    territory_id: UUID = Field(foreign_key="territory.id", index=True)
    published: str
    sample: str = ""
    """How many cities it compares, as its title says."""
    seen: str
    source_reference: str


class Assessment(Table, table=True):
    """One city, one edition, one date."""

    __tablename__ = "assessment"
    __table_args__ = (
        choice_check("state", AssessmentState),
        UniqueConstraint("reference", name="assessment_reference_key"),
        CheckConstraint("illustrative OR source_reference IS NOT NULL", name="real_has_source"),
    )

    reference: str
    territory_id: UUID = Field(foreign_key="territory.id", index=True)
    edition_id: UUID = Field(foreign_key="index_edition.id")
    dated: str
    """The moment as its source gives it; sorts by year."""
    answered_on: str | None = None
    published_on: str | None = None
    sample_size: int | None = None
    state: AssessmentState = Field(sa_type=choice(AssessmentState))
    source_reference: str | None = None
    illustrative: bool = False


class Score(Table, table=True):
    """A figure as published; never computed. Without a dimension it is the overall result."""

    __tablename__ = "score"
    __table_args__ = (
        choice_check("confidence", Confidence),
        CheckConstraint("value BETWEEN 0 AND 100", name="value_range"),
        CheckConstraint("peer_mean BETWEEN 0 AND 100", name="mean_range"),
        CheckConstraint("value IS NOT NULL OR rank IS NOT NULL", name="says_something"),
        CheckConstraint("illustrative OR source_reference IS NOT NULL", name="real_has_source"),
        Index(
            "score_one_of_a_kind",
            "assessment_id",
            "dimension_id",
            "peer_group_id",
            "source_reference",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    assessment_id: UUID = Field(foreign_key="assessment.id", index=True)
    dimension_id: UUID | None = Field(default=None, foreign_key="dimension.id")
    peer_group_id: UUID | None = Field(default=None, foreign_key="peer_group.id")
    value: int | None = None
    peer_mean: int | None = None
    rank: int | None = None
    sample_size: int | None = None
    """How many cities the rank or mean was taken over; a rank goes stale as it grows."""
    dated: str
    confidence: Confidence = Field(sa_type=choice(Confidence))
    source_reference: str | None = None
    note: str = Field(default="", sa_type=Text)
    place: int = 0
    illustrative: bool = False


class Recommendation(Table, table=True):
    """Advice, a field to improve, a strength: from a report or an expert visit."""

    __tablename__ = "recommendation"
    __table_args__ = (
        choice_check("kind", RecommendationKind),
        choice_check("confidence", Confidence),
        UniqueConstraint("reference", name="recommendation_reference_key"),
        CheckConstraint("illustrative OR source_reference IS NOT NULL", name="real_has_source"),
    )

    reference: str
    assessment_id: UUID | None = Field(default=None, foreign_key="assessment.id", index=True)
    """None where it comes from an expert visit."""
    territory_id: UUID = Field(foreign_key="territory.id", index=True)
    origin: str = ""
    dated: str
    number: str
    place: int
    kind: RecommendationKind = Field(sa_type=choice(RecommendationKind))
    texts: dict[str, str] = localised()
    page: int | None = None
    confidence: Confidence = Field(sa_type=choice(Confidence))
    source_reference: str | None = None
    illustrative: bool = False


class RecommendationDimension(Table, table=True):
    """Which policy areas a recommendation is about."""

    __tablename__ = "recommendation_dimension"
    __table_args__ = (
        UniqueConstraint("recommendation_id", "dimension_id", name="recommendation_dimension_key"),
    )

    recommendation_id: UUID = Field(foreign_key="recommendation.id", index=True)
    dimension_id: UUID = Field(foreign_key="dimension.id", index=True)


class ReferenceEntry(Table, table=True):
    """Another sourced fact: a meeting of the Policy Lab, a project's structure, a decision."""

    __tablename__ = "reference_entry"
    __table_args__ = (
        choice_check("kind", EntryKind),
        UniqueConstraint("reference", name="reference_entry_reference_key"),
    )

    reference: str
    kind: EntryKind = Field(sa_type=choice(EntryKind))
    dated: str = ""
    title: str = Field(sa_type=Text)
    body: dict[str, Any] = jsonb()
    source_reference: str


class DialogueAssessment(Table, table=True):
    """A result that a dialogue works on."""

    __tablename__ = "dialogue_assessment"
    __table_args__ = (
        UniqueConstraint("dialogue_id", "assessment_id", name="dialogue_assessment_key"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    assessment_id: UUID = Field(foreign_key="assessment.id", index=True)
    capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")


class RecommendationResponse(Table, table=True):
    """What a dialogue does with a recommendation. A newer answer supersedes; both remain."""

    __tablename__ = "recommendation_response"
    __table_args__ = (
        choice_check("answer", ResponseAnswer),
        Index(
            "recommendation_response_one_current",
            "dialogue_id",
            "recommendation_id",
            unique=True,
            postgresql_where=text("superseded_at IS NULL"),
        ),
        CheckConstraint(
            "answer <> 'DECLINED' OR length(trim(reasons)) > 0", name="declined_has_reasons"
        ),
        CheckConstraint(
            "(answer = 'REFERRED') = (referred_to_level_id IS NOT NULL)", name="referred_has_level"
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    recommendation_id: UUID = Field(foreign_key="recommendation.id", index=True)
    answer: ResponseAnswer = Field(sa_type=choice(ResponseAnswer))
    reasons: str = Field(default="", sa_type=Text)
    referred_to_level_id: UUID | None = Field(default=None, foreign_key="lab_level.id")
    decided_on: date
    capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    superseded_at: datetime | None = moment()
