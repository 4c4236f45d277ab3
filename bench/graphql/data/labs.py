"""The data: sixty labs with their texts, remarks and positions, as rows of our real tables.

The rows are made in memory and copied in as they are; what a verb would have written beside them
(facts, capacities, mandates, the ledger) is there, so that our rules let people see and act.
"""

from datetime import date
from uuid import UUID

from bench.graphql.data.evidence import add_decisions, add_evidence
from bench.graphql.data.furnishing import BEGUN, LEVELS, Furnishing, House, Seat
from bench.graphql.data.texts import write_text
from policylab.identity.tables import Membership, Organisation
from policylab.index.tables import Dimension, IndexEdition
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
from policylab.process import digest_of, template_of
from policylab.process.library import bodies
from policylab.process.rules import FactKind, Role

LABS, DRAFTS, DELEGATIONS, DELEGATES = 60, 3, 8, 4
MEMBERS = 20
"""People with a place in every lab; they look at the board."""
DIMENSIONS = 12
TEMPLATE, PHASE = "multilevel-policy-lab", "positions"


def furnish() -> Furnishing:
    """All rows of the sixty labs."""
    data = Furnishing()
    _shared(data)
    for number in range(LABS):
        data.houses.append(_house(data, number))
    add_decisions(data, data.houses[1])
    return data


def _shared(data: Furnishing) -> None:
    """What all labs have in common: the questionnaire, and people who look at every lab."""
    data.edition = data.add(
        IndexEdition, code="bench", labels={"en": "Edition"}, place=1, complete=True
    )
    data.dimensions = [
        data.add(
            Dimension,
            edition_id=data.edition.id,
            code=f"area-{number}",
            names={"en": f"Policy area {number}", "fr": f"Domaine {number}"},
            place=number,
        )
        for number in range(DIMENSIONS)
    ]
    data.members = [data.person(f"Member {number}") for number in range(MEMBERS)]


def _house(data: Furnishing, number: int) -> House:
    lab = data.add(
        Lab,
        names={"en": f"Lab {number}", "fr": f"Laboratoire {number}"},
        purposes={"en": data.words(12), "fr": data.words(12)},
        languages=["en", "fr"],
    )
    for place, (code, names, _) in enumerate(LEVELS):
        data.add(LabLevel, lab_id=lab.id, code=code, names=names, place=place)
    for person in data.members:
        data.add(LabGrant, lab_id=lab.id, person_id=person.id, role=LabRole.MEMBER, since=BEGUN)
    data.add(LabLedger, lab_id=lab.id, revision=1)
    house = House(lab, _dialogue(data, lab, number))
    _moderator(data, house, number)
    for body in range(DELEGATIONS):
        house.seats.append(_seat(data, house, number, body))
    house.texts = [write_text(data, house, place) for place in range(DRAFTS)]
    add_evidence(data, house, number)
    return house


def _dialogue(data: Furnishing, lab: Lab, number: int) -> Dialogue:
    body = bodies()[TEMPLATE]
    template = template_of(body)
    dialogue = data.add(
        Dialogue,
        lab_id=lab.id,
        questions={"en": f"Question {number}: {data.words(9)}", "fr": "Qui fait quoi ?"},
        scopes={"en": data.words(15), "fr": data.words(15)},
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
    run = data.add(
        PhaseRun,
        lab_id=lab.id,
        dialogue_id=dialogue.id,
        phase_id=PHASE,
        entered_at=BEGUN,
        reason="",
    )
    data.add(
        DialogueFact,
        lab_id=lab.id,
        dialogue_id=dialogue.id,
        phase_run_id=run.id,
        kind=FactKind.QUESTION_SET,
        at=BEGUN,
    )
    return dialogue


def _moderator(data: Furnishing, house: House, number: int) -> None:
    person = data.person(f"Moderator {number}")
    where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
    capacity = data.add(
        Capacity,
        **where,
        person_id=person.id,
        functions={"en": "Moderator"},
        role=Role.MODERATOR,
    )
    data.add(
        Grant,
        **where,
        person_id=person.id,
        role=Role.MODERATOR,
        capacity_id=capacity.id,
        since=BEGUN,
    )


def _seat(data: Furnishing, house: House, number: int, body: int) -> Seat:
    level, _, kind = LEVELS[body % len(LEVELS)]
    where = {"lab_id": house.lab.id, "dialogue_id": house.dialogue.id}
    organisation = data.add(
        Organisation, kind=kind, names={"en": f"Body {body} of lab {number}", "fr": "Organisme"}
    )
    delegation = data.add(
        Delegation, **where, organisation_id=organisation.id, level=level, since=BEGUN
    )
    mandate = data.add(
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
        _delegate(data, seat, organisation.id, f"Delegate {place} of body {body}, lab {number}")
    return seat


def _delegate(data: Furnishing, seat: Seat, organisation_id: UUID, name: str) -> None:
    head = not seat.people
    person = data.person(name)
    functions = {"en": "Head of delegation" if head else "Delegate", "fr": "Délégué"}
    delegation = seat.delegation
    where = {"lab_id": delegation.lab_id, "dialogue_id": delegation.dialogue_id}
    membership = data.add(
        Membership, person_id=person.id, organisation_id=organisation_id, functions=functions
    )
    capacity = data.add(
        Capacity,
        **where,
        person_id=person.id,
        functions=functions,
        organisation_id=organisation_id,
        delegation_id=delegation.id,
        level=delegation.level,
        role=Role.DELEGATE,
    )
    data.add(
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
