"""The data: sixty labs with their texts, remarks and positions, as rows of our real tables.

The rows are made in memory and copied in as they are; what a verb would have written beside them
(facts, capacities, mandates, the ledger) is there, so that our rules let people see and act.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from policylab.coediting.tables import DraftHead
from policylab.comments.rules import ThreadVisibility
from policylab.comments.tables import Comment, Thread
from policylab.decisions.rules import Outcome
from policylab.decisions.tables import (
    Closing,
    DecisionRecord,
    DissentingStatement,
    Procedure,
    RecordSeal,
)
from policylab.documents.rules import DocumentKind
from policylab.documents.tables import (
    Document,
    Draft,
    DraftSection,
    LanguageVersion,
    Version,
    VersionSection,
    VersionSet,
)
from policylab.identity import OrganisationKind
from policylab.identity.service import hash_secret
from policylab.identity.tables import AccessToken, Membership, Organisation, Person, Territory
from policylab.index.rules import AssessmentState, Confidence, RecommendationKind, ResponseAnswer
from policylab.index.tables import (
    Assessment,
    DialogueAssessment,
    Dimension,
    IndexEdition,
    Recommendation,
    RecommendationDimension,
    RecommendationResponse,
)
from policylab.kit.ids import uuid7
from policylab.kit.ledger import LabLedger
from policylab.labs.rules import LabRole, Visibility
from policylab.labs.tables import (
    Capacity,
    Delegate,
    Delegation,
    Dialogue,
    DialogueFact,
    Grant,
    Lab,
    LabGrant,
    LabLevel,
    Mandate,
    PhaseRun,
)
from policylab.positions.rules import PositionState, Stance, Subject
from policylab.positions.tables import Position
from policylab.process import digest_of, template_of
from policylab.process.library import bodies
from policylab.process.rules import FactKind, Role
from policylab.strategies.rules import TraceKind
from policylab.strategies.tables import TraceLink

LABS, DRAFTS, CLAUSES, COMMENTS, DELEGATIONS, DELEGATES = 60, 3, 60, 4, 8, 4
MEMBERS = 20
"""People with a place in every lab; they look at the board."""
HEADINGS = 6
RECOMMENDATIONS, LINKS, RESPONSES, DIMENSIONS = 40, 60, 25, 12
DECISIONS = 100
TEMPLATE, PHASE = "multilevel-policy-lab", "positions"
BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
LEVELS = (
    ("LOCAL", {"en": "city", "fr": "ville"}, OrganisationKind.CITY),
    ("REGIONAL", {"en": "region", "fr": "région"}, OrganisationKind.REGION),
    ("NATIONAL", {"en": "ministry", "fr": "ministère"}, OrganisationKind.MINISTRY),
)
_TEXT = """
the city offers every newcomer a course in the language of the region within three months and
pays for child care meanwhile while schools report places each spring and employers who train
apprentices receive support from the ministry which publishes what was spent where by whom and
with what result so that councils can compare housing health transport culture and sport
"""
WORDS = _TEXT.split()
RARE = "mentoring"
"""What people look for: it stands in about one text of twenty-five."""


@dataclass
class Seat:
    """One delegation as far as the others' rows need it."""

    delegation: Delegation
    mandate: Mandate
    capacities: list[Capacity] = field(default_factory=list[Any])
    people: list[Person] = field(default_factory=list[Any])


@dataclass
class Text:
    """One document with its draft, its frozen set and its clauses."""

    document: Document
    draft: Draft
    set: VersionSet
    clauses: list[DraftSection] = field(default_factory=list[Any])


@dataclass
class House:
    """One lab with its dialogue."""

    lab: Lab
    dialogue: Dialogue
    seats: list[Seat] = field(default_factory=list[Any])
    texts: list[Text] = field(default_factory=list[Any])


