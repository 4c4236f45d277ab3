"""What somebody makes of texts as they are stored, made elsewhere when a text is large."""

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting.heavy import apart
from policylab.coediting.history import Record
from policylab.coediting.reading import text_of

Json = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")

_SNAPSHOTS: Final = text("""
SELECT DISTINCT ON (draft_id) draft_id, seq, state, shape
FROM draft_snapshot WHERE draft_id = ANY(CAST(:drafts AS uuid[]))
ORDER BY draft_id, seq DESC
""")
_TAILS: Final = text("""
SELECT u.draft_id, u.seq, u.update
FROM draft_update u
JOIN unnest(CAST(:drafts AS uuid[]), CAST(:after AS bigint[])) AS known(draft_id, seq)
  ON u.draft_id = known.draft_id AND u.seq > known.seq
ORDER BY u.draft_id, u.seq
""")


async def newest(session: AsyncSession, draft_ids: Sequence[UUID]) -> dict[UUID, Record]:
    """What each of these texts is made of as its log is now, in two statements for all of them.

    For sessions of the house, as `committed_text`. A text that was never begun is empty.
    """
    connection = await session.connection()
    rows = await connection.execute(_SNAPSHOTS, {"drafts": draft_ids})
    milestones: dict[UUID, tuple[int, bytes, bytes]] = {row[0]: tuple(row[1:]) for row in rows}
    after = [milestones[key][0] if key in milestones else 0 for key in draft_ids]
    ends = dict(zip(draft_ids, after, strict=True))
    tails = {key: list[bytes]() for key in draft_ids}
    for key, seq, update in await connection.execute(_TAILS, {"drafts": draft_ids, "after": after}):
        tails[key].append(update)
        ends[key] = seq
    records = dict[UUID, Record]()
    for key in draft_ids:
        _, state, shape = milestones.get(key, (0, None, None))
        records[key] = Record(key, ends[key], state, shape, tails[key])
    return records


async def made_of(
    record: Record,
    make: Callable[Concatenate[Json, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What `make`, a function of a module, makes of a text.

    For callers who need something of the text, not all of it: the text itself stays where it is
    read. TEMPORARILY_UNAVAILABLE as `apart`.
    """
    return await apart(record.weight, _made, record.updates, make, *args, **kwargs)


def _made(
    updates: list[bytes],
    make: Callable[Concatenate[Json, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    return make(text_of(*updates), *args, **kwargs)
