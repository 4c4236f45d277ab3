"""Remarks, suggestions and amendments: what clients say, and the room's verbs behind it."""

from typing import Any
from uuid import UUID

import strawberry

from policylab import comments
from policylab.api.comments import Amendment, Draft, Thread
from policylab.api.declare import described_input, plain
from policylab.api.strategies import section_key
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.comments import ThreadVisibility
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import key_of


@described_input
class StartThreadInput(VerbInput):
    """A remark on words of a draft or of a frozen version; name one of the two."""

    draft_id: strawberry.ID | None = plain("Which draft.", default=None)
    version_id: strawberry.ID | None = plain("Which frozen version.", default=None)
    section_id: str | None = plain("Which clause; null for the whole text.", default=None)
    quotation: str = plain("The words it is about; empty for a whole clause.", default="")
    anchor: strawberry.scalars.JSON | None = plain(
        "Where the words stand in a draft: `{anchor, head}` of Yjs relative positions. In a "
        "version `{start}`, where they stand there more than once.",
        default=None,
    )
    body: str = plain("What you want to say.")
    visibility: ThreadVisibility = plain("Who shall read it.", default=ThreadVisibility.DIALOGUE)


@described_input
class ReplyInput(VerbInput):
    """An answer."""

    thread_id: strawberry.ID = plain("In which thread.")
    body: str = plain("What you want to say.")


@described_input
class ResolveThreadInput(VerbInput):
    """A thread to settle."""

    thread_id: strawberry.ID = plain("Which thread.")


@described_input
class ReopenThreadInput(VerbInput):
    """A thread to open again."""

    thread_id: strawberry.ID = plain("Which thread.")


@described_input
class AcceptSuggestionInput(VerbInput):
    """A suggestion to make part of the text."""

    draft_id: strawberry.ID = plain("In which draft.")
    suggestion_id: str = plain("Its id in the text.")


@described_input
class RejectSuggestionInput(VerbInput):
    """A suggestion to take out of the text."""

    draft_id: strawberry.ID = plain("In which draft.")
    suggestion_id: str = plain("Its id in the text.")


@described_input
class TableAmendmentInput(VerbInput):
    """Other words for one clause of a frozen text."""

    set_id: strawberry.ID = plain("Which frozen text.")
    section_id: str = plain("Which clause.")
    language: str = plain("In which language.")
    text: str | None = plain(
        "The words that shall stand there, a paragraph on each line; empty to strike it out.",
        default=None,
    )
    content: strawberry.scalars.JSON | None = plain(
        "The same as blocks of a text, instead of `text`.", default=None
    )
    reasons: str = plain("Why.")


@described_input
class AcceptAmendmentInput(VerbInput):
    """An amendment to accept: that it shall be merged, or what became of one's own."""

    amendment_id: strawberry.ID = plain("Which amendment.")
    reasons: str | None = plain("Why.", default=None)


@described_input
class RejectAmendmentInput(VerbInput):
    """An amendment that falls."""

    amendment_id: strawberry.ID = plain("Which amendment.")
    reasons: str = plain("Why.")


@described_input
class MergeAmendmentInput(VerbInput):
    """An amendment to put into the working draft."""

    amendment_id: strawberry.ID = plain("Which amendment.")


@described_input
class WithdrawAmendmentInput(VerbInput):
    """An amendment to take back."""

    amendment_id: strawberry.ID = plain("Which amendment.")


def _draft(input: AcceptSuggestionInput | RejectSuggestionInput) -> dict[str, Any]:
    return {
        "draft_id": key_of(input.draft_id, "Draft"),
        "suggestion_id": input.suggestion_id,
    }


