"""The verbs and reads of live texts, for the rooms above: each judges first who may do it.

Whatever changes a text here holds the lock of its head, as every edit does: an edit is in the log
before a closing, or never.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pycrdt import Doc
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.coediting import anchors, editing, milestones
from policylab.coediting.events import DraftClosed, DraftReopened, TextChanged
from policylab.coediting.lib0 import BadBytes
from policylab.coediting.reader import read_update
from policylab.coediting.reading import read_text
from policylab.coediting.session import Owner
from policylab.coediting.stored import head_of, keep_row, origins_in, text_at
from policylab.coediting.tables import DraftHead
from policylab.coediting.writing import write_text
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """A live text as it is stored."""

    content: Json
    """ProseMirror JSON; attributes that nobody set are left out."""
    seq: int
    """How far its log goes."""
    closed: bool


async def open_draft(
    uow: UnitOfWork,
    *,
    draft_id: UUID,
    dialogue_id: UUID,
    content: Json | None,
    person_id: UUID | None = None,
    capacity_id: UUID | None = None,
) -> int:
    """Begin the log of a draft with this text, written by a person in a capacity or by the house.

    Answers the log position: 0 when there is nothing yet, else 1.
    """
    seq = 1 if content and content.get("content") else 0
    uow.session.add(DraftHead(id=draft_id, dialogue_id=dialogue_id, seq=seq))
    await uow.session.flush()
    if content and seq:
        client_id, update = write_text(content)
        owner = (person_id, capacity_id)
        await keep_row(uow.session, draft_id, seq, client_id, owner, update)
    return seq


async def committed_text(session: AsyncSession, draft_id: UUID) -> Text:
    """The text as it is stored, nothing that is under way; NOT_FOUND where there is none.

    The session is one of the house (`uow.session`, or `database.read(SYSTEM)`): the log of a draft
    is nobody's to read, and whoever asks has judged who may see the text.

    What stands in what is as the schema has it. Empty blocks and the values of attributes and marks
    are as somebody's program left them: mend or drop what does not fit, else one writer could keep
    a text from being frozen.
    """
    head = await head_of(session, draft_id)
    live = await text_at(session, head)
    return Text(read_text(live.doc), head.seq, head.closed)


async def close_draft(uow: UnitOfWork, draft_id: UUID) -> Text:
    """Take no more edits, and answer the text with everything that was acknowledged.

    From the moment this is committed every edit is refused with CLOSED, and connections that may
    write are closed with 4501. Who closes several drafts does so in the order of their ids.
    """
    head = await head_of(uow.session, draft_id, lock=True)
    if not head.closed:
        head.closed = True
        uow.session.add(head)
        uow.announce(DraftClosed(dialogue_id=head.dialogue_id, draft_id=draft_id))
    live = await text_at(uow.session, head)
    state, shape = live.whole(), live.remembered()
    await milestones.keep_frozen(uow.session, draft_id, head.seq, state, shape)
    return Text(read_text(live.doc), head.seq, closed=True)


async def reopen_draft(uow: UnitOfWork, draft_id: UUID) -> None:
    """Take edits again; readers are asked to come back, and judged anew."""
    head = await head_of(uow.session, draft_id, lock=True)
    if head.closed:
        head.closed = False
        uow.session.add(head)
        uow.announce(DraftReopened(dialogue_id=head.dialogue_id, draft_id=draft_id))


async def edit_text(
    uow: UnitOfWork,
    *,
    draft_id: UUID,
    change: Callable[[Json], Json],
    person_id: UUID | None,
    capacity_id: UUID | None,
) -> int:
    """Change a live text for a person: an amendment that is merged, an import that replaces it.

    `change` is given the text as it is stored, under the lock, and answers what it shall be; it may
    raise Refused. Blocks with the same id and words that stay the same are left alone, so they keep
    their authors; what is new is the person's. Answers the log position. CLOSED for a closed draft.
    """

    def work(doc: "Doc[Any]") -> None:
        editing.rewrite(doc, change(read_text(doc)))

    return await _edit(uow, draft_id, work, (person_id, capacity_id))


async def accept_suggestion(
    uow: UnitOfWork,
    *,
    draft_id: UUID,
    suggestion_id: str,
    person_id: UUID | None,
    capacity_id: UUID | None,
) -> int:
    """Make what was suggested under this id part of the text; its words keep their author.

    NOT_FOUND when nothing is suggested under this id, CLOSED for a closed draft.
    """
    work = _settling(suggestion_id, accept=True)
    return await _edit(uow, draft_id, work, (person_id, capacity_id))


async def reject_suggestion(
    uow: UnitOfWork,
    *,
    draft_id: UUID,
    suggestion_id: str,
    person_id: UUID | None,
    capacity_id: UUID | None,
) -> int:
    """Take back what was suggested under this id. Refuses as `accept_suggestion` does."""
    work = _settling(suggestion_id, accept=False)
    return await _edit(uow, draft_id, work, (person_id, capacity_id))


def _settling(suggestion_id: str, *, accept: bool) -> Callable[["Doc[Any]"], None]:
    def work(doc: "Doc[Any]") -> None:
        if not editing.settle(doc, suggestion_id, accept=accept):
            raise Refused(
                RefusalCode.NOT_FOUND, "This suggestion is no longer in the text.", field="id"
            )

    return work


async def resolve_anchors(
    session: AsyncSession,
    draft_id: UUID,
    wanted: Sequence[Json | None],
    quotations: Sequence[str] = (),
) -> list[anchors.Spot | None]:
    """Where each anchor is in the text as it is stored, in the same order.

    Words that somebody moved, by splitting a paragraph or dragging a block, are found where they
    are now; where an anchor has lost its words, its quotation is looked for, and taken if it stands
    in the text exactly once.

    An anchor is `{"anchor": …, "head": …}` of Yjs relative positions, as an editor makes them. None
    for what is no anchor, or stood in a block that is gone; `Spot.orphaned` when words are gone.
    """
    head = await head_of(session, draft_id)
    live, origins = await text_at(session, head), await origins_in(session, draft_id)
    return anchors.spots(live, wanted, origins, quotations)


async def make_anchor(
    session: AsyncSession, draft_id: UUID, *, section_id: UUID | None, quotation: str
) -> Json | None:
    """An anchor on the first place in a clause where these words stand; None if they do not."""
    head = await head_of(session, draft_id)
    return anchors.anchor_to((await text_at(session, head)).whole(), section_id, quotation)


async def _edit(
    uow: UnitOfWork, draft_id: UUID, work: Callable[["Doc[Any]"], None], owner: Owner
) -> int:
    head = await head_of(uow.session, draft_id, lock=True)
    if head.closed:
        raise Refused(
            RefusalCode.CLOSED, "This draft is closed. Open a new one to change the text."
        )
    live = await text_at(uow.session, head)
    client_id = secrets.randbelow(2**31) + 2**31
    update = editing.change(live.whole(), client_id, work)
    if update is None:
        return head.seq
    try:
        live.knowledge.shape.judge(read_update(update, trusted=True), live.knowledge.known)
    except BadBytes as error:
        raise Refused(RefusalCode.INVALID_INPUT, error.message, field="content") from error
    head.seq += 1
    uow.session.add(head)
    await keep_row(uow.session, draft_id, head.seq, client_id, owner, update)
    event = TextChanged(dialogue_id=head.dialogue_id, draft_id=draft_id, seq=head.seq)
    uow.announce(event)
    return head.seq
