"""Texts with their clauses; on each clause a thread of remarks, and where everybody stands."""

import hashlib
from typing import Any
from uuid import UUID

from bench.graphql.data.furnishing import BEGUN, Furnishing, House, Text
from policylab.coediting.tables import DraftHead
from policylab.comments.rules import ThreadVisibility
from policylab.comments.tables import Comment, Thread
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
from policylab.labs.tables import Capacity
from policylab.positions.rules import PositionState, Stance, Subject
from policylab.positions.tables import Position

CLAUSES, HEADINGS, COMMENTS = 60, 6, 4


def write_text(data: Furnishing, house: House, place: int) -> Text:
    """A text, frozen once and written on since, with what people say of each clause."""
    where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
    document = data.add(
        Document,
        **where,
        kind=DocumentKind.STRATEGY,
        titles={"en": f"Text {place}: {data.words(5)}", "fr": f"Texte {place}"},
    )
    of = {"dialogue_id": house.dialogue.id, "document_id": document.id}
    language = data.add(LanguageVersion, **of, language="en")
    frozen = data.add(
        VersionSet,
        **where,
        document_id=document.id,
        number=1,
        hash=hashlib.sha256(document.id.bytes).digest(),
        frozen_at=BEGUN,
    )
    version = data.add(
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
    draft = data.add(
        Draft,
        **of,
        language_version_id=language.id,
        base_version_id=version.id,
        projected_seq=0,
        updated_at=BEGUN,
    )
    data.add(DraftHead, id=draft.id, dialogue_id=house.dialogue.id)
    text = Text(document, draft, frozen)
    _clauses(data, text, version)
    for clause in text.clauses:
        _thread(data, house, text, clause)
        _positions(data, house, text, clause)
    return text


def _clauses(data: Furnishing, text: Text, version: Version) -> None:
    under, chapter = None, 0
    for place in range(CLAUSES):
        heading = place % (CLAUSES // HEADINGS) == 0
        words = data.words(6 if heading else 40)
        chapter += heading
        number = str(chapter) if heading else f"{chapter}.{place % (CLAUSES // HEADINGS)}"
        common: dict[str, Any] = {
            "dialogue_id": text.draft.dialogue_id,
            "document_id": text.document.id,
            "section_id": UUID(int=data.dice.getrandbits(128), version=4),
            "language": "en",
            "kind": "heading" if heading else "clause",
            "number": number,
            "heading": words if heading else None,
            "parent": None if heading else under,
            "place": place,
            "text": words,
            "hash": hashlib.sha256(words.encode()).digest(),
        }
        clause = data.add(DraftSection, **common, draft_id=text.draft.id)
        data.add(VersionSection, **common, version_id=version.id, version_set_id=text.set.id)
        under = clause.section_id if heading else under
        text.clauses.append(clause)


def _thread(data: Furnishing, house: House, text: Text, clause: DraftSection) -> None:
    where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
    speakers = [_speaker(data, house) for _ in range(COMMENTS)]
    thread = data.add(
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
        data.add(
            Comment,
            **where,
            thread_id=thread.id,
            body=data.words(14),
            capacity_id=speaker.id,
            created_by=speaker.person_id,
        )


def _speaker(data: Furnishing, house: House) -> Capacity:
    return data.dice.choice(data.dice.choice(house.seats).capacities)


def _positions(data: Furnishing, house: House, text: Text, clause: DraftSection) -> None:
    subject = Subject(set_id=text.set.id, section_id=clause.section_id, amendment_id=None)
    stances = (Stance.SUPPORT, Stance.SUPPORT_WITH_RESERVATION, Stance.ABSTAIN, Stance.OBJECT)
    for seat in house.seats:
        head = seat.capacities[0]
        moment = data.now
        data.add(
            Position,
            lab_id=house.lab.id,
            dialogue_id=house.dialogue.id,
            delegation_id=seat.delegation.id,
            level=seat.delegation.level,
            subject_id=subject.key,
            document_id=text.document.id,
            set_id=text.set.id,
            section_id=clause.section_id,
            stance=data.dice.choice(stances),
            statement=data.words(8),
            mandate_id=seat.mandate.id,
            capacity_id=head.id,
            state=PositionState.RELEASED,
            cleared_at=moment,
            cleared_by_capacity_id=head.id,
            released_at=moment,
            created_by=head.person_id,
        )