@verbs
class CommentsMutation:
    @verb(answers=Thread)
    async def start_thread(uow: UnitOfWork, input: StartThreadInput) -> UUID:
        """Begin a thread on words of a text: for everybody in the dialogue, or as a closed note
        that only one's own delegation ever sees."""
        row = await comments.start_thread(
            uow,
            uow.viewer,
            draft_id=key_of(input.draft_id, "Draft") if input.draft_id else None,
            version_id=key_of(input.version_id, "Version") if input.version_id else None,
            section_id=section_key(input.section_id) if input.section_id else None,
            quotation=input.quotation,
            anchor=input.anchor,
            body=input.body,
            visibility=input.visibility,
        )
        return row.id

    @verb(answers=Thread)
    async def reply(uow: UnitOfWork, input: ReplyInput) -> UUID:
        """Add a comment to an open thread."""
        key = key_of(input.thread_id, "Thread")
        return (await comments.reply(uow, uow.viewer, thread_id=key, body=input.body)).id

    @verb(answers=Thread)
    async def resolve_thread(uow: UnitOfWork, input: ResolveThreadInput) -> UUID:
        """Settle a thread that one began, or moderates."""
        key = key_of(input.thread_id, "Thread")
        return (await comments.resolve_thread(uow, uow.viewer, thread_id=key)).id

    @verb(answers=Thread)
    async def reopen_thread(uow: UnitOfWork, input: ReopenThreadInput) -> UUID:
        """Open a settled thread again."""
        key = key_of(input.thread_id, "Thread")
        return (await comments.reopen_thread(uow, uow.viewer, thread_id=key)).id

    @verb(answers=Draft)
    async def accept_suggestion(uow: UnitOfWork, input: AcceptSuggestionInput) -> UUID:
        """Make a suggestion part of the text; its words keep their author."""
        return (await comments.accept_suggestion(uow, uow.viewer, **_draft(input))).id

    @verb(answers=Draft)
    async def reject_suggestion(uow: UnitOfWork, input: RejectSuggestionInput) -> UUID:
        """Take a suggestion out of the text; who made it may do so herself."""
        return (await comments.reject_suggestion(uow, uow.viewer, **_draft(input))).id

    @verb(answers=Amendment)
    async def table_amendment(uow: UnitOfWork, input: TableAmendmentInput) -> UUID:
        """Propose, for one's delegation, other words for a clause of a frozen text."""
        row = await comments.table_amendment(
            uow,
            uow.viewer,
            set_id=key_of(input.set_id, "VersionSet"),
            section_id=section_key(input.section_id),
            language=input.language,
            content=input.content,
            text=input.text,
            reasons=input.reasons,
        )
        return row.id

    @verb(answers=Amendment)
    async def accept_amendment(uow: UnitOfWork, input: AcceptAmendmentInput) -> UUID:
        """Accept that an amendment shall be merged; for its delegation, what became of it."""
        row = await comments.accept_amendment(
            uow,
            uow.viewer,
            amendment_id=key_of(input.amendment_id, "Amendment"),
            reasons=input.reasons or "",
        )
        return row.id

    @verb(answers=Amendment)
    async def reject_amendment(uow: UnitOfWork, input: RejectAmendmentInput) -> UUID:
        """Record that an amendment fell, and why."""
        row = await comments.reject_amendment(
            uow,
            uow.viewer,
            amendment_id=key_of(input.amendment_id, "Amendment"),
            reasons=input.reasons,
        )
        return row.id

    @verb(answers=Amendment)
    async def merge_amendment(uow: UnitOfWork, input: MergeAmendmentInput) -> UUID:
        """Put an amendment's words into the working draft, under its delegation's name."""
        key = key_of(input.amendment_id, "Amendment")
        return (await comments.merge_amendment(uow, uow.viewer, amendment_id=key)).id

    @verb(answers=Amendment)
    async def withdraw_amendment(uow: UnitOfWork, input: WithdrawAmendmentInput) -> UUID:
        """Take back an amendment of one's own delegation."""
        key = key_of(input.amendment_id, "Amendment")
        return (await comments.withdraw_amendment(uow, uow.viewer, amendment_id=key)).id
