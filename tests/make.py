"""Ready-made people and things for tests, made through the rooms' own verbs.

table = await make.table(database)                  # a lab session with three seated delegations
await make.enter(database, table, "positions")      # in whichever phase a test needs
async with database.write(table.head("CITY")) as uow:
    await positions.take_position(uow, table.head("CITY"), …)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import text

from policylab import identity, labs
from policylab.identity import OrganisationKind
from policylab.kit.db import Database
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import Role, Visibility
from policylab.process import templates
from tests import kept

LEVELS = (
    ("LOCAL", {"en": "city", "fr": "ville"}),
    ("REGIONAL", {"en": "region", "fr": "région"}),
    ("NATIONAL", {"en": "ministry", "fr": "ministère"}),
)
BODIES: Mapping[str, tuple[OrganisationKind, str]] = {
    "CITY": (OrganisationKind.CITY, "LOCAL"),
    "REGION": (OrganisationKind.REGION, "REGIONAL"),
    "MINISTRY": (OrganisationKind.MINISTRY, "NATIONAL"),
}


@dataclass
class Seat:
    """One delegation with its head and a second delegate."""

    delegation_id: UUID
    organisation_id: UUID
    level: str
    head: Viewer
    delegate: Viewer
    mandate_id: UUID | None = None


@dataclass
class Table:
    """A dialogue with everybody around it."""

    lab_id: UUID
    dialogue_id: UUID
    administrator: Viewer
    secretariat: Viewer
    moderator: Viewer
    rapporteur: Viewer
    expert: Viewer
    observer: Viewer
    stakeholder: Viewer
    outsider: Viewer
    """Signed in, and without standing anywhere here."""
    seats: dict[str, Seat] = field(default_factory=dict[str, Seat])

    def head(self, body: str = "CITY") -> Viewer:
        return self.seats[body].head

    def delegate(self, body: str = "CITY") -> Viewer:
        return self.seats[body].delegate


async def person(
    database: Database, name: str = "Somebody", *, administrator: bool = False
) -> Viewer:
    """Somebody who could sign in, as the viewer she would be."""
    async with database.write(SYSTEM) as uow:
        row = await identity.create_person(
            uow, SYSTEM, display_name=name, administrator=administrator
        )
        await uow.session.flush()
        key = row.id
    return Viewer(person_id=key, administrator=administrator)


async def organisation(
    database: Database, name: str, kind: OrganisationKind = OrganisationKind.CITY
) -> UUID:
    """A body in the address book."""
    async with database.write(SYSTEM) as uow:
        row = await identity.create_organisation(uow, SYSTEM, kind=kind, names={"en": name})
        await uow.session.flush()
        return row.id


async def lab(
    database: Database,
    administrator: Viewer | None = None,
    *,
    levels: Sequence[tuple[str, Mapping[str, str]]] = LEVELS,
) -> UUID:
    """A lab in English and French."""
    founder = administrator or await person(database, "Administrator", administrator=True)
    async with database.write(founder) as uow:
        row = await labs.create_lab(
            uow,
            founder,
            names={"en": "Lab", "fr": "Laboratoire"},
            purposes={"en": "To try things out.", "fr": "Pour essayer."},
            languages=["en", "fr"],
            levels=levels,
        )
        return row.id


async def table(
    database: Database,
    *,
    template: str = "multilevel-policy-lab",
    bodies: Mapping[str, tuple[OrganisationKind, str]] = BODIES,
    languages: Sequence[str] = ("en",),
    visibility: Visibility = Visibility.PARTICIPANTS,
    mandates: bool = True,
    phase: str | None = None,
    settings: Mapping[str, int] | None = None,
) -> Table:
    """A dialogue whose waits are nought, with moderator, rapporteur and one delegation a body.

    Made once for each choice; in an empty house the same rows are put back afterwards.
    """
    waits = dict(sorted((settings or {}).items()))

    async def by_the_verbs() -> Table:
        made = await _dialogue(database, template, languages, visibility, waits)
        for name, (kind, level) in bodies.items():
            made.seats[name] = await seat(
                database, made, name, kind=kind, level=level, mandate=mandates
            )
        return made

    choice = (template, tuple(bodies.items()), tuple(languages), visibility, mandates)
    made = await kept.again(database, ("table", *choice, tuple(waits.items())), by_the_verbs)
    if phase:
        await enter(database, made, phase)
    return made


async def _dialogue(
    database: Database,
    template: str,
    languages: Sequence[str],
    visibility: Visibility,
    settings: Mapping[str, int],
) -> Table:
    """A dialogue with everybody around it who belongs to no delegation."""
    administrator = await person(database, "Administrator", administrator=True)
    lab_id = await lab(database, administrator)
    async with database.write(administrator) as uow:
        dialogue = await labs.create_dialogue(
            uow,
            administrator,
            lab_id=lab_id,
            template_id=template,
            questions={"en": "Who does what?", "fr": "Qui fait quoi ?"},
            scopes={"en": "Language learning.", "fr": "Apprentissage de la langue."},
            languages=languages,
            visibility=visibility,
            settings=no_waiting(template) | settings,
        )
        dialogue_id = dialogue.id
    others = {
        name: await person(database, name.capitalize())
        for name in ("moderator", "rapporteur", "expert", "observer", "stakeholder", "outsider")
    }
    secretariat = await person(database, "Secretariat")
    async with database.write(SYSTEM) as uow:
        await labs.grant_lab_role(
            uow,
            SYSTEM,
            lab_id=lab_id,
            person_id=_id(secretariat),
            role=labs.LabRole.SECRETARIAT,
        )
    made = Table(lab_id, dialogue_id, administrator, secretariat, **others)
    for name in ("moderator", "rapporteur", "expert", "observer", "stakeholder"):
        await role(database, made, getattr(made, name), Role(name.upper()))
    return made


def no_waiting(template: str) -> dict[str, int]:
    """Every setting of a template at its least, but positions, which need a moment."""
    least = {key: each.minimum for key, each in templates()[template].settings.items()}
    return least | ({"positions": 14} if "positions" in least else {})


async def role(database: Database, here: Table, viewer: Viewer, wanted: Role) -> UUID | None:
    """Somebody's role in the dialogue, where its template has it."""
    async with database.write(SYSTEM) as uow:
        standing = await labs.standing(uow.session, SYSTEM, here.dialogue_id)
        if wanted not in standing.template.roles:
            return None
        grant = await labs.grant_role(
            uow,
            SYSTEM,
            dialogue_id=here.dialogue_id,
            person_id=_id(viewer),
            role=wanted,
            functions={"en": wanted.value.capitalize()},
            organisation_id=None,
        )
        return grant.id


