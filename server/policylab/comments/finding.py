"""Finding what the viewer may see: a thread, an amendment, the text that either hangs on."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.comments.rules import ThreadVisibility
from policylab.comments.tables import Amendment, Thread
from policylab.documents.sources import DRAFT, VERSION, VERSION_SET
from policylab.kit.errors import not_found
from policylab.kit.viewer import Viewer
from policylab.labs import Standing, may_read, standing


async def amendment_of(session: AsyncSession, viewer: Viewer, amendment_id: UUID) -> Amendment:
    """An amendment; NOT_FOUND where the viewer may not see its dialogue."""
    amendment = await session.get(Amendment, amendment_id)
    if amendment is None or not await may_read(session, viewer, amendment.dialogue_id):
        raise not_found()
    return amendment


async def held_amendment(
    session: AsyncSession, viewer: Viewer, amendment_id: UUID
) -> tuple[Amendment, Standing]:
    """An amendment that nobody else can settle before this transaction ends, and who asks."""
    amendment = await session.get(Amendment, amendment_id)
    if amendment is None:
        raise not_found()
    here = await standing(session, viewer, amendment.dialogue_id, lock=True)
    await session.refresh(amendment, with_for_update=True)
    return amendment, here


async def held_thread(
    session: AsyncSession, viewer: Viewer, thread_id: UUID
) -> tuple[Thread, Standing]:
    """A thread, held as above; a closed note is there for its own delegation alone."""
    thread = await session.get(Thread, thread_id)
    if thread is None:
        raise not_found()
    here = await standing(session, viewer, thread.dialogue_id, lock=True)
    if thread.visibility is ThreadVisibility.DELEGATION and (
        here.delegation_id != thread.delegation_id
    ):
        raise not_found()
    await session.refresh(thread, with_for_update=True)
    return thread, here


async def held_draft(session: AsyncSession, viewer: Viewer, draft_id: UUID) -> tuple[Any, Standing]:
    """A working draft and where the viewer stands towards it."""
    return await _text(session, viewer, DRAFT.table, draft_id)


async def held_version(
    session: AsyncSession, viewer: Viewer, version_id: UUID
) -> tuple[Any, Standing]:
    """A frozen version and where the viewer stands towards it."""
    return await _text(session, viewer, VERSION.table, version_id)


async def held_set(session: AsyncSession, viewer: Viewer, set_id: UUID) -> tuple[Any, Standing]:
    """A frozen text in all its languages and where the viewer stands towards it."""
    return await _text(session, viewer, VERSION_SET.table, set_id)


async def _text(
    session: AsyncSession, viewer: Viewer, table: Any, key: UUID
) -> tuple[Any, Standing]:
    row: Any = await session.get(table, key)
    if row is None:
        raise not_found()
    return row, await standing(session, viewer, row.dialogue_id, lock=True)
