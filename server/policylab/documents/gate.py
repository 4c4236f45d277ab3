"""Who may write a draft: what the process lets somebody do in its dialogue, as a right on texts."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import coediting, identity, labs
from policylab.coediting import NOBODY, Right
from policylab.documents.tables import Draft
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import Action


class DraftGate:
    """The gate that live texts are opened through; asked anew whenever access changes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def may(self, viewer: Viewer, draft_id: UUID) -> coediting.Standing:
        """The viewer's standing on the draft; `NOBODY` for what she may not see."""
        async with self._database.read(SYSTEM) as session:
            draft = await session.get(Draft, draft_id)
            if draft is None:
                return NOBODY
            here = (await labs.standings(session, viewer, [draft.dialogue_id])).get(
                draft.dialogue_id
            )
            if here is None:
                return NOBODY
            right = right_on(viewer, here, closed=draft.closed_at is not None)
            return await _shown(session, viewer, here, right)


def right_on(viewer: Viewer, here: labs.Standing, *, closed: bool) -> Right:
    """What somebody who may read a draft may do to it now."""
    if closed or (viewer.scopes is not None and "write" not in viewer.scopes):
        return Right.READ
    if viewer.system:
        return Right.WRITE
    if here.acting_as is None:
        return Right.READ
    if Action.EDIT in here.may:
        return Right.WRITE
    return Right.SUGGEST if Action.SUGGEST in here.may else Right.READ


async def rights_on(
    session: AsyncSession, viewer: Viewer, drafts: Mapping[UUID, tuple[UUID, bool]]
) -> dict[UUID, Right]:
    """The same for several drafts, given by id with their dialogue and whether they are closed."""
    dialogues: Collection[UUID] = {dialogue for dialogue, _ in drafts.values()}
    found = await labs.standings(session, viewer, dialogues)
    return {
        draft_id: right_on(viewer, found[dialogue], closed=closed)
        if dialogue in found
        else Right.NONE
        for draft_id, (dialogue, closed) in drafts.items()
    }


async def _shown(
    session: AsyncSession, viewer: Viewer, here: labs.Standing, right: Right
) -> coediting.Standing:
    """The standing with what others see of it: function and organisation, never a name."""
    capacity = None
    if here.acting_as is not None:
        capacity = (await labs.capacities_by_id(session, [here.acting_as])).get(here.acting_as)
    if capacity is None:
        return coediting.Standing(right, person_id=viewer.person_id)
    organisation = ""
    if capacity.organisation_id is not None:
        bodies = await identity.organisations_by_id(session, [capacity.organisation_id])
        organisation = _in(bodies[capacity.organisation_id].names, viewer.locale)
    function = _in(capacity.functions, viewer.locale)
    return coediting.Standing(
        right,
        person_id=viewer.person_id,
        capacity_id=capacity.id,
        level=capacity.level,
        function=function,
        organisation=organisation,
        label=", ".join(part for part in (function, organisation) if part),
    )


def _in(words: Mapping[str, str], locale: str) -> str:
    return words.get(locale) or words.get("en") or next(iter(words.values()), "")
