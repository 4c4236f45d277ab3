"""What needs the viewer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from policylab import notices
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    column,
    computed,
    described_input,
    plain,
    published,
    to_one,
    words,
)
from policylab.api.labs import Dialogue
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import key_of
from policylab.notices import sources


async def load_read(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether notices have been read."""
    return [item.row["read_at"] is not None for item in roots]


@published(sources.NOTICE)
class Notice(Node):
    """Something that needs the viewer: one sentence, one thing to do."""

    kind: str = column("Why, as a code: POSITION_DUE, MANDATE_MISSING …")
    at: datetime = column("Since when.", "created_at")
    sentence: str = words("What it is.", "sentences")
    action: str = words("What she can do about it, as a button says it.", "actions")
    url: str = column("Where she does it, within this service.")
    due_at: datetime | None = column("Until when, where there is a deadline.")
    read: bool = computed(
        "Whether she has read it.", load_read, access="herself", needs=("read_at",)
    )
    done_at: datetime | None = column("When it was done with, if it was.")
    dialogue: Dialogue = to_one("The dialogue it is about.", by="dialogue_id")


@described_input
class MarkNoticeReadInput(VerbInput):
    """A notice that was read."""

    notice_id: strawberry.ID = plain("Which notice.")


@verbs
class NoticesMutation:
    @verb(answers=Notice)
    async def mark_notice_read(uow: UnitOfWork, input: MarkNoticeReadInput) -> UUID:
        """Say that one has read a notice. What is only news goes with it; the rest waits."""
        key = key_of(input.notice_id, "Notice")
        return (await notices.mark_read(uow, uow.viewer, notice_id=key)).id
