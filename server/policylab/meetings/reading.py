"""Reading about sessions: who is there, and whether each level has its quorum."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.labs import seats_of
from policylab.labs.sources import DIALOGUE
from policylab.meetings.rules import MeetingState, Quorum, SeatAt, quorums, quorums_from_json
from policylab.meetings.tables import AgendaItem, Attendance, Meeting


async def quorum_of(session: AsyncSession, meetings: Sequence[Meeting]) -> dict[UUID, list[Quorum]]:
    """The quorum by level: as it was for a session that was held, else as it is now."""
    held = [meeting for meeting in meetings if meeting.state is MeetingState.HELD]
    others = [meeting for meeting in meetings if meeting.state is not MeetingState.HELD]
    found = await quorum_now(session, others) if others else {}
    return found | {meeting.id: quorums_from_json(meeting.quorum) for meeting in held}


async def quorum_now(
    session: AsyncSession, meetings: Sequence[Meeting]
) -> dict[UUID, list[Quorum]]:
    """The quorum by level as attendance and seats are at this moment."""
    dialogue_ids = {meeting.dialogue_id for meeting in meetings}
    now = (await session.exec(select(func.now()))).one()
    seats = await seats_of(session, dialogue_ids, now=now)
    present = await _present(session, [meeting.id for meeting in meetings])
    table = DIALOGUE.table
    rows = await session.exec(select(table).where(col(table.id).in_(dialogue_ids)))  # type: ignore[attr-defined]
    levels = {dialogue.id: dialogue.levels for dialogue in rows}  # type: ignore[attr-defined]
    return {
        meeting.id: quorums(
            levels[meeting.dialogue_id],
            [
                SeatAt(UUID(seat.delegation_id), seat.level, seat.voting, seat.occupied)
                for seat in seats[meeting.dialogue_id]
            ],
            present[meeting.id],
        )
        for meeting in meetings
    }


async def _present(session: AsyncSession, meeting_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    rows = await session.exec(
        select(Attendance)
        .where(col(Attendance.meeting_id).in_(meeting_ids))
        .where(col(Attendance.present))
    )
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        found[row.meeting_id].add(row.delegation_id)
    return found


async def meetings_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Meeting]:
    """Sessions by their id, as far as the session's viewer may see them."""
    rows = await session.exec(select(Meeting).where(col(Meeting.id).in_(ids)))
    return {meeting.id: meeting for meeting in rows}


async def meetings_in(
    session: AsyncSession, dialogue_ids: Collection[UUID], *, since: datetime
) -> list[Meeting]:
    """The sessions of these dialogues that begin after a moment, in their order."""
    rows = await session.exec(
        select(Meeting)
        .where(col(Meeting.dialogue_id).in_(dialogue_ids), col(Meeting.starts_at) >= since)
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )
    return list(rows)


async def agendas_of(
    session: AsyncSession, meeting_ids: Collection[UUID]
) -> dict[UUID, list[AgendaItem]]:
    """The agenda of each session, in its order."""
    rows = await session.exec(
        select(AgendaItem)
        .where(col(AgendaItem.meeting_id).in_(meeting_ids))
        .order_by(col(AgendaItem.meeting_id), col(AgendaItem.number))
    )
    found: dict[UUID, list[AgendaItem]] = {key: [] for key in meeting_ids}
    for item in rows:
        found[item.meeting_id].append(item)
    return found
