"""How remarks and amendments are stored. What was written never changes; what became of it does."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from policylab.comments.rules import AmendmentState, ThreadState, ThreadVisibility
from policylab.kit.tables import Table, choice, choice_check, jsonb, moment


class Thread(Table, table=True):
    """Remarks that hang together on words of a draft or of a frozen version."""

    __tablename__ = "thread"
    __table_args__ = (
        choice_check("visibility", ThreadVisibility),
        choice_check("state", ThreadState),
        CheckConstraint("(draft_id IS NULL) <> (version_id IS NULL)", name="hangs_on_one_text"),
        CheckConstraint(
            "(visibility = 'DELEGATION') = (delegation_id IS NOT NULL)", name="closed_to_somebody"
        ),
        CheckConstraint("(state = 'RESOLVED') = (resolved_at IS NOT NULL)", name="resolved_once"),
        Index("thread_section_ix", "document_id", "section_id"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id")
    draft_id: UUID | None = Field(default=None, foreign_key="draft.id", index=True)
    version_id: UUID | None = Field(default=None, foreign_key="version.id", index=True)
    section_id: UUID | None = None
    """The clause; None for the whole text, or for what stands before its first heading."""
    quotation: str = Field(default="", sa_type=Text)
    anchor: dict[str, Any] | None = jsonb(nullable=True)
    """In a draft Yjs relative positions; in a version offsets into the clause's words."""
    visibility: ThreadVisibility = Field(sa_type=choice(ThreadVisibility))
    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id", index=True)
    """The delegation inside which a closed note stays."""
    state: ThreadState = Field(default=ThreadState.OPEN, sa_type=choice(ThreadState))
    capacity_id: UUID = Field(foreign_key="capacity.id")
    resolved_at: datetime | None = moment()
    resolved_by_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")


class Comment(Table, table=True):
    """One remark in a thread."""

    __tablename__ = "comment"

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    thread_id: UUID = Field(foreign_key="thread.id", index=True)
    delegation_id: UUID | None = Field(default=None, foreign_key="delegation.id")
    """The delegation inside which it stays: its thread's, as the database sees to (`ddl`)."""
    body: str = Field(sa_type=Text)
    capacity_id: UUID = Field(foreign_key="capacity.id")
    edited_at: datetime | None = moment()


class Amendment(Table, table=True):
    """A change that a delegation proposes to one clause of a frozen text, with reasons and a fate.
    Its words never change (`ddl.STATEMENTS` guards that)."""

    __tablename__ = "amendment"
    __table_args__ = (
        choice_check("state", AmendmentState),
        CheckConstraint(
            "settled_at IS NOT NULL OR state IN ('TABLED', 'ACCEPTED')", name="settled_by_its_state"
        ),
        CheckConstraint("settled_at IS NULL OR state <> 'TABLED'", name="settled_has_a_fate"),
        CheckConstraint(
            "state <> 'REJECTED' OR length(trim(fate_reasons)) > 0", name="rejected_with_reasons"
        ),
        Index("amendment_section_ix", "set_id", "section_id"),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    set_id: UUID = Field(foreign_key="version_set.id")
    section_id: UUID
    language: str
    delegation_id: UUID = Field(foreign_key="delegation.id", index=True)
    capacity_id: UUID = Field(foreign_key="capacity.id")
    before: str = Field(sa_type=Text)
    """The clause's words in the set, as they were when it was tabled."""
    content: list[Any] = jsonb(default=list)
    """The blocks that shall stand in its place; none to strike the clause out."""
    proposed: str = Field(default="", sa_type=Text)
    """The words of those blocks."""
    reasons: str = Field(sa_type=Text)
    state: AmendmentState = Field(default=AmendmentState.TABLED, sa_type=choice(AmendmentState))
    fate_reasons: str | None = Field(default=None, sa_type=Text)
    fate_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    """Who decided last what becomes of it."""
    settled_at: datetime | None = moment()
    merged_draft_id: UUID | None = Field(default=None, foreign_key="draft.id")
    answered_at: datetime | None = moment()
    """When its delegation accepted what became of it; until then it maintains its amendment."""
    answered_by_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
