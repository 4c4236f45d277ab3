"""How live texts are stored: a log of updates, its head, and what makes reading it quick."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from policylab.kit.tables import Stored, Table, moment


class DraftHead(Stored, table=True):
    """One row a draft: how far its log goes. Locked by every append, and by what closes it."""

    __tablename__ = "draft_head"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(primary_key=True)
    """The draft's own id; the draft itself is a row of the documents room."""
    dialogue_id: UUID = Field(index=True)
    seq: int = Field(default=0, sa_type=BigInteger)
    closed: bool = False
    created_at: datetime = moment(default_now=True)


class DraftUpdate(Stored, table=True):
    """One person's changes of one moment, as Yjs bytes. The log of these is the text."""

    __tablename__ = "draft_update"  # pyright: ignore[reportAssignmentType]

    draft_id: UUID = Field(primary_key=True, foreign_key="draft_head.id")
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    person_id: UUID | None = None
    """None for what the house wrote: the seed of a draft."""
    capacity_id: UUID | None = None
    update: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment(default_now=True)


class DraftSnapshot(Stored, table=True):
    """The whole text at one log position, so that opening it need not read the whole log."""

    __tablename__ = "draft_snapshot"  # pyright: ignore[reportAssignmentType]

    draft_id: UUID = Field(primary_key=True, foreign_key="draft_head.id")
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    state: bytes = Field(sa_type=LargeBinary)
    shape: bytes = Field(sa_type=LargeBinary)
    """What coediting.shape knows of the text: ids of blocks, depths, signatures."""
    number: int = Field(default=0, sa_type=BigInteger)
    """Counted from 1 within the draft; by it coediting.milestones tells which ones stay."""
    frozen: bool = False
    """The draft was closed here: it stays for good."""
    created_at: datetime = moment(default_now=True)


class DraftSpell(Table, table=True):
    """A while in which somebody wrote without a pause: read from the log when somebody asks.

    The spells of a draft together hold each row of its log once, up to the newest that was read.
    """

    __tablename__ = "draft_spell"
    __table_args__ = (
        UniqueConstraint("draft_id", "first_seq", name="draft_spell_first_key"),
        Index("draft_spell_last_ix", "draft_id", "last_seq"),
    )

    dialogue_id: UUID = Field(index=True)
    draft_id: UUID = Field(foreign_key="draft_head.id")
    first_seq: int = Field(sa_type=BigInteger)
    last_seq: int = Field(sa_type=BigInteger)
    """Rows of others may lie between the two."""
    capacity_id: UUID | None = None
    """None for what the house wrote."""
    started_at: datetime = moment(nullable=False)
    ended_at: datetime = moment(nullable=False)
    added: int = Field(sa_type=BigInteger)
    """Letters that came; what was only moved is left out."""
    removed: int = Field(sa_type=BigInteger)
    changes: int = Field(sa_type=BigInteger)
    """Rows of the log."""


class DraftCarried(Stored, table=True):
    """Words that one change took out and put in again: which ids they had before."""

    __tablename__ = "draft_carried"  # pyright: ignore[reportAssignmentType]

    draft_id: UUID = Field(primary_key=True, foreign_key="draft_head.id")
    client_id: int = Field(primary_key=True, sa_type=BigInteger)
    clock: int = Field(primary_key=True, sa_type=BigInteger)
    length: int = Field(sa_type=BigInteger)
    from_client: int = Field(sa_type=BigInteger)
    from_clock: int = Field(sa_type=BigInteger)


class DraftClient(Stored, table=True):
    """Whose a Yjs client id is: the person and capacity that used it first."""

    __tablename__ = "draft_client"  # pyright: ignore[reportAssignmentType]
    draft_id: UUID = Field(primary_key=True, foreign_key="draft_head.id")
    client_id: int = Field(primary_key=True, sa_type=BigInteger)
    person_id: UUID | None = None
    capacity_id: UUID | None = None
    created_at: datetime = moment(default_now=True)
