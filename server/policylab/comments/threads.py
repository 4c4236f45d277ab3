"""The verbs of threads: remarks on words of a text, for the dialogue or inside one delegation."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import coediting
from policylab.comments import events
from policylab.comments.finding import held_draft, held_thread, held_version
from policylab.comments.judging import (
    ThreadCourse,
    judge_remark,
    judge_reopen,
    judge_reply,
    judge_resolve,
)
from policylab.comments.rules import (
    ThreadState,
    ThreadVisibility,
    check_comment,
    check_quotation,
)
from policylab.comments.tables import Comment, Thread
from policylab.documents.sources import VERSION_SECTION
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import to_global
from policylab.kit.viewer import Viewer
from policylab.labs import Standing

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a thread hangs."""

    document_id: UUID
    draft_id: UUID | None = None
    version_id: UUID | None = None
    section_id: UUID | None = None
    anchor: Json | None = None


async def start_thread(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    draft_id: UUID | None = None,
    version_id: UUID | None = None,
    section_id: UUID | None = None,
    quotation: str = "",
    anchor: Any = None,
    body: str,
    visibility: ThreadVisibility = ThreadVisibility.DIALOGUE,
) -> Thread:
    """Begin a thread on words of a draft or of a frozen version, or on a whole clause of either.

    With `DELEGATION` it is a closed note, which nobody outside the viewer's delegation ever sees.
    """
    text, here = await _text(uow, viewer, draft_id, version_id)
    judge_remark(visibility, here)
    words, quotation = check_comment(body), check_quotation(quotation)
    if draft_id is not None:
        place = await _in_draft(uow, text, section_id, quotation, anchor)
    else:
        place = await _in_version(uow, text, section_id, quotation, anchor)
    closed = visibility is ThreadVisibility.DELEGATION
    thread = Thread(
        lab_id=here.dialogue.lab_id,
        dialogue_id=here.dialogue.id,
        document_id=place.document_id,
        draft_id=place.draft_id,
        version_id=place.version_id,
        section_id=place.section_id,
        quotation=quotation,
        anchor=place.anchor,
        visibility=visibility,
        delegation_id=here.require_seat() if closed else None,
        capacity_id=here.capacity_id,
        created_by=viewer.person_id,
    )
    uow.session.add(thread)
    await uow.session.flush()
    await _say(uow, here, thread, words)
    _tell(uow, here, thread, events.ThreadStarted)
    return thread


async def reply(uow: UnitOfWork, viewer: Viewer, *, thread_id: UUID, body: str) -> Thread:
    """Add a comment to an open thread."""
    thread, here = await held_thread(uow.session, viewer, thread_id)
    judge_reply(course_of(thread), here)
    await _say(uow, here, thread, check_comment(body))
    _tell(uow, here, thread, events.ThreadAnswered)
    return thread


async def resolve_thread(uow: UnitOfWork, viewer: Viewer, *, thread_id: UUID) -> Thread:
    """Settle a thread: for who began it, and who moderates; a closed note for any delegate."""
    thread, here = await held_thread(uow.session, viewer, thread_id)
    judge_resolve(course_of(thread), here, viewer.person_id)
    thread.state = ThreadState.RESOLVED
    thread.resolved_at, thread.resolved_by_capacity_id = uow.now, here.capacity_id
    _tell(uow, here, thread, events.ThreadResolved)
    return thread


async def reopen_thread(uow: UnitOfWork, viewer: Viewer, *, thread_id: UUID) -> Thread:
    """Open a settled thread again; whoever may settle it may."""
    thread, here = await held_thread(uow.session, viewer, thread_id)
    judge_reopen(course_of(thread), here, viewer.person_id)
    thread.state = ThreadState.OPEN
    thread.resolved_at = thread.resolved_by_capacity_id = None
    _tell(uow, here, thread, events.ThreadReopened)
    return thread


def course_of(thread: Thread) -> ThreadCourse:
    """What decides over a thread."""
    return ThreadCourse(
        visibility=thread.visibility, state=thread.state, begun_by=thread.created_by
    )


async def _text(
    uow: UnitOfWork, viewer: Viewer, draft_id: UUID | None, version_id: UUID | None
) -> tuple[Any, Standing]:
    if (draft_id is None) == (version_id is None):
        message = "A thread hangs on a draft or on a frozen version; name one of them."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="draft_id")
    if draft_id is None:
        assert version_id is not None
        return await held_version(uow.session, viewer, version_id)
    draft, here = await held_draft(uow.session, viewer, draft_id)
    if draft.closed_at is not None:
        message = "This draft is closed; comment on the version that was frozen from it."
        raise Refused(RefusalCode.CLOSED, message)
    return draft, here