class Furnishing:
    """Makes all rows; `rows` has them by table, `people` what a benchmark may sign in as."""

    def __init__(self) -> None:
        self.rows: dict[Any, list[Any]] = defaultdict(list)
        self.houses: list[House] = []
        self.members: list[Person] = []
        self._usual: dict[Any, dict[str, Any]] = {}
        self._dice = random.Random(4)
        self._now = BEGUN
        self._shared()
        for number in range(LABS):
            self.houses.append(self._house(number))
        self._decisions(self.houses[1])

    def add(self, table: type[Any], **values: Any) -> Any:
        """Keep a row, born a moment after the one before. Like a row of the table, and quicker."""
        self._now += timedelta(milliseconds=1)
        if table not in self._usual:
            self._usual[table] = _usual(table)
        row = SimpleNamespace(**(self._usual[table] | {"id": uuid7(), "created_at": self._now}))
        row.__dict__.update(values)
        self.rows[table].append(row)
        return row

    def token(self, person: Person) -> str:
        """A personal access token; the same for the same person number."""
        secret = f"pl_{hashlib.sha256(person.display_name.encode()).hexdigest()[:43]}"
        self.add(
            AccessToken,
            secret_hash=hash_secret(secret),
            person_id=person.id,
            name="bench",
            scopes=["read", "write"],
            expires_at=datetime(2099, 1, 1, tzinfo=UTC),
        )
        return secret

    def _words(self, count: int) -> str:
        words = [self._dice.choice(WORDS) for _ in range(count)]
        if self._dice.random() < 0.04:
            words[self._dice.randrange(count)] = RARE
        return " ".join(words).capitalize() + "."

    def _person(self, name: str) -> Person:
        number = len(self.rows[Person])
        return self.add(Person, display_name=name, email=f"person{number}@example.org")

    def _shared(self) -> None:
        """What all labs have in common: the questionnaire, and people who look at every lab."""
        self._edition = self.add(
            IndexEdition, code="bench", labels={"en": "Edition"}, place=1, complete=True
        )
        self._dimensions = [
            self.add(
                Dimension,
                edition_id=self._edition.id,
                code=f"area-{number}",
                names={"en": f"Policy area {number}", "fr": f"Domaine {number}"},
                place=number,
            )
            for number in range(DIMENSIONS)
        ]
        self.members = [self._person(f"Member {number}") for number in range(MEMBERS)]

    # ── labs and those who take part ──

    def _house(self, number: int) -> House:
        lab = self.add(
            Lab,
            names={"en": f"Lab {number}", "fr": f"Laboratoire {number}"},
            purposes={"en": self._words(12), "fr": self._words(12)},
            languages=["en", "fr"],
        )
        for place, (code, names, _) in enumerate(LEVELS):
            self.add(LabLevel, lab_id=lab.id, code=code, names=names, place=place)
        for person in self.members:
            self.add(LabGrant, lab_id=lab.id, person_id=person.id, role=LabRole.MEMBER, since=BEGUN)
        self.add(LabLedger, lab_id=lab.id, revision=1)
        house = House(lab, self._dialogue(lab, number))
        self._moderator(house, number)
        for body in range(DELEGATIONS):
            house.seats.append(self._seat(house, number, body))
        house.texts = [self._text(house, place) for place in range(DRAFTS)]
        self._evidence(house, number)
        return house

    def _dialogue(self, lab: Lab, number: int) -> Dialogue:
        body = bodies()[TEMPLATE]
        template = template_of(body)
        dialogue = self.add(
            Dialogue,
            lab_id=lab.id,
            questions={"en": f"Question {number}: {self._words(9)}", "fr": "Qui fait quoi ?"},
            scopes={"en": self._words(15), "fr": self._words(15)},
            languages=["en"],
            levels=[code for code, _, _ in LEVELS],
            visibility=Visibility.LAB,
            template_id=template.id,
            template_version=template.version,
            template_body=body,
            template_digest=digest_of(body),
            settings={key: each.default for key, each in template.settings.items()},
            phase_id=PHASE,
        )
        run = self.add(
            PhaseRun,
            lab_id=lab.id,
            dialogue_id=dialogue.id,
            phase_id=PHASE,
            entered_at=BEGUN,
            reason="",
        )
        self.add(
            DialogueFact,
            lab_id=lab.id,
            dialogue_id=dialogue.id,
            phase_run_id=run.id,
            kind=FactKind.QUESTION_SET,
            at=BEGUN,
        )
        return dialogue

    def _moderator(self, house: House, number: int) -> None:
        person = self._person(f"Moderator {number}")
        where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
        capacity = self.add(
            Capacity,
            **where,
            person_id=person.id,
            functions={"en": "Moderator"},
            role=Role.MODERATOR,
        )
        self.add(
            Grant,
            **where,
            person_id=person.id,
            role=Role.MODERATOR,
            capacity_id=capacity.id,
            since=BEGUN,
        )

    def _seat(self, house: House, number: int, body: int) -> Seat:
        level, _, kind = LEVELS[body % len(LEVELS)]
        where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
        organisation = self.add(
            Organisation, kind=kind, names={"en": f"Body {body} of lab {number}", "fr": "Organisme"}
        )
        delegation = self.add(
            Delegation, **where, organisation_id=organisation.id, level=level, since=BEGUN
        )
        mandate = self.add(
            Mandate,
            **where,
            delegation_id=delegation.id,
            level=level,
            issuing_body="Council",
            issued_on=date(2026, 1, 1),
            scope="The whole dialogue.",
            valid_from=date(2026, 1, 1),
        )
        seat = Seat(delegation, mandate)
        for place in range(DELEGATES):
            self._delegate(seat, organisation.id, f"Delegate {place} of body {body}, lab {number}")
        return seat

    def _delegate(self, seat: Seat, organisation_id: UUID, name: str) -> None:
        head = not seat.people
        person = self._person(name)
        functions = {"en": "Head of delegation" if head else "Delegate", "fr": "Délégué"}
        delegation = seat.delegation
        where = {"lab_id": delegation.lab_id, "dialogue_id": delegation.dialogue_id}
        membership = self.add(
            Membership, person_id=person.id, organisation_id=organisation_id, functions=functions
        )
        capacity = self.add(
            Capacity,
            **where,
            person_id=person.id,
            functions=functions,
            organisation_id=organisation_id,
            delegation_id=delegation.id,
            level=delegation.level,
            role=Role.DELEGATE,
        )
        self.add(
            Delegate,
            **where,
            delegation_id=delegation.id,
            person_id=person.id,
            membership_id=membership.id,
            capacity_id=capacity.id,
            head=head,
            voting=head,
            since=BEGUN,
        )
        seat.people.append(person)
        seat.capacities.append(capacity)

    # ── texts, remarks and positions ──

    def _text(self, house: House, place: int) -> Text:
        where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
        document = self.add(
            Document,
            **where,
            kind=DocumentKind.STRATEGY,
            titles={"en": f"Text {place}: {self._words(5)}", "fr": f"Texte {place}"},
        )
        of = {"dialogue_id": house.dialogue.id, "document_id": document.id}
        language = self.add(LanguageVersion, **of, language="en")
        frozen = self.add(
            VersionSet,
            **where,
            document_id=document.id,
            number=1,
            hash=hashlib.sha256(document.id.bytes).digest(),
            frozen_at=BEGUN,
        )
        version = self.add(
            Version,
            **of,
            version_set_id=frozen.id,
            language_version_id=language.id,
            language="en",
            number=1,
            content={"type": "doc", "content": []},
            hash=frozen.hash,
            log_seq=0,
            frozen_at=BEGUN,
        )
        draft = self.add(
            Draft,
            **of,
            language_version_id=language.id,
            base_version_id=version.id,
            projected_seq=0,
            updated_at=BEGUN,
        )
        self.add(DraftHead, id=draft.id, dialogue_id=house.dialogue.id)
        text = Text(document, draft, frozen)
        self._clauses(text, version)
        for clause in text.clauses:
            self._thread(house, text, clause)
            self._positions(house, text, clause)
        return text

    def _clauses(self, text: Text, version: Version) -> None:
        under, chapter = None, 0
        for place in range(CLAUSES):
            heading = place % (CLAUSES // HEADINGS) == 0
            words = self._words(6 if heading else 40)
            chapter += heading
            number = str(chapter) if heading else f"{chapter}.{place % (CLAUSES // HEADINGS)}"
            common: dict[str, Any] = {
                "dialogue_id": text.draft.dialogue_id,
                "document_id": text.document.id,
                "section_id": UUID(int=self._dice.getrandbits(128), version=4),
                "language": "en",
                "kind": "heading" if heading else "clause",
                "number": number,
                "heading": words if heading else None,
                "parent": None if heading else under,
                "place": place,
                "text": words,
                "hash": hashlib.sha256(words.encode()).digest(),
            }
            clause = self.add(DraftSection, **common, draft_id=text.draft.id)
            self.add(VersionSection, **common, version_id=version.id, version_set_id=text.set.id)
            under = clause.section_id if heading else under
            text.clauses.append(clause)

    def _thread(self, house: House, text: Text, clause: DraftSection) -> None:
        where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
        speakers = [self._speaker(house) for _ in range(COMMENTS)]
        thread = self.add(
            Thread,
            **where,
            document_id=text.document.id,
            draft_id=text.draft.id,
            section_id=clause.section_id,
            quotation=" ".join(clause.text.split()[:4]),
            visibility=ThreadVisibility.DIALOGUE,
            capacity_id=speakers[0].id,
            created_by=speakers[0].person_id,
        )
        for speaker in speakers:
            self.add(
                Comment,
                **where,
                thread_id=thread.id,
                body=self._words(14),
                capacity_id=speaker.id,
                created_by=speaker.person_id,
            )

    def _speaker(self, house: House) -> Capacity:
        return self._dice.choice(self._dice.choice(house.seats).capacities)

    def _positions(self, house: House, text: Text, clause: DraftSection) -> None:
        subject = Subject(set_id=text.set.id, section_id=clause.section_id, amendment_id=None)
        stances = (Stance.SUPPORT, Stance.SUPPORT_WITH_RESERVATION, Stance.ABSTAIN, Stance.OBJECT)
        for seat in house.seats:
            head = seat.capacities[0]
            moment = self._now
            self.add(
                Position,
                lab_id=house.lab.id,
                dialogue_id=house.dialogue.id,
                delegation_id=seat.delegation.id,
                level=seat.delegation.level,
                subject_id=subject.key,
                document_id=text.document.id,
                set_id=text.set.id,
                section_id=clause.section_id,
                stance=self._dice.choice(stances),
                statement=self._words(8),
                mandate_id=seat.mandate.id,
                capacity_id=head.id,
                state=PositionState.RELEASED,
                cleared_at=moment,
                cleared_by_capacity_id=head.id,
                released_at=moment,
                created_by=head.person_id,
            )

    # ── evidence and decisions ──

    def _evidence(self, house: House, number: int) -> None:
        territory = self.add(
            Territory,
            reference=f"bench-{number}",
            level="LOCAL",
            names={"en": f"City {number}"},
            illustrative=True,
        )
        assessment = self.add(
            Assessment,
            reference=f"bench-{number}",
            territory_id=territory.id,
            edition_id=self._edition.id,
            dated="2026",
            state=AssessmentState.PUBLISHED,
            illustrative=True,
        )
        where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
        self.add(DialogueAssessment, **where, assessment_id=assessment.id)
        advice = [
            self._advice(assessment, f"bench-{number}-{place}", place)
            for place in range(RECOMMENDATIONS)
        ]
        self._links(house, advice)
        answers = (ResponseAnswer.ACCEPTED, ResponseAnswer.PARTLY, ResponseAnswer.DECLINED)
        for recommendation in self._dice.sample(advice, RESPONSES):
            self.add(
                RecommendationResponse,
                **where,
                recommendation_id=recommendation.id,
                answer=self._dice.choice(answers),
                reasons=self._words(10),
                decided_on=date(2026, 2, 1),
                capacity_id=house.seats[0].capacities[0].id,
            )

    def _advice(self, assessment: Assessment, reference: str, place: int) -> Recommendation:
        row = self.add(
            Recommendation,
            reference=reference,
            assessment_id=assessment.id,
            territory_id=assessment.territory_id,
            dated="2026",
            number=str(place + 1),
            place=place,
            kind=RecommendationKind.RECOMMENDATION,
            texts={"en": self._words(18), "fr": self._words(18)},
            confidence=Confidence.HIGH,
            illustrative=True,
        )
        for dimension in self._dice.sample(self._dimensions, 2):
            self.add(RecommendationDimension, recommendation_id=row.id, dimension_id=dimension.id)
        return row

    def _links(self, house: House, advice: Sequence[Recommendation]) -> None:
        pairs: set[tuple[UUID, UUID]] = set()
        while len(pairs) < LINKS:
            text = self._dice.choice(house.texts)
            clause, to = self._dice.choice(text.clauses), self._dice.choice(advice)
            if (clause.section_id, to.id) in pairs:
                continue
            pairs.add((clause.section_id, to.id))
            known = clause.hash.hex() if self._dice.random() < 0.8 else "00"
            self.add(
                TraceLink,
                lab_id=house.lab.id,
                dialogue_id=house.dialogue.id,
                document_id=text.document.id,
                section_id=clause.section_id,
                recommendation_id=to.id,
                kind=self._dice.choice(list(TraceKind)),
                note=self._words(8),
                capacity_id=house.seats[0].capacities[0].id,
                hashes={"en": known},
                confirmed_at=BEGUN,
            )

    def _decisions(self, house: House) -> None:
        """The dialogue with a long history."""
        where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
        clauses = [(text, clause) for text in house.texts for clause in text.clauses]
        for number, (text, clause) in enumerate(clauses[:DECISIONS]):
            chair = house.seats[0].capacities[0].id
            on = {"document_id": text.document.id, "set_id": text.set.id}
            subject = Subject(set_id=text.set.id, section_id=clause.section_id, amendment_id=None)
            procedure = self.add(
                Procedure,
                **where,
                **on,
                section_id=clause.section_id,
                subject_id=subject.key,
                rule={"code": "CONSENSUS"},
                levels=[code for code, _, _ in LEVELS],
                opens_at=self._now,
                closes_at=self._now + timedelta(days=1),
                referral_days=0,
                capacity_id=chair,
            )
            self.add(
                Closing,
                **where,
                procedure_id=procedure.id,
                outcome=Outcome.ADOPTED,
                at=self._now,
                capacity_id=chair,
            )
            record = self.add(
                DecisionRecord,
                **where,
                **on,
                procedure_id=procedure.id,
                identifier=f"BENCH-{number + 1}",
                outcome=Outcome.ADOPTED,
            )
            words = self._words(30).encode()
            self.add(
                RecordSeal,
                **where,
                record_id=record.id,
                content=words,
                text=words,
                hash=hashlib.sha256(words).hexdigest(),
                leaf_index=number,
                signer="bench",
                sealed_at=self._now,
                capacity_id=chair,
            )
            for seat in house.seats[1:3]:
                self.add(
                    DissentingStatement,
                    **where,
                    record_id=record.id,
                    delegation_id=seat.delegation.id,
                    capacity_id=seat.capacities[0].id,
                    text=self._words(12),
                )


def _usual(table: type[Any]) -> dict[str, Any]:
    """What a row has where nothing else is said."""
    blank = table()
    return {column.key: getattr(blank, column.key, None) for column in table.__table__.columns}
