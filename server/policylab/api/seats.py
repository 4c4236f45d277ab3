"""Those who take part in a dialogue as clients see them: seats, mandates, roles."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from policylab import labs
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    column,
    computed,
    described_enum,
    edge,
    load,
    published,
    to_one,
    words,
)
from policylab.api.elsewhere import Delegation as LazyDelegation
from policylab.api.elsewhere import Dialogue, Document
from policylab.api.identity import Organisation, Permission, Person
from policylab.api.places import GovernanceLevel, load_level
from policylab.api.standing import judged, standings_of
from policylab.labs import MandateFacts, MandateState, sources
from policylab.process import Role

described_enum(MandateState)


@published(sources.CAPACITY)
class Capacity(Node):
    """Who somebody is when acting in a dialogue. What is kept cites this, never the person."""

    function: str = words("In which function she acts.", "functions")
    role: Role = column("In which part.")
    level: str | None = column("The code of the level of her delegation.")
    organisation: Organisation | None = to_one(
        "For which body; null for somebody without one.", by="organisation_id"
    )
    person: Person | None = to_one(
        "Who; null once she has been erased, or where the viewer may not know.", by="person_id"
    )
    delegation: LazyDelegation | None = to_one("For which delegation.", by="delegation_id")
    dialogue: Dialogue = to_one("In which dialogue.", by="dialogue_id")


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None


async def load_since(context: Context, roots: Sequence[Any]) -> list[date | None]:
    """The days on which seats began."""
    return [_day(item.row["since"]) for item in roots]


async def load_until(context: Context, roots: Sequence[Any]) -> list[date | None]:
    """The days on which seats ended."""
    return [_day(item.row["until"]) for item in roots]


@published(sources.DELEGATE)
class Delegate(Node):
    """A person on a delegation's seat."""

    head: bool = column("Whether she leads the delegation.")
    capacity: Capacity = to_one("Who she is when she acts.", by="capacity_id")
    from_: date | None = computed("Since when.", load_since, access="as its row", needs=("since",))
    to: date | None = computed(
        "Until when, where it has ended.", load_until, access="as its row", needs=("until",)
    )


async def today(context: Context) -> date:
    """The day it is by the database's clock, which is the one that rules."""
    async with context.database.rows(context.viewer) as rows:
        return await rows.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")


async def load_mandate_state(context: Context, roots: Sequence[Any]) -> list[MandateState]:
    """How mandates stand today."""
    day = await today(context)
    return [labs.mandate_state(_facts(item.row), day) for item in roots]


def _facts(row: Mapping[str, Any]) -> MandateFacts:
    return MandateFacts(
        level=row["level"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        ad_referendum=row["ad_referendum"],
        revoked=row["revoked_at"] is not None,
    )


async def load_subjects(context: Context, roots: Sequence[Any]) -> list[list[Any]]:
    """The documents that mandates are limited to, as far as the viewer may see them."""
    return [await _documents(context, item.row["subjects"]) for item in roots]


async def _documents(context: Context, keys: Sequence[str]) -> list[Any]:
    found = await asyncio.gather(*(load(context, "Document", UUID(key)) for key in keys))
    return [each for each in found if each is not None]


@published(sources.MANDATE)
class Mandate(Node):
    """Authority given by a named body to a delegation. Never edited: revoked, and filed anew."""

    issuing_body: str = column("Who gave it.")
    issued_on: date = column("The day it was given.")
    scope: str = column("What it covers.")
    limits: str = column("What it does not cover; empty where nothing was said.")
    valid_from: date = column("The first day it holds.")
    valid_to: date | None = column("The last day it holds; null without an end.")
    paper: str | None = column("Reference of the paper it stands on.")
    ad_referendum: bool = column("Whether positions on it are subject to confirmation.")
    documents: list[Document] = computed(
        "The texts it is limited to; empty for the whole dialogue.",
        load_subjects,
        access="as the texts",
        needs=("subjects",),
    )
    state: MandateState = computed(
        "How it stands today.",
        load_mandate_state,
        access="as its row",
        needs=("ad_referendum", "level", "revoked_at", "valid_from", "valid_to"),
    )


async def load_delegation_state(context: Context, roots: Sequence[Any]) -> list[MandateState]:
    """What stands behind delegations today: the best of their mandates."""
    day = await today(context)
    keys = [item.row["id"] for item in roots]
    async with context.database.read(context.viewer) as session:
        found = await labs.mandate_states(session, keys, on=day)
    return [found[key] for key in keys]


async def load_delegation_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do to delegations."""
    found, locale = await standings_of(context, roots), context.locale
    return [
        [
            judged("SEAT", lambda here=here, key=key: labs.check_seating(here, key), locale),
            judged("FILE_MANDATE", lambda here=here, key=key: labs.check_filing(here, key), locale),
            judged(
                "END_DELEGATION", lambda here=here, key=key: labs.check_ending(here, key), locale
            ),
        ]
        for here, key in zip(found, (item.row["id"] for item in roots), strict=True)
    ]


@published(sources.DELEGATION)
class Delegation(Node):
    """The seat of one organisation in one dialogue, at one level of government."""

    level: GovernanceLevel = computed(
        "At which level it sits.", load_level, access="as the lab", needs=("lab_id", "level")
    )
    voting: bool = column("Whether a decision counts it; a consulted body is heard.")
    weight: int = column("How much its position counts.")
    organisation: Organisation = to_one("Which body.", by="organisation_id")
    dialogue: Dialogue = to_one("In which dialogue.", by="dialogue_id")
    seats: list[Delegate] = edge(
        "Who acts for it, its head first.",
        by="delegation_id",
        where="{t}.until IS NULL",
        order="{t}.head DESC, {t}.id",
    )
    mandates: list[Mandate] = edge(
        "The mandates it filed, newest first.", by="delegation_id", order="{t}.id DESC"
    )
    mandate_state: MandateState = computed(
        "What stands behind it today: the best of its mandates.",
        load_delegation_state,
        access="as its row",
        needs=("id",),
    )
    ended_at: datetime | None = column("When it left the dialogue, if it has.", "until")
    viewer_can: list[Permission] = computed(
        "What the viewer may do to it: SEAT (and invite), FILE_MANDATE (and revoke), "
        "END_DELEGATION.",
        load_delegation_can,
        access="as its row",
        needs=("dialogue_id", "id"),
    )


@published(sources.GRANT)
class Grant(Node):
    """A role that somebody was given in one dialogue."""

    role: Role = column("Which role.")
    capacity: Capacity = to_one("Who she is when she acts in it.", by="capacity_id")


@published(sources.CONVOCATION)
class Convocation(Node):
    """A notice of meeting as it was sent."""

    meeting_on: date = column("The day of the session.")
    place: str = column("Where; empty where nothing was said.")
    agenda: str = column("What is on the agenda.")
    sent_at: datetime = column("When it was sent.")
    silence_deadline: datetime | None = column(
        "Where it declares a silence procedure: until when one may object."
    )
    capacity: Capacity | None = to_one("Who sent it.", by="capacity_id")
