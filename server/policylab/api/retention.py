"""Legal holds, how long things are kept, and erasing a person, as clients see them."""

from datetime import datetime
from uuid import UUID

import strawberry

from policylab import retention
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    column,
    described_enum,
    described_input,
    plain,
    published,
    query,
    root,
    to_one,
    value,
)
from policylab.api.elsewhere import Lab
from policylab.api.identity import Person
from policylab.api.origins import PagePlan
from policylab.api.paging import After, Before, Connection, First, Last, page_of, walk
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import key_of, to_global
from policylab.retention import Fate, RetentionClass, Trigger, sources

for kind in (Fate, RetentionClass, Trigger):
    described_enum(kind)


@published(sources.LEGAL_HOLD)
class LegalHold(Node):
    """While it stands, nobody who took part in its lab is erased, and nothing of it deleted."""

    reason: str = column("Why, in the words of who placed it.")
    since: datetime = column("From when on it stands.")
    until: datetime | None = column("When it was lifted; null while it stands.")
    placed_by: Person | None = to_one("The administrator who placed it.", by="placed_by")
    lifted_by: Person | None = to_one("The administrator who lifted it.", by="lifted_by")
    lab: Lab = to_one("The lab it stands in.", by="lab_id")


@value
class RetentionRule:
    """How long one kind of thing is to be kept, and what is due then."""

    kept_as: RetentionClass = plain("What sort of thing.")
    trigger: Trigger = plain("From when on the time runs.")
    days: int | None = plain("For how many days; null for ever.")
    fate: Fate = plain("What is due then, unless a legal hold stands.")


@value
class PersonErased:
    """What was done to erase somebody."""

    person_id: strawberry.ID = plain("Whom: what remains of her is a nameless row.")
    capacities: int = plain("How many capacities now show a function and a body alone.")
    roles: int = plain("How many seats, roles and places in labs have ended.")
    invitations: int = plain("How many invitations have lost a name and an address.")
    deleted: int = plain("How many accounts, sessions, tokens, codes and notices are gone.")


_HOLDS = PagePlan("LegalHold", "lab_id", "true", ("since", "id"), descending=True)


async def find_holds(
    context: Context,
    lab_id: strawberry.ID,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[LegalHold]:
    """The holds of a lab, newest first; none for those who may not see it."""
    return await page_of(context, _HOLDS, key_of(lab_id, "Lab"), walk(first, after, last, before))


async def find_schedule(context: Context) -> list[RetentionRule]:
    """What the rules say of each class."""
    return [
        RetentionRule(kept_as=kept_as, trigger=each.trigger, days=each.days, fate=each.fate)
        for kept_as, each in retention.SCHEDULE.items()
    ]


@query
class RetentionQuery:
    legal_holds: Connection[LegalHold] = root(
        "The legal holds of a lab, standing and lifted, newest first.",
        find_holds,
        access="as the lab",
    )
    retention_schedule: list[RetentionRule] = root(
        "How long things are to be kept here.", find_schedule, access="everybody"
    )


@described_input
class PlaceHoldInput(VerbInput):
    """A reason why nothing of a lab may be erased."""

    lab_id: strawberry.ID = plain("Which lab.")
    reason: str = plain("Why; everybody in the lab reads it.")


@described_input
class LiftHoldInput(VerbInput):
    """A hold that is needed no longer."""

    hold_id: strawberry.ID = plain("Which hold.")


@described_input
class ErasePersonInput(VerbInput):
    """Somebody whose identity shall be taken away for good."""

    person_id: strawberry.ID = plain("Whom.")


@verbs
class RetentionMutation:
    @verb(answers=LegalHold)
    async def place_hold(uow: UnitOfWork, input: PlaceHoldInput) -> UUID:
        """Keep everything of a lab from being erased until the hold is lifted."""
        key = key_of(input.lab_id, "Lab")
        return (await retention.place_hold(uow, uow.viewer, lab_id=key, reason=input.reason)).id

    @verb(answers=LegalHold)
    async def lift_hold(uow: UnitOfWork, input: LiftHoldInput) -> UUID:
        """End a hold; that it stood, and why, remains."""
        key = key_of(input.hold_id, "LegalHold")
        return (await retention.lift_hold(uow, uow.viewer, hold_id=key)).id

    @verb(answers=PersonErased)
    async def erase_person(uow: UnitOfWork, input: ErasePersonInput) -> PersonErased:
        """Take somebody's identity out of the service for good: what is kept shows her function
        and her body alone. Asks an administrator of the service for a fresh sign-in."""
        key = key_of(input.person_id, "Person")
        done = await retention.erase_person(uow, uow.viewer, person_id=key)
        return PersonErased(
            person_id=strawberry.ID(to_global("Person", done.person_id)),
            capacities=done.capacities,
            roles=done.roles,
            invitations=done.invitations,
            deleted=done.deleted,
        )