async def _in_draft(
    uow: UnitOfWork, draft: Any, section_id: UUID | None, quotation: str, anchor: Any
) -> _Place:
    """In a live text: relative positions, which go along with their words.

    A client may know words that the server has yet to hear of: its anchor is kept as it is, and the
    clause it names; once the server finds the spot, its own reading of the clause stands.
    """
    known = coediting.read_anchor(anchor)
    if anchor is not None and known is None:
        message = "This is no anchor: two relative positions, as the editor makes them."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="anchor")
    if not quotation:
        known = None
    elif known is None:
        known = await coediting.make_anchor(
            uow.session, draft.id, section_id=section_id, quotation=quotation
        )
        if known is None:
            message = "These words do not stand in this clause any more; choose them again."
            raise Refused(RefusalCode.STALE, message, field="quotation")
    else:
        [spot] = await coediting.resolve_anchors(uow.session, draft.id, [known], [quotation])
        section_id = spot.section_id if spot else section_id
    return _Place(
        document_id=draft.document_id, draft_id=draft.id, section_id=section_id, anchor=known
    )


async def _in_version(
    uow: UnitOfWork, version: Any, section_id: UUID | None, quotation: str, anchor: Any
) -> _Place:
    """In a frozen text: offsets into the clause's words, which never move."""
    if section_id is None:
        if quotation:
            message = "Say in which clause these words stand."
            raise Refused(RefusalCode.INVALID_INPUT, message, field="section_id")
        return _Place(document_id=version.document_id, version_id=version.id)
    words = await _words_of(uow.session, version.id, section_id)
    return _Place(
        document_id=version.document_id,
        version_id=version.id,
        section_id=section_id,
        anchor=_fixed(words, quotation, anchor) if quotation else None,
    )


async def _words_of(session: AsyncSession, version_id: UUID, section_id: UUID) -> str:
    section: Any = VERSION_SECTION.table
    found = await session.exec(
        select(section.text)
        .where(section.version_id == version_id)
        .where(section.section_id == section_id)
    )
    words = found.first()
    if words is None:
        message = "There is no such clause in this text."
        raise Refused(RefusalCode.NOT_FOUND, message, field="section_id")
    return words


def _fixed(words: str, quotation: str, anchor: Any) -> Json:
    """Where the quotation stands in the clause: where the client says, else its first place."""
    start = anchor.get("start") if isinstance(anchor, dict) else None
    if not isinstance(start, int) or not words.startswith(quotation, max(start, 0)):
        start = words.find(quotation)
    if start < 0:
        message = "These words do not stand in this clause."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="quotation")
    return {"start": start, "end": start + len(quotation)}


async def _say(uow: UnitOfWork, here: Standing, thread: Thread, words: str) -> None:
    comment = Comment(
        lab_id=thread.lab_id,
        dialogue_id=thread.dialogue_id,
        thread_id=thread.id,
        body=words,
        capacity_id=here.capacity_id,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(comment)
    await uow.session.flush()


def _tell(
    uow: UnitOfWork, here: Standing, thread: Thread, event: type[events.ThreadStarted]
) -> None:
    uow.audit(
        action=event.kind,
        object_type="Thread",
        object_id=thread.id,
        lab_id=thread.lab_id,
        capacity_id=here.capacity_id,
        detail={"visibility": thread.visibility.value},
    )
    uow.announce(
        event(
            lab_id=thread.lab_id,
            dialogue_id=thread.dialogue_id,
            closed_to=thread.delegation_id,
            thread_id=thread.id,
            draft_id=thread.draft_id,
            version_id=thread.version_id,
            subject=to_global("Thread", thread.id),
        )
    )


async def orphaned(session: AsyncSession, thread_ids: list[UUID]) -> set[UUID]:
    """Which of these threads have lost their words: the text changed under them.

    A session of the house: the log of a draft is nobody's to read. Whoever asks has judged who may
    see the threads.
    """
    rows = await session.exec(
        select(Thread)
        .where(col(Thread.id).in_(thread_ids))
        .where(col(Thread.draft_id).is_not(None))
        .where(col(Thread.anchor).is_not(None))
    )
    by_draft: dict[UUID, list[Thread]] = {}
    for thread in rows:
        assert thread.draft_id is not None
        by_draft.setdefault(thread.draft_id, []).append(thread)
    lost: set[UUID] = set()
    for draft_id, threads in by_draft.items():
        spots = await coediting.resolve_anchors(
            session,
            draft_id,
            [thread.anchor for thread in threads],
            [thread.quotation for thread in threads],
        )
        lost |= {
            thread.id
            for thread, spot in zip(threads, spots, strict=True)
            if spot is None or spot.orphaned
        }
    return lost
