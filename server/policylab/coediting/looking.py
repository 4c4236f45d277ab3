"""What somebody makes of a text as it is stored, made elsewhere when the text is large."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting.heavy import apart
from policylab.coediting.history import record_at
from policylab.coediting.reading import text_of

Json = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


async def made_of_text(
    session: AsyncSession,
    draft_id: UUID,
    make: Callable[Concatenate[Json, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> tuple[T, int]:
    """What `make`, a function of a module, makes of the committed text; and how far its log goes.

    For callers who need something of the text, not all of it: the text itself stays where it is
    read. Refuses, and asks for a session of the house, as `committed_text`.
    """
    record = await record_at(session, draft_id)
    made = await apart(record.weight, _made, record.updates, make, *args, **kwargs)
    return made, record.seq


def _made(
    updates: list[bytes],
    make: Callable[Concatenate[Json, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    return make(text_of(*updates), *args, **kwargs)
