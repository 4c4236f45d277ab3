"""What is true of INDEX results, recommendations and the answers to them. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum

from policylab.kit.errors import RefusalCode, Refused

LONGEST_REASONS = 4_000


class RecommendationKind(StrEnum):
    """What a report says of a field."""

    RECOMMENDATION = "RECOMMENDATION"
    """Advice."""
    AREA_TO_IMPROVE = "AREA_TO_IMPROVE"
    """A field named as needing work."""
    STRENGTH = "STRENGTH"
    """Something that a place does well."""
    FOLLOW_UP = "FOLLOW_UP"
    """What was done with a report."""


NEEDS_RESPONSE = frozenset({RecommendationKind.RECOMMENDATION, RecommendationKind.AREA_TO_IMPROVE})
"""Kinds that ask something of the city, and so wait for an answer (invariant 11)."""


class ResponseAnswer(StrEnum):
    """What becomes of a recommendation."""

    ACCEPTED = "ACCEPTED"
    """The body that answers will follow all of it."""
    PARTLY = "PARTLY"
    """The body that answers will follow some of it."""
    DECLINED = "DECLINED"
    """With reasons, always."""
    REFERRED = "REFERRED"
    """To another level of government, which is named and told."""


class AssessmentState(StrEnum):
    """How far a result has come."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    CITED = "CITED"
    """Known only because another city's report quotes it; its own report may be older."""


class Confidence(StrEnum):
    """How sure a figure is."""

    HIGH = "HIGH"
    """The authority itself or the Council of Europe says so."""
    MEDIUM = "MEDIUM"
    """Press, or a city on its own result."""
    LOW = "LOW"
    """Second-hand, or with an inner contradiction."""


class EntryKind(StrEnum):
    """Other sourced facts kept beside the results, read-only."""

    TIMELINE = "TIMELINE"
    """An event in the history of the Inclusive Integration Policy Lab."""
    PROJECT = "PROJECT"
    """The structure of a national project: levels, kinds of actors, outputs. No words of theirs."""
    DECISION_EXAMPLE = "DECISION_EXAMPLE"
    """How a real body decides or once decided: its rule, or its numbers."""


def check_response(answer: ResponseAnswer, reasons: str, *, level: str | None) -> str:
    """The reasons without blanks; refused where invariant 11 asks for more."""
    cleaned = reasons.strip()
    if answer is ResponseAnswer.DECLINED and not cleaned:
        message = "Say why the recommendation is declined; others will ask."
        raise Refused(RefusalCode.STATEMENT_REQUIRED, message, field="reasons")
    if answer is ResponseAnswer.REFERRED and level is None:
        message = "Name the level of government it is referred to."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="referred_to")
    if answer is not ResponseAnswer.REFERRED and level is not None:
        message = "Only a referred recommendation names a level."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="referred_to")
    if len(cleaned) > LONGEST_REASONS:
        message = f"Write at most {LONGEST_REASONS} characters here."
        raise Refused(RefusalCode.TOO_LARGE, message, field="reasons")
    return cleaned


def unweighted_mean(values: Iterable[int | None]) -> float | None:
    """The plain mean of the known values, to one decimal. It is not the INDEX's overall score:
    the weights are not public, so it may be shown under the name 'unweighted mean' alone."""
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 1) if known else None


def edition_of(dated: str) -> str:
    """The edition a result belongs to, by the attested years; UNSTATED where they do not say."""
    if "sample" in dated or "not stated" in dated:
        return UNSTATED
    years = [int(year) for year in re.findall(r"(?:19|20)\d\d", dated)]
    if not years:
        return UNSTATED
    for code, first, last in ATTESTED:
        if first <= years[0] <= last:
            return code
    return UNSTATED


UNSTATED = "index-unstated"
"""For results of which no source says with which questionnaire they were made."""
ATTESTED = (("index-1", 2010, 2013), ("index-2", 2016, 2018), ("index-3", 2019, 9999))
"""Years in which each edition is attested; what lies between is not guessed."""


def slug(text: str) -> str:
    """A short key made from words, for references that must be the same each time."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
