"""Who may write a draft: what the process lets somebody do in its dialogue, as a right on texts."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import coediting, identity, labs
from policylab.coediting import NOBODY, Asked, Right
from policylab.documents.tables import Draft
from policylab.kit.db import Database
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import Action


class DraftGate(coediting.Gate):
    """The gate that live texts are opened through; asked anew whenever access changes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def may(self, viewer: Viewer, draft_id: UUID) -> coediting.Standing:
        """The viewer's standing on the draft; `NOBODY` for what she may not see."""
        asked = (viewer, draft_id)
        return (await self.may_all([asked]))[asked]

    async def warm_up(self) -> None:
        """Ask once for nobody, so that the statements are ready when somebody comes."""
        async with self._database.read(SYSTEM) as session:
            newest = select(Draft.id).order_by(col(Draft.id).desc()).limit(1)
            draft_id = (await session.exec(newest)).first()
        if draft_id is not None:
            await self.may_all([(Viewer(person_id=uuid7()), draft_id)])

    async def may_all(self, asked: Collection[Asked]) -> dict[Asked, coediting.Standing]:
        """The same for many who come at once: each dialogue is looked at one time."""
        wanted = {draft_id for _, draft_id in asked}
        shown = dict.fromkeys(asked, NOBODY)
        async with self._database.read(SYSTEM) as session:
            found = await session.exec(select(Draft).where(col(Draft.id).in_(wanted)))
            drafts = {draft.id: draft for draft in found}
            for dialogue_id in {draft.dialogue_id for draft in drafts.values()}:
                own = [
                    each
                    for each in asked
                    if each[1] in drafts and drafts[each[1]].dialogue_id == dialogue_id
                ]
                viewers = {viewer for viewer, _ in own}
                here = await labs.standings_together(session, viewers, dialogue_id)
                known = await _faces(session, here)
                for each in own:
                    if each[0] in here:
                        closed = drafts[each[1]].closed_at is not None
                        right = right_on(each[0], here[each[0]], closed=closed)
                        shown[each] = replace(known[each[0]], right=right)
        return shown


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


async def _faces(
    session: AsyncSession, here: Mapping[Viewer, labs.Standing]
) -> dict[Viewer, coediting.Standing]:
    """What others see of each: function and organisation, never a name. Without a right as yet."""
    acting = {each.acting_as for each in here.values() if each.acting_as is not None}
    capacities = await labs.capacities_by_id(session, acting) if acting else {}
    held = {capacity.organisation_id for capacity in capacities.values()} - {None}
    bodies = await identity.organisations_by_id(session, [key for key in held if key is not None])
    shown: dict[Viewer, coediting.Standing] = {}
    for viewer, standing in here.items():
        capacity = capacities.get(standing.acting_as) if standing.acting_as else None
        if capacity is None:
            shown[viewer] = coediting.Standing(Right.NONE, person_id=viewer.person_id)
            continue
        body = bodies.get(capacity.organisation_id) if capacity.organisation_id else None
        organisation = _in(body.names, viewer.locale) if body is not None else ""
        function = _in(capacity.functions, viewer.locale)
        shown[viewer] = coediting.Standing(
            Right.NONE,
            person_id=viewer.person_id,
            capacity_id=capacity.id,
            level=capacity.level,
            function=function,
            organisation=organisation,
            label=", ".join(part for part in (function, organisation) if part),
        )
    return shown


def _in(words: Mapping[str, str], locale: str) -> str:
    return words.get(locale) or words.get("en") or next(iter(words.values()), "")
