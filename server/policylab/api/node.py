"""Finding anything again by its identifier."""

import asyncio
from collections.abc import Sequence

import strawberry

from policylab.api.context import Context
from policylab.api.declare import Node, load_node, query, root
from policylab.kit.errors import RefusalCode, Refused

MOST_NODES = 100


async def one(context: Context, id: strawberry.ID) -> Node | None:
    return await load_node(context, id)


async def many(context: Context, ids: list[strawberry.ID]) -> Sequence[Node | None]:
    if len(ids) > MOST_NODES:
        raise Refused(RefusalCode.TOO_MANY, f"Ask for at most {MOST_NODES} at a time.", field="ids")
    return await asyncio.gather(*(load_node(context, identifier) for identifier in ids))


@query
class NodeQuery:
    node: Node | None = root(
        "Anything by its identifier; null for what is not there.", one, access="as what it leads to"
    )
    nodes: list[Node | None] = root(
        "Several things by their identifiers, in order.", many, access="as what they lead to"
    )
