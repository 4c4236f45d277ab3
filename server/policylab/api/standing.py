"""Where the viewer stands in dialogues, asked once for all of an answer; and what she may do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from policylab import labs
from policylab.api.context import Context
from policylab.api.identity import Permission
from policylab.kit.errors import Refused, not_found
from policylab.kit.french import said_in
from policylab.labs import Standing


def standings(context: Context) -> DataLoader[UUID, Standing]:
    """Where the viewer stands in each dialogue, in the language of the answer."""
    viewer = replace(context.viewer, locale=context.locale)

    async def batch(keys: Sequence[UUID]) -> list[Any]:
        async with context.database.read(viewer) as session:
            found = await labs.standings(session, viewer, set(keys))
        return [found.get(key) or not_found() for key in keys]

    return context.loader("standings", lambda: DataLoader(load_fn=batch))


async def standings_of(
    context: Context, roots: Sequence[Any], name: str = "dialogue_id"
) -> list[Standing]:
    """Where the viewer stands in the dialogue of each of these things."""
    return await standings(context).load_many([item.row[name] for item in roots])


def judged(action: str, check: Callable[[], object], locale: str) -> Permission:
    """A permission by the very rule that the verb obeys: what it would refuse with is the why."""
    try:
        check()
    except Refused as refused:
        return Permission(action=action, allowed=False, why=said_in(refused.message, locale))
    return Permission(action=action, allowed=True)
