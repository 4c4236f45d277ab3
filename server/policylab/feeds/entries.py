"""What stands in somebody's calendar: meetings and deadlines of the dialogues that she may see now.

Nothing is kept: whoever loses a place in a dialogue finds its entries gone the next time that her
calendar program asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import decisions, meetings
from policylab.decisions import Deadline
from policylab.documents.sources import DOCUMENT
from policylab.feeds.rules import Entry, worded
from policylab.feeds.words import in_words, titled
from policylab.kit.errors import not_found
from policylab.kit.ids import to_global
from policylab.kit.viewer import Viewer
from policylab.labs import Standing, may_read, standings
from policylab.labs.sources import DIALOGUE
from policylab.meetings import MeetingState

BACK = timedelta(days=366)
"""How far back a calendar goes."""


async def calendar_of(session: AsyncSession, viewer: Viewer, *, language: str) -> list[Entry]:
    """The viewer's entries in their order; `session` reads as the viewer."""
    dialogue: Any = DIALOGUE.table
    seen = list(await session.exec(select(dialogue.id)))
    here = await standings(session, viewer, seen)
    now: datetime = (await session.exec(select(func.now()))).one()
    since = now - BACK
    found = await _meetings(session, here, since, language)
    found += await _deadlines(session, here, since, language)
    found += phases(here.values(), language)
    return sorted(found, key=lambda entry: (entry.starts_at, entry.key))


async def meeting_entry(
    session: AsyncSession, viewer: Viewer, *, meeting_id: UUID, language: str
) -> Entry:
    """One meeting; NOT_FOUND for one that the viewer may not see."""
    meeting = (await meetings.meetings_by_id(session, [meeting_id])).get(meeting_id)
    if meeting is None or not await may_read(session, viewer, meeting.dialogue_id):
        raise not_found()
    here = await standings(session, viewer, [meeting.dialogue_id])
    agendas = await meetings.agendas_of(session, [meeting_id])
    return _meeting(meeting, agendas[meeting_id], here[meeting.dialogue_id], language)


async def _meetings(
    session: AsyncSession, here: Mapping[UUID, Standing], since: datetime, language: str
) -> list[Entry]:
    rows = await meetings.meetings_in(session, here, since=since)
    agendas = await meetings.agendas_of(session, [row.id for row in rows])
    return [_meeting(row, agendas[row.id], here[row.dialogue_id], language) for row in rows]


def _meeting(meeting: Any, agenda: Sequence[Any], here: Standing, language: str) -> Entry:
    cancelled = meeting.state is MeetingState.CANCELLED
    lines = [f"{in_words('video', language)} {meeting.link}"] if meeting.link else []
    if agenda:
        lines.append(in_words("agenda", language))
        lines += [f"{item.number}. {item.title}" for item in agenda]
    known = [meeting.created_at, meeting.opened_at, meeting.closed_at]
    added = [item.created_at for item in agenda]
    return Entry(
        key=meeting.id,
        kind="meeting",
        title=worded(meeting.titles, language)[0],
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        changed_at=max(moment for moment in [*known, *added] if moment is not None),
        about=_question(here, language),
        lines=tuple(lines),
        place=meeting.place or "",
        path=f"{_path(here)}/meetings",
        changes=int(cancelled),
        cancelled=cancelled,
        takes_time=True,
    )


async def _deadlines(
    session: AsyncSession, here: Mapping[UUID, Standing], since: datetime, language: str
) -> list[Entry]:
    found = await decisions.deadlines_in(session, here, since=since)
    document: Any = DOCUMENT.table
    wanted = {deadline.procedure.document_id for deadline in found}
    rows = await session.exec(select(document).where(col(document.id).in_(wanted)))
    titles = {row.id: row.titles for row in rows}
    return [
        _deadline(each, titles.get(each.procedure.document_id), here, language) for each in found
    ]


def _deadline(
    deadline: Deadline,
    titles: Mapping[str, str] | None,
    places: Mapping[UUID, Standing],
    language: str,
) -> Entry:
    here = places[deadline.procedure.dialogue_id]
    title = worded(titles, language)[0] or _question(here, language)
    return Entry(
        key=deadline.procedure.id,
        kind="deadline",
        title=titled("deadline", title, language),
        starts_at=deadline.ends_at,
        changed_at=deadline.changed_at,
        about=_question(here, language),
        path=f"{_path(here)}/decisions",
        changes=deadline.moved + int(deadline.moot),
        cancelled=deadline.moot,
    )


def phases(places: Iterable[Standing], language: str) -> list[Entry]:
    """What time alone opens, and what falls due again and again: only the next of each."""
    found: list[Entry] = []
    for here in places:
        outlook, entered = here.outlook, here.situation.entered_at
        if outlook.next_phase is not None and outlook.next_opens_at is not None:
            title = titled("phase", outlook.next_phase.title.within(language), language)
            kind = f"phase-{outlook.next_phase.id}"
            found.append(_moment(here, kind, title, outlook.next_opens_at, entered, language))
        if outlook.due is not None:
            title = titled("due", outlook.phase.title.within(language), language)
            kind = f"due-{outlook.due.at:%Y%m%d}"
            found.append(_moment(here, kind, title, outlook.due.at, entered, language))
    return found


def _moment(
    here: Standing, kind: str, title: str, at: datetime, changed: datetime, language: str
) -> Entry:
    return Entry(
        key=here.dialogue.id,
        kind=kind,
        title=title,
        starts_at=at,
        changed_at=changed,
        about=_question(here, language),
        path=_path(here),
    )


def _question(here: Standing, language: str) -> str:
    return worded(here.dialogue.questions, language)[0]


def _path(here: Standing) -> str:
    return f"/dialogues/{to_global('Dialogue', here.dialogue.id)}"
