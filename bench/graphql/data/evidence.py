"""Recommendations, links to them, answers; and the dialogue with a long list of decisions."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from bench.graphql.data.furnishing import BEGUN, LEVELS, Furnishing, House
from policylab.decisions.rules import Outcome
from policylab.decisions.tables import (
    Closing,
    DecisionRecord,
    DissentingStatement,
    Procedure,
    RecordSeal,
)
from policylab.identity.tables import Territory
from policylab.index.rules import AssessmentState, Confidence, RecommendationKind, ResponseAnswer
from policylab.index.tables import (
    Assessment,
    DialogueAssessment,
    Recommendation,
    RecommendationDimension,
    RecommendationResponse,
)
from policylab.positions.rules import Subject
from policylab.strategies.rules import TraceKind
from policylab.strategies.tables import TraceLink

RECOMMENDATIONS, LINKS, RESPONSES, DECISIONS = 40, 60, 25, 100


def add_evidence(data: Furnishing, house: House, number: int) -> None:
    """A result with its recommendations, what answers them and what links to them."""
    territory = data.add(
        Territory,
        reference=f"bench-{number}",
        level="LOCAL",
        names={"en": f"City {number}"},
        illustrative=True,
    )
    assessment = data.add(
        Assessment,
        reference=f"bench-{number}",
        territory_id=territory.id,
        edition_id=data.edition.id,
        dated="2026",
        state=AssessmentState.PUBLISHED,
        illustrative=True,
    )
    where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
    data.add(DialogueAssessment, **where, assessment_id=assessment.id)
    advice = [
        _advice(data, assessment, f"bench-{number}-{place}", place)
        for place in range(RECOMMENDATIONS)
    ]
    _links(data, house, advice)
    answers = (ResponseAnswer.ACCEPTED, ResponseAnswer.PARTLY, ResponseAnswer.DECLINED)
    for recommendation in data.dice.sample(advice, RESPONSES):
        data.add(
            RecommendationResponse,
            **where,
            recommendation_id=recommendation.id,
            answer=data.dice.choice(answers),
            reasons=data.words(10),
            decided_on=date(2026, 2, 1),
            capacity_id=house.seats[0].capacities[0].id,
        )


def _advice(data: Furnishing, assessment: Assessment, reference: str, place: int) -> Recommendation:
    row = data.add(
        Recommendation,
        reference=reference,
        assessment_id=assessment.id,
        territory_id=assessment.territory_id,
        dated="2026",
        number=str(place + 1),
        place=place,
        kind=RecommendationKind.RECOMMENDATION,
        texts={"en": data.words(18), "fr": data.words(18)},
        confidence=Confidence.HIGH,
        illustrative=True,
    )
    for dimension in data.dice.sample(data.dimensions, 2):
        data.add(RecommendationDimension, recommendation_id=row.id, dimension_id=dimension.id)
    return row


def _links(data: Furnishing, house: House, advice: Sequence[Recommendation]) -> None:
    pairs: set[tuple[UUID, UUID]] = set()
    while len(pairs) < LINKS:
        text = data.dice.choice(house.texts)
        clause, to = data.dice.choice(text.clauses), data.dice.choice(advice)
        if (clause.section_id, to.id) in pairs:
            continue
        pairs.add((clause.section_id, to.id))
        known = clause.hash.hex() if data.dice.random() < 0.8 else "00"
        data.add(
            TraceLink,
            lab_id=house.lab.id,
            dialogue_id=house.dialogue.id,
            document_id=text.document.id,
            section_id=clause.section_id,
            recommendation_id=to.id,
            kind=data.dice.choice(list(TraceKind)),
            note=data.words(8),
            capacity_id=house.seats[0].capacities[0].id,
            hashes={"en": known},
            confirmed_at=BEGUN,
        )


def add_decisions(data: Furnishing, house: House) -> None:
    """The dialogue with a long history."""
    where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
    clauses = [(text, clause) for text in house.texts for clause in text.clauses]
    for number, (text, clause) in enumerate(clauses[:DECISIONS]):
        chair = house.seats[0].capacities[0].id
        on = {"document_id": text.document.id, "set_id": text.set.id}
        subject = Subject(set_id=text.set.id, section_id=clause.section_id, amendment_id=None)
        procedure = data.add(
            Procedure,
            **where,
            **on,
            section_id=clause.section_id,
            subject_id=subject.key,
            rule={"code": "CONSENSUS"},
            levels=[code for code, _, _ in LEVELS],
            opens_at=data.now,
            closes_at=data.now + timedelta(days=1),
            referral_days=0,
            capacity_id=chair,
        )
        data.add(
            Closing,
            **where,
            procedure_id=procedure.id,
            outcome=Outcome.ADOPTED,
            at=data.now,
            capacity_id=chair,
        )
        record = data.add(
            DecisionRecord,
            **where,
            **on,
            procedure_id=procedure.id,
            identifier=f"BENCH-{number + 1}",
            outcome=Outcome.ADOPTED,
        )
        words = data.words(30).encode()
        data.add(
            RecordSeal,
            **where,
            record_id=record.id,
            content=words,
            text=words,
            hash=hashlib.sha256(words).hexdigest(),
            leaf_index=number,
            signer="bench",
            sealed_at=data.now,
            capacity_id=chair,
        )
        for seat in house.seats[1:3]:
            data.add(
                DissentingStatement,
                **where,
                record_id=record.id,
                delegation_id=seat.delegation.id,
                capacity_id=seat.capacities[0].id,
                text=data.words(12),
            )
