"""The places, bodies, people and lab of Arvenia. All are illustrative; people are functions."""

import asyncio
from typing import Any
from uuid import UUID

from policylab import identity, index, labs
from policylab.demo.material import raw, read
from policylab.demo.stage import Made, Stage
from policylab.identity import OrganisationKind
from policylab.kit.db import UnitOfWork
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import LabRole

COUNTRY = "XA"


async def settle(stage: Stage) -> None:
    """Make everybody and everything there is, and let the stage know them."""
    world = read("arvenia")
    places = await stage.once("places", SYSTEM, lambda uow: _places(uow, world["places"]))
    stage.bodies = dict(
        await stage.once("bodies", SYSTEM, lambda uow: _bodies(uow, world["bodies"], places))
    )
    people = await stage.once(
        "people", SYSTEM, lambda uow: _people(uow, world["bodies"], stage.bodies)
    )
    stage.people = {
        f"{body}.{post}": Viewer(
            person_id=people[f"{body}.{post}"],
            administrator=person.get("administrator", False),
            locale=person.get("locale", "en"),
        )
        for body, facts in world["bodies"].items()
        for post, person in facts["people"].items()
    }


async def found_lab(stage: Stage) -> UUID:
    """The lab, its staff and members, and the INDEX results of the cities."""
    said = read("lab")
    administrator = said["administrator"]
    levels = list(read("arvenia")["levels"].items())
    lab_id = await stage.act(
        administrator,
        labs.create_lab,
        names=said["names"],
        purposes=said["purposes"],
        languages=["en", "fr"],
        levels=levels,
        illustrative=True,
    )
    staff = [(said["secretariat"], LabRole.SECRETARIAT)]
    for person, role in staff + [(member, LabRole.MEMBER) for member in said["members"]]:
        await stage.act(
            administrator,
            labs.grant_lab_role,
            lab_id=lab_id,
            person_id=stage.viewer(person).person_id,
            role=role,
        )
    await stage.act(administrator, index.import_file, name="index.json", data=raw("index.json"))
    return lab_id


async def _places(uow: UnitOfWork, places: dict[str, Any]) -> Made:
    made: dict[str, UUID] = {}
    for key, place in places.items():
        row = await identity.create_territory(
            uow,
            SYSTEM,
            level=place["level"],
            names={"en": place["name"], "fr": place["name"]},
            iso3166_2=place.get("code"),
            parent_id=made.get(place.get("in", "")),
            reference=f"{COUNTRY.lower()}-{key}",
            country=COUNTRY,
            population=place.get("population"),
            illustrative=True,
        )
        await uow.session.flush()
        made[key] = row.id
    return made


async def _bodies(uow: UnitOfWork, bodies: dict[str, Any], places: Made) -> Made:
    made: dict[str, UUID] = {}
    for key, body in bodies.items():
        row = await identity.create_organisation(
            uow,
            SYSTEM,
            kind=OrganisationKind[body["kind"]],
            names=body["names"],
            territory_id=places[body["at"]],
            illustrative=True,
        )
        made[key] = row.id
        await _next_moment()
    return made


async def _people(uow: UnitOfWork, bodies: dict[str, Any], ids: Made) -> Made:
    made: dict[str, UUID] = {}
    for key, body in bodies.items():
        for post, person in body["people"].items():
            functions = {"en": person["en"], "fr": person["fr"]}
            row = await identity.create_person(
                uow,
                SYSTEM,
                display_name=f"{person['en']}, {body['short']}",
                locale=person.get("locale", "en"),
                administrator=person.get("administrator", False),
                illustrative=True,
            )
            await identity.add_membership(
                uow, SYSTEM, person_id=row.id, organisation_id=ids[key], functions=functions
            )
            made[f"{key}.{post}"] = row.id
            await _next_moment()
    return made


async def _next_moment() -> None:
    """Identifiers sort by the millisecond, and lists show bodies and people in this order."""
    await asyncio.sleep(0.002)