async def seat(
    database: Database,
    here: Table,
    name: str,
    *,
    kind: OrganisationKind = OrganisationKind.CITY,
    level: str = "LOCAL",
    voting: bool = True,
    weight: int = 1,
    mandate: bool = True,
) -> Seat:
    """A delegation with a head, a second delegate and, unless told otherwise, a valid mandate."""
    body = await organisation(database, name.capitalize(), kind)
    head = await person(database, f"Head, {name.capitalize()}")
    delegate = await person(database, f"Delegate, {name.capitalize()}")
    async with database.write(SYSTEM) as uow:
        delegation = await labs.create_delegation(
            uow,
            SYSTEM,
            dialogue_id=here.dialogue_id,
            organisation_id=body,
            level=level,
            voting=voting,
            weight=weight,
        )
        for viewer, leads in ((head, True), (delegate, False)):
            await labs.seat_delegate(
                uow,
                SYSTEM,
                delegation_id=delegation.id,
                person_id=_id(viewer),
                functions={"en": "Head" if leads else "Delegate"},
                head=leads,
            )
        made = Seat(delegation.id, body, level, head, delegate)
    if mandate:
        made.mandate_id = await file_mandate(database, made)
    return made


async def file_mandate(
    database: Database,
    of: Seat,
    *,
    valid_from: date = date(2020, 1, 1),
    valid_to: date | None = None,
    ad_referendum: bool = False,
    subjects: Sequence[UUID] = (),
) -> UUID:
    """A mandate for the whole dialogue unless subjects are named, filed by the head."""
    async with database.write(of.head) as uow:
        mandate = await labs.file_mandate(
            uow,
            of.head,
            delegation_id=of.delegation_id,
            issuing_body="Council",
            issued_on=valid_from,
            scope="The whole dialogue.",
            valid_from=valid_from,
            valid_to=valid_to,
            ad_referendum=ad_referendum,
            subjects=subjects,
        )
        return mandate.id


async def enter(database: Database, here: Table, phase: str) -> None:
    """Put the dialogue into a phase, whatever leads there. Only a test may do this."""
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        where = {"dialogue": here.dialogue_id, "lab": here.lab_id, "phase": phase, "id": uuid7()}
        await connection.execute(
            text(
                "UPDATE phase_run SET left_at = now() "
                "WHERE dialogue_id = :dialogue AND left_at IS NULL"
            ),
            where,
        )
        await connection.execute(
            text(
                "INSERT INTO phase_run (id, lab_id, dialogue_id, phase_id, entered_at, backwards, "
                "reason) VALUES (:id, :lab, :dialogue, :phase, now(), false, '')"
            ),
            where,
        )
        await connection.execute(
            text("UPDATE dialogue SET phase_id = :phase WHERE id = :dialogue"), where
        )
        uow.touch_lab(here.lab_id)


def _id(viewer: Viewer) -> UUID:
    assert viewer.person_id is not None
    return viewer.person_id
