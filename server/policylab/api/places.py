"""Labs and their levels of government as clients see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from policylab import labs
from policylab.api import loading
from policylab.api.context import Context, Kept
from policylab.api.declare import (
    LocalisedText,
    Node,
    all_words,
    column,
    computed,
    described_enum,
    edge,
    published,
    to_one,
    words,
)
from policylab.api.elsewhere import Dialogue
from policylab.api.identity import Permission, Person
from policylab.api.paging import Connection, connection
from policylab.api.standing import judged
from policylab.decisions.words import LevelNames
from policylab.labs import ENTITLED, LabRole, sources

described_enum(LabRole)


@published(sources.LAB_LEVEL)
class GovernanceLevel(Node):
    """A level of government as one lab knows it."""

    code: str = column("Its code within the lab.")
    name: str = words("What it is called.", "names")
    names: list[LocalisedText] = all_words("What it is called, in all languages kept.", "names")
    order: int = column("Its place, from the closest to people on.", "place")


_LEVELS = loading.EdgePlan("GovernanceLevel", "lab_id", "true", "{t}.place")


def _levels(context: Context) -> Kept:
    async def batch(keys: list[UUID]) -> list[list[GovernanceLevel]]:
        return await loading.things_of_parents(context, _LEVELS, keys)

    return context.kept("levels", batch)


async def levels_of(context: Context, lab_id: UUID) -> list[GovernanceLevel]:
    """The levels of a lab, in order."""
    return (await _levels(context).of([lab_id]))[0]


async def level_of(context: Context, lab_id: UUID, code: str) -> GovernanceLevel | None:
    """The level with this code in a lab."""
    found = await levels_of(context, lab_id)
    return next((level for level in found if _row(level)["code"] == code), None)


async def level_names(context: Context, lab_id: UUID) -> LevelNames:
    """What a lab calls its levels, by code."""
    rows = [_row(level) for level in await levels_of(context, lab_id)]
    return {row["code"]: row["names"] for row in rows}


def _row(thing: Any) -> Mapping[str, Any]:
    return thing.row


async def load_level(context: Context, roots: Sequence[Any]) -> list[GovernanceLevel | None]:
    """The levels of things that carry `lab_id` and the code of a `level`."""
    keys = list(dict.fromkeys(item.row["lab_id"] for item in roots))
    lists = await _levels(context).of(keys)
    found = {
        (key, _row(level)["code"]): level
        for key, levels in zip(keys, lists, strict=True)
        for level in levels
    }
    return [found.get((item.row["lab_id"], item.row["level"])) for item in roots]


@published(sources.LAB_GRANT)
class LabGrant(Node):
    """Somebody's place in a lab as a whole."""

    role: LabRole = column("What she is in the lab.")
    person: Person | None = to_one("Who; null when her account is closed.", by="person_id")


async def load_lab_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do in labs as a whole."""
    async with context.database.read(context.viewer) as session:
        held = await labs.roles_in_labs(session, context.viewer, [item.row["id"] for item in roots])
    return [
        [
            judged(
                act.value,
                lambda act=act, roles=held.get(item.row["id"], frozenset()): labs.check_lab_act(
                    act, roles, locale=context.locale
                ),
                context.locale,
            )
            for act in ENTITLED
        ]
        for item in roots
    ]


async def load_revision(context: Context, roots: Sequence[Any]) -> list[int]:
    """How many changes each lab has seen."""
    sql = "SELECT lab_id, revision FROM lab_ledger WHERE lab_id = ANY($1)"
    async with context.database.rows(context.viewer) as rows:
        found = dict(await rows.fetch(sql, [item.row["id"] for item in roots]))
    return [found.get(item.row["id"], 0) for item in roots]


@published(sources.LAB)
class Lab(Node):
    """The lasting space of one country, region or theme."""

    name: str = words("What it is called.", "names")
    names: list[LocalisedText] = all_words("What it is called, in all languages kept.", "names")
    purpose: str = words("What it is for.", "purposes")
    languages: list[str] = column("The languages it works in.")
    illustrative: bool = column("Whether it is invented, for demonstration.")
    created_at: datetime = column("Since when it exists.")
    levels: list[GovernanceLevel] = edge(
        "Its levels of government, in order.", by="lab_id", order="{t}.place"
    )
    dialogues: Connection[Dialogue] = connection(
        "Its dialogues that the viewer may read, newest first.",
        by="lab_id",
        order=("created_at",),
        descending=True,
    )
    grants: list[LabGrant] = edge(
        "Who has a place in it.", by="lab_id", where="{t}.until IS NULL", order="{t}.role, {t}.id"
    )
    revision: int = computed(
        "Counts its changes; as long as it stands still, so does everything in the lab.",
        load_revision,
        access="as the lab",
        needs=("id",),
    )
    viewer_can: list[Permission] = computed(
        "What the viewer may do in it as a whole: CREATE_DIALOGUE, GRANT_LAB_ROLE.",
        load_lab_can,
        access="as the lab",
        needs=("id",),
    )
